"""Opening: made on first use, brought up to date once, refused where it is not ours, not newer, not there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from data.store import Store, StoreError
from data.store.dialects import SCHEMA, parse
from data.store.migrations import HEAD
from tests.data.store import samples
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[3]


def refusal(url: str, **options: object) -> StoreError:
    with pytest.raises(StoreError) as refused:
        Store.open(url, **options)  # type: ignore[arg-type]
    return refused.value


def say(url: str, *statements: str) -> None:
    """Talk to a database behind the store's back."""
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        if url.startswith("postgresql"):
            connection.execute(text(f"SET search_path = {SCHEMA}"))
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_database_is_made_on_first_use(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        assert store.version() == HEAD
        assert store.ready()
    with closing(Store.open(empty_url, migrate=False)) as again:
        assert again.ready()


def test_many_who_open_at_once_make_it_once(empty_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store.open(empty_url), range(8)))
    assert {store.version() for store in stores} == {HEAD}
    with stores[0].reading() as work:
        assert work.log.head()[0] == 0
    for store in stores:
        store.close()


def test_what_needs_no_change_loads_no_alembic(store: Store) -> None:
    program = (
        "import sys\nfrom data.store import Store\n"
        "store = Store.open(sys.argv[1])\nassert store.ready()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako')])"
    )
    url = store.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_tables_that_are_not_ours_are_left_alone(empty_url: str, engine_name: str) -> None:
    if engine_name == "sqlite":
        Path(parse(empty_url).database or "").parent.mkdir()
        say(empty_url, "CREATE TABLE theirs (x INTEGER)")
    else:
        say(empty_url, f"CREATE SCHEMA {SCHEMA}", f"CREATE TABLE {SCHEMA}.theirs (x INTEGER)")
    assert refusal(empty_url).code == "foreign_database"
    say(empty_url, "INSERT INTO theirs VALUES (1)")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"not a database at all, but long enough to look like one" * 50)
    before = path.read_bytes()
    assert refusal(f"sqlite:///{path}").code == "foreign_database"
    assert path.read_bytes() == before


def test_a_database_of_a_later_release_is_refused(store: Store, database_url: str) -> None:
    say(database_url, "UPDATE chitieu_revision SET version_num = '9999'")
    refused = refusal(database_url)
    assert (refused.code, dict(refused.details)) == ("newer_database", {"found": "9999", "known": HEAD})
    assert not store.ready()


def test_without_migrating_an_empty_database_is_refused(empty_url: str, engine_name: str) -> None:
    refused = refusal(empty_url, migrate=False)
    assert refused.code == ("unavailable" if engine_name == "sqlite" else "older_database")
    if engine_name == "sqlite":
        assert not Path(parse(empty_url).database or "").exists()


@pytest.mark.parametrize(
    ("url", "reason"),
    [("mysql://x/y", "kind"), ("nonsense", "syntax"), ("sqlite://", "no_file"), ("sqlite:///:memory:", "no_file")],
)
def test_addresses_that_mean_nothing_here(url: str, reason: str) -> None:
    refused = refusal(url)
    assert (refused.code, refused.details["reason"]) == ("bad_url", reason)


def test_a_password_is_never_told(tmp_path: Path) -> None:
    refused = refusal(f"postgresql://an:s3cret@/x?host={tmp_path}", busy_seconds=1)
    assert refused.code == "unavailable"
    assert "s3cret" not in f"{refused} {refused.details}"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = refusal(f"sqlite:///{tmp_path}/file/below/x.db")
    assert refused.code == "unavailable"


def test_a_database_is_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "x.db"
    with closing(Store.open(f"sqlite:///{path}")) as store, store.work("an") as work:
        samples.campaign(work)
        modes = {one.name: one.stat().st_mode & 0o077 for one in path.parent.iterdir()}
    assert modes == {"x.db": 0, "x.db-wal": 0, "x.db-shm": 0}


def test_sqlite_waits_in_turns_keeps_keys_and_every_commit(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    with store.work("an") as work:
        connection = work._turn.session.connection()
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout", "query_only")
        }
    store.close()
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 20000, "query_only": 0}


# --- what goes wrong outside ------------------------------------------------------------------------------------------


@pytest.fixture
def own_server() -> Iterator[Server]:
    server = Server.make()
    yield server
    server.remove()


def work_while_it_stops(store: Store, server: Server) -> None:
    with store.work("an") as work:
        work.log.append("never", "kept")
        server.stop()
        work.log.append("never", "kept")


