"""What a Decision says of a table, in words: the value that `data.export` sets as a Word file or a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from dashapp.i18n import LANGUAGES, share, t
from dashapp.services.papers_table import appendix
from data.export import Article, Decision, Exported, ExportState, Imprint, Letterhead, clean
from engine import GoalStatus

UNMET = frozenset({GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING})
LONGEST_NAME = 90
"""Characters of a name in the fine print; whole names are in the file's properties."""
TWO_DIGITS = 2
"""Months up to this are written with a zero before them (Decree 30/2020/NĐ-CP, Appendix I)."""


def decision(said: Exported, head: Letterhead) -> Decision:
    """The Decision of a table, in the language of `said`; number and date are blank until it is issued.

    Parameters
    ----------
    head : Letterhead
        Of the campaign; what is empty in it stays a dotted line.
    """
    lang, imprint = said.lang, said.imprint
    year = said.allocation.plan.last.end.year
    blank = t("paper.blank", lang)
    articles = tuple(_articles(said, head))
    return Decision(
        lang=lang,
        country=t("paper.country", lang),
        motto=t("paper.motto", lang),
        draft_mark="" if imprint.is_issued else t("paper.draft", lang),
        illustrative=t("paper.illustrative", lang) if imprint.illustrative else "",
        copy_mark="" if lang == LANGUAGES[0] else t("paper.copy", lang),
        body="\n".join(filter(None, map(clean, head.body))) or blank,
        number_line=number_line(imprint, head, lang),
        place_and_date=place_and_date(imprint, head, year, lang),
        kind=t("paper.kind", lang),
        subject=t("paper.subject", lang, year=str(year)),
        authority=clean(" ".join(head.body)) or blank,
        bases=tuple(_bases(said, head)),
        orders=t("paper.orders", lang),
        articles=articles,
        recipients_head=t("paper.recipients", lang),
        recipients=tuple(_recipients(head, len(articles), lang)),
        signing=tuple(map(clean, head.signing)) or (blank,),
        signer=clean(head.signer),
        appendix=appendix(said, belongs(imprint, head, year, lang)),
        fine_print=fine_print(said),
        imprint=imprint,
    )


def number_line(imprint: Imprint, head: Letterhead, lang: str) -> str:
    """``Số: 1045/QĐ-UBND``, with a blank before the mark where there is no number yet."""
    if imprint.decision_number:
        return t("paper.number", lang, number=clean(imprint.decision_number))
    return t("paper.number_open", lang, mark=clean(head.mark))


def place_and_date(imprint: Imprint, head: Letterhead, year: int, lang: str) -> str:
    """``Hậu Giang, ngày 21 tháng 6 năm 2022``, with blanks where there is no date yet."""
    place = clean(head.place) or t("paper.blank", lang)
    day = imprint.decision_date
    if day is None:
        return t("paper.place_open", lang, place=place, year=str(year))
    return t("paper.place_date", lang, place=place, **_day(day))


def _day(day: date) -> dict[str, str]:
    month = f"{day.month:02}" if day.month <= TWO_DIGITS else str(day.month)
    return {"day": f"{day.day:02}", "month": month, "year": str(day.year)}


def body_of(head: Letterhead, lang: str) -> str:
    """The issuing body within a sentence: ``Ủy ban nhân dân tỉnh Hậu Giang``."""
    body, place = clean(" ".join(head.body)), clean(head.place)
    if body.isupper():
        body = body.capitalize()
        body = body.replace(place.lower(), place) if place else body
    return body or t("paper.blank", lang)


def belongs(imprint: Imprint, head: Letterhead, year: int, lang: str) -> str:
    """Of which Decision an appendix is."""
    body = body_of(head, lang)
    if imprint.decision_number and imprint.decision_date:
        own = _day(imprint.decision_date)
        return t("paper.appendix.belongs", lang, number=clean(imprint.decision_number), body=body, **own)
    return t("paper.appendix.belongs_open", lang, mark=clean(head.mark), body=body, year=str(year))


