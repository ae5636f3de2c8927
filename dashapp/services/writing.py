"""One table as a file: the suffix says which. What needs much to load is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import data.export
from data.export import Difference, Exported, Letterhead, rows_to_write
from data.output import write_whole

Progress = Callable[[int], object]
DOCUMENTS = (".docx", ".pdf")
EXPORT_SUFFIXES = (".xlsx", *DOCUMENTS, ".csv", ".json")
COMPARISON_SUFFIXES = (".json", ".csv", ".xlsx")
DIFFERENCE_SUFFIXES = (".xlsx", ".csv")


def write_export(
    said: Exported,
    path: Path,
    *,
    head: Letterhead | None = None,
    template: bytes | None = None,
    progress: Progress | None = None,
) -> str:
    """Write one table; the suffix chooses one of `EXPORT_SUFFIXES`. What must be read with the file, or "".

    Parameters
    ----------
    head : Letterhead
        Who decides, signs and receives; None: blanks, and a vice-chair's place in a workbook.
    template : bytes, optional
        The office's own form of the Decision, for Word, and for PDF where this machine can convert it.
    progress : callable
        Told of rows of a workbook as they are written (`data.export.rows_to_write` of them).

    Raises
    ------
    OutputError
        If `path` cannot be written; nothing is left there.
    RefusedError
        ``no_typesetter`` if a PDF is asked for and cannot be made on this machine.
    """
    match path.suffix.lower():
        case ".json":
            document = data.export.result_document(said.allocation, said.imprint.scenario)
            data.export.write_json({**document, "illustrative": said.imprint.illustrative}, path)
        case ".csv":
            data.export.write_csv(said, path)
        case ".xlsx":
            signing = () if head is None else head.signing
            data.export.write_xlsx(said, path, signing=signing, progress=progress or _silent)
        case ".docx":
            from dashapp.services.papers import decision
            from data.export.decision import write_docx

            write_docx(decision(said, head or Letterhead()), path, template)
        case ".pdf":
            from dashapp.services.downloads import pdf_of

            content, note = pdf_of(said, head or Letterhead(), template, said.lang)
            write_whole(path, lambda fresh: _put(fresh, content))
            return note
        case suffix:
            raise ValueError(suffix)
    return ""


def _silent(_: int) -> None:
    return


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def export_bytes(said: Exported, suffix: str, *, head: Letterhead | None = None) -> bytes:
    """The same as bytes, for a download."""
    return _bytes(suffix, lambda path: write_export(said, path, head=head))


def write_comparison(several: Sequence[Exported], path: Path) -> None:
    """Write two to four scenarios side by side; the suffix chooses one of `COMPARISON_SUFFIXES`.

    Raises
    ------
    OutputError
        If `path` cannot be written; nothing is left there.
    """
    match path.suffix.lower():
        case ".json":
            document = data.export.comparison_document([(one.imprint.scenario, one.allocation) for one in several])
            data.export.write_json({**document, "illustrative": several[0].imprint.illustrative}, path)
        case ".csv":
            data.export.write_comparison_csv(several, path)
        case ".xlsx":
            data.export.write_comparison_xlsx(several, path)
        case suffix:
            raise ValueError(suffix)


def comparison_bytes(several: Sequence[Exported], suffix: str) -> bytes:
    """The same as bytes, for a download."""
    return _bytes(suffix, lambda path: write_comparison(several, path))


def write_difference(difference: Difference, path: Path) -> None:
    """Write what a table changes; the suffix chooses one of `DIFFERENCE_SUFFIXES`.

    Raises
    ------
    OutputError
        If `path` cannot be written; nothing is left there.
    """
    match path.suffix.lower():
        case ".csv":
            data.export.write_difference_csv(difference, path)
        case ".xlsx":
            data.export.write_difference_xlsx(difference, path)
        case suffix:
            raise ValueError(suffix)


def difference_bytes(difference: Difference, suffix: str) -> bytes:
    """The same as bytes, for a download."""
    return _bytes(suffix, lambda path: write_difference(difference, path))


__all__ = [
    "COMPARISON_SUFFIXES",
    "DIFFERENCE_SUFFIXES",
    "DOCUMENTS",
    "EXPORT_SUFFIXES",
    "Difference",
    "Exported",
    "Letterhead",
    "comparison_bytes",
    "difference_bytes",
    "export_bytes",
    "rows_to_write",
    "write_comparison",
    "write_difference",
    "write_export",
]


def _bytes(suffix: str, write: Callable[[Path], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export{suffix}"
        write(path)
        return path.read_bytes()
