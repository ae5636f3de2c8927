"""Stored tables and scenarios with everything that an export says of them.

What comes from here is a frozen value; the writers of `data.export` turn it into files and ask nobody anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

import data.export
from dashapp.services import opened
from dashapp.services.calculation import labels_of, run
from dashapp.services.described import campaign_in
from dashapp.services.files import is_illustrative, words_of
from dashapp.services.gathering import gathered
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import Inputs, differing, inputs_of
from data.export import Corrected, Difference, Exported, ExportState, FiguresLine, Imprint, OverrideLine
from data.store import Store, Work
from data.store.records import AllocationRecord, FiguresVersion, Override, ScenarioRecord, ScenarioVersion, State
from engine import ENGINE_VERSION, Allocation, Figures
from scenarios import Campaign, Scenario


@needs(Action.READ)
def of_table(store: Store, _actor: Actor, /, id: int, *, lang: str, made_at: datetime) -> Exported:
    """A stored table of targets.

    Parameters
    ----------
    lang : str
        ``vi`` or ``en``.
    made_at : datetime
        Aware; when the export is made.

    Raises
    ------
    RefusedError
        ``not_reproduced`` if the table as kept is not what its inputs give today: it is never written as another.
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        record = work.allocations.get(id)
        inputs = inputs_of(work, record)
        campaign = campaign_in(work, record.campaign, record.issued_at)
        scenario = work.scenarios.get(inputs.scenario_version.scenario)
        corrects = _corrected(work, record)
    table = inputs.pinned
    if data.export.targets_sha256(table) != record.targets_sha256:
        raise RefusedError("not_reproduced", allocation=record.number)
    imprint = _of_record(record, inputs, campaign, scenario, corrects, made_at)
    overrides = _overrides(inputs)
    figures = _figures_line(inputs.figures_version, table, imprint, lang)
    return gathered(imprint, table, inputs.pinned_scenario, figures, overrides, lang, campaign.indicators)


@needs(Action.READ)
def of_scenario(
    store: Store,
    actor: Actor,
    /,
    campaign: str,
    slug: str,
    *,
    lang: str,
    made_at: datetime,
    version: int | None = None,
    figures: int | None = None,
) -> Exported:
    """A stored scenario on stored figures, in versions by their numbers or the newest; no table is made of it.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    RefusedError
        ``figures_missing``.
    engine.EngineError
        If figures and scenario do not fit together.
    """
    found = opened.open_scenario(store, actor, campaign, slug, version=version, figures=figures)
    allocation = run(found.figures, found.scenario)
    imprint = _imprint(
        found.campaign,
        found.record,
        found.version,
        found.ground.figures_version,
        found.figures,
        found.scenario,
        made_at=made_at,
        targets_sha256=data.export.targets_sha256(allocation),
    )
    line = _figures_line(found.ground.figures_version, allocation, imprint, lang)
    return gathered(imprint, allocation, found.scenario, line, (), lang, found.campaign.indicators)


@needs(Action.READ)
def previous(store: Store, _actor: Actor, /, id: int) -> AllocationRecord | None:
    """The Decision before a table: the one whose place it takes, else the last one that was issued before it."""
    with store.reading() as work:
        return _previous(work, work.allocations.get(id))


