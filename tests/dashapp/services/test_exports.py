"""What an export says of a stored table, of a scenario and of a run from files."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

import scenarios
from dashapp.services import calculation, catalogue, exports, gathering, overrides, saved_scenarios, states, writing
from dashapp.services.refused import RefusedError
from data.export import Corrected, ExportState, targets_sha256
from data.store import Store, StoreError
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun
from tests.dashapp.services.test_life import issued
from tests.dashapp.services.world import DECISION, HOA, LAN, ONLINE, Q3, Q4, THU, VY

NOW = datetime(2022, 6, 21, 2, 30, tzinfo=UTC)


@pytest.fixture
def decided(store: Store, begun: Begun) -> Begun:
    """An issued table with an override."""
    place = {"agency": "A", "indicator": ONLINE, "period": Q4}
    overrides.save_override(store, LAN, begun.draft, **place, value=0.45, reason="Lãnh đạo sở đề nghị")
    issued(store, begun.draft)
    return begun


def test_a_table_with_all_that_belongs_to_it(store: Store, decided: Begun):
    said = exports.of_table(store, VY, decided.draft, lang="vi", made_at=NOW)
    imprint = said.imprint
    assert (imprint.campaign, imprint.table, imprint.state) == (THU, 1, ExportState.ISSUED)
    assert (imprint.decision_number, imprint.decision_date) == (DECISION["number"], DECISION["day"])
    assert (imprint.scenario, imprint.scenario_version, imprint.figures_version) == (f"{THU}/base", 1, 1)
    assert imprint.scenario_name == {"vi": "Thử", "en": "Try"}
    assert (imprint.made_at, imprint.illustrative) == (NOW, False)
    assert imprint.targets_sha256 == targets_sha256(said.allocation)
    assert imprint.figures_sha256 == said.allocation.figures.sha256
    (override,) = said.overrides
    assert (override.name, override.value, override.before) == ("Sở Tư pháp", 0.45, 0.4)
    assert (override.reason, override.by) == ("Lãnh đạo sở đề nghị", "lan")
    assert said.rules == ()  # the override is no rule of the scenario
    assert "45\u00a0%" in said.sentence("A", ONLINE, Q4)
    assert "Lãnh đạo sở đề nghị" in said.sentence("A", ONLINE, Q4)
    assert (said.figures.number, said.figures.filename, said.figures.as_of) == (1, "so-lieu.csv", date(2022, 6, 15))
    assert len(said.goals) == 2  # one for each period, of the one indicator
    assert all(one.startswith("Kế hoạch") for one in said.legal_bases)
    assert said.legal_bases


def test_in_the_other_language(store: Store, decided: Begun):
    said = exports.of_table(store, VY, decided.draft, lang="en", made_at=NOW)
    assert said.words.own("agency") == "Agency"
    assert said.indicators[ONLINE].name == scenarios.indicators()[ONLINE].name["en"]
    assert "45%" in said.sentence("A", ONLINE, Q4)


def test_a_correction_names_what_it_takes_the_place_of(store: Store, decided: Begun):
    draft = states.correct(store, LAN, decided.draft)
    imprint = exports.of_table(store, VY, draft.id, lang="vi", made_at=NOW).imprint
    assert (imprint.state, imprint.decision_number) == (ExportState.DRAFT, None)
    assert imprint.corrects == Corrected(1, str(DECISION["number"]), date(2022, 6, 21))


def test_the_difference_to_the_decision_before(store: Store, decided: Begun, tmp_path: Path):
    asked = {"lang": "vi", "made_at": NOW}
    with pytest.raises(RefusedError, match="no_earlier_decision"):
        exports.difference_of(store, VY, decided.draft, **asked)
    assert exports.previous(store, VY, decided.draft) is None
    draft = states.correct(store, LAN, decided.draft)
    place = {"agency": "C", "indicator": ONLINE, "period": Q3}
    overrides.save_override(store, LAN, draft.id, **place, value=0.2, reason="Mới")
    found = exports.difference_of(store, VY, draft.id, **asked)
    assert (found.before.table, found.before.decision_number) == (1, DECISION["number"])
    assert (found.after.table, found.after.state) == (2, ExportState.DRAFT)
    (one,) = [one for one in found.lines if one.agency == "C"]
    assert (one.name, one.period, one.after) == ("Sở Xây dựng", Q3, 0.2)
    assert one.before != 0.2
    rows = list(csv.reader(writing.difference_bytes(found, ".csv").decode("utf-8-sig").splitlines()))
    told = dict(zip(rows[0], next(row for row in rows if row[0] == "C"), strict=True))
    assert (told["after"], told["decision_before"], told["export_table"]) == ("0.2", str(DECISION["number"]), "2")
    (tmp_path / "d.xlsx").write_bytes(writing.difference_bytes(found, ".xlsx"))
    (sheet,) = openpyxl.load_workbook(tmp_path / "d.xlsx").worksheets
    row = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "Sở Xây dựng")
    assert row[3:7] == ("quý III/2022", one.before, 0.2, 100 * (0.2 - one.before))
    said = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert f"Quyết định {DECISION['number']} ngày 21/06/2022" in said
    assert f"SHA-256 của chỉ tiêu: {found.before.targets_sha256}" in said


def test_a_table_that_is_not_what_its_inputs_give_is_refused(store: Store, decided: Begun):
    world.tamper(str(store.url.database), "UPDATE allocations SET targets_sha256 = 'x'")
    with pytest.raises(RefusedError, match="not_reproduced"):
        exports.of_table(store, VY, decided.draft, lang="vi", made_at=NOW)


def test_a_scenario_of_ones_own_is_nobody_elses(store: Store, begun: Begun):
    own = saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": "Của Lan"})
    asked = {"lang": "en", "made_at": NOW}
    said = exports.of_scenario(store, LAN, THU, own.record.slug, **asked)
    assert (said.imprint.state, said.imprint.table) == (ExportState.SCENARIO, None)
    assert said.imprint.scenario_name == {"vi": "Của Lan", "en": "Của Lan"}
    with pytest.raises(StoreError, match="not_found"):
        exports.of_scenario(store, HOA, THU, own.record.slug, **asked)


def test_a_run_from_files_belongs_to_no_table():
    shipped = catalogue.shipped("hau-giang-2022/base")
    run = calculation.run("hau-giang-2022", shipped)
    said = gathering.of_run(run, shipped, "vi", NOW, "so-lieu.xlsx")
    assert (said.imprint.table, said.imprint.scenario_version, said.imprint.illustrative) == (None, None, True)
    assert said.imprint.source["vi"]
    assert said.figures.filename == "so-lieu.xlsx"
    assert [one.id for one in said.rules] == [one.id for one in shipped.plan.rules]
    assert not any("Giả định" in one for one in said.legal_bases)
    assert len(said.legal_bases) == len(set(said.legal_bases))
