"""How the province's gap is closed: what comes by itself, what each measure brings, what is left to plain effort."""

from __future__ import annotations

from dashapp.charts.base import Twin
from dashapp.charts.waterfall import Bar, waterfall
from dashapp.i18n import ABSENT, number, points, share, t
from dashapp.services.measured import Part, Way, way
from dashapp.views.parts import Picture, legend_key
from dashapp.views.shown import Shown

TICKS = (0, 0.25, 0.5, 0.75, 1)
NAMES, LETTERS, ROOM, ROW = 200, 30, 0.34, 40
"""Of the chart: it must be read at half the width of a tablet, too."""


def gap(shown: Shown) -> Picture:
    """The way of the whole province from now to its targets, whoever's agencies are shown."""
    lang, found = shown.lang, way(shown.allocation, shown.indicator)
    title = t("measures.way.title", lang, period=shown.periods[-1])
    ticks = [share(tick, lang, 0) for tick in TICKS]
    if found is None:
        return Picture(waterfall([], ticks, lang), None, [], title, t("pictures.path.nothing", lang))
    return Picture(
        figure=waterfall(
            _bars(shown, found), ticks, lang, names=NAMES, letters=LETTERS, room=ROOM, row=ROW, goal=found.goal
        ),
        twin=_twin(shown, found, title),
        legend=[legend_key(kind, t(f"measures.way.{name}", lang)) for kind, name in _KEYS],
        title=title,
        note=_words(shown, found),
    )


_KEYS = (("brought", "key_brought"), ("reached", "key_effort"), ("goal", "key_goal"))


def _bars(shown: Shown, found: Way) -> list[Bar]:
    lang, before = shown.lang, found.now
    bars = [Bar(t("terms.step.current", lang), 0.0, found.now, share(found.now, lang), total=True)]
    for part in found.parts:
        text = "<br>".join([points(part.value, lang, 1, signed=True), *_rate(shown, part)])
        bars.append(Bar(_name(shown, part), before, before + part.value, text, main=part is found.effort))
        before += part.value
    label = t("web.drawer.target", lang, period=found.period)
    return [*bars, Bar(label, 0.0, found.target, share(found.target, lang, 1), total=True)]


def _rate(shown: Shown, part: Part) -> list[str]:
    """What a part comes to: dossiers a week, or services."""
    count = round(part.count if part.weekly is None else part.weekly)
    key = "measures.way.units" if part.weekly is None else "measures.way.weekly"
    return [t(key, shown.lang, count=number(count, shown.lang, signed=True))] if count else []


def _name(shown: Shown, part: Part) -> str:
    if part.measure is not None:
        name = shown.labels.measure(part.measure)
        return name[:1].upper() + name[1:]
    return t("measures.way.anyway" if part.anyway else "measures.way.effort", shown.lang)


def _twin(shown: Shown, found: Way, title: str) -> Twin:
    lang = shown.lang
    flow = found.effort.weekly is not None
    heads = ["part", "points", "count", *(["week"] if flow else []), "basis"]
    rows = [(t("terms.step.current", lang), share(found.now, lang), *([ABSENT] * (len(heads) - 2)))]
    for part in found.parts:
        weekly = [] if part.weekly is None else [number(round(part.weekly), lang, signed=True)]
        said = [points(part.value, lang, 1, signed=True), number(round(part.count), lang, signed=True), *weekly]
        rows.append((_name(shown, part), *said, _basis(shown, part)))
    label = t("web.drawer.target", lang, period=found.period)
    rows.append((label, share(found.target, lang, 1), *([ABSENT] * (len(heads) - 2))))
    unit = shown.labels.unit(shown.indicator, 2)
    words = tuple(t(f"measures.way.column_{one}", lang, unit=unit, end=found.end) for one in heads)
    return Twin(words, tuple(rows), tuple(range(1, len(heads) - 1)), title)


def _basis(shown: Shown, part: Part) -> str:
    if part.measure is None:
        return ABSENT
    return shown.labels.assumed(part.measure) or t("measures.evident", shown.lang)


def _words(shown: Shown, found: Way) -> str:
    """The picture in a sentence or two."""
    lang, effort = shown.lang, found.effort
    left = ", ".join([points(effort.value, lang, 1), *(one.removeprefix("+") for one in _rate(shown, effort))])
    brought = sum(one.value for one in found.measures)
    if found.measures:
        count = len(found.measures)
        said = [t("measures.way.said", lang, count=count, points=points(brought, lang, 1, signed=True), left=left)]
    else:
        said = [t("measures.way.said_none", lang, left=left)]
    if found.goal is not None and found.target < found.goal:
        missing = points(found.goal - found.target, lang, 2, trim=True)
        said.append(t("pictures.path.short", lang, gap=missing, goal=share(found.goal, lang, 1, trim=True)))
    return " ".join(said)
