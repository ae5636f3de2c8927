"""The whole country, put in on request: 11,367 agencies, kept, calculated and found again like a province."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import scenarios
from dashapp import cli, services
from dashapp.services import importing, operations, provision, saved_scenarios, stored_runs, tables
from dashapp.services.refused import ForbiddenError, RefusedError
from dashapp.services.rights import Action
from data.store import Store, backup, verify_backup
from tests.dashapp.services.world import BINH, LAN, ROOT, VY

COUNTRY = "national-2022"


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('country') / 'chitieu.db'}")
    assert provision.ensure_campaigns(store) == ("hau-giang-2022", "phu-tho-2026")
    assert provision.add_campaign(store, ROOT, COUNTRY)
    yield store
    store.close()


def test_it_is_put_in_once_as_it_was_shipped(country: Store):
    before = operations.verify_log(country, ROOT)
    assert not provision.add_campaign(country, ROOT, COUNTRY)
    assert operations.verify_log(country, ROOT) == before
    entry = operations.read_log(country, ROOT, action="campaign.add", newest_first=True)[0]
    assert (entry.user, entry.subject) == ("root", f"campaign/{COUNTRY}")
    kept = provision.agencies(country, VY, COUNTRY)
    assert len(kept) == 11_367
    given = services.figures(COUNTRY)
    assert [one.code for one in kept] == sorted(given.codes)
    assert {one.code: one.parent for one in kept} == {
        code: given.codes[above] if above >= 0 else None for code, above in zip(given.codes, given.parent, strict=True)
    }
    (version,) = importing.versions(country, VY, COUNTRY)
    assert version.figures_sha256 == given.sha256
    assert importing.figures_of(country, VY, version.id).sha256 == given.sha256
    found = [one.slug for one in saved_scenarios.saved(country, VY, COUNTRY)]
    assert found == ["base", "one-target", "cautious"]


def test_the_list_says_what_is_there(country: Store):
    told = [(one.about.id, one.agencies, one.there) for one in provision.shipped_campaigns(country, ROOT)]
    assert told == [("hau-giang-2022", 102, True), (COUNTRY, 11_367, True), ("phu-tho-2026", 163, True)]


def test_it_is_calculated_and_kept_like_a_province(country: Store):
    (version,) = importing.versions(country, LAN, COUNTRY)
    base = saved_scenarios.saved(country, LAN, COUNTRY)[0]
    said = saved_scenarios.at(country, LAN, base.id).version
    kept = stored_runs.run_stored(country, LAN, figures_version=version.id, scenario_version=said.id)
    summary = kept.allocation.summary("online", "2022Q4")
    assert kept.allocation.all_met
    assert summary.attained >= 0.5
    draft = tables.start_draft(country, LAN, COUNTRY, figures_version=version.id, scenario_version=said.id)
    rows = tables.table(country, VY, draft.id).rows
    assert len(rows) == 2 * 11_367
    last = [one for one in rows if one.period == "2022Q4" and one.target is not None and one.weight is not None]
    top = [one for one in last if one.parent is None]
    assert len(top) == 63
    reached = sum(one.target * one.weight for one in top) / sum(one.weight for one in top)
    assert reached == pytest.approx(summary.attained, abs=1e-12)


def test_it_is_in_a_backup(country: Store, tmp_path: Path):
    made = backup(country, tmp_path / "b")
    assert made.counts["agencies"] == 11_367 + 102 + 163
    assert verify_backup(tmp_path / "b") == made


def test_only_an_administrator_puts_it_in_and_only_what_there_is(country: Store):
    for who in (VY, LAN, BINH):
        with pytest.raises(ForbiddenError):
            provision.add_campaign(country, who, COUNTRY)
    with pytest.raises(RefusedError, match="unknown_campaign") as refused:
        provision.add_campaign(country, ROOT, "national-2023")
    assert refused.value.details["nearest"] == COUNTRY
    assert provision.add_campaign.__dict__["action"] == Action.MANAGE_CAMPAIGNS


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CHITIEU_DATABASE_URL", f"sqlite:///{tmp_path / 'chitieu.db'}")
    assert cli.main(["campaign", "list"]) == 2
    assert "Chưa có cơ sở dữ liệu" in capsys.readouterr().err
    assert cli.main(["campaign", "add", "phu-tho-2026", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "Campaign “phu-tho-2026” is in the database now.\n"
    assert cli.main(["campaign", "add", "phu-tho-2026"]) == 0
    assert capsys.readouterr().out == "Đợt “phu-tho-2026” đã có trong cơ sở dữ liệu.\n"
    assert cli.main(["campaign", "list", "--lang", "en"]) == 0
    heading, _, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["Campaign", "Agencies", "State", "Name"]
    assert [line.split()[:3] for line in lines] == [
        ["hau-giang-2022", "102", "not"],
        [COUNTRY, "11,367", "not"],
        ["phu-tho-2026", "163", "in"],
    ]
    assert len(lines) == len(scenarios.campaigns())
    assert cli.main(["campaign", "add", "phu-to-2026"]) == 2
    assert "Có phải “phu-tho-2026”?" in capsys.readouterr().err
    assert cli.main(["campaign"]) == 2