def test_a_server_that_goes_away_and_comes_back(own_server: Server) -> None:
    store = Store.open(own_server.create("x"), busy_seconds=2)
    with store.work("an") as work:
        samples.campaign(work)
    with pytest.raises(StoreError, match="unavailable"):
        work_while_it_stops(store, own_server)
    with pytest.raises(StoreError, match="unavailable"), store.work("an"):
        pass
    with pytest.raises(StoreError, match="unavailable"), store.reading():
        pytest.fail("nothing can be read")
    assert not store.ready()
    own_server.start()
    assert store.ready()
    with store.work("an") as work:
        assert work.log.head()[0] == 0
        assert work.log.append("now", "kept").seq == 1
    store.close()


@pytest.fixture
def without_power() -> Iterator[Path]:
    """A folder while we are somebody who may read what is in it, no more than its mode says."""
    folder = Path(tempfile.mkdtemp(prefix="chitieu-"))
    folder.chmod(0o755)
    yield folder
    os.seteuid(os.getuid())
    shutil.rmtree(folder)


def become_nobody() -> None:
    if os.getuid() == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)


@pytest.mark.parametrize(("of_file", "of_folder"), [(0o444, 0o777), (0o666, 0o555)])
def test_what_must_not_be_written_says_so_at_once(without_power: Path, of_file: int, of_folder: int) -> None:
    path = without_power / "x.db"
    Store.open(f"sqlite:///{path}").close()
    path.chmod(of_file)
    without_power.chmod(of_folder)
    become_nobody()
    refused = refusal(f"sqlite:///{path}", busy_seconds=3600.0)  # whoever waits for a turn does not come back
    assert (refused.code, refused.details["path"]) == ("read_only", str(path))


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_role_that_may_only_read_is_told(store: Store, database_url: str) -> None:
    name = parse(database_url).database
    say(database_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    store.close()
    with closing(Store.open(database_url)) as again:
        with again.reading() as work:
            assert work.log.head()[0] == 0
        with pytest.raises(StoreError, match="read_only"), again.work("an") as work:
            work.log.append("never", "kept")


def test_a_file_that_was_moved_is_not_written_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    store = Store.open(f"sqlite:///{folder / 'x.db'}")
    with store.work("an") as work:
        work.log.append("first", "entry")
    folder.rename(tmp_path / "old")
    for _ in range(2):
        assert not store.ready()
        with pytest.raises(StoreError, match="unavailable"), store.work("an"):
            pass
        with pytest.raises(StoreError, match="unavailable"), store.reading():
            pass
    assert not folder.exists()
    (tmp_path / "old").rename(folder)
    assert store.ready()
    with store.work("an") as work:
        assert work.log.append("second", "entry").seq == 2
    store.close()


def test_a_file_in_the_place_of_another_is_taken_up(tmp_path: Path) -> None:
    store, other = Store.open(f"sqlite:///{tmp_path / 'x.db'}"), Store.open(f"sqlite:///{tmp_path / 'y.db'}")
    with store.work("an") as work:
        work.log.append("only", "in x")
    other.close()
    (tmp_path / "x.db").rename(tmp_path / "kept.db")
    for end in ("-wal", "-shm"):
        (tmp_path / f"x.db{end}").unlink(missing_ok=True)
    (tmp_path / "y.db").rename(tmp_path / "x.db")
    with store.work("an") as work:
        assert work.log.head()[0] == 0
        work.log.append("in", "y")
    store.close()
    with closing(Store.open(f"sqlite:///{tmp_path / 'x.db'}")) as again, again.reading() as work:
        assert [one.subject for one in work.log.entries()] == ["y"]


def test_tables_that_are_gone_are_told(store: Store, database_url: str) -> None:
    say(database_url, "DROP TABLE login_attempts")
    with pytest.raises(StoreError, match="damaged"), store.work("an") as work:
        work.logins.add("an", "1", False)


def fill(store: Store) -> None:
    with store.work("an") as work:
        connection = work._turn.session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for at in range(1000):
            work.log.append("fill", "disk", None, {"at": at, "text": "x" * 500})


def test_a_full_disk_says_so_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    with store.work("an") as work:
        samples.campaign(work)
    with pytest.raises(StoreError, match="disk_full"):
        fill(store)
    with store.reading() as work:
        assert work.log.head()[0] == 0
        assert work.log.verify() is None
    store.close()
