"""Figures taken in: files and typed cells together, what is proposed for faults, who may, and what the page says."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from scipy import stats

import data.intake
from dashapp import messages, security, services
from dashapp.app import create_app
from dashapp.i18n import LANGUAGES
from dashapp.pages import figures as page
from dashapp.services import batches, beginning, importing, operations, proposals, spread
from dashapp.services.batches import Batch, Sent, Step, Typed
from dashapp.services.database import Store
from dashapp.services.refused import ConflictError, ForbiddenError, RefusedError
from dashapp.services.rights import Actor, Role
from dashapp.views import figures as view
from dashapp.views import figures_funnel
from dashapp.views.figures_preview import Look, preview
from dashapp.views.person import Visitor
from data.intake import Known, KnownAgency
from engine import Figures, History
from tests.dashapp.accounts.people import NAMES, TOKEN_HEADER, log_in, open_people, token
from tests.dashapp.benches import opened

HAU_GIANG = "hau-giang-2022"
STAFF = Actor(NAMES[Role.STAFF], "Nguyễn Thị Staff", Role.STAFF)
ADMIN = Actor(NAMES[Role.ADMIN], "Nguyễn Thị Admin", Role.ADMIN)
READER = Actor(NAMES[Role.VIEWER], "Nguyễn Thị Viewer", Role.VIEWER)
HEAD = "agency,name,indicator,numerator,denominator"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_people(tmp_path)
    yield made
    made.close()


def sent(name: str, *lines: str, head: str = HEAD, **repairs: str) -> Sent:
    accepted = {("", cell): text for cell, text in repairs.items()}
    return Sent(name, "\n".join((head, *lines)).encode(), accepted)


def look(store: Store, *files: Sent, typed: tuple[Typed, ...] = (), whole: bool = False) -> Batch:
    return batches.look(store, STAFF, HAU_GIANG, files, typed, whole=whole)


def row(store: Store, agency: str, indicator: str = "online") -> dict[str, Any]:
    figures = importing.shelf(store, STAFF, HAU_GIANG).figures
    assert figures is not None
    return importing.rows_of(figures.frame)[agency, indicator]


def words_of(component: Any) -> str:
    if isinstance(component, list | tuple):
        return " ".join(map(words_of, component))
    if isinstance(component, Component):
        return words_of(getattr(component, "children", None))
    return "" if component is None else str(component)


# files and typed cells -------------------------------------------------------------------------------------------
def test_several_files_become_one_version_and_leave_everything_else(store: Store):
    before = row(store, "STP")
    files = (sent("a.csv", "STP,,online,100,900"), sent("b.csv", "SXD,,online,5,90", "STP,,online,100,900"))
    batch = look(store, *files)
    assert batch.token is not None
    assert {(one.agency, one.indicator) for one in batch.changes} == {("STP", "online"), ("SXD", "online")}
    added, counts = batches.take(store, STAFF, HAU_GIANG, files, (), token=batch.token)
    assert (added.number, added.filename, counts) == (2, "a.csv, b.csv", {"added": 0, "removed": 0, "changed": 2})
    after = row(store, "STP")
    assert (after["numerator"], after["denominator"]) == (100, 900)
    assert {name: after[name] for name in before if name.startswith("proposed")} == {
        name: value for name, value in before.items() if name.startswith("proposed")
    }


def test_rows_that_say_nothing_change_nothing_unless_the_files_are_everything(store: Store):
    only = sent("a.csv", "STP,,online,,", "SXD,,online,5,90")
    batch = look(store, only)
    assert [one.agency for one in batch.changes] == ["SXD"]
    assert not [one for one in batch.files[0].reading.problems if one.code in ("agency_missing", "not_reported")]
    everything = look(store, only, whole=True)
    assert sum(one.kind == "removed" for one in everything.changes) > 200
    assert "SYT" in {one.code for one in everything.missing}


def test_files_that_say_different_things_are_not_taken(store: Store):
    files = (sent("a.csv", "STP,,online,100,900"), sent("b.csv", "STP,,online,101,900"))
    batch = look(store, *files)
    (found,) = batch.contradictions
    assert (found.agency, found.field, found.first, found.second) == (
        "STP",
        "numerator",
        ("a.csv", 100.0),
        ("b.csv", 101.0),
    )
    assert batch.token is None
    with pytest.raises(RefusedError) as refused:
        batches.take(store, STAFF, HAU_GIANG, files, (), token="1-x")  # noqa: S106
    assert refused.value.code == "preview_differs"
    assert len(importing.versions(store, STAFF, HAU_GIANG)) == 1


def test_typed_cells_are_read_as_in_a_file(store: Store):
    typed = (
        Typed("STP", "online", "denominator", "12.345"),
        Typed("STP", "online", "proposed_2022Q4", "52,5 %"),
        Typed("SXD", "online", "proposed_2022Q3", ""),
    )
    batch = look(store, typed=typed)
    assert batch.token is not None
    batches.take(store, STAFF, HAU_GIANG, (), typed, token=batch.token, origin="Sửa trên màn hình")
    assert row(store, "STP")["denominator"] == 12345
    assert row(store, "STP")["proposed_2022Q4"] == pytest.approx(0.525)
    assert "proposed_2022Q3" not in row(store, "SXD")
    newest = importing.versions(store, STAFF, HAU_GIANG)[-1]
    assert (newest.source, newest.filename, newest.file_sha256) == ("Sửa trên màn hình", "", "")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("numerator", "1.26", "ambiguous_dot"),
        ("numerator", "1,260", "ambiguous_comma"),
        ("numerator", "99999999", "numerator_above_denominator"),
        ("numerator", "", "count_missing"),
        ("denominator", "năm", "not_a_number"),
        ("proposed_2022Q4", "52,5", "share_without_percent"),
        ("proposed_2031Q4", "5 %", "unknown_header"),
    ],
)
def test_a_typed_cell_that_cannot_be_is_said(store: Store, field: str, text: str, code: str):
    batch = look(store, typed=(Typed("SYT", "online", field, text),))
    assert [one.problem.code for one in batch.faults] == [code]
    assert batch.token is None


def test_whoever_comes_second_gets_the_conflict(store: Store):
    first, second = sent("a.csv", "STP,,online,100,900"), sent("b.csv", "STP,,online,101,900")
    tokens = [look(store, one).token for one in (first, second)]
    batches.take(store, STAFF, HAU_GIANG, (first,), (), token=str(tokens[0]))
    with pytest.raises(ConflictError):
        batches.take(store, STAFF, HAU_GIANG, (second,), (), token=str(tokens[1]))
    assert row(store, "STP")["numerator"] == 100


def test_only_what_was_seen_is_taken(store: Store):
    seen = look(store, sent("a.csv", "STP,,online,100,900")).token
    with pytest.raises(RefusedError) as refused:
        batches.take(store, STAFF, HAU_GIANG, (sent("a.csv", "STP,,online,100,901"),), (), token=str(seen))
    assert refused.value.code == "preview_differs"
    same = sent("a.csv", *[f"STP,,online,{row(store, 'STP')['numerator']:.0f},{row(store, 'STP')['denominator']:.0f}"])
    assert look(store, same).token is None
    with pytest.raises(RefusedError) as nothing:
        batches.take(store, STAFF, HAU_GIANG, (same,), (), token=str(seen))
    assert nothing.value.code == "nothing_new"


def test_a_note_alone_is_a_change(store: Store):
    batch = look(store, typed=(Typed("STP", "online", "note", "đã kiểm tra"),))
    assert batch.token is not None
    assert [(one.agency, dict(one.after)["note"]) for one in batch.changes] == [("STP", "đã kiểm tra")]


def test_reading_tells_how_far_it_is(store: Store):
    files = (sent("a.csv", "STP,,online,100,900"), sent("b.csv", "SXD,,online,5,90"))
    steps = list(batches.looking(store, STAFF, HAU_GIANG, files, ()))
    assert [(one.done, one.filename) for one in steps if isinstance(one, Step)] == [(0, "a.csv"), (1, "b.csv")]
    assert isinstance(steps[-1], Batch)


def test_only_staff_may(store: Store):
    with pytest.raises(ForbiddenError):
        batches.look(store, READER, HAU_GIANG, (), ())
    with pytest.raises(ForbiddenError):
        batches.looking(store, READER, HAU_GIANG, (), ())
    with pytest.raises(ForbiddenError):
        batches.take(store, READER, HAU_GIANG, (), (), token="")


def test_twenty_seven_files_of_a_hundred_rows_become_one_batch(store: Store):
    figures = importing.shelf(store, STAFF, HAU_GIANG).figures
    assert figures is not None
    keys = list(importing.rows_of(figures.frame))[:100]
    lines = [f"{agency},,{indicator},7,900" for agency, indicator in keys]
    files = tuple(sent(f"{at}.csv", *lines) for at in range(27))
    batch = look(store, *files)
    assert batch.token is not None


# repairs ---------------------------------------------------------------------------------------------------------
KNOWN = Known(
    agencies=(
        KnownAgency("936", "UBND huyện Long Mỹ", "district"),
        KnownAgency("937", "UBND thị xã Long Mỹ", "district"),
        KnownAgency("STP", "Sở Tư pháp", "province"),
    ),
    indicators={"online": "flow"},
    periods=("2022Q4",),
)


def proposed(*lines: str, head: str = HEAD) -> list[tuple[str, ...]]:
    reading = data.intake.read("\n".join((head, *lines)).encode(), "a.csv", known=KNOWN)
    return [data.intake.proposals(one) for one in reading.errors]


def test_both_of_the_same_name_are_proposed():
    both = ("UBND huyện Long Mỹ", "UBND thị xã Long Mỹ")
    assert proposed(",Long Mỹ,online,1,90") == [both]
    assert proposed(",TP Long Mỹ,online,1,90") == [both]
    assert proposed(",Sở Tư phap,online,1,90") == [("Sở Tư pháp",)]
    assert proposed("STPP,,online,1,90") == [("STP",)]


def test_a_name_in_another_form_of_unicode_or_with_its_tone_elsewhere_needs_no_repair():
    for name in (unicodedata.normalize("NFD", "Sở Tư pháp"), "SỞ TƯ PHÁP", "Sở  Tư pháp"):
        assert proposed(f",{name},online,1,90") == []


def test_a_number_is_proposed_only_where_it_has_one_reading():
    assert proposed('STP,,online,"1,260",9000') == [("1.260",)]
    assert proposed("STP,,online,1.26,9000") == [()]
    assert proposed("STP,,online,-5,9000") == [()]


def test_a_repair_is_read_instead_of_its_cell_and_of_no_other():
    file = f'{HEAD}\nSTPP,,online,"1,260",9000\n'.encode()
    one = data.intake.read(file, "a.csv", known=KNOWN, repairs={("", "A2"): "STP"})
    assert [problem.code for problem in one.errors] == ["ambiguous_comma"]
    both = data.intake.read(file, "a.csv", known=KNOWN, repairs={("", "A2"): "STP", ("", "D2"): "1.260"})
    assert both.frame is not None
    assert both.frame[["agency", "numerator"]].to_numpy().tolist() == [["STP", 1260.0]]
    wrong = data.intake.read(file, "a.csv", known=KNOWN, repairs={("Biểu", "A2"): "STP", ("", "ZZ9"): "STP"})
    assert len(wrong.errors) == 2


# proposals of agencies -------------------------------------------------------------------------------------------
def test_proposals_outside_the_band_are_found_and_those_inside_are_not():
    at = opened(HAU_GIANG)
    frame = at.figures.frame.copy()
    result = services.run(at.figures, at.scenario).results["online"]
    code, other = (at.figures.codes[result.rows[i]] for i in (3, 4))
    lower, upper = result.lower[-1, 3], result.upper[-1, 4]
    online = frame["indicator"] == "online"
    frame.loc[online, "proposed_2022Q4"] = (result.lower[-1] + result.upper[-1])[: online.sum()] / 2
    frame.loc[online & (frame["agency"] == code), "proposed_2022Q4"] = max(lower - 0.01, 0)
    frame.loc[online & (frame["agency"] == other), "proposed_2022Q4"] = min(upper + 0.01, 1)
    allocation = services.run(Figures.from_frame(frame), at.scenario)
    last = [one for one in proposals.outside(allocation, "online") if one.period == "2022Q4"]
    assert {(one.agency, one.is_low) for one in last} == {(code, True), (other, False)}
    assert proposals.outside(allocation, "không có") == ()


# small numbers ---------------------------------------------------------------------------------------------------
def figures_of(*counts: tuple[int, int]) -> Figures:
    rows = [(f"A{at:02}", f"Sở {at}", "province", "", "online", n, d) for at, (n, d) in enumerate(counts)]
    names = ["agency", "name", "level", "parent", "indicator", "numerator", "denominator"]
    return Figures.from_frame(pd.DataFrame(rows, columns=names))


def test_a_rate_is_far_from_the_common_one_only_where_its_interval_leaves_it_out():
    found = spread.spread(figures_of((500, 1000), (0, 4), (4, 4), (700, 1000), (300, 1000), (0, 0)), "online")
    assert found.codes == ("A00", "A01", "A02", "A03", "A04")
    assert found.pooled == pytest.approx(0.5)
    assert found.side.tolist() == [0, 0, 0, 1, -1]
    for volume in (5.0, 50.0, 5000.0):
        low, high = spread.limits(0.3, [volume], 0.95)
        for limit in (low[0], high[0]):
            if 0 < limit < 1:
                z, n = float(stats.norm.ppf(0.975)), volume
                middle, half = (limit + z * z / 2 / n), z * ((limit * (1 - limit) + z * z / 4 / n) / n) ** 0.5
                wilson = [(middle + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
                assert min(abs(one - 0.3) for one in wilson) < 1e-9


def test_rates_that_bunch_just_over_a_threshold_are_seen_and_even_ones_are_not():
    over = [(505 + at, 1000) for at in range(10)]
    (found,) = spread.bunched(spread.spread(figures_of(*over, (200, 1000), (300, 1000)), "online"))
    assert (found.threshold, found.over, found.under) == (0.5, 10, 0)
    even = [(485 + 3 * at, 1000) for at in range(10)]
    assert spread.bunched(spread.spread(figures_of(*even), "online")) == ()


@pytest.mark.parametrize("indicator", ["online", "provided", "active"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_funnel_says_as_many_as_it_draws(store: Store, indicator: str, lang: str):
    shelf = importing.shelf(store, STAFF, HAU_GIANG)
    told = view.Seen(opened(HAU_GIANG).campaign, shelf, indicator, {}, lang, agencies={"STP": "Sở Tư pháp"})
    (panel,) = figures_funnel.panel(told)
    text = words_of(panel)
    found = spread.spread(shelf.figures, indicator) if shelf.figures else None
    assert found is not None
    assert f"{int((found.side != 0).sum())} " in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("counts", "vi"),
    [
        ([(5, 10), (0, 0)], "cần ít nhất 3 đơn vị có hồ sơ để tính; bản này có 1"),
        ([(10, 10)] * 4, "Mức chung là 100,0\u00a0%"),
        ([(1, 10)] * (figures_funnel.MOST_DRAWN + 1), "vẽ nhiều nhất 2.000 đơn vị; bản này có 2.001"),
    ],
    ids=["too few", "all the same", "too many"],
)
def test_where_the_funnel_is_not_drawn_a_sentence_says_why(store: Store, counts: list[tuple[int, int]], vi: str):
    shelf = replace(importing.shelf(store, STAFF, HAU_GIANG), figures=figures_of(*counts))
    for lang in ("vi", "en"):
        told = view.Seen(opened(HAU_GIANG).campaign, shelf, "online", {}, lang)
        (panel,) = figures_funnel.panel(told)
        assert "{" not in words_of(panel)
        assert lang == "en" or vi in words_of(panel)


# the page --------------------------------------------------------------------------------------------------------
def seen(store: Store, actor: Actor, address: str) -> str:
    return words_of(page.route(store, address, Visitor(actor, "token")))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("actor", [STAFF, READER])
def test_the_page_says_which_version_and_shows_what_its_reader_may_do(store: Store, actor: Actor, lang: str):
    text = seen(store, actor, f"/figures?c={HAU_GIANG}&lang={lang}")
    version = {"vi": "Đang xem bản số 1", "en": "You see version 1"}[lang]
    assert version in text
    assert ({"vi": "Chọn tệp", "en": "Choose files"}[lang] in text) is (actor is STAFF)


def test_an_older_version_is_shown_and_cannot_be_changed(store: Store):
    file = sent("a.csv", "STP,,online,100,900")
    batches.take(store, STAFF, HAU_GIANG, (file,), (), token=str(look(store, file).token))
    text = seen(store, STAFF, f"/figures?c={HAU_GIANG}&fv=1")
    assert "Đây là bản cũ" in text
    assert "Chọn tệp" not in text
    wrong = seen(store, STAFF, f"/figures?c={HAU_GIANG}&fv=9&i=la")
    assert "Không có bản số liệu số 9" in wrong
    assert "không có chỉ tiêu “la”" in wrong
    drawer = words_of(
        page.told(store, READER, {"campaign": HAU_GIANG, "agency": "STP", "indicator": "online"}, "vi")["told"]
    )
    assert "Bản số 2" in drawer
    assert "100 / 900 (11,1" in drawer
    assert "Bản số 1" in drawer


def test_a_campaign_without_figures_has_its_table_its_form_and_a_place_for_files(store: Store):
    shelf = importing.shelf(store, STAFF, HAU_GIANG)
    empty = importing.Shelf((), None, None, None, shelf.agencies, shelf.periods)
    campaign = opened(HAU_GIANG).campaign
    names = {one.code: one.name for one in shelf.agencies}
    told = view.Seen(campaign, empty, "online", {}, "vi", may_change=True, agencies=names)
    assert told.is_editable
    records = view.rows(told, view.codes(told))
    assert len(records) == len(shelf.agencies)
    assert {record["denominator"] for record in records} == {None}
    missing, silent = view.absent(told)
    assert len(missing) == len(shelf.agencies)
    assert silent == {}
    assert figures_funnel.panel(told) == []
    assert "Hồ sơ trực tuyến: 102 đơn vị chưa báo cáo" in words_of(view.remind(told))


def test_the_reminder_names_whoever_lacks_something_and_nobody_else(store: Store):
    shelf = importing.shelf(store, STAFF, HAU_GIANG)
    told = view.Seen(opened(HAU_GIANG).campaign, shelf, "online", {}, "vi", agencies={"A": "Sở A", "B": "Sở B"})
    text = view.reminder(told, {"A": ["online", "active"]}, {"A": ["online"], "B": ["active"]})
    assert "- Sở A: số liệu Hồ sơ trực tuyến, DVCTT phát sinh hồ sơ; mức đề xuất Hồ sơ trực tuyến" in text
    assert "- Sở B: mức đề xuất DVCTT phát sinh hồ sơ" in text
    assert "15/06/2022" in text


def test_of_very_many_agencies_a_page_shows_some_and_finds_the_others(store: Store):
    shelf = importing.shelf(store, STAFF, HAU_GIANG)
    names = {one.code: one.name for one in shelf.agencies}
    told = view.Seen(opened(HAU_GIANG).campaign, shelf, "online", {}, "vi", agencies=names, search="y tế")
    assert view.codes(told) == ["SYT"]
    assert view.rows(told, ["SYT"])[0]["denominator"] > 0


# requests --------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(store: Store) -> FlaskClient:
    made = create_app(store).server.test_client()
    log_in(made, NAMES[Role.STAFF])
    return made


def post(client: FlaskClient, step: str, *files: tuple[str, bytes], token: str = "", **said: Any) -> Any:
    told = {"repairs": [], "typed": [], "whole": False, "seen": 1, **said}
    form = {"said": json.dumps(told), "file": [(io.BytesIO(content), name) for name, content in files]}
    return client.post(f"/figures/{step}?c={HAU_GIANG}", data=form, headers={TOKEN_HEADER: token})


def test_files_are_checked_and_taken_by_request(client: FlaskClient, store: Store):
    key = token(client)
    file = ("a.csv", f'{HEAD}\nSTP,,online,"1,260",9000\n'.encode())
    *steps, faulty = [json.loads(one) for one in post(client, "check", file, token=key).text.splitlines()]
    assert [one["said"] for one in steps] == ["Đang đọc tệp 1/1: a.csv"]
    assert "1 lỗi" in faulty["said"]
    repairs = [{"file": 0, "sheet": "", "cell": "D2", "text": "1.260"}]
    sound = post(client, "check", file, token=key, repairs=repairs).text
    (found,) = {text for text in sound.split('"') if text.startswith("1-")}
    taken = client.post(
        f"/figures/accept?c={HAU_GIANG}",
        data={
            "said": json.dumps({"repairs": repairs, "typed": [], "whole": False, "seen": 1, "token": found}),
            "file": [(io.BytesIO(file[1]), file[0])],
        },
        headers={TOKEN_HEADER: key},
    )
    assert taken.json == {"number": 2, "taken": "Đã nhận thành bản số 2: thêm 0 dòng, sửa 1 dòng, bỏ 0 dòng."}
    assert row(store, "STP")["numerator"] == 1260


def test_a_large_file_is_read_for_staff_only_and_never_without_the_token(client: FlaskClient, store: Store):
    large = ("a.csv", b"a" * 12_000_000)
    assert post(client, "check", large).status_code == 403
    key = token(client)
    answer = post(client, "check", large, token=key)
    assert answer.status_code == 200
    assert "10 MB" in answer.text.replace("\\u00a0", " ").replace("\u00a0", " ")
    too_large = ("a.csv", b"a" * (security.LARGEST_UPLOAD + 1))
    assert post(client, "check", too_large, token=key).status_code == 413
    reader = create_app(store).server.test_client()
    log_in(reader, NAMES[Role.VIEWER])
    assert post(reader, "check", large, token=token(reader)).status_code == 403
    assert post(create_app(store).server.test_client(), "check", large).status_code == 401


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"repairs": [{"file": 3}], "typed": [], "whole": true, "seen": 1}'])
def test_what_the_page_would_not_send_is_refused(client: FlaskClient, said: str):
    answer = client.post(f"/figures/check?c={HAU_GIANG}", data={"said": said}, headers={TOKEN_HEADER: token(client)})
    assert answer.status_code == 400


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_form_for_months_can_be_read_back_and_says_nothing(client: FlaskClient, store: Store, suffix: str):
    answer = client.get(f"/figures/form?c={HAU_GIANG}&layout=history&as={suffix}")
    assert answer.status_code == 200
    found = look(store, Sent(f"cac-thang.{suffix}", answer.data))
    assert found.is_sound
    assert found.token is None, "empty months change nothing"
    frame = found.files[0].reading.frame
    assert frame is not None
    assert frame["end"].min().isoformat() == "2021-01-31"
    assert frame["end"].max().isoformat() == "2022-06-15"
    assert len(frame) == 102 * 3 * 18


# months of the past ----------------------------------------------------------------------------------------------
MONTHS = "Mã đơn vị,Chỉ số,Tháng,Tử số,Mẫu số"


def past(store: Store) -> History:
    history = importing.shelf(store, STAFF, HAU_GIANG).figures.history
    assert history is not None
    return history


def test_a_file_of_months_becomes_a_version_that_rests_on_them(store: Store):
    before = past(store)
    own = before.frame[before.frame["agency"] == "STP"].iloc[-2]
    same = f"STP,online,05/2022,{own['numerator']:.0f},{own['denominator']:.0f}"
    file = sent("thang.csv", same, "STP,online,12/2020,10,40", "SYT,online,15/06/2022,1,2", head=MONTHS)
    found = look(store, file)
    assert found.changes == ()
    assert found.months is not None
    assert (found.months.added, found.months.changed, found.months.removed) == (1, 1, 0)
    assert (found.months.months, found.months.first) == (19, date(2020, 12, 31))
    said = words_of(preview(Look(found, "", found.names, {}, services.indicator_words("vi"), "vi", 1, 0, 0)))
    assert "19 tháng, từ 12/2020 đến 06/2022" in said
    assert "Thêm 1 dòng, sửa 1, bỏ 0, giữ nguyên 1.835." in said
    assert found.token is not None
    version, counts = batches.take(store, STAFF, HAU_GIANG, [file], [], token=found.token)
    assert counts == {"added": 1, "changed": 1, "removed": 0}
    after = past(store)
    assert version.figures_sha256 == importing.shelf(store, STAFF, HAU_GIANG).figures.sha256
    assert len(after.frame) == len(before.frame) + 1
    assert past_of(store, 1).sha256 == before.sha256, "what a table rests on stays"
    assert operations.read_log(store, ADMIN, newest_first=True, limit=1)[0].after["history_sha256"] == after.sha256
    assert look(store, file).token is None, "the same again is nothing new"


def past_of(store: Store, number: int) -> History:
    history = importing.shelf(store, STAFF, HAU_GIANG, number).figures.history
    assert history is not None
    return history


def test_months_stay_when_figures_come_and_go_with_their_agency(store: Store):
    before = past(store)
    found = look(store, sent("a.csv", "STP,,online,1260,9000"))
    assert found.months is None
    batches.take(store, STAFF, HAU_GIANG, [sent("a.csv", "STP,,online,1260,9000")], [], token=found.token or "")
    assert past(store).sha256 == before.sha256
    alone = look(store, sent("a.csv", "STP,,online,1261,9000"), whole=True)
    assert alone.months is not None
    assert alone.months.agencies == 1
    assert alone.months.removed == (before.frame["agency"] != "STP").sum()


def test_faults_of_months_are_told_at_their_cells_and_can_be_repaired(store: Store):
    lines = ("STP,online,05/2022,1.26,5000", "STP,online,04/2022,,70", "STP,online,13/2022,1,2")
    found = look(store, sent("thang.csv", *lines, head=MONTHS), typed=(Typed("SYT", "online", "numerator", "1"),))
    told = {(one.code, one.cell) for one in found.files[0].reading.errors}
    assert told == {("ambiguous_dot", "D2"), ("count_missing", "D3"), ("not_a_month", "C4")}
    assert found.token is None
    repaired = look(store, sent("thang.csv", lines[0], head=MONTHS, D2="1.260"))
    assert repaired.is_sound
    assert repaired.months is not None


def test_files_of_months_that_differ_are_not_taken(store: Store):
    one, other = (sent(f"{n}.csv", f"STP,online,05/2022,{n},5000", head=MONTHS) for n in (1, 2))
    (unlike,) = look(store, one, other).contradictions
    assert (unlike.agency, unlike.first, unlike.second) == ("STP", ("1.csv", 1.0), ("2.csv", 2.0))
    assert messages.field(unlike.field, "vi") == "Tử số 05/2022"


def test_months_without_figures_say_what_is_missing(store: Store):
    provision_begun(store)
    found = batches.look(store, STAFF, "moi", [sent("t.csv", "STP,online,05/2022,1,2", head=MONTHS)], [], whole=False)
    assert found.refused is not None
    assert found.refused.code == "history_alone"
    assert found.token is None


def provision_begun(store: Store) -> None:
    names = {"vi": "Đợt mới", "en": "New"}
    beginning.begin_campaign(store, ADMIN, HAU_GIANG, "moi", name=names, as_of=date(2023, 6, 15))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_history_of_a_figure_has_its_months(store: Store, lang: str):
    asked = {"campaign": HAU_GIANG, "agency": "STP", "indicator": "online"}
    said = words_of(page.told(store, READER, asked, lang)["told"])
    assert "06/2022" in said
    assert "01/2021" in said
    assert "06/2022" not in words_of(page.told(store, READER, {**asked, "indicator": "active"}, lang)["told"])


@pytest.mark.parametrize(("layout", "suffix"), [("form", "xlsx"), ("long", "xlsx"), ("long", "csv"), ("form", "csv")])
def test_the_form_can_be_read_back(client: FlaskClient, layout: str, suffix: str):
    answer = client.get(f"/figures/form?c={HAU_GIANG}&layout={layout}&as={suffix}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    known = services.known_of(HAU_GIANG)
    reading = data.intake.read(answer.data, f"a.{suffix}", known=known)
    assert {one.code for one in reading.errors} <= {"no_counts"}
    assert client.get(f"/figures/form?c=khong&layout={layout}").status_code == 404
    assert client.get(f"/figures/form?c={HAU_GIANG}&layout=khac").status_code == 404
