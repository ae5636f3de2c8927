"""What an issued table was made by: the sentence, what is found, agency by agency, and how others would explain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, learnt
from dashapp.i18n import number, points, share, t
from dashapp.views import parts
from dashapp.views.ahead_learn_agencies import SAME, Look, button, chart, lines, off_by, table
from dashapp.views.parts import aria, carried, icon
from engine import Explained

GROUP_NAMED = 12


# the whole answer --------------------------------------------------------------------------------------------
def answer(look: Look) -> list[Component]:
    """All that is said of an issued table."""
    shown = lines(look)
    found: list[Component] = [*_warned(look), *_switch(look), _verdict(look)]
    if shown:
        found += [chart(look, shown), table(look, shown)]
    return [*found, _others(look), _how(look)]


def _warned(look: Look) -> list[Component]:
    from_file = look.material.warnings
    if not from_file:
        return []
    said = t("ahead_learn.warned", look.lang, count=len(from_file))
    return [parts.message(look.material.filename, said)]


def _switch(look: Look) -> list[Component]:
    every = look.inferred.explained
    if len(every) < 2:
        return []
    buttons = [button(look.labels.indicator(id), "indicator", id, here=id == look.indicator) for id in every]
    return [html.Nav(buttons, className="learn-switch no-print", **aria(label=t("web.lever.indicator", look.lang)))]


# the sentence ------------------------------------------------------------------------------------------------
def _verdict(look: Look) -> Component:
    lang, one = look.lang, look.one
    tone = "bad" if not one.explains else "good" if not one.missed else "part"
    key = "chosen" if look.at else {"bad": "nothing", "part": "mostly", "good": "whole"}[tone]
    signs = {"bad": ("warning", "bad-ink"), "good": ("check", "good-ink"), "part": ("info", "muted")}
    sign = html.Span(icon(signs[tone][0]), className=signs[tone][1])
    first, *more = [learnt.sentences(one, look.labels), *_how_well(look)]
    if not one.explains and not look.at:  # what is not explained comes first: no sentence is dressed up as the rule
        rest = share(one.missed / one.counted, lang, 0)
        first, more = (
            t("ahead_learn.well.nothing", lang, rest=rest, missed=one.missed),
            [
                t("ahead_learn.well.nearest", lang, said=first),
                *more,
            ],
        )
    said: list[Component] = [html.P(first, className="learn-said"), *map(html.P, more)]
    inside: list[Component] = [html.Div(said), *_equals(look)]
    if one.explains:
        inside.append(_found(look))
    inside.append(_deeds(look))
    name = look.labels.indicator(look.indicator)
    title = t(f"ahead_learn.verdict.{key}", lang, indicator=name)
    body = html.Div(inside, className=f"panel-body learn-verdict {tone}")
    return parts.panel(title, body, sign, id="learn-verdict", flows=True)


def _how_well(look: Look) -> list[str]:
    """How many targets it gives exactly, how far off the furthest is, and what stays unexplained."""
    lang, one = look.lang, look.one
    met = one.counted - one.missed
    counts = {"met": met, "counted": one.counted, "share": share(met / one.counted, lang, 0)}
    if not one.missed:
        return [t("ahead_learn.well.whole", lang, **counts), *_earlier(look)]
    worst = max(lines(replace(look, level="")), key=lambda line: abs(off_by(line)))
    far = points(off_by(worst), lang, 2, trim=True, signed=True)
    return [t("ahead_learn.well.mostly", lang, **counts, far=far, agency=worst.name), *_earlier(look)]


def _earlier(look: Look) -> list[str]:
    """How the targets of the earlier periods come out."""
    lang, early = look.lang, look.one.residual[:-1]
    told = early[~np.isnan(early)]
    if not told.size:
        return []
    met = int((np.abs(told) <= SAME).sum())
    pace = t(f"terms.pace.{look.one.pace}", lang)
    return [t("ahead_learn.well.earlier", lang, met=met, counted=told.size, pace=pace)]


def _equals(look: Look) -> list[Component]:
    """Others that explain as well, each with a way to look at it."""
    lang, every = look.lang, look.several
    same = [(at, one) for at, one in enumerate(every) if one.cost == look.one.cost and at != look.at]
    if not same or not look.one.explains:
        return []
    rows = [
        html.Li([html.Span(_capital(learnt.brief(one, look.labels))), " ", _view(look, at, one)]) for at, one in same
    ]
    return [html.Div([html.P(t("ahead_learn.equals", lang)), html.Ul(rows, className="learn-equals")])]


def _view(look: Look, at: int, one: Explained) -> Component:
    said = t("ahead_learn.view", look.lang)
    label = f"{said}: {learnt.brief(one, look.labels)}"
    return html.Button(
        said, type="button", className="tool", **aria(label=label), **carried(learn_do="explanation", value=str(at))
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _found(look: Look) -> Component:
    """What is found, word for word: method, goal, grid, rules, pace; or the groups."""
    lang, one, labels = look.lang, look.one, look.labels
    if one.method is None:
        heads = [t(f"ahead_learn.group.{name}", lang) for name in ("value", "count", "who")]
        rows = []
        for group in one.groups:
            who = learnt.group_names(group.levels, group.agencies, labels, GROUP_NAMED)
            value = share(group.value, lang, 2, trim=True)
            rows.append(parts.table_row([value, number(group.count, lang), _capital(who)], (1,)))
        return html.Div(parts.table(heads, rows, (1,)), className="learn-groups")
    told = [
        ("method", learnt.method(one.method, lang)),
        ("goal", share(one.goal, lang, 2, trim=True)),
        ("grid", learnt.grid(one, lang)),
        *(("rule", _capital(text)) for text in learnt.rules(one, labels)),
    ]
    if not np.isnan(one.residual[:-1]).all():
        told.append(("pace", t(f"terms.pace.{one.pace}", lang)))
    pairs = [html.Div([html.Dt(t(f"ahead_learn.found.{key}", lang)), html.Dd(text)]) for key, text in told]
    return html.Dl(pairs, className="learn-found")


def _deeds(look: Look) -> Component:
    """The scenario as a file, and as one of the person's own."""
    lang, name = look.lang, t("ahead.infer.name", look.lang, file=look.material.title(look.lang))
    file = html.Button(
        [icon("save"), t("ahead_learn.file", lang)],
        type="button",
        className="action",
        **carried(learn_do="file", value="ahead.toml"),
    )
    if not look.may_keep:
        return html.Div(file, className="toolbar no-print")
    box = dbc.Input(id=ids.LEARN_NAME, value=name, maxLength=200, autocomplete="off")
    keep = html.Button(
        t("ahead_learn.keep", lang),
        type="button",
        className="action main" if look.one.explains else "action",
        **carried(learn_do="keep"),
    )
    label = html.Label(t("ahead_learn.name", lang), htmlFor=ids.LEARN_NAME)
    fault = html.Div(id=ids.LEARN_FAULT, className="field-fault", role="alert")
    keeping = html.Div([html.Div([label, box], className="field"), keep, file], className="toolbar learn-keep")
    return html.Div([keeping, fault], className="no-print")


