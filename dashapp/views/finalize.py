"""A table of targets on its way to a Decision, as the page that finalises it shows it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from dash import html
from dash.development.base_component import Component

from dashapp import services
from dashapp.i18n import date, period, points, share, t
from dashapp.kept_messages import time
from dashapp.labels import Labels
from dashapp.services import tables
from dashapp.services.database import AllocationRow, State
from dashapp.services.edits import Edit
from dashapp.services.effects import Joint
from dashapp.services.provision import SYSTEM
from dashapp.services.rights import Action, Actor, may
from dashapp.services.tables import Listed, Table
from dashapp.urlstate import format_finalize
from dashapp.views import parts
from dashapp.views.parts import badge, carried, icon
from engine import GoalStatus, Summary
from scenarios import Campaign

STATE_TONES: Mapping[State, str] = MappingProxyType(
    {State.DRAFT: "plain", State.SUBMITTED: "brand", State.APPROVED: "pinned", State.ISSUED: "good"}
)
HOLDS = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page is about.

    Attributes
    ----------
    table : Table
    listed : Listed
        The table in the list of its campaign's.
    everything : tuple of Listed
        The campaign's tables by number.
    names : mapping of user name to the name people read
    joint : Joint or None
        What comes of the edits that are not kept yet.
    """

    campaign: Campaign
    table: Table
    listed: Listed
    everything: tuple[Listed, ...]
    actor: Actor
    names: Mapping[str, str]
    indicator: str
    order: str
    lang: str
    joint: Joint | None = None
    edits: tuple[Edit, ...] = field(default=())

    @property
    def draft(self) -> bool:
        return self.table.record.state is State.DRAFT

    @property
    def edits_it(self) -> bool:
        """True where the actor may set targets of this table."""
        return self.draft and may(self.actor.role, Action.FINALISE)

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.table.inputs.scenario.plan.periods)

    @cached_property
    def labels(self) -> Labels:
        inputs = self.table.inputs if self.joint is None else self.joint.inputs
        return services.labels_of(inputs.figures, inputs.pinned_scenario.plan, self.lang)

    @cached_property
    def rows(self) -> tuple[AllocationRow, ...]:
        """The table as it is, or as it would be."""
        return self.table.rows if self.joint is None else tables.rows_of(self.joint.after)

    @cached_property
    def kept_rows(self) -> Mapping[tuple[str, str, str], AllocationRow]:
        """The table as it is, by agency, indicator and period."""
        return {(row.agency, row.indicator, row.period): row for row in self.table.rows}

    @cached_property
    def proposals(self) -> Mapping[str, float]:
        """What agencies themselves proposed for the last period of the shown indicator."""
        figures = self.table.inputs.figures
        own = figures.indicators[self.indicator]
        values = own.proposed.get(self.periods[-1])
        if values is None:
            return {}
        pairs = zip(own.rows, values, strict=True)
        return {figures.codes[at]: float(value) for at, value in pairs if not math.isnan(value)}

    @property
    def summaries(self) -> tuple[Summary, ...]:
        return (self.table.inputs.pinned if self.joint is None else self.joint.after).summaries

    @property
    def groups(self) -> tuple[Summary, ...]:
        return (self.table.inputs.pinned if self.joint is None else self.joint.after).groups

    def called(self, name: str | None) -> str:
        """A person as people read of them."""
        if name == SYSTEM:
            return t("keeping.product", self.lang)
        return self.names.get(name or "", name or "")


def state_badge(state: State, lang: str) -> Component:
    """The state of a table, set apart."""
    text = t(f"store.state.{state}", lang)
    return badge(text[:1].upper() + text[1:], STATE_TONES[state], "check" if state is State.ISSUED else "")


def decision(listed: Listed, lang: str) -> str:
    """``Quyết định 1045/QĐ-UBND ngày 21/06/2022``, empty before it is issued."""
    record = listed.record
    if record.decision_number is None or record.decision_date is None:
        return ""
    return t("finalize.decision", lang, number=record.decision_number, day=date(record.decision_date, lang))


