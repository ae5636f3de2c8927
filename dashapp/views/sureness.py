"""How sure the goal is to be: a chance to choose, the goal that it takes, and what the result rests on most."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import has, in_ten, share, t
from dashapp.i18n import names as listed
from dashapp.services import sureness
from dashapp.services.sureness import Heed
from dashapp.urlstate import SURES, format_page
from dashapp.views import levers, parts
from dashapp.views.parts import aria, carried, definition
from dashapp.views.shown import Shown

SELECT = "sure"
"""Id of the choice of a chance."""
SAME = 5e-5
"""Goals that are nearer to each other than this are the same."""
TOLD = 3
WORTH_TELLING = 0.05
"""Share of the spread below which a source is not named."""


def waiting(lang: str, sure: int | None) -> list[Component]:
    """The strip until the first answer."""
    return [_choice(lang, sure), html.Span(t("web.chance.waiting", lang), className="muted")]


def strip(shown: Shown, seq: str, heed: Heed) -> list[Component]:
    """The whole strip; `seq`: of which answer. What `heed` raises ends it."""
    lang = shown.lang
    said = [] if shown.state.sure is None else _planned(shown, shown.state.sure, heed)
    body = html.Div([*said, _rests(shown, heed)], className="sureness-said", **carried(seq=seq), **aria(live="polite"))
    return [_choice(lang, shown.state.sure), body]


def _choice(lang: str, sure: int | None) -> Component:
    none = html.Option(t("sureness.any", lang), value="", selected=sure is None)
    chances = [
        html.Option(f"{share(one / 100, lang, 0)} ({in_ten(one / 100, lang)})", value=str(one), selected=one == sure)
        for one in SURES
    ]
    return html.Div(
        [
            html.Label(t("sureness.label", lang), htmlFor=SELECT),
            html.Select([none, *chances], id=SELECT, className="form-select"),
        ],
        className="field",
    )


def _planned(shown: Shown, sure: int, heed: Heed) -> list[Component]:
    """The goal that the wanted chance takes, and the button that sets it."""
    lang = shown.lang
    found = sureness.planning_goal(shown.allocation, shown.indicator, sure / 100, heed)
    last = shown.periods[-1]
    goal, reach = shown.plan.goals[last], shown.plan.judged[last]
    words = {
        "goal": share(found.goal, lang, 2, trim=True),
        "now": share(goal, lang, 2, trim=True),
        "reach": share(reach, lang, 2, trim=True),
        "chance": in_ten(found.chance, lang),
    }
    if not found.enough:
        return [html.Span(t("sureness.never", lang, **words))]
    if abs(found.goal - goal) < SAME:
        return [html.Span(t("sureness.already" if goal == reach else "sureness.applied", lang, **words))]
    state = levers.surer(shown.state, shown.saved, shown.indicator, found.goal * 100, reach * 100)
    way = parts.action(t("sureness.apply", lang, **words), format_page(state), small=True)
    return [html.Span([html.Span(t("sureness.aim", lang, **words)), " ", way])]


def _rests(shown: Shown, heed: Heed) -> Component:
    """What the province's result depends on most."""
    lang = shown.lang
    every = sureness.influences(shown.allocation, shown.indicator, heed)
    told = [one for one in every if one.total >= WORTH_TELLING][:TOLD]
    if not told:
        return html.Span(t("sureness.sure", lang), className="muted")
    named = [f"{_source(shown, one.source)} ({share(min(one.total, 1.0), lang, 0)})" for one in told]
    about = definition(
        lang,
        numerator="",
        denominator="",
        source="",
        date=None,
        legal_basis="",
        label=t("sureness.about", lang),
        text=t("sureness.about_text", lang),
    )
    said = t("sureness.rests_on", lang, sources=listed(named, lang))
    return html.Span([about, " ", html.Span(said)], className="muted rests")


def _source(shown: Shown, source: str) -> str:
    key = f"ahead.source.{source}"
    return t(key, shown.lang) if has(key, shown.lang) else f"“{shown.labels.measure(source)}”"
