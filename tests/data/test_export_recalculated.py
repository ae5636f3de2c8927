"""Another program that calculates the workbook comes to the engine's targets, whatever a reviewer changes in it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook.workbook import Workbook
from python_calamine import CalamineWorkbook

from data.export import write_xlsx
from engine import Allocation, Basis, Figures, Plan, Rounding, RoundingMode, Rule, RuleKind, allocate, working
from tests.data.formulas import AS_OF, METHODS, PERIODS, agencies, asked, every_combination, varied
from tests.data.recalculated import recalculated
from tests.data.results import exported

SAME = 1e-9
SHEET, CODE = "«export.calculation_sheet»", 0
DRAWN, MORE = 10, 25
MORE_GOAL = 0.72


def issued(allocation: Allocation) -> dict[tuple[str, str, int], float]:
    """Targets by indicator, agency and period."""
    found = {}
    for id, result in allocation.results.items():
        for t, row in enumerate(result.target):
            for at, value in zip(result.rows.tolist(), row.tolist(), strict=True):
                if not math.isnan(value):
                    found[id, allocation.figures.codes[at], t] = value
    return found


def calculated(file: Path, allocation: Allocation) -> dict[tuple[str, str, int], float]:
    """Targets by the formulas of a recalculated workbook, and the province's share as agency ''."""
    book = CalamineWorkbook.from_path(file)
    found = {}
    for number, one in enumerate(allocation.plan.indicators):
        rows = book.get_sheet_by_name(sheet_of(number)).to_python()
        head = [str(cell) for cell in rows[4]]
        targets = [at for at, text in enumerate(head) if text == "«export.calc_target»"]
        shown = list(reversed(targets))  # the last period stands first
        for row in rows[5:]:
            province = row[1] == "«export.whole_province»"
            if row[CODE] or province:
                for t, at in enumerate(shown):
                    if isinstance(row[at], float | int):
                        found[one.id, str(row[CODE]), t] = float(row[at])
    return found


def compared(file: Path, allocation: Allocation) -> None:
    formulas = calculated(file, allocation)
    for place, target in issued(allocation).items():
        assert formulas[place] == pytest.approx(target, abs=SAME), (file.name, place, allocation.plan)
    for one in allocation.summaries:
        t = [period.id for period in allocation.plan.periods].index(one.period)
        assert formulas[one.indicator, "", t] == pytest.approx(one.attained, abs=SAME), (file.name, one)


# what a reviewer changes ------------------------------------------------------------------------------


def one_level(frame: pd.DataFrame, goal: float, rounding: Rounding) -> Allocation:
    """A table of every method without children, so that the province's lift is the only one of each."""
    plans = [
        asked(f"i{number}", method, Basis.CUMULATIVE, rounding, goals={"2022Q4": goal})
        for number, method in enumerate(METHODS)
    ]
    figures = Figures.from_frame(pd.concat([frame.assign(indicator=one.id) for one in plans], ignore_index=True))
    rules = (Rule(RuleKind.NO_BACKSLIDING, "nb"), Rule(RuleKind.FLOOR, "fl", 0.2))
    return allocate(figures, Plan(AS_OF, PERIODS[:2], tuple(plans), rules))


def sheet_of(number: int) -> str:
    """The sheet of an indicator by its place in the plan."""
    return SHEET if number == 0 else f"{SHEET} {number + 1}"


def cell_named(book: Workbook, name: str) -> Any:
    sheet, place = next(iter(book.defined_names[name].destinations))
    return book[sheet][place.replace("$", "")]


def type_lifts(book: Workbook, allocation: Allocation) -> None:
    """What the engine solved for other figures and another goal, typed into the cells of goal and lift."""
    last = allocation.plan.last.id
    for number, one in enumerate(allocation.plan.indicators):
        province = working(allocation, one.id).shared[0]
        cell_named(book, f"muc_tieu_{one.id}_{last}").value = one.goals[last]
        lift, rounded = float(province.lift[-1]), float(province.lift_rounded[-1])
        cell_named(book, f"nang_{one.id}_{last}").value = lift if math.isfinite(lift) else 1e99
        cell_named(book, f"them_{one.id}_{last}").value = rounded - lift if math.isfinite(lift) else 0.0
        sheet = book[sheet_of(number)]
        heads = [cell.value for cell in sheet[5]]
        row = next(row for row in sheet.iter_rows(min_row=6) if row[1].value == "«export.whole_province»")
        parts = [at for at, head in enumerate(heads) if str(head).startswith("«export.calc_part_lift»")]
        for at, part in zip(parts, province.parts, strict=True):
            row[at].value = part if math.isfinite(part) else 1e99


