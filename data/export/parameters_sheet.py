"""The sheet `Tham số`: what an export carries, goals and results, rules with their law, and every cell with a name."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from data.export.appendix import UNMET, NamedColumn, status_text
from data.export.book import ALARM, COUNT, INPUT, NAVY, OPEN, PALE, QUIET, SHARE, Book, fit_height
from data.export.calculation_sheet import FORMS, endless
from data.export.exported import Exported
from data.export.parameters import Named, Parameters
from engine import IndicatorPlan, Start, Summary

COLUMNS_NAME = "chitieu_cot"
"""Name of the table that says what each column of targets in the appendix is of."""
_WIDTHS = (46, 15, 15, 15, 15, 30, 28)
_WIDTH = 7


def write_parameters(book: Book, exported: Exported, names: Parameters, columns: Sequence[NamedColumn]) -> None:
    """Write the sheet and give its cells their names."""
    own = book.words.own
    sheet = book.sheet(own("parameters_sheet"))
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    lines = [(own("parameters_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})]
    row = book.title(sheet, lines, _WIDTH)
    style = book.format(italic=True, font_color=QUIET, text_wrap=True, align="center")
    book.across(sheet, row, 0, _WIDTH - 1, own("parameters_hint"), style)
    fit_height(sheet, row, (own("parameters_hint"), 150))
    row = write_facts(book, sheet, row + 2, _WIDTH) + 1
    row = _goals(book, sheet, row, exported)
    places: dict[str, int] = {}
    for section, cells in names.sections.items():
        indicator = section.partition(":")[2]
        title = f"{own('indicator')}: {book.words.indicator(indicator)}" if indicator else own(section)
        row = _section(book, sheet, row + 1, title)
        if indicator:
            row = _asked(book, sheet, row, exported.allocation.plan.indicator(indicator))
        row = _cells(book, sheet, row, cells, places)
    for name, (first, last) in names.ranges.items():
        book.define(name, sheet, (places[first], 1), (places[last], 1))
    breaks = [row + 1]
    row = _rules(book, sheet, row + 1, exported)
    sheet.set_h_pagebreaks(breaks)
    _columns(book, sheet, row + 1, columns)
    sheet.protect("", OPEN)


def write_facts(book: Book, sheet: Worksheet, row: int, width: int) -> int:
    """The block of what every export carries; the next free row."""
    for label, value in book.facts():
        sheet.write_string(row, 0, label, book.format(bold=True))
        book.across(sheet, row, 1, width - 1, value, book.format(text_wrap=True, align="left"))
        fit_height(sheet, row, (value, 110))
        row += 1
    return row


def _section(book: Book, sheet: Worksheet, row: int, title: str) -> int:
    style = book.format(bold=True, font_size=12, font_color=NAVY, bottom=2, bottom_color=NAVY)
    sheet.set_row(row, 22)
    book.across(sheet, row, 0, _WIDTH - 1, title, style)
    return row + 1


def _heads(book: Book, sheet: Worksheet, row: int, texts: Sequence[str]) -> int:
    sheet.set_row(row, 34)
    for at, text in enumerate(texts):
        sheet.write_string(row, at, text, book.head())
    return row + 1


def _goals(book: Book, sheet: Worksheet, row: int, exported: Exported) -> int:
    own, column = book.words.own, book.words.column
    row = _section(book, sheet, row, own("goals"))
    row = _heads(
        book,
        sheet,
        row,
        [
            f"{column('indicator')} · {column('period')}",
            column("goal"),
            column("current"),
            column("attained"),
            column("max_attainable"),
            column("status"),
            f"{column('agencies')} · {column('at_lower')} · {column('at_upper')}",
        ],
    )
    allocation = exported.allocation
    for one in (*allocation.summaries, *allocation.groups):
        place = f"{book.words.indicator(one.indicator)} · {book.words.period(one.period)}"
        if one.parent is not None:
            name = allocation.figures.names[allocation.figures.position[one.parent]] or one.parent
            place = f"{place} · {own('children_of')} {name}"
        _goal(book, sheet, row, place, one)
        row += 1
    for sentence in exported.goals:
        book.across(sheet, row, 0, _WIDTH - 1, sentence, book.format(text_wrap=True, italic=True))
        fit_height(sheet, row, (sentence, 160))
        row += 1
    return row


def _goal(book: Book, sheet: Worksheet, row: int, place: str, one: Summary) -> None:
    unmet = {"font_color": ALARM, "bold": True} if one.status in UNMET else {}
    book.write(sheet, row, 0, place, text_wrap=True, bold=one.parent is None)
    for at, share in enumerate((one.goal, one.start, one.attained, one.max_attainable), 1):
        book.write(sheet, row, at, share, num_format=SHARE, bold=one.parent is None)
    book.write(sheet, row, 5, status_text(book, one), text_wrap=True, **unmet)
    book.write(sheet, row, 6, f"{one.agencies} · {one.at_lower} · {one.at_upper}", align="center")
    fit_height(sheet, row, (place, 46))


def _asked(book: Book, sheet: Worksheet, row: int, plan: IndicatorPlan) -> int:
    """How an indicator is allocated, in words."""
    words, own = book.words, book.words.own
    rounding = words.labels[f"terms.rounding.{plan.rounding.mode.value}"]
    if plan.rounding.count:
        rounding = f"{rounding}, {words.labels['terms.rounding.count']}"
    rate = words.labels[f"terms.start_rate.{plan.start_rate.value}"]
    said = [
        (own("method"), words.labels[f"terms.method.{plan.method.name}.name"]),
        (own("basis"), words.labels[f"terms.basis.{plan.basis.value}"] if plan.basis else ""),
        (own("kind"), words.labels[f"terms.kind.{plan.kind.value}"]),
        (own("pace"), words.labels[f"terms.pace.{plan.pace.value}"]),
        (own("start_rate"), own("calc_projected") if plan.start is Start.PROJECTED else rate),
        (own("rounding"), rounding),
    ]
    text = " · ".join(f"{label}: {value}" for label, value in said if value)
    book.across(sheet, row, 0, _WIDTH - 1, text, book.format(text_wrap=True, italic=True))
    fit_height(sheet, row, (text, 160))
    return row + 1


def _cells(book: Book, sheet: Worksheet, row: int, cells: Sequence[Named], places: dict[str, int]) -> int:
    for one in cells:
        properties = {"num_format": FORMS[one.form], "align": "right", "indent": 1}
        if one.form == "lift":
            rule = {"type": "cell", "criteria": ">=", "value": 1e90, "format": endless(book)}
            sheet.conditional_format(row, 1, row, 1, rule)
        book.write(sheet, row, 0, one.label, text_wrap=True)
        fit_height(sheet, row, (one.label, 46))
        if one.is_input:
            style = book.cell(bg_color=INPUT, locked=False, **properties)
            sheet.write_number(row, 1, one.value, style)
        else:
            sheet.write_formula(row, 1, f"={one.formula}", book.cell(bg_color=PALE, **properties), one.value)
        book.across(sheet, row, 2, 4, one.name, book.cell(font_color=QUIET, font_size=9, indent=1))
        book.define(one.name, sheet, (row, 1))
        places[one.name] = row
        row += 1
    return row


def _rules(book: Book, sheet: Worksheet, row: int, exported: Exported) -> int:
    own = book.words.own
    row = _section(book, sheet, row, own("rules"))
    row = _heads(book, sheet, row, [own("rule"), own("reason"), "", "", "", own("basis_document"), own("indicator")])
    sheet.merge_range(row - 1, 1, row - 1, 4, "", book.head())
    sheet.write_string(row - 1, 1, own("reason"), book.head())
    rules = {rule.id: rule for rule in exported.allocation.plan.rules}
    for one in exported.rules:
        concerned = ", ".join(book.words.indicator(id) for id in rules[one.id].indicators)
        periods = ", ".join(book.words.period(id) for id in rules[one.id].periods)
        about = " · ".join(text for text in (concerned, periods) if text)
        book.write(sheet, row, 0, one.text, text_wrap=True, valign="top")
        book.across(sheet, row, 1, 4, one.reason, book.cell(text_wrap=True, indent=1, valign="top", align="left"))
        book.write(sheet, row, 5, one.source, text_wrap=True, valign="top")
        book.write(sheet, row, 6, about, text_wrap=True, valign="top")
        fit_height(sheet, row, (one.text, 44), (one.reason, 58), (one.source, 28), (about, 26))
        row += 1
    if not exported.rules:
        sheet.write_string(row, 0, own("none"), book.format(italic=True))
        row += 1
    return row


def _columns(book: Book, sheet: Worksheet, row: int, columns: Sequence[NamedColumn]) -> None:
    """What each column of targets in the appendix is of; `verify` reads it."""
    own = book.words.own
    row = _section(book, sheet, row, own("appendix_columns"))
    first = row
    for one in columns:
        for at, text in enumerate((one.indicator, one.name, one.period)):
            book.write(sheet, row, at, text)
        row += 1
    if columns:
        book.define(COLUMNS_NAME, sheet, (first, 0), (row - 1, 2))


__all__ = ["COLUMNS_NAME", "COUNT", "write_facts", "write_parameters"]
