"""Papers as PDF, set by typst from the forms beside this module: offline, fonts within, the same pages every time.

What a paper says is handed over as data (`sys.inputs`), never pasted into markup, so that no text can be taken for an
instruction of the typesetter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from typing import Any

from data.export import paper_form as form
from data.export.imprint import Imprint
from data.export.paper import Brief, Column, Decision, plain

WHOLE, DECISION, APPENDIX = "whole", "decision", "appendix"
"""What of a Decision is set."""


class NoTypesetterError(RuntimeError):
    """PDF cannot be made on this machine; everything else can."""


def decision_pdf(decision: Decision, part: str = WHOLE) -> bytes:
    """A Decision in the standard form as PDF.

    Parameters
    ----------
    part : str
        `WHOLE`, or the `DECISION` or the `APPENDIX` alone.

    Raises
    ------
    NoTypesetterError
        If typst cannot be loaded on this machine.
    """
    columns = decision.appendix.columns
    flipped = form.columns_fit(len(columns), form.WIDTH)[1] < form.LEAST_NAME
    room = form.PAGE[1] - form.TOP - form.BOTTOM if flipped else form.WIDTH
    widths = form.columns_fit(len(columns), room)
    said = {
        **plain(decision),
        "part": part,
        "flipped": flipped,
        "widths": widths,
        "size": form.table_size(widths),
        "heads": list(_heads(columns)),
    }
    return typeset("decision.typ", said, decision.imprint, decision.subject, decision.whose)


def brief_pdf(brief: Brief) -> bytes:
    """A brief for leaders as PDF: one page.

    Raises
    ------
    NoTypesetterError
    """
    return typeset("brief.typ", plain(brief), brief.imprint, brief.title, "")


def _heads(columns: tuple[Column, ...]) -> Any:
    """Cells of the table's head: where each stands, over how many columns and down how many rows."""
    two = any(one.group for one in columns)
    at = 0
    while at < len(columns):
        over = 1
        if not columns[at].group:
            yield {"x": at, "y": 0, "over": 1, "down": 2 if two else 1, "text": columns[at].head}
        else:
            while at + over < len(columns) and columns[at + over].group == columns[at].group:
                over += 1
            yield {"x": at, "y": 0, "over": over, "down": 1, "text": columns[at].group}
            for n in range(over):
                yield {"x": at + n, "y": 1, "over": 1, "down": 1, "text": columns[at + n].head}
        at += over


def typeset(name: str, said: Mapping[str, Any], imprint: Imprint, title: str, author: str) -> bytes:
    """One of the forms filled with data.

    Raises
    ------
    NoTypesetterError
    """
    try:
        import typst
    except ImportError as error:  # no wheel for this machine, or one that its libraries do not suit
        raise NoTypesetterError(str(error)) from error
    own = {
        **said,
        "form": dict(form.TYPESET),
        "title": title,
        "author": author,
        "imprint": imprint.line(),
        "keywords": [imprint.state.value, f"SHA-256 {imprint.targets_sha256}"],
    }
    with as_file(files("data.export") / "forms") as folder:
        made = typst.compile(
            str(folder / name),
            root=str(folder),
            font_paths=[str(folder)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"said": json.dumps(own, ensure_ascii=False)},
            timestamp=int(imprint.made_at.timestamp()),
        )
    return bytes(made)
