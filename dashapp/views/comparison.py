"""Two scenarios side by side: what each reaches, what each asks, where they disagree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import messages, services
from dashapp.charts.base import Figure
from dashapp.charts.difference import Pair, difference
from dashapp.i18n import ABSENT, number, points, share, t
from dashapp.urlstate import CompareState, PageState, format_page
from dashapp.views.cards import FINE
from dashapp.views.parts import icon, message
from dashapp.views.shown import main_indicator
from engine import EngineError
from scenarios import Column, Comparison, Scenario, ScenarioErrors, Side


@dataclass(frozen=True)
class Compared:
    """What the comparison page shows; `refused` instead of the rest where a scenario cannot be run."""

    refused: list[Component]
    facts: Component | None = None
    figure: Figure | None = None
    rows: list[dict[str, Any]] | None = None
    columns: list[dict[str, Any]] | None = None


def compare(state: CompareState) -> Compared:
    """Both scenarios on the shipped figures of their campaign."""
    campaign, lang = state.left.partition("/")[0], state.lang
    indicator = state.indicator or main_indicator(campaign)
    try:
        both = services.compare(campaign, [services.scenario(state.left), services.scenario(state.right)])
    except ScenarioErrors as errors:
        words = services.indicator_words(lang)
        said = " ".join(messages.of_scenario(one, words, lang) for one in errors.problems)
        return Compared([message(t("web.alert.refused", lang), said, "warning")])
    except EngineError as error:
        return Compared([message(t("web.alert.refused", lang), f"{error.code}", "warning")])
    return Compared(
        refused=[],
        facts=_facts(both, indicator, lang),
        figure=_figure(both, indicator, lang),
        rows=_rows(both, indicator, lang),
        columns=_columns(both, lang),
    )


def _facts(both: Comparison, indicator: str, lang: str) -> Component:
    names = [html.Th(_opened(one.scenario, lang), scope="col") for one in both.columns]
    head = html.Tr([html.Th(t("web.compare.what", lang), scope="col"), *names])
    rows: list[tuple[str, list[Any]]] = [
        (t("web.compare.favours", lang), [html.Span(one.scenario.note.get(lang, "")) for one in both.columns]),
        (t("web.compare.goals", lang), [_goals(one, lang) for one in both.columns]),
        *_of_indicator(both, indicator, lang),
    ]
    body = [html.Tr([html.Th(title, scope="row"), *(html.Td(cell) for cell in cells)]) for title, cells in rows]
    return html.Table([html.Thead(head), html.Tbody(body)], className="versus")


def _opened(scenario: Scenario, lang: str) -> Component:
    """The scenario's name, leading to its workbench."""
    campaign, _, preset = scenario.id.partition("/")
    return dcc.Link(scenario.name[lang], href=format_page(PageState(campaign, preset, lang)))


def _goals(column: Column, lang: str) -> Component:
    """Every indicator with its mark, in words and sign."""
    words = services.indicator_words(lang)
    lines = [html.Div(t("web.compare.goals_met", lang, met=column.goals_met, goals=column.goals), className="big")]
    for side in column.sides:
        fine = side.status in FINE
        text = t(
            "web.compare.goal",
            lang,
            indicator=words[side.indicator].short,
            attained=share(side.attained, lang),
            goal=share(side.goal, lang, 1, trim=True),
        )
        sign = html.Span(icon("check" if fine else "warning"), className="good-ink" if fine else "bad-ink")
        status = "" if fine else f" – {t(f'terms.goal_status.{side.status}', lang)}"
        lines.append(html.Div([sign, f" {text}{status}"]))
    return html.Div(lines)


def _of_indicator(both: Comparison, indicator: str, lang: str) -> list[tuple[str, list[Any]]]:
    sides = [next(side for side in one.sides if side.indicator == indicator) for one in both.columns]
    labels = [services.labels(one.allocation, lang) for one in both.columns]
    plans = [one.allocation.plan.indicator(indicator) for one in both.columns]
    short = labels[0].indicator(indicator)
    largest = [
        f"{points(side.fairness.largest, lang, 1, signed=True)} – {own.agency(side.fairness.largest_agency)}"
        for side, own in zip(sides, labels, strict=True)
    ]
    methods = [own.method(plan) for own, plan in zip(labels, plans, strict=True)]
    return [
        (t("web.compare.method", lang, indicator=short), methods),
        (
            t("web.compare.lift", lang),
            [_lift(side, plan.method.name, lang) for side, plan in zip(sides, plans, strict=True)],
        ),
        (t("web.compare.largest", lang), largest),
        (t("web.compare.gini", lang), [number(side.fairness.gini, lang, 3) for side in sides]),
        (
            t("web.compare.at_bound", lang),
            [
                t("web.compare.of", lang, count=side.fairness.at_bound, all=len(side.fairness.agencies))
                for side in sides
            ],
        ),
    ]


def _lift(side: Side, method: str, lang: str) -> str:
    if math.isnan(side.lift):
        return ABSENT
    return t(f"web.lift.{method}", lang, lift=side.lift)


def _rows(both: Comparison, indicator: str, lang: str) -> list[dict[str, Any]]:
    """Agencies without one above them, the largest disagreement first."""
    block = both.block(indicator, both.columns[0].sides[0].period)
    result = both.columns[0].allocation.results[indicator]
    figures = both.figures
    current = {figures.codes[row]: result.current[at] for at, row in enumerate(result.rows)}
    records = []
    for at in block.by_disagreement:
        code = block.agencies[at]
        position = figures.position[code]
        if figures.parent[position] >= 0:
            continue
        records.append(
            {
                "code": code,
                "name": figures.names[position],
                "level": t(f"terms.level.{figures.levels[position]}", lang),
                "now": _known(current.get(code, math.nan)),
                "left": _known(block.targets[0, at]),
                "right": _known(block.targets[1, at]),
                "difference": _known(block.difference[1, at]),
                "spread": _known(block.spread[at]),
            }
        )
    return records


def _columns(both: Comparison, lang: str) -> list[dict[str, Any]]:
    left, right = (one.scenario.name[lang] for one in both.columns)
    return [
        {
            "field": "name",
            "headerName": t("web.grid.name", lang),
            "flex": 2,
            "minWidth": 190,
            "tooltipField": "name",
            "cellClass": "cell-strong",
        },
        {"field": "level", "headerName": t("terms.column.level", lang), "width": 92, "cellClass": "cell-muted"},
        _numeric("now", t("web.grid.now", lang), "share", lang),
        _numeric("left", left, "target", lang, 104),
        _numeric("right", right, "target", lang, 104),
        _numeric("difference", t("web.compare.difference", lang), "gain", lang, 100),
        {**_numeric("spread", t("web.compare.spread", lang), "points", lang, 104), "sort": "desc"},
    ]


def _numeric(field: str, title: str, kind: str, lang: str, width: int = 80) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": title,
        "width": width,
        "type": "rightAligned",
        "cellClass": "ag-right-aligned-cell",
        "valueFormatter": {"function": f"written(params.value, '{kind}', '{lang}')"},
    }


def _figure(both: Comparison, indicator: str, lang: str) -> Figure:
    pairs = [
        Pair(
            code=row["code"],
            name=row["name"],
            left=row["left"],
            right=row["right"],
            text=points(row["difference"], lang, 1, signed=True, trim=True),
        )
        for row in _rows(both, indicator, lang)
        if row["left"] is not None and row["right"] is not None
    ]
    return difference(pairs, [share(tick, lang, 0) for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)], lang)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
