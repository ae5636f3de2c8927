"""What is doubtful in figures that can be read: nothing here keeps a file out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from data.intake.numbers import NAN, read_count
from data.intake.problems import Known, Layout, ParentRows, Problems, cell_name
from data.intake.rows import Entry, Rows
from data.intake.words import DENOMINATOR, EXPECTED, NUMERATOR, STOCKS

SMALL_DENOMINATOR = 30
RATE_JUMP = 0.20
SHARED_LEVELS = ("district", "commune")
_COUNTS = (NUMERATOR, DENOMINATOR)
_TOLERANCE = 0.5


def check_rows(rows: Rows, known: Known, problems: Problems) -> None:
    """Note every doubt that the campaign and the figures themselves give rise to."""
    _missing_agencies(rows, known, problems)
    _single_entries(rows, known, problems)
    _active_above_provided(rows, problems)
    _catalogue(rows, known, problems)
    _children(rows, known, problems)
    _totals(rows, problems)


def _is_stock(indicator: str, known: Known) -> bool:
    return known.indicators.get(indicator, "stock" if indicator in STOCKS else "flow") == "stock"


def _missing_agencies(rows: Rows, known: Known, problems: Problems) -> None:
    if rows.table.layout is Layout.II06A:  # one agency a file
        return
    for agency in known.agencies:
        if agency.code not in rows.agencies.met:
            problems.warning(
                "agency_missing",
                sheet=rows.table.sheet.name,
                expected=f"{agency.code} ({agency.name})",
                agency=agency.code,
                name=agency.name,
            )


def _single_entries(rows: Rows, known: Known, problems: Problems) -> None:
    some_reported = any(not math.isnan(e.values.get(DENOMINATOR, NAN)) for e in rows.entries)  # else: ``no_counts``
    for entry in rows.entries:
        numerator, denominator = (entry.values.get(field, NAN) for field in _COUNTS)
        about = {"agency": entry.agency, "indicator": entry.indicator}
        sheet, cell = rows.place(entry, DENOMINATOR)
        if math.isnan(numerator) and math.isnan(denominator):
            if some_reported and _both_empty(rows, entry):
                problems.warning("not_reported", sheet=sheet, cell=cell, **about)
            continue
        if 0 < denominator < SMALL_DENOMINATOR and not _is_stock(entry.indicator, known):
            problems.warning(
                "small_denominator",
                sheet=sheet,
                cell=cell,
                found=f"{denominator:.0f}",
                expected=f"≥ {SMALL_DENOMINATOR}",
                denominator=denominator,
                limit=SMALL_DENOMINATOR,
                **about,
            )
        _shrunk(rows, entry, known, problems)
        before_n, before_d = known.previous.get((entry.agency, entry.indicator), (NAN, NAN))
        if before_d > 0 and denominator > 0 and not math.isnan(numerator):
            before, after = before_n / before_d, numerator / denominator
            if abs(after - before) >= RATE_JUMP:
                sheet, cell = rows.place(entry, NUMERATOR)
                problems.warning(
                    "rate_jumped", sheet=sheet, cell=cell, found=f"{numerator:.0f}", before=before, after=after, **about
                )


def _shrunk(rows: Rows, entry: Entry, known: Known, problems: Problems) -> None:
    """What is counted from 1 January on cannot become less from one report to the next."""
    if _is_stock(entry.indicator, known):
        return
    before = dict(zip(_COUNTS, known.previous.get((entry.agency, entry.indicator), (NAN, NAN)), strict=True))
    field = next((one for one in reversed(_COUNTS) if entry.values.get(one, NAN) < before[one]), None)
    if field is not None:
        sheet, cell = rows.place(entry, field)
        now = entry.values[field]
        problems.warning(
            "count_shrank",
            sheet=sheet,
            cell=cell,
            found=f"{now:.0f}",
            expected=f"≥ {before[field]:.0f}",
            agency=entry.agency,
            indicator=entry.indicator,
            field=field,
            before=before[field],
            after=now,
        )


def _both_empty(rows: Rows, entry: Entry) -> bool:
    row = rows.table.sheet.rows[entry.row]
    columns = [entry.columns[f] for f in _COUNTS if f in entry.columns]
    return all(c >= len(row) or row[c] in ("", None) for c in columns) and not any(
        (entry.row, c) in rows.table.sheet.faults for c in columns
    )


def _active_above_provided(rows: Rows, problems: Problems) -> None:
    provided = {e.agency: e.values.get(NUMERATOR, NAN) for e in rows.entries if e.indicator == "provided"}
    for entry in rows.entries:
        active, offered = entry.values.get(NUMERATOR, NAN), provided.get(entry.agency, NAN)
        if entry.indicator == "active" and active > offered:
            sheet, cell = rows.place(entry, NUMERATOR)
            problems.warning(
                "active_above_provided",
                sheet=sheet,
                cell=cell,
                found=f"{active:.0f}",
                expected=f"≤ {offered:.0f}",
                agency=entry.agency,
                active=active,
                provided=offered,
            )


def _catalogue(rows: Rows, known: Known, problems: Problems) -> None:
    """Eligible services by level: departments' add up to it; levels that share services lie between largest and sum."""
    for level, services in known.catalogue.items():
        wanted = {a.code for a in known.agencies if a.level == level}
        counts = {
            e.agency: e.values.get(DENOMINATOR, NAN)
            for e in rows.entries
            if e.indicator == "provided" and rows.agencies.met[e.agency].level == level
        }
        if not counts or not wanted <= set(counts) or any(map(math.isnan, counts.values())):
            continue  # not all have reported: nothing to add up
        total, largest = sum(counts.values()), max(counts.values())
        fits = largest <= services <= total if level in SHARED_LEVELS else abs(total - services) < _TOLERANCE
        if not fits:
            problems.warning(
                "services_off_catalogue",
                sheet=rows.table.sheet.name,
                found=f"{total:.0f}",
                expected=f"{services:.0f}",
                level=level,
                total=total,
                largest=largest,
                catalogue=services,
            )


