"""The commands of ``chitieu`` that work on the database. Whoever may run them on the server has every right."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dashapp import kept_messages, services
from dashapp.commands import DONE, STANDARD_OUTPUT, UNMET, Outcome, ordinary
from dashapp.filing import now, to_file
from dashapp.i18n import ABSENT, number, period, t
from dashapp.kept_messages import time
from dashapp.labels import Labels
from dashapp.output import refuse_output
from dashapp.printed import notes, targets
from dashapp.refusals import UsageError
from dashapp.services import accounts, exports, letterheads, operations, provision, reproduction, templates
from dashapp.services.accounts import CONSOLE, Account
from dashapp.services.database import Store, existing_store, open_store
from dashapp.services.reproduction import Deviation, Shown
from dashapp.services.rights import Role
from dashapp.services.writing import EXPORT_SUFFIXES
from dashapp.settings import database_url
from dashapp.terminal import Align, Column, table

DEVIATIONS_SHOWN = 20


@contextmanager
def opened_store(opening: Callable[[str], Store]) -> Iterator[Store]:
    """The store of the settings, closed afterwards."""
    store = opening(database_url())
    try:
        yield store
    finally:
        store.close()


# tables of targets ------------------------------------------------------------------------------------


def show(chosen: argparse.Namespace, lang: str) -> Outcome:
    """An issued table, calculated again from its stored inputs and held against what was stored."""
    refuse_output(chosen.out, EXPORT_SUFFIXES, [])
    is_file = chosen.out not in (None, STANDARD_OUTPUT)
    with opened_store(existing_store) as store:
        shown = reproduction.show(store, CONSOLE, chosen.campaign, chosen.number)
        said = exports.of_table(store, CONSOLE, shown.record.id, lang=lang, made_at=now()) if is_file else None
        head = letterheads.of(store, CONSOLE, chosen.campaign) if is_file else None
        template = templates.in_use(store, CONSOLE).content if is_file else None
    scenario = shown.inputs.pinned_scenario
    noted: tuple[str, ...] = ()
    labels = services.labels(shown.result, lang)
    status, verdict = DONE if shown.same else UNMET, _verdict(shown, labels)
    if chosen.out == STANDARD_OUTPUT:
        return Outcome(status, services.result_json(shown.result, scenario), verdict)
    parts = [_head(shown, chosen.campaign, lang), targets(shown.result, labels), "\n".join(verdict)]
    if said is not None:
        noted = to_file(said, Path(chosen.out), head, template)
        parts.append(t("cli.say.written", lang, path=chosen.out))
    return Outcome(status, "\n\n".join(parts), (*notes(shown.result, labels), *noted))


def _head(shown: Shown, campaign: str, lang: str) -> str:
    record = shown.record
    state = t(f"store.state.{record.state}", lang)
    lines = [t("store.say.title", lang, campaign=campaign, number=record.number, state=state)]
    if record.decision_number is not None:
        lines.append(t("store.say.decision", lang, number=record.decision_number, day=record.decision_date))
    if shown.corrects is not None:
        lines.append(t("store.say.corrects", lang, number=shown.corrects))
    return "\n".join(lines)


def _verdict(shown: Shown, labels: Labels) -> tuple[str, ...]:
    lang, found = labels.lang, shown.deviations
    key = "same" if shown.same else "different"
    lines = [t(f"store.say.{key}", lang, count=len(shown.rows), different=len(found))]
    lines += [_deviation(one, labels) for one in found[:DEVIATIONS_SHOWN]]
    if len(found) > DEVIATIONS_SHOWN:
        lines.append(t("cli.say.and_more_plain", lang, count=len(found) - DEVIATIONS_SHOWN))
    engine = "engine_same" if shown.same_engine else "engine_differs"
    lines.append(t(f"store.say.{engine}", lang, then=shown.engine_then, now=shown.engine_now))
    lines.append(t("store.say.hashes", lang, targets=shown.record.targets_sha256))
    return tuple(lines)


def _deviation(one: Deviation, labels: Labels) -> str:
    return t(
        "store.say.deviation",
        labels.lang,
        agency=labels.agency(one.agency),
        indicator=labels.indicator(one.indicator),
        period=period(one.period, labels.lang),
        field=one.field or t("store.say.whole_row", labels.lang),
        stored=_digits(one.stored),
        again=_digits(one.again),
    )


def _digits(value: object) -> str:
    """To the last digit: a difference may be in the last one."""
    return ABSENT if value is None else repr(value) if isinstance(value, float) else str(value)


# campaigns --------------------------------------------------------------------------------------------


def campaign_add(chosen: argparse.Namespace, lang: str) -> Outcome:
    """A campaign that comes with the product into the database, which is made if there is none."""
    with opened_store(open_store) as store:
        added = provision.add_campaign(store, CONSOLE, chosen.campaign)
    key = "campaign_added" if added else "campaign_there"
    return Outcome(DONE, t(f"store.say.{key}", lang, campaign=chosen.campaign))


def campaign_list(_chosen: argparse.Namespace, lang: str) -> Outcome:
    """Every campaign that comes with the product, and whether it is in the database."""
    with opened_store(existing_store) as store:
        every = provision.shipped_campaigns(store, CONSOLE)
    sides = {"campaign": Align.LEFT, "agencies": Align.RIGHT, "state": Align.LEFT, "called": Align.LEFT}
    columns = [Column(t(f"store.column.{name}", lang), align) for name, align in sides.items()]
    rows = [[one.about.id, number(one.agencies, lang), _there(one.there, lang), one.about.name[lang]] for one in every]
    return Outcome(DONE, table(columns, rows))


def _there(there: bool, lang: str) -> str:
    return t(f"store.say.{'in_database' if there else 'on_request'}", lang)


# accounts ---------------------------------------------------------------------------------------------


def user_add(chosen: argparse.Namespace, lang: str) -> Outcome:
    """A new account; the database is made if there is none."""
    password = _password("chitieu user add", lang)
    with opened_store(open_store) as store:
        added = accounts.add_user(
            store,
            CONSOLE,
            chosen.user,
            role=Role(chosen.role),
            password=password,
            display_name=chosen.display_name or "",
        )
    return Outcome(DONE, t("store.say.user_added", lang, name=added.name, role=_role(added, lang)))


def user_role(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Another role for an account."""
    with opened_store(existing_store) as store:
        changed = accounts.change_role(store, CONSOLE, chosen.user, Role(chosen.role))
    return Outcome(DONE, t("store.say.user_role", lang, name=changed.name, role=_role(changed, lang)))