# the others --------------------------------------------------------------------------------------------------
def _others(look: Look) -> Component:
    """How each method would explain the table, those that need saying least first."""
    lang = look.lang
    heads = [t(f"ahead_learn.others.{name}", lang) for name in ("how", "met", "far", "cost", "look")]
    rows = []
    for at, one in enumerate(look.several):
        far = float(np.nanmax(np.abs(one.residual[-1])))
        met = one.counted - one.missed
        seen = html.Span(t("ahead_learn.seen", lang), className="muted") if at == look.at else _view(look, at, one)
        cells = [
            _capital(learnt.brief(one, look.labels)),
            t("ahead_learn.others.of", lang, met=met, counted=one.counted),
            points(far if far > SAME else 0.0, lang, 2, trim=True),
            number(one.cost, lang),
            seen,
        ]
        rows.append(parts.table_row(cells, (1, 2, 3), chosen=at == look.at))
    table = html.Div(
        parts.table(heads, rows, (1, 2, 3)),
        className="learn-others",
        tabIndex="0",
        role="group",
        **aria(labelledby="learn-others-title"),
    )
    lead = html.P(t("ahead_learn.others.lead", lang), className="muted")
    body = html.Div([lead, table], className="panel-body")
    return parts.panel(t("ahead_learn.others.title", lang), body, id="learn-others", flows=True)


def _how(look: Look) -> Component:
    lang, material = look.lang, look.material
    keys = ("what", "cost", "limits", "signer")
    told = [
        t(
            f"ahead_learn.how.{key}",
            lang,
            title=material.title(lang),
            number=material.figures_version.number,
            period=material.plan.last.id,
        )
        for key in keys
    ]
    if material.campaign.note[lang]:
        told.append(material.campaign.note[lang])
    items = html.Ul([html.Li([icon("info"), html.Span(text)]) for text in told], className="notes")
    body = html.Div(items, className="panel-body")
    return parts.panel(t("ahead_learn.how.title", lang), body, id="learn-how", flows=True)


def place(data: Mapping[str, Any], lang: str) -> list[Component]:
    """Where the answer comes, with what the script says meanwhile; `data` is what is asked for at first."""
    words = {name: t(f"ahead_learn.said.{name}", lang) for name in ("sending", "ended", "failed", "login", "too_much")}
    return [
        dcc.Store(id=ids.LEARN_ASKED, data=dict(data)),
        html.Div(id=ids.LEARN_SAID, tabIndex="-1", **aria(live="assertive"), **carried(**words)),
        html.Div(id=ids.LEARN_PROGRESS, className="learn-progress", hidden=True, role="status"),
        html.Div(id=ids.LEARN_ANSWER, className="learn-answer"),
    ]