def _children(rows: Rows, known: Known, problems: Problems) -> None:
    met = rows.agencies.met
    by_key = {(e.agency, e.indicator): e for e in rows.entries}
    sums: dict[tuple[str, str, str], float] = {}
    for entry in rows.entries:
        parent = met[entry.agency].parent
        if parent and _parent_rows(entry.indicator, known) is not ParentRows.OWN:
            for field in _COUNTS:
                key = (parent, entry.indicator, field)
                sums[key] = sums.get(key, 0.0) + entry.values.get(field, NAN)
    for (parent, indicator, field), children in sums.items():
        above = by_key.get((parent, indicator))
        own = above.values.get(field, NAN) if above else NAN
        off = children - own
        kind = _parent_rows(indicator, known)
        if above and (off > _TOLERANCE or (kind is ParentRows.CHILDREN and off < -_TOLERANCE)):
            sheet, cell = rows.place(above, field)
            problems.warning(
                "children_off_parent",
                sheet=sheet,
                cell=cell,
                found=f"{own:.0f}",
                expected=f"{children:.0f}",
                agency=parent,
                indicator=indicator,
                field=field,
                children=children,
                parent=own,
            )


def _parent_rows(indicator: str, known: Known) -> ParentRows:
    """Unless said otherwise a stock is not checked: a catalogue is shared, its counts do not add up over agencies."""
    if not isinstance(known.parent_rows, str) and indicator in known.parent_rows:
        return ParentRows(known.parent_rows[indicator])
    if _is_stock(indicator, known):
        return ParentRows.OWN
    return ParentRows(known.parent_rows) if isinstance(known.parent_rows, str) else ParentRows.CHILDREN


def _totals(rows: Rows, problems: Problems) -> None:
    """A totals row must equal the sum of all rows, or of those without an agency above."""
    if not rows.totals:
        return
    at = rows.totals[-1]
    row = rows.table.sheet.rows[at]
    for indicator, columns in rows.table.counts.items():
        for field, column in columns.items():
            if field in _COUNTS or field.startswith(EXPECTED):
                total, _ = read_count(row[column] if column < len(row) else "")
                sums = _sums(rows, indicator, field)
                if not math.isnan(total) and all(abs(total - s) > _TOLERANCE for s in sums):
                    problems.warning(
                        "total_differs",
                        sheet=rows.table.sheet.name,
                        cell=cell_name(at, column),
                        found=f"{total:.0f}",
                        expected=f"{sums[0]:.0f}",
                        header=rows.table.headers.get(column, field),
                        total=total,
                        sum=sums[0],
                    )


def _sums(rows: Rows, indicator: str, field: str) -> tuple[float, float]:
    met: Mapping[str, object] = rows.agencies.met

    def add(entries: Iterable[Entry]) -> float:
        return math.fsum(v for e in entries if not math.isnan(v := e.values.get(field, NAN)))

    own = [e for e in rows.entries if not indicator or e.indicator == indicator]
    return add(e for e in own if rows.agencies.met[e.agency].parent not in met), add(own)
