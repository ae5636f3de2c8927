"""What each agency is told in a letter of its own: its targets, its numbers, why."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dashapp.i18n import ABSENT, share, t
from dashapp.services.papers import body_of, decision, fine_print
from data.export import Article, Exported, Grid, Letter, Letterhead, clean
from engine import IndicatorResult


def letters(said: Exported, head: Letterhead) -> Iterator[Letter]:
    """One letter for each agency that the table has a row of, in the order of the appendix's levels and codes.

    The frame (country, place, who signs) is that of the Decision.
    """
    figures, lang = said.allocation.figures, said.lang
    frame = decision(said, head)
    recipients = (t("paper.letter.as_above", lang), frame.recipients[-1])
    year, fine = str(said.allocation.plan.last.end.year), fine_print(said)
    order = sorted(range(len(figures.codes)), key=lambda at: (_level(said, at), figures.codes[at]))
    places = {
        id: {int(agency): at for at, agency in enumerate(one.rows)} for id, one in said.allocation.results.items()
    }
    for at in order:
        rows = {id: place[at] for id, place in places.items() if at in place}
        if not rows:
            continue
        name = clean(figures.names[at]) or figures.codes[at]
        yield Letter(
            code=figures.codes[at],
            name=name,
            lang=lang,
            country=frame.country,
            motto=frame.motto,
            draft_mark=frame.draft_mark,
            illustrative=frame.illustrative,
            body=frame.body,
            number_line=t("paper.letter.number", lang),
            place_and_date=t("paper.place_open", lang, place=clean(head.place) or t("paper.blank", lang), year=year),
            subject=t("paper.letter.subject", lang, year=year),
            to=t("paper.letter.to", lang, agency=name),
            lead=_lead(said, head, name, year),
            table=_table(said, rows),
            whys=tuple(_whys(said, figures.codes[at], name, rows)),
            closing=_closing(said, head, name),
            signing=frame.signing,
            signer=frame.signer,
            recipients_head=frame.recipients_head,
            recipients=recipients,
            fine_print=fine,
            imprint=said.imprint,
        )


def _level(said: Exported, at: int) -> int:
    levels = list(dict.fromkeys(("province", "district", "commune")))
    return levels.index(str(said.allocation.figures.levels[at]))


def _lead(said: Exported, head: Letterhead, name: str, year: str) -> str:
    lang, imprint = said.lang, said.imprint
    body = body_of(head, lang)
    if imprint.decision_number and imprint.decision_date:
        number = clean(imprint.decision_number)
        return t("paper.letter.lead_issued", lang, number=number, day=imprint.decision_date, body=body, agency=name)
    return t("paper.letter.lead_draft", lang, body=body, agency=name, year=year)


def _closing(said: Exported, head: Letterhead, name: str) -> str:
    key = "closing_issued" if said.imprint.is_issued else "closing_draft"
    advisor = clean(head.advisor) or t("paper.blank", said.lang)
    return t(f"paper.letter.{key}", said.lang, agency=name, advisor=advisor)


def _table(said: Exported, rows: dict[str, int]) -> Grid:
    lang, periods = said.lang, said.allocation.plan.periods
    heads = (
        t("paper.letter.indicator", lang),
        t("paper.letter.now", lang),
        *(t("paper.letter.target", lang, period=one.id) for one in periods),
        t("paper.letter.to_do", lang, period=periods[-1].id),
    )
    lines = []
    for id, at in rows.items():
        result = said.allocation.results[id]
        line = said.indicators.get(id)
        targets = [_share(float(one), lang) for one in result.target[:, at]]
        lines.append((clean(line.name if line else id), _now(result, at, lang), *targets, _to_do(said, id, result, at)))
    return Grid(heads, tuple(lines))


def _share(value: float, lang: str) -> str:
    return ABSENT if math.isnan(value) else share(value, lang, 2, trim=True)


def _now(result: IndicatorResult, at: int, lang: str) -> str:
    now = float(result.current[at])
    if math.isnan(now):
        return ABSENT
    counts = {"numerator": float(result.numerator[at]), "denominator": float(result.denominator[at])}
    return t("paper.letter.now_of", lang, now=now, **counts)


def _to_do(said: Exported, id: str, result: IndicatorResult, at: int) -> str:
    count = float(result.to_do[-1, at])
    line = said.indicators.get(id)
    return (
        ABSENT
        if math.isnan(count)
        else t("paper.letter.to_do_of", said.lang, to_do=count, unit=line.unit if line else "")
    )


def _whys(said: Exported, code: str, name: str, rows: dict[str, int]) -> Iterator[Article]:
    """The sentence of each indicator's last target, without the name that the letter begins with."""
    last = said.allocation.plan.last.id
    for id in rows:
        sentence = clean(said.sentence(code, id, last)).removeprefix(f"{name}: ")
        head = t("paper.letter.why", said.lang, name=clean(said.words.indicator(id)))
        yield Article(head, sentence[:1].upper() + sentence[1:], ())
