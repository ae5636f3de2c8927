"""What stands beside the measures: what an effect means, whom a measure reaches and when, whether any of it counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from dashapp.i18n import number, share, t
from dashapp.labels import Labels
from dashapp.measurestate import MeasureLever
from dashapp.services.measured import moved_rate, present
from dashapp.services.opened import Opened
from dashapp.urlstate import PageState, format_page
from dashapp.views import levers, measure_levers
from dashapp.views.measure_levers import Offer, Setting
from dashapp.views.shown import saved_labels
from engine import Measure, Start, Where

NAMED = 2
HOW_KEPT = 256
"""Lines kept in memory: most moves leave the measures as they are."""
START = "start"
"""Key of the line under the point of departure."""


def effect_key(id: str) -> str:
    """Key of the line that says what a measure's effect means."""
    return f"measure.{id}"


def how_key(id: str) -> str:
    """Key of the line that says whom a measure reaches, from when."""
    return f"measure-how.{id}"


def hints(state: PageState, opened: Opened, indicator: str) -> Mapping[str, list[list[str]]]:
    """As `controls.hints`, for the measures that concern the shown indicator."""
    lang = state.lang
    offers = [one for one in measure_levers.offers(opened) if measure_levers.concerns(one, indicator)]
    rate = present(opened.figures, indicator)
    found: dict[str, list[list[str]]] = {}
    for offer in offers:
        now = measure_levers.settled(state, offer)
        found[how_key(offer.id)] = [[_how_kept(now, offer, opened, lang)]]
        said = [[meaning(rate, now.effect, lang)]] if now.on and math.isfinite(rate) else []
        if offer.id in state.measures:
            back = format_page(state.with_measure(offer.id, MeasureLever()))
            said.append([_saved(offer, now, lang), back])
        if said:
            found[effect_key(offer.id)] = said
    if line := _start(state, opened, indicator, any(measure_levers.settled(state, one).on for one in offers)):
        found[START] = line
    return found


@lru_cache(maxsize=HOW_KEPT)
def _how_kept(now: Setting, offer: Offer, opened: Opened, lang: str) -> str:
    return how(now, offer, saved_labels(opened, lang))


def how(now: Setting, offer: Offer, labels: Labels) -> str:
    """``Cấp huyện và cấp xã · từ 01/07/2022 · đủ tác động sau 60 ngày``."""
    where = measure_levers.where_of(now, offer)
    text = told(replace(offer.measure, where=where, start=now.start, ramp_days=now.ramp), labels)
    return text[:1].upper() + text[1:]


def told(measure: Measure, labels: Labels) -> str:
    """Whom a measure reaches, from when, and when it works in full."""
    lang, days = labels.lang, round(measure.ramp_days)
    ramp = t("measures.ramp", lang, days=days) if days else t("measures.at_once", lang)
    return " · ".join([_scope(measure.where, labels), t("measures.from", lang, day=measure.start), ramp])


def _scope(where: Where, labels: Labels) -> str:
    """Whom a measure reaches; of many agencies the first few by their names."""
    more = len(where.agencies) - NAMED
    if more > 1:
        first = ", ".join(labels.agency(code) for code in where.agencies[:NAMED])
        return t("measures.agencies", labels.lang, first=first, more=more)
    return labels.where(where) or t("measures.everyone", labels.lang)


def meaning(rate: float, effect: float, lang: str) -> str:
    """An effect as what it makes of the province's present rate."""
    return t("measures.meaning", lang, now=share(rate, lang), then=share(moved_rate(rate, effect), lang))


def _saved(offer: Offer, now: Setting, lang: str) -> str:
    saved = offer.saved
    if now == replace(saved, effect=now.effect):
        return t("web.lever.saved", lang, value=number(saved.effect, lang, 4, trim=True))
    return t("web.lever.back", lang)


def _start(state: PageState, opened: Opened, indicator: str, on: bool) -> list[list[str]]:
    """Whether measures are counted at all, and the way to change it."""
    lang, own = state.lang, state.of(indicator)
    now = levers.settled(state, opened.scenario, indicator).start
    if on and now == Start.CURRENT:
        use = state.with_levers(indicator, replace(own, start=_moved(opened, indicator, Start.PROJECTED)))
        return [[t("measures.idle", lang)], [t("measures.use", lang), format_page(use)]]
    if own.start is not None:
        back = format_page(state.with_levers(indicator, replace(own, start=None)))
        return [[t(f"measures.now_{now}", lang)], [t("web.lever.back", lang), back]]
    return []


def _moved(opened: Opened, indicator: str, start: Start) -> str | None:
    return None if levers.of_saved(opened.scenario, indicator).start == start else str(start)
