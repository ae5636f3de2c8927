"""What a sweep says: which choices hold whatever comes, and what separates success from failure."""

from __future__ import annotations

import math

from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts import pareto as fronts
from dashapp.charts import sides as separations
from dashapp.charts.base import Twin
from dashapp.i18n import in_ten, points, share, t
from dashapp.views import ahead_sweep_words as words
from dashapp.views import parts
from dashapp.views.ahead_sweep_lines import file_name, grid_panel, lines_panel
from dashapp.views.ahead_sweep_seen import DEMAND, Seen
from dashapp.views.parts import aria, carried
from scenarios import Policy, Split, Verdict

MOST_TOLD, MOST_ROBUST = 100, 10
"""Policies of the table behind the picture, and of the list."""
MOST_TICKS = 5
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
WORTH_TELLING = 0.05
"""Share of the variance of success below which a lever separates nothing."""


# everything --------------------------------------------------------------------------------------------------
def body(seen: Seen, chosen: Component | None) -> list[Component]:
    """All that a sweep says; `chosen` is what is told of the scenario that is picked."""
    verdict = seen.result.verdict
    told: list[Component] = [] if verdict is None else [_first(seen, verdict), _robust(seen, verdict)]
    if verdict is not None:
        told.append(html.Div([_pareto(seen, verdict), _sides(seen, verdict)], className="sweep-pair"))
    picked = [] if chosen is None else [chosen]
    return [*told[:1], *picked, *told[1:], lines_panel(seen), grid_panel(seen)]


def _first(seen: Seen, verdict: Verdict) -> Component:
    """The answer in three cards: the choice to hold to, the one that asks least for it, what decides."""
    lang, best, enough = seen.lang, verdict.policies[0], verdict.satisficing
    sweep, told = seen.result.sweep, _telling(verdict)
    own = [
        parts.card(
            t("ahead_sweep.card.regret", lang, number=best.number),
            in_ten(best.mean, lang),
            t("ahead_sweep.card.regret_sub", lang, settings=_settings(seen, best), regret=points(best.regret, lang, 0)),
            words=True,
        ),
        parts.card(
            t("ahead_sweep.card.does", lang, number=enough.number),
            share(enough.does, lang, 0),
            t(
                "ahead_sweep.card.does_sub",
                lang,
                settings=_settings(seen, enough),
                enough=sweep.enough,
                demand=enough.demand,
            ),
        ),
        parts.card(
            t("ahead_sweep.card.split", lang),
            words.lever(told[0].key, seen.labels) if told else t("ahead_sweep.card.split_none", lang),
            _sentence(seen, verdict),
            words=True,
        ),
    ]
    return html.Section(own, className="cards", **aria(label=t("ahead_sweep.card.all", lang)))


def _settings(seen: Seen, policy: Policy) -> str:
    said = [words.setting(key, value, seen.labels) for key, value in policy.settings.items()]
    return "; ".join(said) or t("ahead_sweep.as_is", seen.lang)


def _telling(verdict: Verdict) -> tuple[Split, ...]:
    return tuple(one for one in verdict.splits if one.gain >= WORTH_TELLING)


def _sentence(seen: Seen, verdict: Verdict) -> str:
    """Which setting separates success from failure most."""
    told = _telling(verdict)
    if not told:
        return t("ahead_sweep.split.none", seen.lang)
    first = told[0]
    return t(
        f"ahead_sweep.split.{'sentence_from' if first.is_number else 'sentence_equal'}",
        seen.lang,
        lever=words.lever(first.key, seen.labels),
        value=words.value(first.key, first.value, seen.lang),
        inside=share(first.inside, seen.lang, 0),
        outside=share(first.outside, seen.lang, 0),
    )


# the robust choices ------------------------------------------------------------------------------------------
def _robust(seen: Seen, verdict: Verdict) -> Component:
    lang = seen.lang
    keys = [one.key for one in seen.levers if not one.assumption]
    heads = [t("ahead_sweep.robust.policy", lang), *(words.lever(key, seen.labels) for key in keys)]
    names = ("mean", "worst", "does", "regret", "demand", "marks")
    heads += [t(f"ahead_sweep.robust.{name}", lang) for name in names]
    first = len(keys) + 1
    right = tuple(range(first, first + 5))
    rows = []
    for one in verdict.policies[:MOST_ROBUST]:
        link = html.A(
            t("ahead_sweep.robust.open", lang, number=one.number),
            href=f"{seen.address({'s': str(one.number)})}",
            **carried(inside="true"),
        )
        cells = [
            link,
            *(words.value(key, one.settings[key], lang) for key in keys),
            *(share(value, lang, 0) for value in (one.mean, one.worst, one.does)),
            points(one.regret, lang, 0),
            points(one.demand, lang, 1),
            html.Div([parts.badge(text, tone) for text, tone in _marks(seen, verdict, one)], className="sweep-marks"),
        ]
        chosen = seen.brushes.get("s") == str(one.number)
        rows.append(parts.table_row(cells, right=right, chosen=chosen))
    more = len(verdict.policies) - len(rows)
    note = [html.P(t("ahead_sweep.robust.more", lang, count=more), className="muted panel-body")] if more > 0 else []
    how = html.P(t("ahead_sweep.robust.how", lang, enough=seen.result.sweep.enough), className="muted panel-body")
    table = html.Div(
        parts.table(heads, rows, right=right),
        className="table-scroll sweep-robust",
        tabIndex="0",
        role="group",
        **aria(labelledby="sweep-robust-title"),
    )
    return parts.panel(t("ahead_sweep.robust.title", lang), html.Div([how, table, *note]), id="sweep-robust")


