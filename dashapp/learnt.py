"""An explanation of an issued table in words: short for a list, in sentences for a page."""

from __future__ import annotations

from dashapp.i18n import names, share, t
from dashapp.labels import Labels
from engine import Explained, MethodChoice, RoundingMode, Toward

FEW_NAMED = 3
"""Agencies of a group that are named in a sentence; of more their number is told."""


def brief(one: Explained, labels: Labels) -> str:
    """Method, goal, grid and rules, set off by commas."""
    lang = labels.lang
    if one.method is None:
        return t("ahead.infer.by_groups", lang, count=len(one.groups))
    goal = t("ahead.infer.goal", lang, goal=share(one.goal, lang, 2, trim=True))
    return ", ".join([method(one.method, lang), goal, grid(one, lang), *rules(one, labels)])


def method(choice: MethodChoice, lang: str) -> str:
    """A method by its name, with what it closes gaps to and the parts it is blended of."""
    said = t(f"terms.method.{choice.name}.name", lang)
    if choice.toward is not Toward.REACHABLE:
        return t("ahead.infer.toward", lang, method=said, toward=t(f"terms.toward.{choice.toward}", lang))
    if choice.parts:
        parts = [
            t("ahead.infer.part", lang, share=share(weight, lang, 2, trim=True), method=method(part, lang))
            for part, weight in choice.parts
        ]
        return t("ahead.infer.blend", lang, method=said, parts=parts)
    return said


def grid(one: Explained, lang: str) -> str:
    """What targets are rounded to, and how where it is not to the nearest."""
    rounding = one.rounding
    if rounding.mode is RoundingMode.NONE:
        return t("ahead.infer.unrounded", lang)
    if rounding.levels:
        step = t("ahead.infer.levels", lang, levels=[share(level, lang, 2, trim=True) for level in rounding.levels])
    elif rounding.count:
        step = t("ahead.infer.units", lang)
    else:
        step = t("ahead.infer.step", lang, step=share(rounding.step, lang, 4, trim=True))
    if rounding.mode is RoundingMode.NEAREST:
        return step
    return t("ahead.infer.mode", lang, step=step, mode=t(f"ahead.infer.{rounding.mode}", lang))


def rules(one: Explained, labels: Labels) -> list[str]:
    """The rules that hold for all agencies."""
    told = [labels.rule(rule) for rule in one.common]
    return [text[:1].lower() + text[1:] for text in told]


def sentences(one: Explained, labels: Labels) -> str:
    """How the table came about, in ordinary words."""
    lang = labels.lang
    if one.method is None:
        groups = [_group(group.value, group.levels, group.agencies, labels) for group in one.groups]
        return t("ahead_learn.says.groups", lang, count=len(groups), groups="; ".join(groups))
    principle = t(f"terms.method.{one.method.name}.principle", lang)
    goal = share(one.goal, lang, 2, trim=True)
    said = [principle, t("ahead_learn.says.goal", lang, goal=goal, grid=grid(one, lang))]
    if one.method.toward is not Toward.REACHABLE:
        said.insert(1, t("ahead_learn.says.toward", lang, toward=t(f"terms.toward.{one.method.toward}", lang)))
    if one.method.parts:
        parts = [
            t("ahead.infer.part", lang, share=share(weight, lang, 2, trim=True), method=method(part, lang))
            for part, weight in one.method.parts
        ]
        said.insert(1, t("ahead_learn.says.parts", lang, parts=parts))
    if told := rules(one, labels):
        said.append(t("ahead_learn.says.rules", lang, rules=told))
    return " ".join(said)


def _group(value: float, levels: tuple[str, ...], agencies: tuple[str, ...], labels: Labels) -> str:
    who = group_names(levels, agencies, labels, FEW_NAMED)
    return t("ahead_learn.says.group", labels.lang, value=share(value, labels.lang, 2, trim=True), who=who)


def group_names(levels: tuple[str, ...], agencies: tuple[str, ...], labels: Labels, most: int) -> str:
    """Whom a group's value was given to; of more than `most` agencies their number."""
    lang = labels.lang
    who = [t("ahead_learn.says.level", lang, level=t(f"terms.level.{level}", lang).lower()) for level in levels]
    if 0 < len(agencies) <= most:
        who += [labels.agency(code) for code in agencies]
    elif agencies:
        who.append(t("ahead_learn.says.agencies", lang, count=len(agencies)))
    return names(who, lang, max(most + len(levels), 1))