# the list ----------------------------------------------------------------------------------------------------
def listing(
    campaign: str,
    everything: Sequence[Listed],
    called: Callable[[str | None], str],
    lang: str,
    shown: int | None = None,
) -> Component:
    """The campaign's tables, the newest first."""
    heads = [
        t(f"finalize.list.{one}", lang) for one in ("number", "state", "scenario", "figures", "changed", "decision")
    ]
    body = []
    for one in reversed(everything):
        record = one.record
        address = format_finalize(campaign, lang, record.number)
        name = t("finalize.table", lang, number=record.number)
        corrects = [] if one.corrects is None else [html.Span(_corrects(one.corrects, lang), className="src")]
        body.append(
            parts.table_row(
                (
                    html.Div([html.A(name, href=address, **carried(inside="true")), *corrects]),
                    state_badge(record.state, lang),
                    t("finalize.of", lang, name=one.scenario.name[lang], number=one.scenario_version.number),
                    t("finalize.version", lang, number=one.figures_version.number),
                    t("finalize.by", lang, by=called(record.changed_by), time=time(record.changed_at, lang)),
                    decision(one, lang) or "–",
                ),
                chosen=record.number == shown,
            )
        )
    return parts.panel(
        t("finalize.list.title", lang),
        html.Div(parts.table(heads, body), className="final-scroll", tabIndex="0"),
        id="final-list",
    )


def _corrects(number: int, lang: str) -> str:
    return t("finalize.corrects", lang, number=number)


# the head ----------------------------------------------------------------------------------------------------
STEPS: Mapping[State, tuple[tuple[str, Action], ...]] = MappingProxyType(
    {
        State.DRAFT: (("submit", Action.SUBMIT),),
        State.SUBMITTED: (("approve", Action.APPROVE), ("return", Action.RETURN), ("withdraw", Action.SUBMIT)),
        State.APPROVED: (("issue", Action.ISSUE), ("return", Action.RETURN)),
        State.ISSUED: (),
    }
)
"""State -> what can be done next, the way forward first."""


def steps(seen: Seen) -> tuple[str, ...]:
    """What the actor may do with the table next."""
    record = seen.table.record
    allowed = [name for name, action in STEPS[record.state] if may(seen.actor.role, action)]
    return tuple(one for one in allowed if one != "approve" or record.submitted_by != seen.actor.name)


def head(seen: Seen) -> list[Component]:
    """Which table it is, where it stands, what it rests on, and what can be done with it."""
    lang, record, listed = seen.lang, seen.table.record, seen.listed
    facts = [
        t("finalize.scenario", lang, name=listed.scenario.name[lang], number=listed.scenario_version.number),
        t("finalize.figures", lang, number=listed.figures_version.number),
        t("finalize.begun", lang, by=seen.called(record.created_by), time=time(record.created_at, lang)),
        t("finalize.changed", lang, by=seen.called(record.changed_by), time=time(record.changed_at, lang)),
    ]
    title = [t("finalize.table", lang, number=record.number), state_badge(record.state, lang)]
    found: list[Component] = [
        html.Div([html.H2(title[0], className="final-name"), title[1], *_decision(seen)], className="final-title"),
        html.P([html.Span(fact) for fact in facts], className="final-facts"),
    ]
    return [html.Div(found, className="final-about"), html.Div(_buttons(seen), className="toolbar no-print")]


def _decision(seen: Seen) -> list[Component]:
    said = decision(seen.listed, seen.lang)
    found: list[Component] = [html.Strong(said)] if said else []
    if seen.listed.corrects is not None:
        found.append(html.Span(_corrects(seen.listed.corrects, seen.lang), className="muted"))
    return found


def _buttons(seen: Seen) -> list[Component]:
    lang = seen.lang
    found: list[Component] = []
    for at, name in enumerate(steps(seen)):
        found.append(
            html.Button(
                t(f"finalize.step.{name}", lang),
                type="button",
                className="action main" if at == 0 and name in ("submit", "approve", "issue") else "action",
                **carried(
                    final_step=name,
                    title=t(f"finalize.step.{name}_title", lang, number=seen.table.record.number),
                    text=t(f"finalize.step.{name}_text", lang),
                    confirm=t(f"finalize.step.{name}", lang),
                ),
            )
        )
    corrected = any(one.record.corrects == seen.table.record.id for one in seen.everything)
    if seen.table.record.state is State.ISSUED and may(seen.actor.role, Action.FINALISE) and not corrected:
        found.append(
            html.Button(t("finalize.correct", lang), type="button", className="action", **carried(final_do="correct"))
        )
    return found


