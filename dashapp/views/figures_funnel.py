"""Which rates are far from the common one and which only come of small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts import clouds
from dashapp.charts.base import Twin
from dashapp.charts.funnel import RATE_TICKS, Curve, Dot, Words, funnel, places
from dashapp.i18n import number, share, t
from dashapp.services.spread import SURE, SURER, Spread, bunched, limits, spread
from dashapp.views import parts
from dashapp.views.figures import Seen
from dashapp.views.parts import legend_key

FEWEST = 3
"""Agencies without which there is nothing to compare."""
MOST_DRAWN = 2000
TWIN_ROWS = 300
_SIDES: Mapping[int, str] = MappingProxyType({0: "between", 1: "over", -1: "under"})


def panel(seen: Seen) -> list[Component]:
    """The chart of the shown indicator with its sentence, or why it is not drawn; nothing without figures."""
    if seen.shelf.figures is None:
        return []
    found = spread(seen.shelf.figures, seen.indicator)
    if why := _why_not(seen, found):
        title = t("figures.funnel.title_not", seen.lang, indicator=seen.short(seen.indicator))
        return [parts.panel(title, html.P(why, className="panel-body"), id=ids.FIGURES_FUNNEL, flows=True)]
    lang, unit = seen.lang, seen.campaign.indicators[seen.indicator].unit[seen.lang]
    over, under = int((found.side > 0).sum()), int((found.side < 0).sum())
    told = {"indicator": seen.short(seen.indicator), "pooled": share(found.pooled, lang)}
    title = t("figures.funnel.title", lang, out=over + under, all=len(found.codes), **told)
    said = [t("figures.funnel.said", lang, unit=unit, over=over, under=under)]
    for one in bunched(found):
        counts = {"over": one.over, "under": one.under}
        said.append(t("figures.funnel.bunched", lang, threshold=share(one.threshold, lang, 0), **counts))
    return [
        parts.chart_panel(
            ids.FIGURES_FUNNEL,
            title,
            _figure(seen, found, unit),
            _twin(seen, found, t("figures.funnel.caption", lang, unit=unit, **told)),
            lang,
            f"chitieu-so-lieu-{seen.indicator}",
            beside=[html.P(" ".join(said), className="said")],
            legend=[
                legend_key("now", t("figures.funnel.between", lang)),
                legend_key("up", t("figures.funnel.over", lang)),
                legend_key("down", t("figures.funnel.under", lang)),
                legend_key("past", t("figures.funnel.narrow", lang)),
                legend_key("wide", t("figures.funnel.wide", lang)),
                legend_key("path", t("figures.funnel.line", lang)),
            ],
            whole=True,
        )
    ]


def _why_not(seen: Seen, found: Spread) -> str:
    """Why the chart would show nothing; empty where it is drawn."""
    count, unit = len(found.codes), seen.campaign.indicators[seen.indicator].unit[seen.lang]
    if count < FEWEST:
        return t("figures.funnel.too_few", seen.lang, count=count, fewest=FEWEST, unit=unit)
    if count > MOST_DRAWN:
        return t("figures.funnel.too_many", seen.lang, count=count, most=MOST_DRAWN)
    if not 0 < found.pooled < 1:
        return t("figures.funnel.all_same", seen.lang, rate=share(found.pooled, seen.lang))
    return ""


def _figure(seen: Seen, found: Spread, unit: str) -> dict[str, object]:
    lang = seen.lang
    low, high = limits(found.pooled, found.volume, SURER)
    dots = []
    for at, code in enumerate(found.codes):
        name = seen.agencies.get(code, code)
        hover = t(
            "figures.funnel.hover",
            lang,
            name=name,
            rate=share(float(found.rate[at]), lang),
            numerator=number(float(found.rate[at] * found.volume[at]), lang),
            denominator=number(float(found.volume[at]), lang),
            low=share(float(low[at]), lang),
            high=share(float(high[at]), lang),
        )
        dots.append(Dot(code, name, float(found.volume[at]), float(found.rate[at]), int(found.side[at]), hover))
    volumes = [dot.volume for dot in dots]
    words = Words(
        volume=t("figures.funnel.volume", lang, unit=unit),
        rate=t("figures.funnel.rate", lang),
        pooled=t("figures.funnel.pooled", lang, pooled=share(found.pooled, lang)),
        volume_ticks=[number(one, lang) for one in clouds.volume_ticks(volumes)],
        rate_ticks=[share(one, lang, 0) for one in RATE_TICKS],
    )
    narrow, wide = (_curve(found, volumes, chance) for chance in (SURE, SURER))
    return funnel(dots, found.pooled, narrow, wide, words, lang)


def _curve(found: Spread, volumes: list[float], chance: float) -> Curve:
    at = places(volumes)
    low, high = limits(found.pooled, at, chance)
    return Curve(at, low.tolist(), high.tolist())


def _twin(seen: Seen, found: Spread, caption: str) -> Twin:
    lang = seen.lang
    heads = tuple(t(f"figures.funnel.{key}", lang) for key in ("name", "total", "rate", "low", "high", "reading"))
    low, high = limits(found.pooled, found.volume, SURER)
    order = sorted(range(len(found.codes)), key=lambda at: (-found.volume[at], found.codes[at]))[:TWIN_ROWS]
    rows = tuple(
        (
            seen.agencies.get(found.codes[at], found.codes[at]),
            number(float(found.volume[at]), lang),
            share(float(found.rate[at]), lang),
            share(float(low[at]), lang),
            share(float(high[at]), lang),
            t(f"figures.funnel.{_SIDES[int(found.side[at])]}", lang),
        )
        for at in order
    )
    return Twin(heads, rows, (1, 2, 3, 4), caption)
