"""Columns stay aligned whatever the letters are made of."""

from __future__ import annotations

import unicodedata

import pytest

from dashapp.settings import Settings, SettingsError, language
from dashapp.terminal import Align, Column, cut, table, width


@pytest.mark.parametrize(
    ("text", "columns"), [("Sở Tư pháp", 10), ("", 0), ("漢字", 4), ("a\u200bb", 2), ("52,5\u00a0%", 6)]
)
def test_width(text: str, columns: int):
    assert width(text) == columns
    assert width(unicodedata.normalize("NFD", text)) == columns


def test_cut():
    assert cut("Ủy ban nhân dân", 20) == "Ủy ban nhân dân"
    assert cut("Ủy ban nhân dân", 8) == "Ủy ban…"
    assert width(cut(unicodedata.normalize("NFD", "Ủy ban nhân dân"), 8)) <= 8
    assert cut("hai\ndòng", 20) == "hai dòng"


def test_table_is_aligned_for_decomposed_letters_too():
    columns = [Column("Tên"), Column("Chỉ tiêu", Align.RIGHT)]
    rows = [["Sở Tư pháp", "5,0"], [unicodedata.normalize("NFD", "Sở Y tế"), "52,5"], ["漢字", "100,0"]]
    lines = table(columns, rows).splitlines()
    assert len(lines) == 5
    assert {width(line) for line in lines} == {width("Sở Tư pháp") + 2 + width("Chỉ tiêu")}
    assert all(line.endswith(end) for line, end in zip(lines[2:], ("  5,0", " 52,5", "100,0"), strict=True))


def test_settings_from_the_environment():
    assert Settings.from_environment({}) == Settings("127.0.0.1", 8050, "vi")
    given = {"CHITIEU_HOST": "0.0.0.0", "CHITIEU_PORT": "80", "CHITIEU_LANGUAGE": "EN"}  # noqa: S104
    assert Settings.from_environment(given) == Settings("0.0.0.0", 80, "en")  # noqa: S104
    assert language({"CHITIEU_LANGUAGE": ""}) == "vi"
    for name, value in (("CHITIEU_PORT", "65536"), ("CHITIEU_PORT", "-1"), ("CHITIEU_LANGUAGE", "fr")):
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({name: value})
        assert refused.value.details["setting"] == name
