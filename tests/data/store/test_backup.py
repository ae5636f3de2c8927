"""One format for both databases; restoring takes all of it, keeps what was there, and refuses what is not whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.output import OutputError
from data.store import Store, StoreError, backup, restore, verify_backup
from data.store.dialects import Mode, connect, find_file, for_mode, make_room, parse
from data.store.migrations import HEAD, REVISIONS
from data.store.migrations.upgrade import upgrade
from data.store.store import utc_now
from tests.data.store import samples

MANIFEST = "UPDATE chitieu_backup SET manifest = replace(manifest, '{}', '{}')"


@pytest.fixture
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the address of a second, empty database of a kind."""
    made = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'other' / 'chitieu.db'}"
        server = request.getfixturevalue("postgres")
        made.append((server, f"other_{tmp_path.name.lower()}"[:60]))
        return server.create(made[-1][1])

    yield make
    for server, name in made:
        server.drop(name)


def fill(store: Store) -> None:
    """Something in every table."""
    issued = samples.issued(store)
    with store.work("an") as work:
        work.agencies.add(
            samples.CAMPAIGN,
            [samples.records.Agency("", "936", "Long Mỹ", "district"),
             samples.records.Agency("", "31471", "Thuận Hưng", "commune", parent="936")],
        )  # fmt: skip
        correction = work.allocations.add(samples.CAMPAIGN, figures_version=1, scenario_version=1, corrects=issued.id)
        work.overrides.copy(issued.id, correction.id)
        work.users.add(
            "an",
            display_name="An",
            password_hash="$argon2id$",  # noqa: S106
            role="admin",
        )
        work.logins.add("an", "10.0.0.1", False)
        work.choices.add(samples.CAMPAIGN, scenario_version=1, figures_version=1, note="vì dễ làm")
        work.templates.add("mẫu.docx", bytes(range(256)))
        samples.with_months(work)
        for owner, address in (("an", "goal=0.4&x=%C4%91"), ("lan", ""), ("minh", "gone")):
            work.drafts.keep(owner, 1, based_on=1, figures=1, address=address, dropped=0)
        work.drafts.drop("minh", 1)
        work.log.append("allocation.issue", f"allocation/{issued.id}", None, {"x": 1 / 3})


def everything(store: Store) -> tuple[object, ...]:
    """All that can be read."""
    with store.reading() as work:
        allocations = work.allocations.list(samples.CAMPAIGN)
        return (
            work.campaigns.list(),
            work.agencies.list(samples.CAMPAIGN),
            work.figures.list(samples.CAMPAIGN),
            work.figures.frame(1).to_csv(float_format="%r"),
            work.figures.read(2).sha256,
            work.scenarios.history(1),
            work.runs.list(samples.CAMPAIGN),
            allocations,
            [work.allocations.rows(one.id) for one in allocations],
            [work.allocations.transitions(one.id) for one in allocations],
            [work.overrides.list(one.id) for one in allocations],
            work.choices.list(samples.CAMPAIGN),
            work.templates.current(),
            [work.drafts.list(owner, samples.CAMPAIGN) for owner in ("an", "lan", "minh")],
            work.users.list(),
            work.log.entries(),
            work.log.head(),
        )


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_of_either_is_restored_into_either(
    store: Store, target: str, other_url: Callable[[str], str], tmp_path: Path
) -> None:
    fill(store)
    before = everything(store)
    manifest = backup(store, tmp_path / "b.chitieu")
    assert verify_backup(tmp_path / "b.chitieu") == manifest
    assert manifest.counts["allocation_rows"] == 2
    assert [manifest.counts[name] for name in ("histories", "history_rows", "figures_histories")] == [1, 4, 1]
    assert (manifest.counts["choices"], manifest.counts["drafts"]) == (1, 3)
    url = other_url(target)
    assert restore(url, tmp_path / "b.chitieu").aside is None
    with closing(Store.open(url, migrate=False)) as other:
        assert everything(other) == before
        with other.reading() as work:
            assert work.log.verify() is None
        with other.work("an") as work:  # ids go on, issued rows stay frozen
            assert work.allocations.add(samples.CAMPAIGN, figures_version=1, scenario_version=1).id == 3
            assert work.choices.add(samples.CAMPAIGN, figures_version=1, scenario_version=1).id == 2
            late = work.drafts.keep("minh", 1, based_on=1, figures=1, address="gone", dropped=0)
            assert late is None  # dropped in the copy too
        with pytest.raises(StoreError, match="frozen"), other.work("an") as work:
            samples.override(work, 1, agency="936")


def test_a_backup_is_one_moment_while_others_work(store: Store, tmp_path: Path) -> None:
    fill(store)
    with store.work("an") as work:
        work.log.append("never", "seen")
        if store.url.get_backend_name() == "postgresql":
            manifest = backup(store, tmp_path / "b")
        else:  # in WAL readers do not wait for the writer either
            manifest = backup(store, tmp_path / "b")
    assert manifest.log_seq == 1


def test_restoring_keeps_what_was_there(store: Store, database_url: str, tmp_path: Path) -> None:
    fill(store)
    backup(store, tmp_path / "b")
    with store.work("an") as work:
        work.log.append("later", "than/backup")
    later = everything(store)
    store.close()
    aside = restore(database_url, tmp_path / "b").aside
    assert aside is not None
    with closing(Store.open(database_url)) as restored, restored.reading() as work:
        assert work.log.head()[0] == 1
    if database_url.startswith("sqlite"):
        assert Path(store.url.database or "").stat().st_mode & 0o077 == 0
        with closing(Store.open(f"sqlite:///{aside}")) as kept:
            assert everything(kept) == later
    else:
        with restored.work("x") as work:
            seqs = work._turn.session.connection().exec_driver_sql(f"SELECT max(seq) FROM {aside}.log").scalar()  # noqa: S608
        assert seqs == 2
        restored.close()