@needs(Action.READ)
def difference_of(store: Store, _actor: Actor, /, id: int, *, lang: str, made_at: datetime) -> Difference:
    """What a table changes of the Decision before it.

    Raises
    ------
    RefusedError
        ``no_earlier_decision`` {allocation} if there is none.
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        record = work.allocations.get(id)
        before = _previous(work, record)
        if before is None:
            raise RefusedError("no_earlier_decision", allocation=record.number)
        rows = differing(work.allocations.rows(before.id), work.allocations.rows(id))
        imprints: list[Imprint] = []
        words: dict[str, str] = {}
        for one in (before, record):
            inputs = inputs_of(work, one)
            campaign = campaign_in(work, one.campaign, one.issued_at)
            scenario = work.scenarios.get(inputs.scenario_version.scenario)
            imprints.append(_of_record(one, inputs, campaign, scenario, _corrected(work, one), made_at))
            of = labels_of(inputs.figures, inputs.scenario.plan, lang)
            words.update(words_of(of, [inputs.scenario]).periods)
    own = dataclasses.replace(words_of(of, [inputs.scenario]), periods=words)
    return Difference(imprints[0], imprints[1], lang, own, rows)


def _previous(work: Work, record: AllocationRecord) -> AllocationRecord | None:
    if record.corrects is not None:
        return work.allocations.get(record.corrects)
    issued = [one for one in work.allocations.list(record.campaign, State.ISSUED) if one.id != record.id]
    if record.issued_at is not None:
        issued = [one for one in issued if one.issued_at is not None and one.issued_at < record.issued_at]
    return max(issued, key=lambda one: (one.issued_at is not None, one.issued_at, one.id), default=None)


def _corrected(work: Work, record: AllocationRecord) -> Corrected | None:
    if record.corrects is None:
        return None
    before = work.allocations.get(record.corrects)
    return Corrected(before.number, before.decision_number, before.decision_date)


def _of_record(
    record: AllocationRecord,
    inputs: Inputs,
    campaign: Campaign,
    scenario: ScenarioRecord,
    corrects: Corrected | None,
    made_at: datetime,
) -> Imprint:
    return _imprint(
        campaign,
        scenario,
        inputs.scenario_version,
        inputs.figures_version,
        inputs.figures,
        inputs.scenario,
        made_at=made_at,
        targets_sha256=record.targets_sha256 or "",
        engine=record.engine_version or ENGINE_VERSION,
        state=ExportState(record.state.value),
        table=record.number,
        decision_number=record.decision_number,
        decision_date=record.decision_date,
        corrects=corrects,
    )


def _imprint(
    campaign: Campaign,
    record: ScenarioRecord,
    version: ScenarioVersion,
    figures_version: FiguresVersion,
    figures: Figures,
    scenario: Scenario,
    *,
    made_at: datetime,
    targets_sha256: str,
    engine: str = ENGINE_VERSION,
    state: ExportState = ExportState.SCENARIO,
    **more: object,
) -> Imprint:
    illustrative = campaign.illustrative and is_illustrative(figures, scenario)
    said = figures_version.source.strip()
    return Imprint(
        campaign=campaign.id,
        campaign_name=campaign.name,
        scenario=f"{record.campaign}/{record.slug}",
        scenario_name=scenario_names(record),
        scenario_version=version.number,
        figures_version=figures_version.number,
        state=state,
        made_at=made_at,
        engine=engine,
        targets_sha256=targets_sha256,
        figures_sha256=figures_version.figures_sha256,
        illustrative=illustrative,
        source=campaign.source if illustrative else {"vi": said, "en": said},
        **{"table": None, **more},  # type: ignore[arg-type]
    )


def scenario_names(record: ScenarioRecord) -> dict[str, str]:
    """What a scenario is called, in both languages: the other one's name where only one was given."""
    given = [text for text in record.name.values() if text] or [record.slug]
    return {lang: record.name.get(lang) or given[0] for lang in ("vi", "en")}


def _figures_line(version: FiguresVersion, allocation: Allocation, imprint: Imprint, lang: str) -> FiguresLine:
    return FiguresLine(
        number=version.number,
        as_of=allocation.plan.as_of,
        source=imprint.source.get(lang, "") or version.source,
        reporter=version.reporter,
        filename=version.filename,
        file_sha256=version.file_sha256,
        note=version.note,
        stored_by=version.created_by,
        stored_at=version.created_at,
    )


def _overrides(inputs: Inputs) -> Sequence[OverrideLine]:
    names = dict(zip(inputs.figures.codes, inputs.figures.names, strict=True))
    return [
        OverrideLine(
            agency=one.agency,
            name=names.get(one.agency) or one.agency,
            indicator=one.indicator,
            period=one.period,
            value=one.value,
            before=_before(one),
            reason=one.reason,
            by=one.changed_by,
            at=one.changed_at,
        )
        for one in sorted(inputs.overrides, key=lambda one: (one.indicator, one.period, one.agency))
    ]


def _before(override: Override) -> float | None:
    value = override.ground.get("target")
    return None if value is None else float(value)
