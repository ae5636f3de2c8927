"""Agency by agency: what was issued beside what an explanation gives, drawn and as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts.base import Twin
from dashapp.charts.dumbbell import Bell, dumbbell
from dashapp.charts.rows import TICKS
from dashapp.i18n import LANGUAGES, number, points, share, t
from dashapp.labels import Labels
from dashapp.services.ahead import Inferred, of_methods
from dashapp.services.learning import Material
from dashapp.views import grids, parts
from dashapp.views.agencies import WHOLE_PAGE
from dashapp.views.parts import aria, carried, legend_key
from engine import Explained, Level

MOST_DRAWN = 60
"""Agencies in the picture: those furthest off, then the highest targets."""
SAME = 5e-10
"""Shares that differ by less are the same."""
TWIN_RIGHT = (1, 2, 3, 4)


@dataclass(frozen=True, eq=False)
class Look:
    """What is looked at.

    Attributes
    ----------
    indicator : str
        The one shown.
    chosen : mapping of indicator to position
        Which of the explanations is looked at; the first where nothing is said.
    level : str
        Of the agencies shown; empty: all.
    may_keep : bool
        Whether the one who looks may keep scenarios.
    """

    material: Material
    inferred: Inferred
    indicator: str
    chosen: Mapping[str, int]
    level: str
    may_keep: bool
    lang: str

    @cached_property
    def labels(self) -> Labels:
        return services.labels_of(self.material.figures, self.material.plan, self.lang)

    @property
    def several(self) -> tuple[Explained, ...]:
        """The explanations of the indicator, of each method the best."""
        return of_methods(self.inferred.explained[self.indicator])

    @property
    def at(self) -> int:
        """Position of the explanation that is looked at."""
        return self.chosen.get(self.indicator, 0)

    @property
    def one(self) -> Explained:
        return self.several[self.at]


@dataclass(frozen=True)
class Line:
    """One agency's targets of the last period [share]; None where there is none; `off` is issued minus reproduced."""

    code: str
    name: str
    level: str
    now: float | None
    issued: float | None
    off: float | None

    @property
    def reproduced(self) -> float | None:
        return None if self.issued is None or self.off is None else self.issued - self.off