def user_disable(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Keep an account out."""
    with opened_store(existing_store) as store:
        changed = accounts.disable_user(store, CONSOLE, chosen.user)
    return Outcome(DONE, t("store.say.user_disabled", lang, name=changed.name))


def user_enable(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Let an account in again."""
    with opened_store(existing_store) as store:
        changed = accounts.enable_user(store, CONSOLE, chosen.user)
    return Outcome(DONE, t("store.say.user_enabled", lang, name=changed.name))


def user_password(chosen: argparse.Namespace, lang: str) -> Outcome:
    """A new password for an account."""
    password = _password("chitieu user password", lang)
    with opened_store(existing_store) as store:
        changed = accounts.set_password(store, CONSOLE, chosen.user, password)
    return Outcome(DONE, t("store.say.user_password", lang, name=changed.name))


def user_list(_chosen: argparse.Namespace, lang: str) -> Outcome:
    """Every account."""
    with opened_store(existing_store) as store:
        every = accounts.users(store, CONSOLE)
    if not every:
        return Outcome(DONE, t("store.say.no_users", lang))
    columns = [Column(t(f"store.column.{name}", lang)) for name in ("name", "display_name", "role", "state")]
    states = {one.name: t(f"store.say.{'active' if one.active else 'disabled'}", lang) for one in every}
    return Outcome(
        DONE, table(columns, [[one.name, one.display_name, _role(one, lang), states[one.name]] for one in every])
    )


def _role(account: Account, lang: str) -> str:
    return t(f"store.role.{account.role}", lang)


def _password(program: str, lang: str) -> str:
    """Asked for twice on a terminal, else the first line of standard input; never an argument, which others can see."""
    if sys.stdin.isatty():
        password = getpass.getpass(t("store.say.ask_password", lang) + " ")
        if getpass.getpass(t("store.say.ask_again", lang) + " ") != password:
            raise UsageError("passwords_differ", program, {})
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise UsageError("no_password", program, {})
    return password


# copies and the log -----------------------------------------------------------------------------------


def backup(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Everything into one file, while people work."""
    with opened_store(existing_store) as store:
        made = operations.backup(store, CONSOLE, Path(chosen.file))
    rows = sum(made.counts.values())
    return Outcome(DONE, t("store.say.backed_up", lang, path=chosen.file, rows=rows, entries=made.log_seq))


def restore(chosen: argparse.Namespace, lang: str) -> Outcome:
    """A backup in the place of the database; the old one is kept aside."""
    restored = operations.restore(database_url(), CONSOLE, ordinary(chosen.file))
    made = restored.manifest
    rows = sum(made.counts.values())
    lines = [t("store.say.restored", lang, time=time(made.made_at, lang), rows=rows, entries=made.log_seq)]
    if restored.aside is not None:
        lines.append(t("store.say.kept_aside", lang, place=restored.aside))
    return Outcome(DONE, "\n".join(lines))


def log_verify(_chosen: argparse.Namespace, lang: str) -> Outcome:
    """Whether the log is what was written; names the first entry that is not."""
    with opened_store(existing_store) as store:
        seq, hash, broken = operations.verify_log(store, CONSOLE)
    if broken is None:
        lines = [t("store.say.log_whole", lang, count=seq), t("store.say.head", lang, seq=seq, hash=hash)]
        return Outcome(DONE, "\n".join(lines))
    return Outcome(UNMET, kept_messages.of_broken(broken, lang))