def _marks(seen: Seen, verdict: Verdict, one: Policy) -> list[tuple[str, str]]:
    found = [
        ("least_regret", "upper", one is verdict.policies[0]),
        ("does_most", "lower", one.number == verdict.satisficing.number),
    ]
    found.append(("pareto", "brand", one.number in verdict.pareto))
    return [(t(f"ahead_sweep.mark.{name}", seen.lang), tone) for name, tone, is_so in found if is_so]


# demand against chance ---------------------------------------------------------------------------------------
def _pareto(seen: Seen, verdict: Verdict) -> Component:
    lang = seen.lang
    best = verdict.policies[0].number
    dots = [
        fronts.Dot(
            code=f"#{one.number}",
            demand=one.demand,
            chance=one.mean,
            is_front=one.number in verdict.pareto,
            is_regret=one.number == best,
            hover="<br>".join([f"<b>#{one.number}</b>", *_told(seen, one)]),
        )
        for one in verdict.policies
    ]
    axis = next(one for one in seen.axes if one.key == DEMAND)
    ticks = [(at, points(at, lang, 1, trim=True)) for at in _even(axis.low, axis.high)]
    chances = [share(one, lang, 0) for one in fronts.CHANCE_TICKS]
    level = t("ahead_sweep.pareto.enough", lang, enough=seen.result.sweep.enough)
    labels = fronts.Words(t("ahead_sweep.axis.demand", lang), t("ahead_sweep.axis.mean", lang), ticks, chances, level)
    title = t("ahead_sweep.pareto.title", lang, count=len(verdict.pareto), total=len(verdict.policies))
    legend = [
        parts.legend_key(kind, t(f"ahead_sweep.pareto.{name}", lang))
        for kind, name in (("front", "front"), ("regret", "regret"), ("policy", "other"))
    ]
    figure = fronts.pareto(dots, seen.result.sweep.enough, labels, lang)
    return parts.chart_panel(
        ids.SWEEP_PARETO,
        title,
        figure,
        _pareto_twin(seen, verdict, title),
        lang,
        file_name(lang, "pareto"),
        legend=legend,
    )


def _even(low: float, high: float) -> list[float]:
    """Three to six whole multiples of a round step between two shares."""
    step = next((one for one in _STEPS if (high - low) / one <= MOST_TICKS), _STEPS[-1])
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 6) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def _told(seen: Seen, one: Policy) -> list[str]:
    lang = seen.lang
    said = [words.setting(key, value, seen.labels) for key, value in one.settings.items()]
    mean, demand = share(one.mean, lang, 0), points(one.demand, lang, 1)
    return [*said, t("ahead_sweep.pareto.told", lang, mean=mean, demand=demand)]


def _pareto_twin(seen: Seen, verdict: Verdict, title: str) -> Twin:
    lang = seen.lang
    heads = ("policy", "settings", "demand", "mean", "marks")
    rows = tuple(
        (
            f"#{one.number}",
            _settings(seen, one),
            points(one.demand, lang, 1),
            share(one.mean, lang, 0),
            ", ".join(text for text, _ in _marks(seen, verdict, one)),
        )
        for one in sorted(verdict.policies, key=lambda one: (one.demand, one.number))[:MOST_TOLD]
    )
    return Twin(tuple(t(f"ahead_sweep.robust.{one}", lang) for one in heads), rows, (2, 3), title)


# what separates ----------------------------------------------------------------------------------------------
def _sides(seen: Seen, verdict: Verdict) -> Component:
    lang, told = seen.lang, _telling(verdict)
    if not told:
        said = parts.empty(t("ahead_sweep.split.title", lang), t("ahead_sweep.split.none", lang))
        return html.Section(said, className="panel")
    several = []
    for one in told:
        value = words.value(one.key, one.value, lang)
        key = "from" if one.is_number else "equal"
        name = t(f"ahead_sweep.split.{key}", lang, lever=words.lever(one.key, seen.labels), value=value)
        texts = share(one.inside, lang, 0), share(one.outside, lang, 0)
        several.append(separations.Side(name, one.inside, one.outside, *texts))
    ticks = [share(one, lang, 0) for one in separations.TICKS]
    enough = seen.result.sweep.enough
    legend = [
        parts.legend_key(kind, t(f"ahead_sweep.split.{name}", lang, enough=enough))
        for kind, name in (("inside", "inside"), ("outside", "outside"))
    ]
    heads = tuple(t(f"ahead_sweep.split.{name}", lang) for name in ("setting", "inside_head", "outside_head", "gain"))
    rows = tuple(
        (side.name, side.inside_text, side.outside_text, share(one.gain, lang, 0))
        for side, one in zip(several, told, strict=True)
    )
    title = t("ahead_sweep.split.title", lang)
    figure = separations.sides(several, ticks, lang)
    twin = Twin(heads, rows, (1, 2, 3), title)
    return parts.chart_panel(ids.SWEEP_SIDES, title, figure, twin, lang, file_name(lang, "sides"), legend=legend)