def notices(seen: Seen, newest: int, since: str | None) -> list[Component]:
    """What is newer than the table rests on, whose way it is, and what others did since it was seen."""
    lang, listed, found = seen.lang, seen.listed, list[Component]()
    if since:
        found.append(parts.message(t("finalize.moved.lead", lang), since, "warning"))
    if seen.draft:
        newer = []
        if newest != listed.figures_version.number:
            newer.append(("figures", t("finalize.newer.figures", lang, number=newest)))
        if listed.scenario.head != listed.scenario_version.number:
            newer.append(("scenario", t("finalize.newer.scenario", lang, number=listed.scenario.head)))
        for what, text in newer:
            button: list[Component] = []
            if seen.edits_it:
                again = t(f"finalize.newer.again_{what}", lang)
                doing = carried(final_do="rerun", what=what)
                button = [html.Button(again, type="button", className="action small no-print", **doing)]
            found.append(parts.message("", [text, " ", *button], "info"))
        if seen.table.transitions and seen.table.transitions[-1].from_state is not State.DRAFT:
            last = seen.table.transitions[-1]
            if last.comment:
                by, at = seen.called(last.by), time(last.at, lang)
                lead = t("finalize.returned", lang, by=by, time=at)
                found.append(parts.message(lead, last.comment, "flag"))
    return found


# the headline ------------------------------------------------------------------------------------------------
def cards(seen: Seen) -> list[Component]:
    """Each goal of the province: what the table comes to, whether that is enough; a preview says what it was."""
    lang = seen.lang
    before = {(one.indicator, one.period): one for one in seen.table.inputs.pinned.summaries}
    found = []
    for one in seen.summaries:
        if one.goal is None:
            continue
        met = one.status in HOLDS
        key = "finalize.card.met" if met else "finalize.card.short"
        sub = t(key, lang, goal=one.goal, shortfall=short(one, lang), status=t(f"terms.goal_status.{one.status}", lang))
        was = before[one.indicator, one.period]
        if seen.joint is not None and was.attained != one.attained:
            sub = f"{sub} · {t('finalize.card.was', lang, was=was.attained)}"
        label = t("finalize.card.label", lang, indicator=seen.labels.indicator(one.indicator), period=one.period)
        tone: parts.Tone = "good" if met else "bad"
        found.append(parts.card(label, share(one.attained, lang), sub, tone=tone, definition=_defined(seen, one)))
    return found


def _defined(seen: Seen, one: Summary) -> Component | None:
    """What the indicator counts; of an issued table, as it was defined when it was issued."""
    about, record = seen.campaign.indicators.get(one.indicator), seen.table.record
    if about is None:
        return None
    source = seen.campaign.source[seen.lang]
    if record.issued_at is not None:
        source = t("finalize.card.defined_then", seen.lang, day=record.issued_at.astimezone().date())
    return parts.indicator_definition(about, seen.lang, source=source, date=seen.table.inputs.scenario.plan.as_of)


def short(one: Summary, lang: str) -> str:
    """By how much a goal is missed."""
    return points(one.shortfall, lang, 2, trim=True)


def exact(value: float | None, lang: str) -> str:
    """A share as it is set by hand: up to two decimals."""
    return share(value, lang, 2, trim=True)


def goal_name(seen: Seen, one: Summary) -> str:
    """Whose goal, of what, for when."""
    whose = t("finalize.province", seen.lang) if one.parent is None else seen.labels.agency(one.parent)
    indicator = seen.labels.indicator(one.indicator)
    return t("finalize.goal", seen.lang, whose=whose, indicator=indicator, period=period(one.period, seen.lang))


def unmet(seen: Seen) -> list[str]:
    """Goals that the table does not reach, each with its shortfall."""
    found = [one for one in (*seen.summaries, *seen.groups) if one.goal is not None and one.status not in HOLDS]
    return [t("finalize.unmet", seen.lang, goal=goal_name(seen, one), shortfall=short(one, seen.lang)) for one in found]


def signed(name: str, text: str) -> html.Li:
    """A line of a list with a sign before it."""
    return html.Li([icon(name), html.Span(text)])
