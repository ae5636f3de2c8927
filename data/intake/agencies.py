"""Whose row it is: code, name, level and parent of each row, matched with the agencies of the campaign."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.intake.layout import Table
from data.intake.legacy import readings
from data.intake.problems import Known, KnownAgency, Problems, cell_name, shown
from data.intake.sheets import MAX_CELL
from data.intake.words import AGENCY_FIELDS, LEVEL_WORDS, Vocabulary, core_name, fold, name_key, nearest, similar

MOST_CANDIDATES = 4
"""Names that are proposed for one that is not known."""
MOST_LOOKED_UP = 100
"""Different names that are not known and for which several are looked for: a file with more is another campaign's."""
_ESCAPED = ("=", "+", "-", "@")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@dataclass(slots=True)
class AgencyRow:
    """An agency as its first row gives it; `level` or `code` is empty where it was wrong."""

    code: str
    name: str
    level: str
    parent: str
    row: int


def read_text(value: object) -> tuple[str, str | None]:
    """A text cell in Unicode form NFC with single spaces, and what is wrong with it."""
    if isinstance(value, str):
        if len(value) > MAX_CELL:
            return "", "cell_too_long"
        text = " ".join(value.split())
        if text.startswith("'") and text[1:2] in _ESCAPED:
            text = text[1:]  # written so by an export, that no spreadsheet runs it
        if not text.isprintable():
            text = " ".join(_INVISIBLE.sub("", text).split())
            if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in text):
                return "", "control_characters"
        return (text if text.isascii() else unicodedata.normalize("NFC", text)), None
    if value is None:
        return "", None
    if isinstance(value, bool):
        return "", "boolean_in_text"
    if isinstance(value, int | float):
        whole = math.isfinite(value) and value == math.floor(value) and abs(value) < 1e15
        return (str(int(value)) if whole else repr(value)), None
    return "", "date_in_text" if isinstance(
        value, datetime.date | datetime.time | datetime.timedelta
    ) else "not_a_number"


def length_of(value: object, code: str) -> dict[str, Any]:
    """Details of ``cell_too_long``."""
    return {"length": len(str(value)), "limit": MAX_CELL} if code == "cell_too_long" else {}


