"""A full disk and a file that may not be written: one clear refusal, nothing by halves, and on it goes afterwards."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from dashapp.i18n import LANGUAGES
from dashapp.kept_messages import of_service
from data.store import Store, StoreError
from tests.chaos.disks import can_mount, folder_for_all, give_to_nobody, limited_disk, small_disk, unprivileged
from tests.chaos.life import ROAD, STEPS, check_latest, check_whole, first_start, picture
from tests.postgres import Server, _other_user
from tests.stores import TEMPLATE

LEFT = (0, 4_096, 16_384, 40_960)
"""Bytes left on the disk: it is full at different moments of a deed."""
DEEDS = ("import", "start", "override")
DISKS = ("limit", "sqlite", "postgresql") if can_mount() else ("limit", "said")
MEGABYTES = 48
TOLD = {"plus": 1}

FULL = """
    CREATE FUNCTION chitieu.full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
    """


class Said:
    """Where no disk can be filled, PostgreSQL says of itself that its disk is full."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fill(self, left: int) -> None:
        """`left`: the tables that still take rows."""
        table = ("log", "runs", "figures_rows", "allocation_rows")[LEFT.index(left)]
        self._say(f"{FULL} CREATE TRIGGER full BEFORE INSERT ON chitieu.{table} EXECUTE FUNCTION chitieu.full()")

    def empty(self) -> None:
        self._say("DROP FUNCTION IF EXISTS chitieu.full CASCADE")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture(params=DISKS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, object]]:
    """The address of a database as after the first start, and the disk that it is on."""
    with ExitStack() as stack:
        if request.param == "limit":
            yield f"sqlite:///{tmp_path / 'chitieu.db'}", stack.enter_context(limited_disk(tmp_path))
        elif request.param == "sqlite":
            disk = stack.enter_context(small_disk(MEGABYTES))
            yield f"sqlite:///{disk.folder / 'chitieu.db'}", disk
        else:
            server: Server = request.getfixturevalue("postgres")
            template: str = request.getfixturevalue("_template")
            if request.param == "said":
                url = server.create("full", template=template)
                stack.callback(server.drop, "full")
                yield url, Said(url)
                return
            disk = stack.enter_context(small_disk(MEGABYTES))
            yield _on_disk(server, template, disk.folder), disk
            server.drop("full")
            _say(server, "DROP TABLESPACE small")


def _on_disk(server: Server, template: str, folder: Path) -> str:
    """A database whose tables are on the disk; the server's own files are elsewhere."""
    own = folder / "tables"
    own.mkdir()
    user = _other_user()
    if user is not None:
        os.chown(own, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    _say(server, f"CREATE TABLESPACE small LOCATION '{own}'")
    _say(server, f'CREATE DATABASE "full" TEMPLATE "{template}" TABLESPACE small STRATEGY file_copy')
    return server.url("full")


def _say(server: Server, statement: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def test_a_full_disk(place) -> None:
    url, disk = place
    store = first_start(url)
    STEPS["start"](store, TOLD)()
    refused = 0
    for left in LEFT:
        for deed in DEEDS:
            do = STEPS[deed](store, TOLD)
            before = picture(store)
            disk.fill(left)
            error = _refusal(do)
            if error is not None:
                assert (error.code, dict(error.details)) == ("disk_full", {}), error
                assert all(of_service(error, lang) for lang in LANGUAGES)
                refused += 1
                assert picture(store) == before, f"{deed} is there by halves"
                assert store.ready()  # what is there can still be read
            disk.empty()
            check_whole(store)
    assert refused > len(LEFT)
    for step in ROAD:  # and on it goes
        STEPS[step](store, TOLD)()
    check_latest(store)
    store.close()
    again = Store.open(url)
    check_whole(again)
    again.close()


def _refusal(do: Callable[[], object]) -> StoreError | None:
    try:
        do()
    except StoreError as error:
        return error
    return None


def test_a_first_start_on_a_full_disk(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chitieu.db'}"
    with limited_disk(tmp_path) as disk:
        disk.fill(50_000)
        with pytest.raises(StoreError, match="disk_full"):
            first_start(url)
    store = first_start(url)
    check_whole(store)
    store.close()


# --- what may not be written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_a_file_that_may_not_be_written(closed: str) -> None:
    with folder_for_all() as folder:
        file = folder / "var" / "chitieu.db"
        url = f"sqlite:///{file}"
        store = first_start(url)
        before = picture(store)
        store.close()
        give_to_nobody(folder)
        place, mode = (file, 0o444) if closed == "file" else (file.parent, 0o555)
        usual = place.stat().st_mode
        place.chmod(mode)
        with unprivileged(), pytest.raises(StoreError) as refused:
            Store.open(url)
        assert refused.value.code == "read_only"
        assert str(file) in refused.value.details["path"]
        assert all(str(file) in of_service(refused.value, lang) for lang in LANGUAGES)
        place.chmod(usual)
        with unprivileged():
            store = Store.open(url)
            assert picture(store) == before
            STEPS["import"](store, TOLD)()
            check_whole(store)
            store.close()


@pytest.mark.usefixtures("_template")
def test_a_postgresql_that_may_not_be_written(postgres: Server) -> None:
    url = postgres.create("closed", template=TEMPLATE)
    store = first_start(url)
    do = STEPS["import"](store, TOLD)
    before = picture(store)
    store.close()
    _say(postgres, 'ALTER DATABASE "closed" SET default_transaction_read_only = on')
    with pytest.raises(StoreError) as refused:
        do()
    assert refused.value.code == "read_only"
    assert all(of_service(refused.value, lang) for lang in LANGUAGES)
    assert picture(store) == before
    store.close()
    _say(postgres, 'ALTER DATABASE "closed" RESET default_transaction_read_only')
    do()
    check_whole(store)
    store.close()
    postgres.drop("closed")
