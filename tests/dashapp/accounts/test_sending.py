"""How answers travel: files once a year whoever asks, everything else packed quickly and never kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dashapp.sending import SMALLEST_PACKED
from dashapp.services.rights import Role
from tests.dashapp.accounts.people import ask, with_token

A_BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def files_of(client: FlaskClient) -> list[str]:
    """Addresses of the scripts and styles that a page asks for."""
    return re.findall(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"', client.get("/compare").text)


def test_files_do_not_vary_with_the_cookie(enter: Callable[[Role], FlaskClient]) -> None:
    """A new token or a new time in the session must not make a browser ask for every file again."""
    staff = enter(Role.STAFF)
    files = files_of(staff)
    assert {path.split("/")[1] for path in files} == {"assets", "_dash-component-suites"}
    for path in files:
        with staff.get(path, headers=A_BROWSER) as answer:
            assert answer.status_code == 200, path
            assert "Cookie" not in answer.vary, path
            assert "max-age=31536000" in answer.headers["Cache-Control"], path
            if "Content-Encoding" in answer.headers:
                assert "Accept-Encoding" in answer.vary, path


def test_what_is_somebodys_own_varies_with_the_cookie(enter: Callable[[Role], FlaskClient]) -> None:
    staff = enter(Role.STAFF)
    for answer in (staff.get("/compare"), ask(staff, "/compare", **with_token(staff))):
        assert "Cookie" in answer.vary
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_that_is_refused_varies_with_the_cookie(
    nobody: FlaskClient, enter: Callable[[Role], FlaskClient]
) -> None:
    path = next(one for one in files_of(enter(Role.STAFF)) if one.startswith("/_dash-component-suites"))
    refused = nobody.get(path)
    assert refused.status_code == 401
    assert "Cookie" in refused.vary
    assert refused.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_an_answer_is_packed_as_the_browser_can(enter: Callable[[Role], FlaskClient], encoding: str) -> None:
    staff = enter(Role.STAFF)
    token = with_token(staff)
    packed = ask(staff, "/compare", **token, **{"Accept-Encoding": encoding})
    plain = ask(staff, "/compare", **token, **{"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == encoding
    assert SMALLEST_PACKED < len(packed.data) < len(plain.data) / 3
