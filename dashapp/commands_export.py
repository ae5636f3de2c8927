"""The commands of ``chitieu`` that hand out what is stored, and check what was handed out."""

from __future__ import annotations

import argparse
import math
from datetime import datetime
from pathlib import Path

from dashapp.commands import DONE, UNMET, Outcome, ordinary
from dashapp.commands_kept import opened_store
from dashapp.filing import now, to_file
from dashapp.i18n import ABSENT, period, share, t
from dashapp.kept_messages import time
from dashapp.output import refuse_output
from dashapp.refusals import InputRefusedError, UsageError
from dashapp.services import exports, indicator_words, letterheads, reproduction, templates, verifying
from dashapp.services.accounts import CONSOLE
from dashapp.services.database import existing_store
from dashapp.services.verifying import Differing, NotAnExportError, Verdict, Verified
from dashapp.services.writing import DIFFERENCE_SUFFIXES, EXPORT_SUFFIXES, write_difference

UNCHECKED = 2
"""Exit status of `verify` where the store has nothing to check a file against."""
SHOWN = 20
DIGITS = 4


def export(chosen: argparse.Namespace, lang: str) -> Outcome:
    """A table or a scenario of the store as a file, or what a table changes of the Decision before it."""
    out = Path(chosen.out)
    if chosen.difference and chosen.scenario is not None:
        raise UsageError("difference_of_scenario", "chitieu export", {})
    refuse_output(chosen.out, DIFFERENCE_SUFFIXES if chosen.difference else EXPORT_SUFFIXES, [])
    made_at = now()
    with opened_store(existing_store) as store:
        if chosen.scenario is not None:
            said = exports.of_scenario(store, CONSOLE, chosen.campaign, chosen.scenario, lang=lang, made_at=made_at)
        else:
            record = reproduction.wanted(store, CONSOLE, chosen.campaign, chosen.number)
            if chosen.difference:
                write_difference(exports.difference_of(store, CONSOLE, record.id, lang=lang, made_at=made_at), out)
                return Outcome(DONE, t("cli.say.written", lang, path=chosen.out))
            said = exports.of_table(store, CONSOLE, record.id, lang=lang, made_at=made_at)
        head = letterheads.of(store, CONSOLE, chosen.campaign)
        template = templates.in_use(store, CONSOLE).content
    noted = to_file(said, out, head, template)
    return Outcome(DONE, t("cli.say.written", lang, path=chosen.out), noted)


def verify(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Whether an exported file still says what the store holds."""
    path = ordinary(chosen.file)
    suffix = path.suffix.lower()
    if suffix not in verifying.VERIFY_SUFFIXES:
        known = ", ".join(verifying.VERIFY_SUFFIXES)
        raise UsageError("verify_suffix", "chitieu verify", {"path": chosen.file, "known": known})
    with opened_store(existing_store) as store:
        try:
            found = verifying.verify(store, CONSOLE, path.read_bytes(), suffix)
        except NotAnExportError as fault:
            raise InputRefusedError(f"export_{fault.code}", chosen.file) from fault
    status = {Verdict.MATCHES: DONE, Verdict.UNKNOWN: UNCHECKED}.get(found.verdict, UNMET)
    return Outcome(status, "\n".join([_claimed(found, lang), *_said(found, suffix, lang)]))


def _claimed(found: Verified, lang: str) -> str:
    """What the file says of itself."""
    claim = found.claim
    key = "of_table" if claim.table is not None else "of_scenario" if claim.scenario_version else "of_file"
    return t(
        f"store.verify.{key}",
        lang,
        campaign=claim.campaign or ABSENT,
        table=claim.table,
        scenario=claim.scenario,
        version=claim.scenario_version,
        state="" if claim.table is None else t(f"store.state.{claim.state}", lang),
        made=time(datetime.fromisoformat(claim.made_at), lang),
        hash=claim.targets_sha256,
    )


def _said(found: Verified, suffix: str, lang: str) -> list[str]:
    count = len(found.differing)
    lines = [t(f"store.verify.{found.verdict}", lang, targets=found.targets, different=count)]
    if found.verdict is Verdict.OLDER and found.record is not None:
        now_is = {"hash": found.record.targets_sha256, "changed": found.record.changed_at}
        lines.append(t("store.verify.now", lang, **now_is))
    lines += [_line(one, suffix, lang) for one in found.differing[:SHOWN]]
    if count > SHOWN:
        lines.append(t("cli.say.and_more_plain", lang, count=count - SHOWN))
    if found.later is not None:
        lines.append(t("store.verify.later", lang, table=found.later))
    return lines


def _line(one: Differing, suffix: str, lang: str) -> str:
    words = indicator_words(lang)
    return t(
        "store.verify.line" if one.read is not None else "store.verify.lacking",
        lang,
        place="" if one.read is None else t(f"store.verify.place_{suffix[1:]}", lang, place=one.read.place),
        name=one.name or one.agency,
        indicator=words[one.indicator].short if one.indicator in words else one.indicator,
        period=period(one.period, lang),
        read=_written(one, lang),
        stored=ABSENT if one.stored is None else share(one.stored, lang, DIGITS, trim=True),
    )


def _written(one: Differing, lang: str) -> str:
    """What stands in the file: as a share where it is one, else as it is written."""
    if one.read is None or one.read.share is None:
        return ABSENT
    if math.isnan(one.read.share):
        return f"“{one.read.shown}”"
    return share(one.read.share, lang, DIGITS, trim=True)
