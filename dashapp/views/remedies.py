"""What to do when a goal is not met: the remedy first, then why, then buttons that apply it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp import explain
from dashapp.i18n import points, share, t
from dashapp.urlstate import format_page
from dashapp.views import levers
from dashapp.views.cards import FINE
from dashapp.views.parts import action, icon
from dashapp.views.shown import Shown
from engine import Diagnosis, GoalStatus, Summary

RULES_OFFERED = 3
GROUPS_SHOWN = 12
"""Goals of groups that are told one by one; further ones are counted."""


def alert(shown: Shown) -> list[Component]:
    """Notices for every goal that is not met, the shown indicator's first; nothing if all are met."""
    allocation = shown.allocation
    unmet = [one for one in allocation.summaries if one.status not in FINE]
    own = [one for one in unmet if one.indicator == shown.indicator]
    others = sorted({one.indicator for one in unmet if one.indicator != shown.indicator})
    groups = [one for one in allocation.groups if one.status not in FINE and one.indicator == shown.indicator]
    found: list[Component] = [_remedy(shown, one) for one in own]
    if groups:
        found.append(_groups(shown, groups))
    found += [_elsewhere(shown, indicator) for indicator in others]
    return found


def _remedy(shown: Shown, summary: Summary) -> Component:
    lang = shown.lang
    diagnosis = shown.allocation.diagnosis.get((summary.indicator, summary.period))
    sentence = explain.goal_sentence(summary, shown.allocation, shown.labels)
    lead, _, why = sentence.partition(". ")
    body: list[Component] = [html.H2([icon("warning"), html.Span(f"{lead}." if why else lead)])]
    if why:
        body.append(html.P(why, className="why"))
    if diagnosis is not None:
        body.append(html.Div(_actions(shown, summary, diagnosis), className="actions"))
    return html.Div(body, className="remedy", role="alert", lang=lang)


def _actions(shown: Shown, summary: Summary, diagnosis: Diagnosis) -> list[Component]:
    offered = remedies(shown, summary, diagnosis)
    return [
        action(_words(shown, one), format_page(one.state), main=at == 0)  # the smallest change leads
        for at, one in enumerate(offered)
    ]


def remedies(shown: Shown, summary: Summary, diagnosis: Diagnosis) -> list[levers.Remedy]:
    """Every single change that helps, the one that changes least for people first."""
    state, saved, indicator = shown.state, shown.saved, shown.indicator
    found = []
    if summary.status is GoalStatus.SHORT_BY_ROUNDING:
        found.append(levers.finer(state, saved, indicator))
    if diagnosis.relax_caps_by is not None:
        found.append(levers.loosened(state, saved, indicator, diagnosis.relax_caps_by))
    found.append(levers.lowered(state, shown.allocation.plan, indicator, summary.period, diagnosis.highest_goal))
    found += [levers.without(state, saved, indicator, rule) for rule in diagnosis.remedies[:RULES_OFFERED]]
    if summary.status is GoalStatus.UNREACHABLE_BY_METHOD:
        found.append(levers.by_method(state, indicator))
    return found


def _words(shown: Shown, remedy: levers.Remedy) -> str:
    lang = shown.lang
    match remedy.kind:
        case "goal":
            return t("web.remedy.goal", lang, goal=share(remedy.value, lang, 1, trim=True))
        case "relax":
            return t("web.remedy.relax", lang, points=points(remedy.value, lang, 1, trim=True))
        case "drop":
            return t("web.remedy.drop", lang, rule=shown.labels.by(remedy.value))
        case "grid":
            return t("web.remedy.grid", lang)
    return t("web.remedy.method", lang, method=t(f"terms.method.{remedy.value}.name", lang))


def _groups(shown: Shown, groups: list[Summary]) -> Component:
    lang = shown.lang
    last = [one for one in groups if one.period == shown.periods[-1]]
    lines = [html.Li(explain.goal_sentence(one, shown.allocation, shown.labels)) for one in last[:GROUPS_SHOWN]]
    if len(last) > GROUPS_SHOWN:
        lines.append(html.Li(t("web.alert.more_groups", lang, count=len(last) - GROUPS_SHOWN)))
    many = len({one.parent for one in groups})
    return html.Details(
        [html.Summary(t("web.alert.groups", lang, count=many)), html.Ul(lines, className="mt-2 mb-0")],
        className="message",
    )


def _elsewhere(shown: Shown, indicator: str) -> Component:
    lang = shown.lang
    name = shown.labels.indicator(indicator)
    return html.Div(
        [
            icon("warning"),
            html.Span(t("web.alert.elsewhere", lang, indicator=name), className="ms-2 me-3"),
            action(t("web.alert.look", lang), format_page(levers.showing(shown.state, indicator)), small=True),
        ],
        className="message",
    )
