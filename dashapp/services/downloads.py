"""Files that people take away: what there is of a table, of a scenario and of a comparison, and each of them made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from dashapp.i18n import t
from dashapp.services import briefs, exports, letterheads, letters, opened, papers, templates, writing
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.export import Exported, Imprint, Letterhead
from data.export.decision import decision_docx
from data.export.letters import letters_zip
from data.export.paper_office import pdf_of_docx
from data.export.paper_pdf import APPENDIX, NoTypesetterError, brief_pdf, decision_pdf
from data.store import Store

OTHERS = 3
"""Scenarios that a brief lays its own against."""
LONGEST_NAME = 120


class Kind(StrEnum):
    """What can be taken away."""

    WORKBOOK = "workbook"
    DECISION = "decision"
    COPY = "copy"
    PDF = "pdf"
    APPENDIX = "appendix"
    BRIEF = "brief"
    LETTERS = "letters"
    CSV = "csv"
    JSON = "json"
    DIFFERENCE = "difference"


SUFFIXES = MappingProxyType(
    {
        Kind.WORKBOOK: ".xlsx",
        Kind.DECISION: ".docx",
        Kind.COPY: ".docx",
        Kind.PDF: ".pdf",
        Kind.APPENDIX: ".pdf",
        Kind.BRIEF: ".pdf",
        Kind.LETTERS: ".zip",
        Kind.CSV: ".csv",
        Kind.JSON: ".json",
        Kind.DIFFERENCE: ".xlsx",
    }
)
DECISIONS = frozenset({Kind.DECISION, Kind.COPY, Kind.PDF})
"""What is a Decision, and until it is issued the draft of one."""
OF_TABLE = tuple(Kind)
OF_SCENARIO = tuple(kind for kind in Kind if kind is not Kind.DIFFERENCE)
OF_COMPARISON = (Kind.WORKBOOK, Kind.BRIEF, Kind.CSV)


@dataclass(frozen=True)
class File:
    """A file to be taken away; `note` is a sentence that must be read with it, or ""."""

    name: str
    content: bytes
    note: str = ""


@needs(Action.READ)
def of_table(store: Store, actor: Actor, /, id: int, kind: Kind, *, lang: str, made_at: datetime) -> File:
    """A stored table as a file.

    Raises
    ------
    RefusedError
        ``not_reproduced``, ``no_earlier_decision`` {allocation}, ``no_typesetter``.
    StoreError
        ``not_found``.
    """
    if kind is Kind.DIFFERENCE:
        difference = exports.difference_of(store, actor, id, lang=lang, made_at=made_at)
        name = _name(kind, lang, difference.after)
        return File(name, writing.difference_bytes(difference, SUFFIXES[kind]))
    said = exports.of_table(store, actor, id, lang=_spoken(kind, lang), made_at=made_at)
    return _file(store, actor, said, kind, lang)


@needs(Action.READ)
def of_scenario(
    store: Store, actor: Actor, /, campaign: str, slug: str, kind: Kind, *, lang: str, made_at: datetime
) -> File:
    """A scenario on the newest figures as a file.

    Raises
    ------
    RefusedError
        ``figures_missing``, ``no_typesetter``.
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    engine.EngineError
        If figures and scenario do not fit together.
    """
    said = exports.of_scenario(store, actor, campaign, slug, lang=_spoken(kind, lang), made_at=made_at)
    return _file(store, actor, said, kind, lang)


@needs(Action.READ)
def of_comparison(
    store: Store, actor: Actor, /, campaign: str, slugs: Sequence[str], kind: Kind, *, lang: str, made_at: datetime
) -> File:
    """Two to four scenarios side by side as a file; a brief lays the first against the others.

    Raises
    ------
    RefusedError, StoreError, engine.EngineError
        As `of_scenario`.
    """
    several = [exports.of_scenario(store, actor, campaign, slug, lang=lang, made_at=made_at) for slug in slugs]
    if kind is Kind.BRIEF:
        return File(_name(kind, lang, several[0].imprint), _typeset_brief(several[0], several[1:]))
    content = writing.comparison_bytes(several, SUFFIXES[kind])
    word = t("paper.file.comparison", lang)
    return File(_joined(word, campaign, made_at, SUFFIXES[kind]), content)


def _spoken(kind: Kind, lang: str) -> str:
    """The Decision is Vietnamese whatever the screen speaks; its reading copy is English."""
    if kind is Kind.COPY:
        return "en"
    return "vi" if kind in (Kind.DECISION, Kind.PDF, Kind.APPENDIX, Kind.LETTERS) else lang


def _file(store: Store, actor: Actor, said: Exported, kind: Kind, lang: str) -> File:
    imprint = said.imprint
    head = letterheads.of(store, actor, imprint.campaign)
    name = _name(kind, lang, imprint)
    match kind:
        case Kind.DECISION:
            return File(name, decision_docx(papers.decision(said, head), templates.in_use(store, actor).content))
        case Kind.COPY:
            return File(name, decision_docx(papers.decision(said, head)))
        case Kind.PDF:
            content, note = pdf_of(said, head, templates.in_use(store, actor).content, lang)
            return File(name, content, note)
        case Kind.APPENDIX:
            return File(name, _typeset(said, head, APPENDIX))
        case Kind.BRIEF:
            return File(name, _typeset_brief(said, _others(store, actor, said)))
        case Kind.LETTERS:
            return File(name, letters_zip(list(letters.letters(said, head))))
        case _:
            return File(name, writing.export_bytes(said, SUFFIXES[kind], head=head))


def pdf_of(said: Exported, head: Letterhead, template: bytes | None, lang: str) -> tuple[bytes, str]:
    """The Decision as PDF: of the office's own template where it can be converted, else of the standard form.

    The second part is a sentence of `lang` that must be read with it, or "".

    Raises
    ------
    RefusedError
        ``no_typesetter``.
    """
    if template is None:
        return _typeset(said, head), ""
    decision = papers.decision(said, head)
    converted = pdf_of_docx(decision_docx(decision, template))
    if converted is not None:
        return converted, ""
    note = t("paper.file.standard_form", said.lang)
    standard = replace(decision, fine_print=f"{note} · {decision.fine_print}")
    try:
        return decision_pdf(standard), t("paper.file.standard_form", lang)
    except NoTypesetterError as error:
        raise RefusedError("no_typesetter") from error


def _typeset(said: Exported, head: Letterhead, part: str = "whole") -> bytes:
    try:
        return decision_pdf(papers.decision(said, head), part)
    except NoTypesetterError as error:
        raise RefusedError("no_typesetter") from error


def _typeset_brief(said: Exported, others: Sequence[Exported]) -> bytes:
    try:
        return brief_pdf(briefs.brief(said, others))
    except NoTypesetterError as error:
        raise RefusedError("no_typesetter") from error


def _others(store: Store, actor: Actor, said: Exported) -> list[Exported]:
    """What a table or scenario is laid against: the first other scenarios that everybody sees, on the same figures."""
    imprint = said.imprint
    listed = opened.listed(store, actor, imprint.campaign)
    slugs = [one.slug for one in listed if one.shared and f"{imprint.campaign}/{one.slug}" != imprint.scenario]
    return [
        exports.of_scenario(
            store,
            actor,
            imprint.campaign,
            slug,
            lang=said.lang,
            made_at=imprint.made_at,
            figures=imprint.figures_version,
        )
        for slug in slugs[:OTHERS]
    ]


def _name(kind: Kind, lang: str, imprint: Imprint) -> str:
    """``du-thao-quyet-dinh-bang-3-hau-giang-2022-20220620.docx``: what, whether a draft, of which table, when."""
    words = [] if imprint.is_issued or kind not in DECISIONS else [t("paper.file.draft", lang)]
    words.append(t(f"paper.file.{kind}", lang))
    words.append(
        imprint.scenario.rpartition("/")[2]
        if imprint.table is None
        else t("paper.file.table", lang, number=str(imprint.table))
    )
    return _joined("-".join(words), imprint.campaign, imprint.made_at, SUFFIXES[kind])


def _joined(words: str, campaign: str, made_at: datetime, suffix: str) -> str:
    """Letters without accents, figures and dashes, whatever a scenario or campaign is called."""
    plain = unicodedata.normalize("NFD", f"{words}-{campaign}".replace("đ", "d").replace("Đ", "D"))
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    stem = re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-").lower()[:LONGEST_NAME]
    return f"{stem}-{made_at.astimezone():%Y%m%d}{suffix}"
