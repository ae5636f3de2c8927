"""A database that goes away in the middle and comes back: one clear refusal, nothing by halves, and it works again."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.services import accounts
from dashapp.services.rights import Role
from data.store import Store, StoreError
from tests.chaos.forks import Fate, Forks, Job, Phase
from tests.chaos.life import ROAD, STEPS, check_latest, check_whole, first_start, picture
from tests.dashapp.accounts.people import NAMES, PASSWORD, ask, log_in, with_token
from tests.postgres import Server

TOLD = {"plus": 1}
PAGE = "/scenarios/hau-giang-2022/base"
POWER_CUTS = 8


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A PostgreSQL that may be stopped, killed and started; it keeps its promises across a power cut."""
    server = Server.make(durable=True)
    yield server
    server.remove()


@pytest.fixture
def own_url(own_server: Server) -> Iterator[str]:
    yield own_server.create("away")
    own_server.drop("away")


@pytest.fixture
def own_store(own_url: str) -> Iterator[Store]:
    opened = first_start(own_url)
    yield opened
    opened.close()


def cut_off(server: Server) -> int:
    """End every connection to the database, as an administrator or a failover does; says how many there were."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'"
        ).fetchall()
    return len(ended)


def refused_as(code: str, do: Callable[[], object]) -> StoreError:
    """What was done is refused with this code, and both languages have a sentence for it."""
    with pytest.raises(StoreError) as refused:
        do()
    assert refused.value.code == code, refused.value
    assert all(of_service(refused.value, lang) for lang in LANGUAGES)
    return refused.value


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "first write", "commit"])
@pytest.mark.parametrize("step", ["import", "start"])
def test_connections_are_cut_in_the_middle(step: str, when: str, own_server: Server, own_store: Store) -> None:
    do = STEPS[step](own_store, TOLD)
    before = picture(own_store)
    cut = []

    def now() -> None:
        if not cut:
            cut.append(cut_off(own_server))

    def at_a_write(_c: object, _k: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            now()

    def at_the_commit(_: object) -> None:
        now()

    if when == "before":
        now()
        do()  # the connections that lay ready are dead: nobody notices
    else:
        name, listener = ("before_cursor_execute", at_a_write) if when == "first write" else ("commit", at_the_commit)
        event.listen(Engine, name, listener)
        try:
            refused_as("unavailable", do)
        finally:
            event.remove(Engine, name, listener)
        assert picture(own_store) == before
        assert own_store.ready()
        do()
    assert cut[0] > 0
    check_whole(own_store)
    check_latest(own_store)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_postgresql_stops_in_the_middle_and_comes_back(end: str, own_server: Server, own_store: Store) -> None:
    before = picture(own_store)
    do = STEPS["import"](own_store, TOLD)

    def stopped() -> None:
        with own_store.work("lan") as work:
            work.log.append("thử", "thử")
            getattr(own_server, end)()
            work.log.append("thử", "thử")

    refused_as("unavailable", stopped)
    try:
        assert not own_store.ready()
        refused_as("unavailable", do)
        refused_as("unavailable", lambda: picture(own_store))
        refused_as("unavailable", lambda: Store.open(str(own_store.url)))
    finally:
        own_server.start()
    assert own_store.ready()
    assert picture(own_store) == before
    do()
    check_whole(own_store)
    check_latest(own_store)


def test_a_power_cut_takes_nothing_that_was_acknowledged(
    own_server: Server,
    own_url: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    first_start(own_url).close()
    forks = Forks(tmp_path / "said.txt")
    chance = random.Random(7)
    fates: Counter[str] = Counter()
    road = iter(ROAD * 10)
    step = next(road)
    while fates["refused"] + fates["acknowledged in time"] < POWER_CUTS:
        store = Store.open(own_url)
        before = picture(store)
        store.close()
        fate = _in_the_dark(own_server, forks, Job(own_url, step, TOLD), chance.uniform(0.05, 0.8))
        store = Store.open(own_url)
        check_whole(store)
        now = picture(store)
        store.close()
        if fate.code:
            assert "StoreError: unavailable" in fate.said, fate.said
            assert now == before or fate.phase >= Phase.COMMITTING
            fates["refused"] += 1
        else:
            assert now != before, f"{step} was acknowledged and is not there"
            fates["acknowledged in time"] += 1
        if now != before:
            step = next(road)
    forks.close()
    told = ", ".join(f"{many} {what}" for what, many in sorted(fates.items()))
    record_property("number", f"power cuts of PostgreSQL in the middle of a deed: {POWER_CUTS} ({told})")


def test_what_was_acknowledged_survives_a_power_cut_at_once(own_server: Server, own_store: Store) -> None:
    for step in ("start", "import", "submit"):
        before = picture(own_store)
        STEPS[step](own_store, TOLD)()
        own_server.kill()
        own_server.start()
        now = picture(own_store)
        assert now != before
        assert now.counts["log"] == before.counts["log"] + 1
        check_whole(own_store)


def _in_the_dark(server: Server, forks: Forks, job: Job, after: float) -> Fate:
    """Kill the whole server some time after a deed was begun in another process, and start it again."""
    found: list[Fate] = []
    child = threading.Thread(target=lambda: found.append(forks.run(job)))
    child.start()
    time.sleep(after)
    server.kill()
    child.join()
    server.start()
    return found[0]


# --- SQLite ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "chitieu.db"


@pytest.fixture
def file_store(file: Path) -> Iterator[Store]:
    opened = first_start(f"sqlite:///{file}")
    yield opened
    opened.close()


def test_the_folder_of_a_sqlite_file_goes_away_and_comes_back(file: Path, file_store: Store) -> None:
    before = picture(file_store)
    do = STEPS["import"](file_store, TOLD)
    away = file.parent.rename(file.parent.with_name("away"))
    assert not file_store.ready()
    refused_as("unavailable", do)
    refused_as("unavailable", lambda: picture(file_store))
    assert not file.exists(), "an empty database was put in its place"
    away.rename(file.parent)
    assert file_store.ready()
    assert picture(file_store) == before
    do()
    check_whole(file_store)


def test_a_sqlite_file_that_goes_away_in_the_middle(file: Path, file_store: Store) -> None:
    """Whoever is in the middle of a deed may finish it in the file that he has; the next one is told."""
    do = STEPS["import"](file_store, TOLD)
    with file_store.work("lan") as work:
        work.log.append("thử", "thử")
        away = file.parent.rename(file.parent.with_name("away"))
    refused_as("unavailable", do)
    away.rename(file.parent)
    with file_store.reading() as work:
        assert work.log.entries(newest_first=True, limit=1)[0].action == "thử"
    do()


def test_another_file_in_the_place_of_the_first(file: Path, file_store: Store) -> None:
    """What was written last goes into the file that is there, never into one without a name."""
    file_store.close()
    kept = shutil.copy(file, file.with_name("kept.db"))
    STEPS["import"](file_store, TOLD)()
    Path(kept).replace(file)
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    STEPS["start"](file_store, TOLD)()
    again = Store.open(f"sqlite:///{file}")
    check_whole(again)
    with again.reading() as work:
        assert [one.action for one in work.log.entries(newest_first=True, limit=1)] == ["allocation.start"]
    again.close()


def test_a_sqlite_file_that_somebody_else_holds(file: Path, file_store: Store) -> None:
    hasty = Store.open(f"sqlite:///{file}", busy_seconds=0.3)
    do = STEPS["import"](hasty, TOLD)
    before = picture(hasty)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused_as("busy", do)
        assert picture(hasty) == before
        assert hasty.ready()
        other.execute("ROLLBACK")
    do()
    check_whole(hasty)
    hasty.close()


# --- the application -------------------------------------------------------------------------------------------------


def enter(store: Store) -> FlaskClient:
    """A viewer in front of the application."""
    name = NAMES[Role.VIEWER]
    accounts.add_user(store, accounts.CONSOLE, name, role=Role.VIEWER, password=PASSWORD)
    client = create_app(store).server.test_client()
    assert log_in(client, name).status_code == 303
    return client


def says_so(client: FlaskClient, headers: dict[str, str]) -> None:
    """It lives, it is not ready, and whoever asks for something is told in plain words, without what is inside."""
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").json) == (503, {"status": "unavailable"})
    for lang in LANGUAGES:
        page = client.get(PAGE, query_string={"lang": lang})
        assert page.status_code == 503
        assert t("accounts.refused.unavailable.text", lang) in page.text.replace("&#39;", "'")
        assert "Traceback" not in page.text
    posted = ask(client, PAGE, **headers)
    assert (posted.status_code, posted.json["error"]) == (503, "unavailable")
    assert posted.json["message"]["vi"] == t("accounts.refused.unavailable.text", "vi")


def works(client: FlaskClient, headers: dict[str, str]) -> None:
    """The same session works as before."""
    assert (client.get("/readyz").status_code, client.get("/readyz").json) == (200, {"status": "ready"})
    assert client.get(PAGE).status_code == 200
    assert ask(client, PAGE, **headers).status_code == 200


def test_the_application_without_its_postgresql(own_server: Server, own_store: Store) -> None:
    client = enter(own_store)
    headers = with_token(client)
    works(client, headers)
    own_server.stop()
    try:
        says_so(client, headers)
    finally:
        own_server.start()
    works(client, headers)
    cut_off(own_server)
    works(client, headers)


def test_the_application_without_its_file(file: Path, file_store: Store) -> None:
    client = enter(file_store)
    headers = with_token(client)
    works(client, headers)
    away = file.parent.rename(file.parent.with_name("away"))
    says_so(client, headers)
    away.rename(file.parent)
    works(client, headers)