class Agencies:
    """Reads the agency columns of a table row by row and remembers every agency met."""

    def __init__(
        self,
        table: Table,
        known: Known,
        vocabulary: Vocabulary,
        problems: Problems,
        within: tuple[str, str] = ("", ""),
    ) -> None:
        """`within`: what stands before and after each name in its cell."""
        self._table = table
        self._within = within
        self._problems = problems
        self._levels = vocabulary.levels
        self._known = {agency.code: agency for agency in known.agencies}
        self._by_code = {fold(code): code for code in self._known}
        self._by_name: dict[str, list[str]] = {}
        for agency in known.agencies:
            self._by_name.setdefault(name_key(agency.name), []).append(agency.code)
        self._warned: set[tuple[str, str]] = set()
        self._cores: dict[str, list[str]] = {}
        self._looked_up: dict[str, list[str]] = {}
        self._nearest_codes: dict[str, str | None] = {}
        self._nearest_names: dict[str, str | None] = {}
        self.met: dict[str, AgencyRow] = {}

    def text(self, row: Sequence[object], at: int, field: str) -> str:
        """The text of one agency field; faults are noted."""
        column = self._table.agency.get(field)
        if column is None or column >= len(row):
            return ""
        fault = self._table.sheet.faults.get((at, column))
        text, code = read_text(row[column])
        if fault:
            code = fault[0]
        if code:
            found = fault[1] if fault else row[column]
            self._error(code, at, field, found, None, field=field, **length_of(found, code))
        return text

    def is_known(self, name: str) -> bool:
        """True if the campaign has an agency of this name."""
        return name_key(name) in self._by_name

    def resolve(self, row: Sequence[object], at: int) -> AgencyRow | None:
        """The agency of a row, checked and completed; None where it cannot be told."""
        code, name, level, parent = (self.text(row, at, field) for field in AGENCY_FIELDS)
        code = self._code(code, name, at)
        if not code:
            return None
        known = self._known.get(code)
        if not level and not known:
            self._error("missing_value", at, "level", "", "province / district / commune", field="level", agency=code)
        elif level:
            level = self._level(level, at)
        if known:
            self._compare(known, name, level, parent, at)
            name, level, parent = name or known.name, level or known.level, parent or f"?{known.parent}"
        elif not name:
            name = code
            self._warn_once("name_missing", code, "name", at, "", agency=code)
        return self._remember(AgencyRow(code, name, level, parent, at))

    def check_parents(self) -> None:
        """Each parent must be in the file, and no agency above itself."""
        names = {name_key(a.name): a.code for a in self.met.values()}
        for agency in self.met.values():
            if agency.parent.startswith("?"):  # filled from the campaign: holds where the file has that agency
                agency.parent = agency.parent[1:] if agency.parent[1:] in self.met else ""
            elif agency.parent and agency.parent not in self.met:
                code = self._by_code.get(fold(agency.parent)) or names.get(name_key(agency.parent))
                if code in self.met:
                    agency.parent = code
                    continue
                near = nearest(agency.parent, self.met)
                self._error(
                    "unknown_parent",
                    agency.row,
                    "parent",
                    agency.parent,
                    near,
                    agency=agency.code,
                    parent=shown(agency.parent),
                    nearest=near,
                )
        self._refuse_circles()

    def _refuse_circles(self) -> None:
        fine: set[str] = set()
        for start in sorted(self.met):
            path: list[str] = []
            code = start
            while code in self.met and code not in fine and code not in path:
                path.append(code)
                code = self.met[code].parent
            if code in path:
                circle = path[path.index(code) :]
                agency = self.met[code]
                self._error("parent_circle", agency.row, "parent", agency.parent, None, agency=code, circle=circle[:20])
            fine.update(path)

    def _code(self, code: str, name: str, at: int) -> str:
        if code:
            if not self._known or code in self._known:
                return code
            if folded := self._by_code.get(fold(code)):
                return folded
            same = self._by_name.get(name_key(name), []) if name else []
            near = same[0] if len(same) == 1 else self._nearest(code)
            self._unknown(at, "agency", code, near)
            return ""
        if not name:
            self._error("missing_value", at, "agency", "", None, field="agency")
            return ""
        same = self._by_name.get(name_key(name), [])
        if len(same) == 1:
            meant = self._known[same[0]].name
            if name != meant:
                self._warn_once("agency_matched_by_name", same[0], "name", at, name, agency=same[0], name=meant)
            return same[0]
        if same:
            self._error("ambiguous_agency", at, "name", name, ", ".join(same), name=shown(name), agencies=same)
        elif self._known:
            self._unknown(at, "name", name, self._nearest_by_name(name))
        else:
            self._error("missing_value", at, "agency", "", None, field="agency", name=shown(name))
        return ""

    def _unknown(self, at: int, field: str, found: str, near: str | None) -> None:
        name = self._known[near].name if near else None
        expected = f"{near} ({name})" if near else None
        self._error(
            "unknown_agency",
            at,
            field,
            found,
            expected,
            agency=shown(found),
            nearest=near,
            nearest_name=name,
            candidates=[self._within[0] + name + self._within[1] for name in self._candidates(field, found, near)],
        )

    def _nearest(self, code: str) -> str | None:
        """The most similar code; of very many that are not known only the first are looked up."""
        if code not in self._nearest_codes:
            if len(self._nearest_codes) >= MOST_LOOKED_UP:
                return None
            self._nearest_codes[code] = nearest(code, self._known)
        return self._nearest_codes[code]

    def _nearest_by_name(self, name: str) -> str | None:
        """The code of the most similar name, as `_nearest`."""
        if name not in self._nearest_names:
            if len(self._nearest_names) >= MOST_LOOKED_UP:
                return None
            by_name = {agency.name: agency.code for agency in self._known.values()}
            near = nearest(name, by_name)
            self._nearest_names[name] = by_name[near] if near else None
        return self._nearest_names[name]

    def _candidates(self, field: str, found: str, near: str | None) -> list[str]:
        """What may have been meant, as it would stand in the cell: a code or a name."""
        if field == "agency" and field in self._table.agency:
            return [near] if near else []
        if found not in self._looked_up:
            if len(self._looked_up) >= MOST_LOOKED_UP:
                return [self._known[near].name] if near else []
            self._looked_up[found] = self._names_like(found) or ([self._known[near].name] if near else [])
        return self._looked_up[found]

    def _names_like(self, found: str) -> list[str]:
        if not self._cores:
            for agency in self._known.values():
                self._cores.setdefault(core_name(agency.name), []).append(agency.name)
        if same := self._cores.get(core_name(found)):
            return sorted(same)
        close = [core for text in (*readings(found), found) for core in similar(core_name(text), list(self._cores))]
        cores = list(dict.fromkeys(close))[:MOST_CANDIDATES]
        return [name for core in cores for name in sorted(self._cores[core])]

    def _level(self, level: str, at: int) -> str:
        found = self._levels.get(fold(level))
        if found:
            return found
        words = {word: id for id, group in LEVEL_WORDS.items() for word in group}
        near = nearest(level, words)
        id = words[near] if near else None
        self._error(
            "unknown_level", at, "level", level, "province / district / commune", level=shown(level), nearest=id
        )
        return ""

    def _compare(self, known: KnownAgency, name: str, level: str, parent: str, at: int) -> None:
        if name and name_key(name) != name_key(known.name):
            self._warn_once(
                "agency_differs", known.code, "name", at, name, agency=known.code, field="name", known=known.name
            )
        if level and level != known.level:
            self._warn_once(
                "agency_differs", known.code, "level", at, level, agency=known.code, field="level", known=known.level
            )
        if parent and fold(parent) != fold(known.parent) and self._by_name.get(name_key(parent)) != [known.parent]:
            self._warn_once(
                "agency_differs",
                known.code,
                "parent",
                at,
                parent,
                agency=known.code,
                field="parent",
                known=known.parent,
            )

    def _remember(self, agency: AgencyRow) -> AgencyRow:
        first = self.met.setdefault(agency.code, agency)
        if first is agency:
            return agency
        for field in ("name", "level", "parent"):
            now, before = getattr(agency, field), getattr(first, field)
            if now != before and (field != "name" or name_key(now) != name_key(before)):
                if field == "level" and not (now and before):
                    continue  # one of them is wrong and already noted
                column = self._table.agency.get(field)
                place = cell_name(first.row, column) if column is not None else None
                self._error(
                    "agency_disagrees",
                    agency.row,
                    field,
                    now.removeprefix("?"),
                    before.removeprefix("?"),
                    agency=agency.code,
                    field=field,
                    first=place,
                    first_value=shown(before.removeprefix("?")),
                )
        return first

    def place(self, at: int, field: str) -> tuple[str | None, str]:
        """Sheet and cell of an agency field; where there is no such column, of the column that names the agency."""
        columns: Mapping[str, int] = self._table.agency
        column = columns.get(field, columns.get("agency", columns.get("name", 0)))
        return self._table.sheet.name, cell_name(at, column)

    def _error(self, code: str, at: int, where: str, found: object, expected: str | None, /, **details: Any) -> None:
        sheet, cell = self.place(at, where)
        self._problems.error(code, sheet=sheet, cell=cell, found=found, expected=expected, **details)

    def _warn_once(self, code: str, whose: str, where: str, at: int, found: str, /, **details: Any) -> None:
        if (code + where, whose) not in self._warned:
            self._warned.add((code + where, whose))
            sheet, cell = self.place(at, where)
            self._problems.warning(code, sheet=sheet, cell=cell, found=found, **details)