def lines(look: Look) -> list[Line]:
    """The agencies of the level that is shown and have a target: furthest off first, then the highest targets."""
    figures, one = look.material.figures, look.one
    counts = figures.indicators[look.indicator]
    issued = look.material.issued[look.indicator][-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        now = counts.numerator / counts.denominator
    found = []
    for at, row in enumerate(counts.rows):
        code = figures.codes[row]
        if not math.isnan(issued[at]) and look.level in ("", figures.levels[row]):
            off = float(one.residual[-1, at])
            name = look.labels.agency(code)
            found.append(Line(code, name, figures.levels[row], _known(now[at]), float(issued[at]), _known(off)))
    return sorted(found, key=lambda one: (-abs(off_by(one)), -(one.issued or 0.0), one.code))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def off_by(one: Line) -> float:
    """How far off an agency's target is [share]; 0 where it is given, or nothing is known."""
    return 0.0 if one.off is None or abs(one.off) <= SAME else one.off


def button(text: Any, does: str, value: str, *, here: bool = False, small: bool = True) -> Component:
    """A button of the page's script, pressed where it says what is shown."""
    marks: Any = aria(pressed="true" if here else "false")
    style = "action" + (" small" if small else "") + (" here" if here else "")
    return html.Button(text, type="button", className=style, **marks, **carried(learn_do=does, value=value))


def chart(look: Look, shown: Sequence[Line]) -> Component:
    """The agencies that are shown, drawn; with the levels to choose from."""
    lang = look.lang
    missed = sum(off_by(one) != 0.0 for one in shown)
    key = "title" if missed else "fine"
    title = t(f"ahead_learn.chart.{key}", lang, missed=missed, shown=len(shown))
    drawn = shown[:MOST_DRAWN]
    if len(drawn) < len(shown):
        title = f"{title} {t('ahead_learn.chart.few', lang, drawn=len(drawn))}"
    figure = dumbbell([("", [_bell(look, one) for one in drawn])], None, [share(one, lang, 0) for one in TICKS], lang)
    legend = [
        legend_key(kind, t(f"ahead_learn.chart.{name}", lang))
        for kind, name in (("now", "now"), ("mid", "reproduced"), ("target", "issued"))
    ]
    name = f"suy-nguoc-{look.indicator}" if lang == LANGUAGES[0] else f"learnt-{look.indicator}"
    twin = _twin(look, shown, title)
    return parts.chart_panel(ids.LEARN_CHART, title, figure, twin, lang, name, beside=[_levels(look)], legend=legend)


def _levels(look: Look) -> Component | None:
    """The levels that have agencies in the table, one of them or all shown."""
    figures = look.material.figures
    rows = figures.indicators[look.indicator].rows[~np.isnan(look.material.issued[look.indicator][-1])]
    there = {figures.levels[row] for row in rows}
    if len(there) < 2:
        return None
    lang = look.lang
    told = [("", t("ahead_learn.levels.all", lang))]
    told += [(str(level), t(f"terms.level.{level}", lang)) for level in Level if level in there]
    buttons = [button(text, "level", value, here=value == look.level) for value, text in told]
    return html.Div(
        buttons, className="learn-switch no-print", role="group", **aria(label=t("ahead_learn.levels.label", lang))
    )


def _bell(look: Look, one: Line) -> Bell:
    lang, off = look.lang, off_by(one)
    issued = share(one.issued, lang, 2, trim=True)
    label = f"{issued} ({number(off * 100, lang, 2, trim=True, signed=True)})" if off else issued
    told = [
        f"<b>{one.name}</b>",
        t("ahead_learn.box.issued", lang, value=issued),
        t("ahead_learn.box.reproduced", lang, value=share(one.reproduced, lang, 2, trim=True)),
        t("ahead_learn.box.now", lang, value=share(one.now, lang)),
    ]
    return Bell(one.code, one.name, one.now, one.reproduced, one.issued, "", label, "<br>".join(told))


HEADS = ("name", "issued", "reproduced", "off", "now", "level", "note")


def _note(look: Look, one: Line) -> str:
    return t("ahead_learn.note_off" if off_by(one) else "ahead_learn.note_met", look.lang)


def _twin(look: Look, shown: Sequence[Line], title: str) -> Twin:
    lang = look.lang
    rows = tuple(
        (
            one.name,
            share(one.issued, lang, 2, trim=True),
            share(one.reproduced, lang, 2, trim=True),
            points(off_by(one), lang, 2, trim=True, signed=True),
            share(one.now, lang),
            t(f"terms.level.{one.level}", lang),
            _note(look, one),
        )
        for one in shown
    )
    return Twin(tuple(t(f"ahead_learn.head.{name}", lang) for name in HEADS), rows, TWIN_RIGHT, title)


def table(look: Look, shown: Sequence[Line]) -> Component:
    """The agencies that are shown, as a table."""
    lang = look.lang
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "level": t(f"terms.level.{one.level}", lang),
            "now": one.now,
            "reproduced": one.reproduced,
            "issued": one.issued,
            "off": off_by(one),
            "note": _note(look, one),
        }
        for one in shown
    ]
    heads = {name: t(f"ahead_learn.head.{name}", lang) for name in HEADS}
    name = {"field": "name", "headerName": heads["name"], "pinned": "left", "width": 260, "tooltipField": "name"}
    columns: list[dict[str, Any]] = [
        {**name, "minWidth": 150, "cellClass": "cell-strong"},
        grids.numeric("issued", heads["issued"], "target", lang, 110),
        grids.numeric("reproduced", heads["reproduced"], "target", lang, 120),
        {**grids.numeric("off", heads["off"], "gain", lang, 100), "cellClassRules": {"cell-upper": "params.value"}},
        grids.numeric("now", heads["now"], "share", lang, 110),
        {"field": "level", "headerName": heads["level"], "width": 110},
        {"field": "note", "headerName": heads["note"], "flex": 1, "minWidth": 150},
    ]
    behaviour = grids.options(lang, whole=len(rows) <= WHOLE_PAGE)
    grid = grids.grid(ids.LEARN_GRID, columns, behaviour, rowData=rows)
    title = t("ahead_learn.grid", lang)
    return parts.panel(title, html.Div(grid, className="grid-wrap"), id="learn-grid-panel", flows=True)
