"""A small province to work on: four agencies, one indicator, a scenario whose targets can be checked in the head."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import scenarios
from dashapp.services import importing, saved_scenarios
from dashapp.services.rights import Actor, Role
from data.store import Store
from data.store.records import Agency, FiguresVersion, Indicator

THU = "thu-2022"
ONLINE, Q3, Q4 = "online", "2022Q3", "2022Q4"
PASSWORD = "một mật khẩu dài"  # noqa: S105
DECISION = {"number": "1045/QĐ-UBND", "day": date(2022, 6, 21)}

VY = Actor("vy", "Vy", Role.VIEWER)
LAN = Actor("lan", "Trần Thị Lan", Role.STAFF)
HOA = Actor("hoa", "Lê Hoa", Role.STAFF)
BINH = Actor("binh", "Phạm Bình", Role.LEADER)
ANH = Actor("anh", "Vũ Anh", Role.LEADER)
ROOT = Actor("root", "Quản trị", Role.ADMIN)

AGENCIES = {"A": "Sở Tư pháp", "B": "Sở Y tế", "C": "Sở Xây dựng", "D": "Sở Ngoại vụ"}
HEADER = "agency,name,level,parent,indicator,numerator,denominator,expected_2022Q3,expected_2022Q4"
COUNTS = {"A": (100, 1000, 500, 500), "B": (300, 1000, 500, 500), "C": (50, 500, 250, 250), "D": (0, 0, 0, 0)}
"""Counted, of all, and expected in each quarter: A and C stand at 10 %, B at 30 %, D has nothing to count."""

SCENARIO = """name = {vi = "Thử", en = "Try"}
as_of = 2022-06-15
[[periods]]
id = "2022Q3"
end = 2022-09-30
[[periods]]
id = "2022Q4"
end = 2022-12-31
[indicators.online]
goals = {2022Q4 = "40%"}
method = "equal_target"
"""
EXACT = '[indicators.online]\nmethod = "equal_increment"\nrounding = "none"\n'
"""Everybody the same number of points, nothing rounded: what one gives up, the others take exactly."""


def counts(**changed: tuple[float, ...]) -> bytes:
    """A figures file; agencies given by code hold other counts, None takes one out."""
    rows = {**COUNTS, **changed}
    lines = [f"{code},{AGENCIES[code]},province,,online,{','.join(map(str, row))}" for code, row in rows.items() if row]
    return "\n".join([HEADER, *lines, ""]).encode()


def scenario(**laid_over: object) -> scenarios.Scenario:
    """The scenario, with changes as in a TOML document."""
    base = scenarios.loads(SCENARIO)
    return scenarios.change(base, laid_over) if laid_over else base


def build(store: Store) -> None:
    """The campaign, its agencies and indicator and a shared scenario ``base``; no figures yet."""
    with store.work("system") as work:
        names = {"vi": "Thử 2022", "en": "Trial 2022"}
        work.campaigns.add(
            THU,
            name=names,
            as_of=date(2022, 6, 15),
            illustrative=False,
            source={"vi": "Sở", "en": "Department"},
            base_scenario=f"{THU}/base",
        )
        work.agencies.add(THU, [Agency(THU, code, name, "province") for code, name in AGENCIES.items()])
        one = scenarios.indicators()[ONLINE]
        text = [dict(part) for part in (one.name, one.short, one.unit, one.definition)]
        work.indicators.add(THU, [Indicator(THU, ONLINE, str(one.kind), *text, one.legal_basis)])
        base = scenario()
        document = {**scenarios.plain(base.document), "id": f"{THU}/base"}
        work.scenarios.add(THU, "base", name=dict(base.name), document=document, sha256=base.sha256, shared=True)


def take_in(store: Store, file: bytes | None = None, actor: Actor = LAN) -> FiguresVersion:
    """Import a figures file as staff do: look at it, then accept it."""
    file = counts() if file is None else file
    preview = importing.check(store, actor, THU, file, "so-lieu.csv")
    assert preview.token is not None, preview.reading.problems
    return importing.accept(store, actor, THU, file, "so-lieu.csv", token=preview.token)


def base_version(store: Store) -> int:
    """Id of the newest version of the shared scenario ``base``."""
    (record,) = [one for one in saved_scenarios.saved(store, LAN, THU) if one.slug == "base"]
    return saved_scenarios.at(store, LAN, record.id).version.id


def keep(store: Store, kept: scenarios.Scenario, name: str = "Khác") -> int:
    """Keep a scenario for everybody to see; the id of its version."""
    return saved_scenarios.create(store, LAN, THU, kept, name={"vi": name}, shared=True).version.id


@dataclass(frozen=True)
class Begun:
    """Figures, scenario and the draft made of them, by their ids."""

    figures: int
    scenario: int
    draft: int


def tamper(file: str | Path, statement: str) -> None:
    """Change a database past everything that forbids it."""
    with closing(sqlite3.connect(file)) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute(statement)
