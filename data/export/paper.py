"""What papers say, as values: every text is ready to be set, in one language, and nothing is calculated any more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from data.export.imprint import Imprint

_NOT_IN_XML = re.compile("[^\\u0009\\u000a\\u000d\\u0020-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\U00010000-\\U0010ffff]")


def clean(text: str) -> str:
    """One line of text that any file can hold: line breaks, tabs and control characters become a space."""
    return re.sub("[ \t\r\n\v\f]+", " ", _NOT_IN_XML.sub(" ", text)).strip(" ")


@dataclass(frozen=True)
class Letterhead:
    """Who decides: what stands in every Decision of a campaign, whatever its table.

    Attributes
    ----------
    body : tuple of str
        The issuing body, in lines as over the number (``ỦY BAN NHÂN DÂN``, ``TỈNH HẬU GIANG``).
    place : str
        Where it is signed.
    mark : str
        What follows the number (``QĐ-UBND``).
    advisor, proposer : str
        The department that drafts and follows up; by whose proposal the Decision is taken.
    bases : tuple of str
        Documents it rests on beside the scenario's, without "Căn cứ" and without a full stop.
    signing : tuple of str
        Capacity of the one who signs, a line each (``TM. ỦY BAN NHÂN DÂN``, ``KT. CHỦ TỊCH``, ``PHÓ CHỦ TỊCH``).
    signer : str
        The name; empty until it is known.
    recipients : tuple of str
        Without dash and semicolon; the archive is apart.
    archive : str
        What follows "Lưu: VT, ".
    """

    body: tuple[str, ...] = ()
    place: str = ""
    mark: str = ""
    advisor: str = ""
    proposer: str = ""
    bases: tuple[str, ...] = ()
    signing: tuple[str, ...] = ()
    signer: str = ""
    recipients: tuple[str, ...] = ()
    archive: str = ""


LETTERHEAD_LINES = frozenset({"body", "bases", "signing", "recipients"})
"""Fields of a letterhead that hold several lines."""
LETTERHEAD_FIELDS = tuple(one.name for one in fields(Letterhead))


class RowKind(StrEnum):
    """What a row of the appendix is: a heading of a level, of those below one agency, an agency, the province."""

    LEVEL = "level"
    PARENT = "parent"
    AGENCY = "agency"
    TOTAL = "total"


@dataclass(frozen=True)
class Column:
    """A column of the appendix: its head, the head over several of them (or ""), and what it holds, for machines."""

    head: str
    group: str
    holds: str


@dataclass(frozen=True)
class Row:
    """A row of the appendix, one text per column; a heading's text is in the second."""

    kind: RowKind
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Appendix:
    """The table of targets: number first, then the agency, the targets, the numbers of its notes last."""

    name: str
    title: str
    belongs: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes_head: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """``Điều 1.``, what it says, and its points."""

    head: str
    text: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A Decision with its appendix. Marks that do not apply are empty.

    Attributes
    ----------
    body : str
        Lines apart by line breaks.
    draft_mark : str
        ``DỰ THẢO`` until issued.
    illustrative, copy_mark : str
        That the figures are composed; that a translation is for reading only.
    fine_print : str
        Campaign, scenario, state, time, engine and hash, on every page.
    """

    lang: str
    country: str
    motto: str
    draft_mark: str
    illustrative: str
    copy_mark: str
    body: str
    number_line: str
    place_and_date: str
    kind: str
    subject: str
    authority: str
    bases: tuple[str, ...]
    orders: str
    articles: tuple[Article, ...]
    recipients_head: str
    recipients: tuple[str, ...]
    signing: tuple[str, ...]
    signer: str
    appendix: Appendix
    fine_print: str
    imprint: Imprint

    @property
    def whose(self) -> str:
        """The issuing body in one line."""
        return self.body.replace("\n", " ")


@dataclass(frozen=True)
class Bar:
    """One row of a brief's chart; shares in [0, 1]."""

    label: str
    now: float
    reached: float
    goal: float
    said: str


@dataclass(frozen=True)
class Grid:
    """A plain table: heads, then rows of as many texts."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Hardest:
    """One of the targets that ask most: whose, what, and its sentence."""

    name: str
    what: str
    sentence: str


@dataclass(frozen=True)
class Brief:
    """One page for leaders."""

    lang: str
    draft_mark: str
    illustrative: str
    title: str
    subtitle: str
    goals_head: str
    goals: tuple[Bar, ...]
    legend: tuple[str, ...]
    sentences: tuple[str, ...]
    versus_head: str
    versus: Grid
    hardest_head: str
    hardest: tuple[Hardest, ...]
    fine_print: str
    imprint: Imprint


@dataclass(frozen=True)
class Letter:
    """What one agency is told: its targets as a table, then why, indicator by indicator."""

    code: str
    name: str
    lang: str
    country: str
    motto: str
    draft_mark: str
    illustrative: str
    body: str
    number_line: str
    place_and_date: str
    subject: str
    to: str
    lead: str
    table: Grid
    whys: tuple[Article, ...]
    closing: str
    signing: tuple[str, ...]
    signer: str
    recipients_head: str
    recipients: tuple[str, ...]
    fine_print: str
    imprint: Imprint


def plain(value: Any) -> Any:
    """A paper as mappings, lists, texts and numbers; the imprint is left out, as its words are the fine print."""
    if isinstance(value, Imprint):
        return None
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return value


def stamp(made_at: datetime) -> tuple[int, int, int, int, int, int]:
    """The time inside a zip file: of the export, never of the machine; none there is older than 1980."""
    return (max(made_at.year, 1980), made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second)