def _bases(said: Exported, head: Letterhead) -> Iterator[str]:
    """Laws of the letterhead first, then what the scenario rests on; each ends with ";", the last with "."."""
    lang = said.lang
    lines = [t("paper.basis", lang, text=text) for text in _documents([*head.bases, *said.legal_bases])]
    proposer = clean(head.proposer)
    if proposer:
        yield from lines
        yield t("paper.proposal", lang, proposer=proposer)
    elif lines:
        yield from lines[:-1]
        yield f"{lines[-1].removesuffix(';')}."


def _documents(bases: Sequence[str]) -> list[str]:
    """Each document once: without what a source says of assumptions, nor one that another names more closely."""
    parts = [[part for part in clean(text).split(";") if "giả định" not in part.casefold()] for text in bases]
    texts = list(dict.fromkeys(";".join(one).strip(" ;.") for one in parts))
    return [one for one in texts if one and not any(other != one and other.startswith(one) for other in texts)]


def _articles(said: Exported, head: Letterhead) -> Iterator[Article]:
    lang = said.lang
    texts = [
        (_targets(said), tuple(_goals(said))),
        (t("paper.article.duties", lang), tuple(_duties(head, lang))),
        (_force(said.imprint, lang), ()),
        (t("paper.article.carried_out", lang), ()),
    ]
    for number, (text, points) in enumerate(texts, 1):
        yield Article(t("paper.article.head", lang, number=number), text, points)


def _targets(said: Exported) -> str:
    periods = [said.words.period(one.id) for one in said.allocation.plan.periods]
    return t("paper.article.targets", said.lang, periods=periods)


def _goals(said: Exported) -> Iterator[str]:
    lang = said.lang
    lines = []
    for one in said.allocation.summaries:
        if one.goal is None:
            continue
        line = said.indicators.get(one.indicator)
        name = clean(line.name if line else one.indicator)
        attained = share(one.attained, lang, 2, trim=True) if one.status in UNMET else None
        lines.append(t("paper.article.goal", lang, name=name, period=one.period, goal=one.goal, attained=attained))
    yield from lines[:-1]
    if lines:
        yield f"{lines[-1].removesuffix(';')}."


def _duties(head: Letterhead, lang: str) -> Iterator[str]:
    yield t("paper.article.duty_agencies", lang)
    yield t("paper.article.duty_advisor", lang, advisor=clean(head.advisor) or t("paper.blank", lang))


def _force(imprint: Imprint, lang: str) -> str:
    before = imprint.corrects
    if before is None:
        return t("paper.article.force", lang)
    if before.decision_number is None or before.decision_date is None:
        return t("paper.article.force_replaces_open", lang)
    number = clean(before.decision_number)
    return t("paper.article.force_replaces", lang, number=number, day=before.decision_date)


def _recipients(head: Letterhead, last: int, lang: str) -> Iterator[str]:
    yield t("paper.as_article", lang, article=last)
    for one in map(clean, head.recipients):
        yield t("paper.recipient", lang, text=one.lstrip("- ").rstrip(" ;.,"))
    archive = clean(head.archive).rstrip(". ")
    yield t("paper.archive", lang, archive=archive) if archive else t("paper.archive_only", lang)


def fine_print(said: Exported) -> str:
    """Campaign, scenario, state, time, engine and hash in one line, for the foot of every page."""
    lang, imprint = said.lang, said.imprint
    parts = [
        t("paper.fine.campaign", lang, name=_short(imprint.campaign_name.get(lang, ""))),
        t(
            "paper.fine.scenario",
            lang,
            name=_short(imprint.scenario_name.get(lang, "") or imprint.scenario),
            version=imprint.scenario_version,
            figures=imprint.figures_version,
        ),
    ]
    if imprint.table is not None:
        parts.append(t("paper.fine.table", lang, number=str(imprint.table)))
    parts += [
        t("paper.fine.state", lang, state=state(imprint.state, lang)),
        t("paper.fine.made", lang, time=_time(imprint.made_at)),
        t("paper.fine.engine", lang, engine=imprint.engine),
        t("paper.fine.hash", lang, hash=imprint.targets_sha256),
    ]
    if imprint.illustrative:
        parts.insert(0, t("paper.illustrative", lang))
    return " · ".join(parts)


def state(of: ExportState, lang: str) -> str:
    """How far a table has come, as a paper says it."""
    return t(f"paper.state.{of.value}", lang)


def _time(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def _short(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME].rstrip()}…"
