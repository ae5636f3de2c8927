"""Text written before Unicode: recognised, shown, read after one confirmation for the whole file, and never guessed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from data.intake import WHOLE_FILE, Reading, proposals, read
from data.intake.encodings import WINDOWS
from data.intake.legacy import FONTS, TCVN3, VNI, convert
from data.intake.syllables import is_syllable, is_vietnamese
from tests.data import messy
from tests.data.files import KNOWN, Rows, book_bytes, codes, csv_bytes, form_rows, long_rows, the
from tests.data.test_intake_reports import REPORT, values

PLAIN = dataclasses.replace(KNOWN, catalogue={})
SAID = "Sở Tư pháp, huyện Vị Thủy: hồ sơ được xử lý trực tuyến; ĐƠN VỊ, ỦY BAN, quyết định"
WRITTEN = {
    TCVN3: "Së T\u00ad ph¸p, huyÖn VÞ Thñy: hå s¬ ®\u00adîc xö lý trùc tuyÕn; §¥N VÞ, ñy ban, quyÕt ®Þnh",
    VNI: "Sôû Tö phaùp, huyeän Vò Thuûy: hoà sô ñöôïc xöû lyù tröïc tuyeán; ÑÔN VÒ, UÛY BAN, quyeát ñònh",
}
"""Typed by hand in each font; capitals with a tone are another font in TCVN3."""


@pytest.mark.parametrize("font", FONTS)
def test_both_fonts_are_read(font: str) -> None:
    assert convert(WRITTEN[font], font).casefold() == SAID.casefold()
    assert not is_vietnamese(WRITTEN[font])
    assert is_vietnamese(SAID)


@pytest.mark.parametrize("font", FONTS)
def test_every_syllable_comes_back(font: str) -> None:
    """Every vowel with every tone, and đ, small and where the font has it capital."""
    text = messy.written_in(font, messy.EVERY_LETTER)
    assert convert(text, font) == messy.EVERY_LETTER


@pytest.mark.parametrize("word", ["Nguyễn", "nghiêng", "quốc", "giếng", "ủy", "uỷ", "Thuỷ", "khuya", "huyện", "yêu"])
def test_what_is_vietnamese(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["huyeän", "phaùp", "Së", "naïve", "Müller", "đđường", "kệệ", "Straße", "trườngg"])
def test_what_is_not(word: str) -> None:
    assert not is_syllable(word)


def files(rows: Rows) -> dict[str, tuple[bytes, str, str]]:
    """The same rows in every encoding before Unicode: bytes, name of the file, encoding."""
    typed = {font: messy.typed_in(font, rows) for font in FONTS}
    return {
        "workbook in TCVN3": (book_bytes({"Biểu": typed[TCVN3]}), "a.xlsx", TCVN3),
        "workbook in VNI": (book_bytes({"Biểu": typed[VNI]}), "a.xlsx", VNI),
        "CSV in TCVN3, saved as Unicode": (csv_bytes(typed[TCVN3]), "a.csv", TCVN3),
        "CSV in TCVN3": (messy.csv_of(typed[TCVN3], "latin-1"), "a.csv", TCVN3),
        "CSV in VNI": (messy.csv_of(typed[VNI], "cp1252"), "a.csv", VNI),
        "CSV in windows-1258": (messy.windows_1258(rows), "a.csv", WINDOWS),
    }


MESSY = {"form": form_rows(), "II.06a": messy.ii06a_rows(), "one-stop": messy.one_stop_rows()}


@pytest.mark.parametrize("written", files(form_rows()))
@pytest.mark.parametrize("layout", MESSY)
def test_one_confirmation_reads_the_whole_file(layout: str, written: str) -> None:
    expected = read(book_bytes({"Biểu": MESSY[layout]}), "a.xlsx", known=REPORT)
    data, name, encoding = files(MESSY[layout])[written]
    reading = read(data, name, known=REPORT)
    fault = the(reading, "legacy_text")
    assert codes(reading.errors) == ["legacy_text"], "headers, names and counts are read as they will be"
    assert proposals(fault) == (encoding,)
    accepted = read(data, name, known=REPORT, repairs={WHOLE_FILE: encoding})
    assert values(accepted) == values(expected)
    assert the(accepted, "legacy_read").details["name"] == encoding


def test_the_message_shows_what_is_meant() -> None:
    fault = the(
        read(book_bytes({"S": messy.typed_in(TCVN3, messy.ii06a_rows())}), "a.xlsx", known=REPORT), "legacy_text"
    )
    assert fault.details["before"] != fault.details["after"]
    assert is_vietnamese(fault.details["after"])


def test_another_encoding_than_the_one_proposed_is_not_accepted() -> None:
    data = book_bytes({"S": messy.typed_in(TCVN3, form_rows())})
    assert codes(read(data, "a.xlsx", known=PLAIN, repairs={WHOLE_FILE: VNI}).errors) == ["legacy_text"]


def test_every_other_fault_is_told_beside_the_confirmation() -> None:
    rows = messy.typed_in(TCVN3, form_rows())
    rows[5][4] = "1,260"
    reading = read(book_bytes({"S": rows}), "a.xlsx", known=PLAIN)
    assert codes(reading.errors) == ["legacy_text", "ambiguous_comma"]
    both = {WHOLE_FILE: TCVN3, ("S", "E6"): "126"}
    assert read(book_bytes({"S": rows}), "a.xlsx", known=PLAIN, repairs=both).frame is not None


def mixed(name: str) -> Reading:
    rows: Rows = [["Mã", "Tên đơn vị", "Chỉ tiêu", "Tử số", "Mẫu số"]]
    rows += [["", one, "online", 1, 90] for one in ("Sở Y tế", "UBND huyện Long Mỹ", name)]
    return read(book_bytes({"S": rows}), "a.xlsx", known=PLAIN)


@pytest.mark.parametrize("name", ["Së T\u00ad ph¸p", "Sôû Tö phaùp"])
def test_a_single_name_in_a_file_of_unicode_is_proposed_at_its_cell(name: str) -> None:
    reading = mixed(name)
    assert codes(reading.errors) == ["unknown_agency"]
    assert proposals(reading.errors[0]) == ("Sở Tư pháp",)


@pytest.mark.parametrize("name", ["Cà phê Müller", "Straße 5", "§ 5 «Sở»"])
def test_foreign_words_are_no_old_font(name: str) -> None:
    assert codes(mixed(name).errors) == ["unknown_agency"]
    alone: Rows = [long_rows()[0], ["X", name, "province", "", "online", 1, 90]]
    assert read(book_bytes({"S": alone}), "a.xlsx").frame is not None


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        (b"\xff" * 50 + b"\xa5\xb6", "windows-1258"),
        (("agency,name" * 9).encode("utf-16-le"), "UTF-16"),
        (b"\xff\xfe" + b"a\x00" * 30 + b"b", "UTF-16"),
    ],
    ids=["noise", "UTF-16 without its mark", "half a letter"],
)
def test_what_is_no_text_is_refused(data: bytes, guess: str) -> None:
    assert the(read(data, "a.csv"), "not_utf8").details["guess"] == guess


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_unicode_text_of_a_spreadsheet_is_read(encoding: str) -> None:
    text = "\n".join("\t".join(map(str, row)) for row in long_rows())
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert values(read(mark + text.encode(encoding), "a.txt"))[0] == ("STP", "online", 120, 800)


def test_a_large_file_of_unicode_costs_little() -> None:
    rows: list[Any] = [long_rows()[0]]
    rows += [[f"X{at}", f"Xã Thạnh {at}", "commune", "", "online", 1, 90] for at in range(20_000)]
    assert read(csv_bytes(rows), "a.csv").frame is not None
