"""Forecasts on the months that a campaign's figures rest on, side by side, and how they would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashapp import messages
from dashapp.i18n import LANGUAGES, t
from dashapp.services import forecasting
from dashapp.services.database import Store
from dashapp.services.forecasting import Ground
from dashapp.urlstate import FIGURES
from dashapp.views import ahead_backtest as view
from dashapp.views import parts
from dashapp.views.ahead_backtest import PROVINCE, Seen
from dashapp.views.parts import carried
from engine import EngineError

if TYPE_CHECKING:
    from dashapp.pages.ahead import Asked

PATH = "/ahead"
KEEPS = ("i", "a", "k")
LONGEST_SAID = 40


def body(store: Store, asked: Asked) -> list[Component]:
    """What is known of the past months; without any, where they are taken in."""
    base = asked.campaign.base.partition("/")[2]
    ground = forecasting.ground(store, asked.visitor.actor, asked.campaign.id, base)
    if not ground.indicators:
        return [_nothing(asked)]
    seen, wrong = _seen(ground, asked)
    said = [html.Div([html.P(one) for one in wrong], className="message", role="alert")] if wrong else []
    ways = {id: _address(asked, id, "", "") for id in ground.indicators}
    return [*said, *view.indicators(seen, ways), *_ahead(seen), *_back(seen, asked)]


def _seen(ground: Ground, asked: Asked) -> tuple[Seen, list[str]]:
    """What the address asks for, and what of it cannot be used."""
    lang, wrong = asked.lang, []
    indicator, agency, hide = (asked.said.get(key, "") for key in KEEPS)
    if indicator not in ground.indicators:
        if indicator:
            wrong.append(t("ahead_backtest.fault.indicator", lang, found=indicator[:LONGEST_SAID]))
        indicator = ground.indicators[0]
    agency = "" if agency == PROVINCE else agency
    if agency and agency not in ground.agencies[indicator]:
        wrong.append(t("ahead_backtest.fault.agency", lang, found=agency[:LONGEST_SAID]))
        agency = ""
    most = ground.most_hidden(indicator)
    months = min(view.USUAL, most)
    if hide:
        known = hide.isascii() and hide.isdecimal() and len(hide) < 4 and 1 <= int(hide) <= most
        months = int(hide) if known else months
        if not known and most:
            wrong.append(t("ahead_backtest.fault.hide", lang, found=hide[:LONGEST_SAID], most=most))
    return Seen(asked.campaign, ground, indicator, agency, months, lang), wrong


def _ahead(seen: Seen) -> list[Component]:
    try:
        side = forecasting.side_by_side(seen.ground, seen.indicator, seen.agency)
    except EngineError as refused:
        told = messages.of_engine(refused, seen.labels, seen.lang)
        return [parts.error(t("ahead_backtest.refused", seen.lang), told)]
    return [view.picture(seen, side, PATH), view.outcomes(seen, side)]


def _back(seen: Seen, asked: Asked) -> list[Component]:
    if not seen.hide:
        return [view.too_few(seen)]
    test = forecasting.back_test(seen.ground, seen.indicator, seen.hide)
    most = seen.ground.most_hidden(seen.indicator)
    counts = sorted({*(one for one in view.HIDDEN if one <= most), seen.hide})
    ways = {count: _address(asked, seen.indicator, seen.agency, str(count)) for count in counts}
    return [view.trial(seen, test, ways), view.each(seen, test)]


def _address(asked: Asked, indicator: str, agency: str, hide: str) -> str:
    lang = "" if asked.lang == LANGUAGES[0] else asked.lang
    query = {"c": asked.campaign.id, "i": indicator, "a": agency, "k": hide, "lang": lang}
    return f"{PATH}?{urlencode({key: value for key, value in query.items() if value})}"


def _nothing(asked: Asked) -> Component:
    lang = asked.lang
    query = {"c": asked.campaign.id, **({} if lang == LANGUAGES[0] else {"lang": lang})}
    way = html.A(
        t("ahead_backtest.nothing.way", lang),
        href=f"{FIGURES}?{urlencode(query)}",
        className="action main",
        **carried(inside="true"),
    )
    said = parts.empty(t("ahead_backtest.nothing.title", lang), t("ahead_backtest.nothing.text", lang), way)
    return html.Section(said, className="panel")
