"""Results out: the document for programs, tables for spreadsheets, workbooks for people."""

from data.export.appendix import sections
from data.export.comparison import write_comparison_xlsx
from data.export.difference import Difference, DifferenceLine, write_difference_csv, write_difference_xlsx
from data.export.document import (
    TARGET_KEYS,
    comparison_document,
    json_text,
    result_document,
    target_rows,
    targets_sha256,
    write_comparison_csv,
    write_csv,
    write_json,
)
from data.export.exported import Exported, FiguresLine, IndicatorLine, OverrideLine, RuleLine
from data.export.imprint import Corrected, ExportState, Imprint
from data.export.paper import (
    LETTERHEAD_FIELDS,
    LETTERHEAD_LINES,
    Appendix,
    Article,
    Bar,
    Brief,
    Column,
    Decision,
    Grid,
    Hardest,
    Letter,
    Letterhead,
    Row,
    RowKind,
    clean,
)
from data.export.words import LABELS, Remark, Words
from data.export.workbook import rows_to_write, write_xlsx
from data.output import OutputError

__all__ = [
    "LABELS",
    "LETTERHEAD_FIELDS",
    "LETTERHEAD_LINES",
    "TARGET_KEYS",
    "Appendix",
    "Article",
    "Bar",
    "Brief",
    "Column",
    "Corrected",
    "Decision",
    "Difference",
    "DifferenceLine",
    "ExportState",
    "Exported",
    "FiguresLine",
    "Grid",
    "Hardest",
    "Imprint",
    "IndicatorLine",
    "Letter",
    "Letterhead",
    "OutputError",
    "OverrideLine",
    "Remark",
    "Row",
    "RowKind",
    "RuleLine",
    "Words",
    "clean",
    "comparison_document",
    "json_text",
    "result_document",
    "rows_to_write",
    "sections",
    "target_rows",
    "targets_sha256",
    "write_comparison_csv",
    "write_comparison_xlsx",
    "write_csv",
    "write_difference_csv",
    "write_difference_xlsx",
    "write_json",
    "write_xlsx",
]
