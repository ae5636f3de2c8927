"""Accounts: made, let in or not, changed; what is limited, what ends sessions, what never gets into the records."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from dashapp.services import accounts, operations
from dashapp.services.accounts import ADDRESS_TRIES, EVERYWHERE_TRIES, NAME_TRIES, WINDOW
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Actor, Role
from data.store import Store
from tests.dashapp.services.test_conflicts import both
from tests.dashapp.services.world import LAN, PASSWORD, ROOT

HERE = "10.0.0.1"
WRONG = "một mật khẩu khác"

pytestmark = pytest.mark.usefixtures("quick_hashes")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(url: str, clock: Clock) -> Store:
    """A store whose clock is moved by hand, with an administrator and one of the staff."""
    store = Store.open(url, clock=clock)
    accounts.add_user(store, ROOT, "mai", role=Role.STAFF, password=PASSWORD, display_name="Đỗ Mai")
    accounts.add_user(store, ROOT, "quantri", role=Role.ADMIN, password=PASSWORD)
    return store


def refused(code: str, call: object, *given: object, **named: object) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        call(*given, **named)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_who_knows_name_and_password_is_let_in(people: Store):
    found = accounts.authenticate(people, " MAI ", PASSWORD, HERE)
    assert (found.name, found.display_name, found.role) == ("mai", "Đỗ Mai", Role.STAFF)
    assert found.actor == Actor("mai", "Đỗ Mai", Role.STAFF)
    assert accounts.account(people, "mai") == found


def test_a_password_is_kept_as_argon2id_and_nowhere_else(people: Store):
    with people.reading() as work:
        user = work.users.find("mai")
        assert user is not None
        assert user.password_hash.startswith("$argon2id$")
        assert user.password_hash not in repr(user)
        told = repr(work.log.entries())
    assert PASSWORD not in told
    assert "argon2" not in told


def test_hashes_as_strong_as_the_library_makes_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()  # the real ones
    hasher = accounts._hasher()
    assert (hasher.type.name, hasher.memory_cost, hasher.time_cost) == ("ID", 65536, 3)


def test_the_same_letters_however_they_were_typed(people: Store):
    assert accounts.authenticate(people, "mai", unicodedata.normalize("NFD", PASSWORD), HERE).name == "mai"


def test_wrong_name_wrong_password_and_disabled_are_told_alike(people: Store, monkeypatch: pytest.MonkeyPatch):
    accounts.add_user(people, ROOT, "cu", role=Role.VIEWER, password=PASSWORD)
    accounts.disable_user(people, ROOT, "cu")
    verified: list[str] = []
    verify = accounts._verify

    def watched(hash: str, password: str) -> bool:
        verified.append(hash)
        return verify(hash, password)

    monkeypatch.setattr(accounts, "_verify", watched)
    told = [
        refused("bad_login", accounts.authenticate, people, name, password, HERE)
        for name, password in (("mai", WRONG), ("khong-co", PASSWORD), ("cu", PASSWORD), ("mai", ""))
    ]
    assert {str(one) for one in told} == {"bad_login"}
    assert len(verified) == 4  # an unknown name costs as much work as a wrong password
    assert all(one.startswith("$argon2id$") for one in verified)


@pytest.mark.parametrize("name", ["", "m\x00ai", "\ud800", "x" * 10_000, "mai\n"])
@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
def test_whatever_is_typed_is_a_wrong_login(people: Store, name: str, password: str):
    refused("bad_login", accounts.authenticate, people, name, password, HERE)


def test_too_many_wrong_passwords_of_one_name(people: Store, clock: Clock):
    for _ in range(NAME_TRIES):
        refused("bad_login", accounts.authenticate, people, "mai", WRONG, HERE)
    late = refused("too_many_attempts", accounts.authenticate, people, "Mai", PASSWORD, HERE)
    assert late.details == {"seconds": WINDOW.total_seconds()}
    assert accounts.authenticate(people, "quantri", PASSWORD, HERE).name == "quantri"  # others are not kept out
    clock.now += WINDOW + timedelta(seconds=1)
    assert accounts.authenticate(people, "mai", PASSWORD, HERE).name == "mai"


def test_a_stranger_elsewhere_does_not_keep_the_owner_out(people: Store):
    for _ in range(NAME_TRIES):
        refused("bad_login", accounts.authenticate, people, "mai", WRONG, "10.9.9.9")
    refused("too_many_attempts", accounts.authenticate, people, "mai", WRONG, "10.9.9.9")
    assert accounts.authenticate(people, "mai", PASSWORD, HERE).name == "mai"


def test_one_name_guessed_from_many_addresses(people: Store):
    for number in range(EVERYWHERE_TRIES):
        refused("bad_login", accounts.authenticate, people, "mai", WRONG, f"10.9.9.{number}")
    refused("too_many_attempts", accounts.authenticate, people, "mai", PASSWORD, HERE)


def test_a_success_forgives_what_went_before(people: Store):
    for _ in range(3):
        for _ in range(NAME_TRIES - 1):
            refused("bad_login", accounts.authenticate, people, "mai", WRONG, HERE)
        accounts.authenticate(people, "mai", PASSWORD, HERE)


def test_too_many_names_tried_from_one_address(people: Store):
    for number in range(ADDRESS_TRIES):
        refused("bad_login", accounts.authenticate, people, f"ten-{number}", WRONG, HERE)
    refused("too_many_attempts", accounts.authenticate, people, "mai", PASSWORD, HERE)
    assert accounts.authenticate(people, "mai", PASSWORD, "10.9.9.9").name == "mai"


def test_many_tries_at_once_get_no_more_answers(people: Store):
    """Guesses sent in parallel, so that each is begun before any is counted."""
    outcomes = both(*[lambda: accounts.authenticate(people, "mai", WRONG, HERE)] * (NAME_TRIES + 6))
    codes = [one.code for one in outcomes if isinstance(one, RefusedError)]
    assert codes.count("bad_login") == NAME_TRIES
    assert codes.count("too_many_attempts") == 6


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"password": "ngắn quá"}, "password_too_short"),
        ({"password": "x" * 257}, "password_too_long"),
        ({"name": "thanhphong", "password": "ThanhPhong1"}, "password_is_name"),
        ({"password": "một mật khẩu\x00 dài"}, "password_bad_letters"),
        ({"password": "một mật khẩu dài \ud800"}, "password_bad_letters"),
        ({"name": "Lan Anh"}, "bad_name"),
        ({"name": "x"}, "bad_name"),
        ({"name": "ánh"}, "bad_name"),
        ({"name": "../etc"}, "bad_name"),
        ({"name": "console"}, "bad_name"),
        ({"name": "system"}, "bad_name"),
        ({"name": "MAI"}, "name_taken"),
        ({"display_name": "x" * 101}, "display_name_too_long"),
    ],
)
def test_accounts_that_cannot_be(people: Store, given: dict[str, str], code: str):
    asked = {"name": "moi", "password": PASSWORD, "role": Role.VIEWER, **given}
    refused(code, accounts.add_user, people, ROOT, asked.pop("name"), **asked)


def test_what_ends_sessions(people: Store):
    """Whoever is changed has to come in again; whoever only came in has not."""
    epoch = accounts.authenticate(people, "mai", PASSWORD, HERE).session_epoch
    assert accounts.authenticate(people, "mai", PASSWORD, HERE).session_epoch == epoch
    mai = Actor("mai", "Đỗ Mai", Role.STAFF)
    for change in (
        lambda: accounts.change_role(people, ROOT, "mai", Role.LEADER),
        lambda: accounts.set_password(people, ROOT, "mai", PASSWORD),
        lambda: accounts.change_own_password(people, mai, PASSWORD, WRONG),
        lambda: accounts.log_out_everywhere(people, mai),
        lambda: accounts.disable_user(people, ROOT, "mai"),
    ):
        after = change()
        assert after.session_epoch == epoch + 1
        epoch = after.session_epoch
    assert accounts.account(people, "mai").active is False
    accounts.enable_user(people, ROOT, "mai")
    assert accounts.authenticate(people, "mai", WRONG, HERE).role is Role.LEADER


def test_ones_own_password_needs_the_old_one(people: Store):
    mai = Actor("mai", "Đỗ Mai", Role.STAFF)
    refused("wrong_password", accounts.change_own_password, people, mai, WRONG, "mật khẩu mới dài")
    refused("password_too_short", accounts.change_own_password, people, mai, PASSWORD, "ngắn")
    for _ in range(NAME_TRIES - 1):
        refused("wrong_password", accounts.change_own_password, people, mai, WRONG, "mật khẩu mới dài")
    refused("too_many_attempts", accounts.change_own_password, people, mai, PASSWORD, "mật khẩu mới dài")


def test_the_last_administrator_stays(people: Store):
    refused("last_admin", accounts.disable_user, people, ROOT, "quantri")
    refused("last_admin", accounts.change_role, people, ROOT, "quantri", Role.VIEWER)
    accounts.add_user(people, ROOT, "quantri2", role=Role.ADMIN, password=PASSWORD)
    accounts.disable_user(people, ROOT, "quantri")
    refused("last_admin", accounts.disable_user, people, ROOT, "quantri2")
    assert refused("unknown_user", accounts.disable_user, people, ROOT, "ai").details["known"] == (
        "mai",
        "quantri",
        "quantri2",
    )


def test_the_first_administrator_by_a_link_that_works_once(url: str, clock: Clock):
    store = Store.open(url, clock=clock)
    new = {"name": "quantri", "display_name": "Quản trị", "password": PASSWORD}
    assert not accounts.has_admin(store)
    first, second = accounts.make_setup_token(store), accounts.make_setup_token(store)
    assert [accounts.setup_open(store, one) for one in (first, second, "x")] == [False, True, False]
    refused("link_invalid", accounts.create_first_admin, store, first, **new)
    refused("password_too_short", accounts.create_first_admin, store, second, **{**new, "password": "ngắn"})
    made = accounts.create_first_admin(store, second, **new)
    assert (made.role, accounts.has_admin(store)) == (Role.ADMIN, True)
    refused("already_set_up", accounts.create_first_admin, store, second, **{**new, "name": "khac"})
    refused("already_set_up", accounts.make_setup_token, store)
    with store.reading() as work:
        assert first not in repr(work.log.entries())


def test_a_link_expires(url: str, clock: Clock):
    store = Store.open(url, clock=clock)
    secret = accounts.make_setup_token(store)
    clock.now += accounts.LINK_LIVES
    refused("link_invalid", accounts.create_first_admin, store, secret, name="ai", display_name="", password=PASSWORD)


def test_two_who_have_the_link_become_one_administrator(url: str):
    store = Store.open(url)
    secret = accounts.make_setup_token(store)
    outcomes = both(
        *(
            lambda name=name: accounts.create_first_admin(store, secret, name=name, display_name="", password=PASSWORD)
            for name in ("mot", "hai")
        )
    )
    assert sum(isinstance(one, accounts.Account) for one in outcomes) == 1
    assert len(accounts.users(store, ROOT)) == 1


def test_every_change_is_in_the_log(people: Store):
    accounts.change_role(people, ROOT, "mai", Role.LEADER)
    accounts.set_password(people, ROOT, "mai", PASSWORD)
    accounts.disable_user(people, ROOT, "mai")
    found = operations.read_log(people, LAN, subject="user/mai")
    assert [(one.user, one.action) for one in found] == [
        ("root", "user.add"),
        ("root", "user.role"),
        ("root", "user.password"),
        ("root", "user.disable"),
    ]
    assert (found[1].before, found[1].after) == ({"role": "staff"}, {"role": "leader"})
