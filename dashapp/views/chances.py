"""How likely it is that targets are reached, in the words in which people speak of it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp import services
from dashapp.i18n import in_ten, share, t
from dashapp.views.parts import aria, carried, definition
from dashapp.views.parts import card as figure
from dashapp.views.shown import Shown
from engine import Chance


def waiting(lang: str) -> Component:
    """The card until the first answer."""
    calm = html.Span(t("web.chance.waiting", lang), className="muted", **aria(live="off"))
    return figure(t("web.chance.label", lang), calm, t("web.chance.after", lang), words=True)


def card(shown: Shown, seq: str) -> Component:
    """Chance that the province reaches its goal, and that every agency reaches its target; `seq`: of which answer."""
    lang = shown.lang
    found = services.chance(shown.allocation, shown.indicator)
    reach = shown.plan.reach.get(shown.periods[-1])
    goal = None if reach is None else share(reach, lang, 2, trim=True)
    own = figure(
        t("web.chance.label", lang) if goal is None else t("web.chance.label_reach", lang, reach=goal),
        _capital(in_ten(of_goal(shown, found), lang)),
        t("web.chance.every", lang, chance=in_ten(of_every(shown, found), lang)),
        words=True,
        definition=definition(
            lang,
            numerator=t("web.chance.numerator", lang),
            denominator=t("web.chance.denominator", lang, draws=found.draws),
            source=t("web.chance.source", lang, seed=found.seed),
            date=None,
            legal_basis="",
            label=t("web.chance.label", lang),
            text=f"{assumed(shown)} {t('web.chance.text', lang)}",
        ),
    )
    return html.Div(own, className="chance-card", **carried(seq=seq))


def assumed(shown: Shown) -> str:
    """How far agencies are taken to do what they are asked."""
    delivery = shown.allocation.plan.assumptions.delivery
    whole = delivery.mean >= 1.0 and delivery.spread == 0.0
    key = "web.chance.whole" if whole else "web.chance.part"
    return t(key, shown.lang, mean=share(delivery.mean, shown.lang, 0))


def of_goal(shown: Shown, found: Chance) -> float:
    """Chance that the province reaches the last goal."""
    return found.goals[shown.indicator, shown.periods[-1]]


def of_every(shown: Shown, found: Chance) -> float:
    """Chance that every agency reaches its last target."""
    return found.all_reach[shown.indicator, shown.periods[-1]]


def of_agency(shown: Shown, agency: str) -> str:
    """An agency's own chance of its last target, in a sentence."""
    found = services.chance(shown.allocation, shown.indicator)
    figures = shown.allocation.figures
    at = shown.result.rows.tolist().index(figures.position[agency])
    said = in_ten(float(found.each[shown.indicator][-1, at]), shown.lang)
    return f"{t('web.chance.own', shown.lang, chance=said)} {assumed(shown)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
