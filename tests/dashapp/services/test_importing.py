"""Figures come in: seen before they are accepted, whole or not at all."""

from __future__ import annotations

import pytest

from dashapp.services import FileRefusedError, importing, operations
from dashapp.services.importing import RowKind
from dashapp.services.refused import RefusedError
from data.store import Store
from engine import Figures
from tests.dashapp.services import world
from tests.dashapp.services.world import LAN, ONLINE, THU, VY


def test_the_first_file_is_all_new(everywhere: Store):
    preview = importing.check(everywhere, LAN, THU, world.counts(), "so-lieu.csv")
    assert preview.based_on is None
    assert [(one.kind, one.agency) for one in preview.changes] == [(RowKind.ADDED, code) for code in "ABCD"]
    assert preview.changes[0].after["numerator"] == 100.0
    assert importing.versions(everywhere, VY, THU) == ()  # nothing was stored


def test_a_preview_says_what_would_change_and_accepting_does_just_that(everywhere: Store):
    first = world.take_in(everywhere)
    file = world.counts(A=(120, 1000, 500, 500), C=None)
    preview = importing.check(everywhere, LAN, THU, file, "so-lieu.csv")
    changed, removed = preview.changes
    assert (changed.kind, changed.agency, changed.name) == (RowKind.CHANGED, "A", "Sở Tư pháp")
    assert (changed.before, changed.after) == ({"numerator": 100.0}, {"numerator": 120.0})
    assert (removed.kind, removed.agency, removed.after) == (RowKind.REMOVED, "C", {})
    assert removed.before["denominator"] == 500.0
    assert preview.unchanged == 2
    assert [one.code for one in preview.reading.warnings] == ["agency_missing"]
    assert preview.token is not None
    second = importing.accept(
        everywhere, LAN, THU, file, "so-lieu.csv", token=preview.token, reporter="Sở Tư pháp", note="Bổ sung"
    )
    assert (second.number, second.previous, second.reporter, second.note) == (2, first.id, "Sở Tư pháp", "Bổ sung")
    assert (second.source, second.filename, second.created_by) == ("so-lieu.csv", "so-lieu.csv", "lan")
    figures = importing.figures_of(everywhere, VY, second.id)
    assert figures.sha256 == second.figures_sha256
    assert figures.codes == ("A", "B", "D")
    entry = operations.read_log(everywhere, LAN, newest_first=True, limit=1)[0]
    assert entry.before is not None
    assert entry.after is not None
    assert entry.before["figures_sha256"] == first.figures_sha256
    assert {key: entry.after[key] for key in ("added", "removed", "changed")} == {
        "added": 0,
        "removed": 1,
        "changed": 1,
    }


def test_one_agencys_file_changes_only_its_rows(store: Store):
    world.take_in(store)
    rows = world.counts(A=(120, 1000, 500, 500), B=None, C=None, D=None)
    preview = importing.check(store, LAN, THU, rows, "tu-phap.csv", whole=False)
    assert [(one.kind, one.agency) for one in preview.changes] == [(RowKind.CHANGED, "A")]
    assert preview.token is not None
    added = importing.accept(store, LAN, THU, rows, "tu-phap.csv", token=preview.token, whole=False)
    figures = importing.figures_of(store, VY, added.id)
    assert figures.codes == ("A", "B", "C", "D")
    assert figures.indicators[ONLINE].numerator.tolist() == [120.0, 300.0, 50.0, 0.0]


def test_a_file_with_errors_is_refused_whole(store: Store):
    file = world.counts(A=(1100, 1000, 500, 500))
    preview = importing.check(store, LAN, THU, file, "so-lieu.csv")
    assert [one.code for one in preview.reading.errors] == ["numerator_above_denominator"]
    assert (preview.token, preview.changes) == (None, ())
    with pytest.raises(FileRefusedError):
        importing.accept(store, LAN, THU, file, "so-lieu.csv", token="0-x")  # noqa: S106
    assert importing.versions(store, VY, THU) == ()


def test_an_agency_of_no_campaign_is_refused(store: Store):
    file = world.counts().replace(b"A,S\xe1\xbb\x9f T\xc6\xb0 ph\xc3\xa1p", "E,Sở Lạ".encode())
    preview = importing.check(store, LAN, THU, file, "so-lieu.csv")
    assert [one.code for one in preview.reading.errors] == ["unknown_agency"]


def test_only_what_was_seen_is_accepted(store: Store):
    world.take_in(store)
    seen = importing.check(store, LAN, THU, world.counts(A=(120, 1000, 500, 500)), "a.csv")
    other = world.counts(A=(130, 1000, 500, 500))
    assert seen.token is not None
    with pytest.raises(RefusedError, match="preview_differs"):
        importing.accept(store, LAN, THU, other, "a.csv", token=seen.token)
    with pytest.raises(RefusedError, match="preview_differs"):  # nor the same file laid over instead
        importing.accept(store, LAN, THU, world.counts(A=(120, 1000, 500, 500), B=None), "a.csv", token=seen.token)
    assert len(importing.versions(store, VY, THU)) == 1


def test_the_same_figures_again_are_nothing_new(store: Store):
    first = world.take_in(store)
    preview = importing.check(store, LAN, THU, world.counts(), "lai.csv")
    assert (preview.token, preview.changes, preview.unchanged) == (None, (), 4)
    with pytest.raises(RefusedError, match="nothing_new"):
        importing.accept(store, LAN, THU, world.counts(), "lai.csv", token=f"{first.id}-x")


def test_a_rate_that_jumped_since_the_last_report_is_told(store: Store):
    world.take_in(store)
    preview = importing.check(store, LAN, THU, world.counts(A=(900, 1000, 500, 500)), "a.csv")
    assert "rate_jumped" in [one.code for one in preview.reading.warnings]


def test_what_is_stored_gives_the_very_same_figures(everywhere: Store):
    stored = world.take_in(everywhere, world.counts(A=(100, 1000, 333, 1)))
    preview = importing.check(everywhere, LAN, THU, world.counts(A=(100, 1000, 333, 1)), "lai.csv")
    assert preview.reading.frame is not None
    assert Figures.from_frame(preview.reading.frame).sha256 == stored.figures_sha256