def type_figure(book: Workbook, agency: str, numerator: float, denominator: float) -> None:
    for number in range(len(METHODS)):
        sheet = book[sheet_of(number)]
        heads = [cell.value for cell in sheet[5]]
        row = next(row for row in sheet.iter_rows(min_row=6) if row[CODE].value == agency)
        for key, value in (("numerator", numerator), ("denominator", denominator)):
            cell = row[heads.index(f"«export.calc_{key}»")]
            assert not cell.protection.locked
            cell.value = value


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Allocation]]:
    """All workbooks, calculated anew in one call, each with the table that its formulas must come to."""
    folder = tmp_path_factory.mktemp("recalculated")
    pairs: list[tuple[Path, Allocation]] = []

    def write(name: str, allocation: Allocation) -> Path:
        write_xlsx(exported(allocation), folder / f"{name}.xlsx")
        return folder / f"{name}.xlsx"

    for number, allocation in enumerate(every_combination()):
        pairs.append((write(f"every-{number}", allocation), allocation))
    drawn = [one for one in map(varied, range(DRAWN)) if one is not None]
    pairs += [(write(f"drawn-{number}", one), one) for number, one in enumerate(drawn)]
    frame = agencies(1, children=False)
    other = frame.copy()
    chosen = frame["agency"] == frame.loc[frame["denominator"].idxmax(), "agency"]
    other.loc[chosen, ["numerator", "denominator"]] = [700.0, 2100.0]
    agency = str(frame.loc[chosen, "agency"].item())
    for rounding in (Rounding(), Rounding(RoundingMode.NONE)):
        path = write(f"changed-{rounding.mode}", one_level(frame, 0.65, rounding))
        book = openpyxl.load_workbook(path)
        after = one_level(other, MORE_GOAL, rounding)
        type_lifts(book, after)
        type_figure(book, agency, 700.0, 2100.0)
        book.save(path)  # without any stored result
        pairs.append((path, after))
    made = recalculated([path for path, _ in pairs], folder / "again")
    return [(new, allocation) for new, (_, allocation) in zip(made, pairs, strict=True)]


def test_every_method_basis_and_rounding_and_every_rule(every: list[tuple[Path, Allocation]]) -> None:
    tried = [pair for pair in every if not pair[0].name.startswith("changed")]
    assert len(tried) > DRAWN // 2
    for file, allocation in tried:
        compared(file, allocation)


def test_targets_follow_what_is_typed(every: list[tuple[Path, Allocation]]) -> None:
    changed = [pair for pair in every if pair[0].name.startswith("changed")]
    assert len(changed) == 2, "rounded and not"
    for file, allocation in changed:
        compared(file, allocation)


def test_the_count_of_differences_is_live(every: list[tuple[Path, Allocation]]) -> None:
    """Nothing differs in a workbook as it was written; in a changed one the sheet says how many targets do."""
    for file, _ in every:
        book = CalamineWorkbook.from_path(file)
        apart = book.get_sheet_by_name(SHEET).to_python()[2][3]
        assert (apart > 0) == file.name.startswith("changed"), file.name


def test_stored_results_are_the_same_to_the_reader_who_does_not_calculate(tmp_path: Path) -> None:
    for seed in range(220, 220 + MORE):
        allocation = varied(seed)
        if allocation is not None:
            write_xlsx(exported(allocation), tmp_path / "r.xlsx")
            compared(tmp_path / "r.xlsx", allocation)
            shown = {place: value for place, value in calculated(tmp_path / "r.xlsx", allocation).items() if place[1]}
            targets = np.array([shown[place] for place in issued(allocation)])
            assert np.isfinite(targets).all()