def test_a_file_in_use_is_not_replaced(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with closing(Store.open(url)) as store:
        backup(store, tmp_path / "b")
        with store.reading() as work:
            work.log.head()
            with pytest.raises(StoreError, match="in_use"):
                restore(url, tmp_path / "b")
        assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def damage(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.executescript(statement)
        raw.commit()


@pytest.mark.parametrize(
    ("statement", "code", "reason"),
    [
        ("UPDATE allocation_rows SET target = 0.31 WHERE agency = 'STP'", "damaged", "content"),
        ("DELETE FROM transitions", "damaged", "content"),
        ("DROP TABLE chitieu_backup", "foreign_database", "no_manifest"),
        ("UPDATE chitieu_backup SET manifest = '{}'", "foreign_database", "manifest"),
        (MANIFEST.format(f'"{HEAD}"', '"0999"'), "newer_database", None),
        (MANIFEST.format('"format": 1', '"format": 2'), "newer_database", None),
    ],
)
def test_a_broken_backup_is_refused_and_changes_nothing(
    store: Store, database_url: str, tmp_path: Path, statement: str, code: str, reason: str | None
) -> None:
    fill(store)
    before = everything(store)
    backup(store, tmp_path / "b")
    damage(tmp_path / "b", statement)
    store.close()
    with pytest.raises(StoreError) as refused:
        restore(database_url, tmp_path / "b")
    assert (refused.value.code, refused.value.details.get("reason")) == (code, reason)
    with closing(Store.open(database_url)) as same:
        assert everything(same) == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a database at all" * 100])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(StoreError, match="foreign_database"):
        verify_backup(tmp_path / "b")


def test_a_backup_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unavailable"):
        verify_backup(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_cut_backup_is_refused(store: Store, tmp_path: Path) -> None:
    fill(store)
    backup(store, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError) as refused:
        verify_backup(tmp_path / "b")
    assert refused.value.code in ("damaged", "foreign_database")


def test_what_is_not_ours_is_not_replaced(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    stranger = tmp_path / "theirs.db"
    with closing(sqlite3.connect(stranger)) as raw:
        raw.executescript("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    before = stranger.read_bytes()
    with pytest.raises(StoreError, match="foreign_database"):
        restore(f"sqlite:///{stranger}", tmp_path / "b")
    assert stranger.read_bytes() == before


def test_a_later_release_is_not_replaced(store: Store, database_url: str, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    with store.work("x") as work:
        work._turn.session.connection().exec_driver_sql("UPDATE chitieu_revision SET version_num = '9999'")
    store.close()
    with pytest.raises(StoreError, match="newer_database"):
        restore(database_url, tmp_path / "b")
    with pytest.raises(StoreError, match="newer_database"):
        Store.open(database_url)


def test_a_restore_that_fails_leaves_nothing_where_nothing_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(store, tmp_path / "b")

    def full(*_: object) -> None:
        raise StoreError("disk_full")

    monkeypatch.setattr("data.store.backups.copy_rows", full)
    with pytest.raises(StoreError, match="disk_full"):
        restore(f"sqlite:///{tmp_path / 'new' / 'x.db'}", tmp_path / "b")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_broken_log_is_not_backed_up(store: Store, tmp_path: Path) -> None:
    fill(store)
    with store.work("x") as work:
        work._turn.session.connection().exec_driver_sql("UPDATE log_head SET seq = 5")
    with pytest.raises(StoreError, match="log"):
        backup(store, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_backup_has_a_place_or_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no_such_folder"):
        backup(store, tmp_path / "nowhere" / "b")


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_of_the_previous_version_is_brought_up_to_date(
    empty_url: str, target: str, other_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = parse(empty_url)
    if url.get_backend_name() == "sqlite":
        find_file(url, make=True)
    engine = connect(url, 5)
    with for_mode(engine, Mode.WRITE).begin() as connection:
        make_room(connection)
        upgrade(connection, REVISIONS[-2])
    with closing(Store(engine, utc_now, 5)) as old:
        with old.work("an") as work:
            figures, _ = samples.inputs(work)
            work.log.append("figures.accept", "figures/1")
        assert backup(old, tmp_path / "b").revision == REVISIONS[-2]
    new = other_url(target)
    restore(new, tmp_path / "b")
    with closing(Store.open(new, migrate=False)) as store, store.reading() as work:
        assert work.figures.list(samples.CAMPAIGN) == (figures,)
        assert work.figures.frame(1).shape == samples.frame().shape
        assert work.allocations.list(samples.CAMPAIGN) == ()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_who_stays_connected_sees_what_was_restored(store: Store, database_url: str, tmp_path: Path) -> None:
    fill(store)
    backup(store, tmp_path / "b")
    before = everything(store)
    for at in range(10):  # often enough for statements to be prepared
        with store.work("an") as work:
            work.log.append("later", str(at))
    everything(store)
    restore(database_url, tmp_path / "b")
    assert everything(store) == before
    with store.work("an") as work:
        assert work.log.append("after", "restore").seq == 2


def test_a_database_left_by_a_restore_that_failed_works_in_turns_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    Store.open(url).close()
    with closing(sqlite3.connect(tmp_path / "x.db")) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    Store.open(url).close()
    with closing(sqlite3.connect(tmp_path / "x.db")) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_backup_is_read_by_its_owner_only(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
