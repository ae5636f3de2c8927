"""Results out: the document for programs, tables for spreadsheets, workbooks for people."""

from data.export.comparison import Compared, write_comparison_xlsx
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
from data.export.words import LABELS, About, Remark, Words
from data.export.workbook import write_xlsx
from data.output import OutputError

__all__ = [
    "LABELS",
    "TARGET_KEYS",
    "About",
    "Compared",
    "OutputError",
    "Remark",
    "Words",
    "comparison_document",
    "json_text",
    "result_document",
    "target_rows",
    "targets_sha256",
    "write_comparison_csv",
    "write_comparison_xlsx",
    "write_csv",
    "write_json",
    "write_xlsx",
]
