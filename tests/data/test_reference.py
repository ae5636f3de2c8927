"""The figures that come with the product are what their README says."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pandas as pd
import pytest

from data import reference
from data.intake import read
from data.reference import compose_national as national
from data.reference import figures
from data.reference.compose_hau_giang import DEPARTMENTS, compose
from engine import Figures

FOLDER = Path(reference.__file__).parent
HG = figures("hau-giang-2022").frame


def of(indicator: str, level: str | None = None) -> pd.DataFrame:
    rows = HG[HG["indicator"] == indicator]
    return (rows if level is None else rows[rows["level"] == level]).set_index("agency")


def test_composing_again_gives_the_same_bytes() -> None:
    committed = (FOLDER / "hau-giang-2022" / "figures.csv").read_bytes()
    assert compose().encode() == committed
    assert compose() == compose()


def test_agencies_are_the_published_units() -> None:
    with (FOLDER / "hau-giang-2022" / "units.csv").open(encoding="utf-8") as opened:
        units = {row["code"]: row for row in csv.DictReader(opened)}
    with (FOLDER / "hau-giang-2022" / "departments.csv").open(encoding="utf-8") as opened:
        departments = {row["name"] for row in csv.DictReader(opened)}
    table = of("online")
    assert table["level"].value_counts().to_dict() == {"commune": 75, "province": 19, "district": 8}
    assert set(table[table["level"] == "province"]["name"]) == departments
    below = table[table["level"] != "province"]
    assert {code: row["parent"] for code, row in units.items()} == below["parent"].to_dict()
    assert table["name"].is_unique
    for code, unit in units.items():
        assert table.loc[code, "name"].lower() == "ubnd " + unit["name"].lower()


def test_services_add_up_to_the_catalogue() -> None:
    assert of("provided", "province")["denominator"].sum() == 1029
    assert set(of("provided", "district")["denominator"]) == {143}
    assert set(of("provided", "commune")["denominator"]) == {88}


def test_the_three_counts_of_services_agree() -> None:
    provided, active, online = of("provided"), of("active"), of("online")
    assert (active["denominator"] <= provided["numerator"]).all()
    assert (active["numerator"] <= active["denominator"]).all()
    assert (active["numerator"] <= online["numerator"]).all()
    assert ((active["denominator"] == 0) == (online["denominator"] == 0)).all()


def test_a_district_is_its_own_desk_and_its_communes() -> None:
    online = of("online")
    for column in ("numerator", "denominator", "expected_2022Q3", "expected_2022Q4"):
        children = online[online["level"] == "commune"].groupby("parent")[column].sum(min_count=1)
        district = of("online", "district")[column]
        assert ((district >= children) | district.isna()).all()
        assert (district.isna() == children.isna()).all()


@pytest.mark.parametrize(("level", "rate"), [("province", 0.2839), ("commune", 0.1306), ("district", 0.3720)])
def test_rates_by_level_are_those_of_kon_tum(level: str, rate: float) -> None:
    rows = of("online", level)
    numerator, denominator = rows["numerator"].sum(), rows["denominator"].sum()
    if level == "district":  # its own desk only
        numerator -= of("online", "commune")["numerator"].sum()
        denominator -= of("online", "commune")["denominator"].sum()
    assert numerator / denominator == pytest.approx(rate, abs=1e-4)


def test_commune_volumes_are_drawn_from_the_real_ones() -> None:
    real = figures("phu-tho-2026").frame
    communes = set(real[real["level"] == "commune"]["denominator"])
    assert set(of("online", "commune")["denominator"]) <= communes


def test_the_hard_cases_are_there() -> None:
    online = of("online")
    assert (online["denominator"] == 0).sum() == 1
    assert (online["denominator"] == 11).sum() == 1
    top = online[online["level"] != "commune"]
    rate = top["numerator"] / top["denominator"]
    assert (top["proposed_2022Q4"] < rate).sum() == 1  # less than it has
    assert ((top["proposed_2022Q4"] - rate) < 0.1).sum() >= 5  # too little
    assert 2 <= top["proposed_2022Q4"].isna().sum() <= 6
    rest = top["expected_2022Q3"] + top["expected_2022Q4"]
    rest = rest.fillna(top["denominator"] * 199 / 166)
    highest = (top["numerator"] + rest) / (top["denominator"] + rest)
    assert (top["proposed_2022Q4"] > highest).sum() == 1  # more than the year can bring
    assert 5 <= top["expected_2022Q3"].isna().sum() <= 12


def test_phu_tho_is_the_real_table() -> None:
    table = figures("phu-tho-2026").frame
    assert len(table) == 163
    assert (table["numerator"].sum(), table["denominator"].sum()) == (76_339, 90_559)
    assert (table["denominator"] == 0).sum() == 6


def test_the_departments_of_the_script_hold_the_published_total() -> None:
    assert sum(services for _, services, _ in DEPARTMENTS.values()) == 1029
    assert len(DEPARTMENTS) == 19


@pytest.mark.parametrize("campaign", ["hau-giang-2022", "phu-tho-2026"])
def test_the_shipped_file_read_as_a_users_file_is_the_same(campaign: str) -> None:
    path = FOLDER / campaign / "figures.csv"
    reading = read(path, path.name, known=None)
    assert reading.frame is not None
    assert Figures.from_frame(reading.frame).sha256 == figures(campaign).sha256


# the whole country ----------------------------------------------------------------------------------
def test_composing_the_country_again_gives_the_same_text() -> None:
    with gzip.open(FOLDER / "national-2022" / "figures.csv.gz", "rt", encoding="utf-8", newline="") as opened:
        committed = opened.read()
    assert national.compose() == committed


def test_the_country_is_the_published_list() -> None:
    with gzip.open(FOLDER / "national-2022" / "units.csv.gz", "rt", encoding="utf-8", newline="") as opened:
        units = {row["code"]: row for row in csv.DictReader(opened)}
    table = figures("national-2022").frame.set_index("agency")
    assert table["level"].value_counts().to_dict() == {"commune": 10_599, "district": 705, "province": 63}
    assert {code: (row["level"], row["parent"]) for code, row in units.items()} == {
        code: (level, parent) for code, level, parent in zip(table.index, table["level"], table["parent"], strict=True)
    }
    assert table["name"].is_unique
    for code, unit in units.items():
        assert table.loc[code, "name"].lower().startswith(f"ubnd {unit['name'].lower()}")
    assert table.loc["760", "name"] == "UBND quận 1 (Hồ Chí Minh)"
    assert set(table["note"]) == {"Số liệu minh họa (illustrative)"}


def test_the_country_adds_up_from_below() -> None:
    table = figures("national-2022").frame.set_index("agency")
    for upper, lower, rate in (("province", "district", 0.2839), ("district", "commune", 0.3720)):
        above, below = table[table["level"] == upper], table[table["level"] == lower]
        counts = ["numerator", "denominator"]
        own = above[counts] - below.groupby("parent")[counts].sum().reindex(above.index).fillna(0.0)
        assert (own["denominator"] > 0).all()
        assert (own["numerator"] >= 0).all()
        assert (own["numerator"] <= own["denominator"]).all()
        assert own["numerator"].sum() / own["denominator"].sum() == pytest.approx(rate, abs=1e-3)
    communes = table[table["level"] == "commune"]
    assert communes["numerator"].sum() / communes["denominator"].sum() == pytest.approx(0.1306, abs=1e-3)
    assert 20 <= (communes["denominator"] == 0).sum() <= 50
    assert 20 <= communes["denominator"].between(1, 29).sum() <= 100
