"""What an entry of the log says, in words: who did what to what, and each thing that changed, before and after."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dashapp.i18n import LANGUAGES, date, fill, has, names, period, share, t
from dashapp.kept_messages import of_entry, place
from dashapp.services import indicator_words
from dashapp.services.database import LogEntry
from dashapp.services.logbook import Named

LONGEST_VALUE = 200
"""Letters of a value that are shown; the file has no more of it either."""
SHOWN_OF_HASH = 12
LEAST_MOVED = 5
"""Targets that are named where a correction is issued."""
_LEFT_OUT = frozenset({"allocation", "origin"})
"""What only the database knows."""
_SAID: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "override": frozenset({"agency", "indicator", "period"}),
        "allocation": frozenset({"campaign", "number"}),
    }
)
"""What the sentence says already, by the kind of what it is about."""


@dataclass(frozen=True)
class Change:
    """One thing that changed, in words; empty: not there."""

    label: str
    before: str
    after: str


def person(name: str, named: Named, lang: str) -> str:
    """``Trần Lan (lan.tran)``; what was done by no account, in words; an account that is gone by its name."""
    if has(f"log.machine.{name}", lang):
        return t(f"log.machine.{name}", lang)
    shown = named.people.get(name)
    return f"{shown} ({name})" if shown and shown != name else name


def sentence(entry: LogEntry, named: Named, lang: str) -> str:
    """``Trần Lan (lan.tran): sửa phương án – “Phương án cơ sở”``."""
    about = subject(entry, named, lang) or None
    return t(
        "log.sentence", lang, user=person(entry.user, named, lang), deed=of_entry(entry, lang)["deed"], subject=about
    )


def subject(entry: LogEntry, named: Named, lang: str) -> str:
    """What an entry is about, by the name people know."""
    kind, _, id = entry.subject.partition("/")
    if kind == "user":
        return person(id, named, lang)
    if kind == "scenario" and entry.subject in named.subjects:
        return t("log.subject.quoted", lang, name=named.subjects[entry.subject][lang])
    if entry.subject in named.tables:
        campaign, number = named.tables[entry.subject]
        table = t("log.subject.table", lang, number=number, campaign=_campaign(campaign, named, lang))
        return ", ".join([*_place(entry, campaign, named, lang), table])
    if kind in ("campaign", "figures"):
        return _campaign(id, named, lang)
    if kind in ("agency", "indicator"):
        campaign, _, code = id.partition("/")
        called = _agency(code, campaign, named) if kind == "agency" else _indicator(code, lang)
        return ", ".join([called, _campaign(campaign, named, lang)])
    return "" if kind == "database" else entry.subject


def _place(entry: LogEntry, campaign: str, named: Named, lang: str) -> Iterator[str]:
    """Agency, indicator and period of an override."""
    told = entry.after or entry.before or {}
    if not entry.subject.startswith("override/") or "agency" not in told:
        return
    yield _agency(str(told["agency"]), campaign, named)
    yield _indicator(str(told.get("indicator", "")), lang)
    yield period(str(told.get("period", "")), lang)


def changes(entry: LogEntry, named: Named, lang: str) -> tuple[Change, ...]:
    """What is different after an entry; where nothing was before, all that was said."""
    before, after = (_flat(entry.before or {}), _flat(entry.after or {}))
    campaign = _campaign_of(entry, named)
    left_out = _LEFT_OUT | (
        _SAID.get(entry.subject.partition("/")[0], frozenset()) if entry.subject in named.tables else set()
    )
    found = []
    for key in dict.fromkeys((*before, *after)):
        if key in left_out or (key in before and key in after and before[key] == after[key]):
            continue
        write = _writer(key, campaign, named, lang)
        old, new = (write(told[key]) if key in told else "" for told in (before, after))
        if old or new:
            found.append(Change(_label(key, lang), old, new))
    return tuple(found)


def _flat(told: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Mappings within as dotted keys; a text in both languages is one value."""
    flat: dict[str, Any] = {}
    for key, value in told.items():
        name = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and not _is_text(value):
            flat.update(_flat(value, name))
        else:
            flat[name] = value
    return flat


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(LANGUAGES)


def _label(key: str, lang: str) -> str:
    last = key.rpartition(".")[2]
    for text in (f"log.field.{key}", f"log.field.{last}"):
        if has(text, lang):
            return t(text, lang)
    return place(key, lang)


def _writer(key: str, campaign: str, named: Named, lang: str) -> Callable[[Any], str]:
    last = key.rpartition(".")[2]

    def write(value: Any) -> str:
        return _cut(_value(last, key, value, campaign, named, lang))

    return write


def _value(last: str, key: str, value: Any, campaign: str, named: Named, lang: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _text(last, value, campaign, named, lang)
    if isinstance(value, float) and _is_share(last, key, value):
        return share(value, lang, 2, trim=True)
    if _is_text(value):
        return str(value.get(lang) or next(iter(value.values())))
    if isinstance(value, list | tuple):
        return _several(last, value, campaign, named, lang)
    if isinstance(value, datetime.datetime):
        return date(value.date(), lang)
    return fill(value, "", lang)


def _text(last: str, value: str, campaign: str, named: Named, lang: str) -> str:
    if last in ("agency", "parent"):
        return _agency(value, campaign, named)
    if last == "indicator":
        return _indicator(value, lang)
    if last == "period":
        return period(value, lang)
    if last == "campaign":
        return _campaign(value, named, lang)
    if last.endswith("sha256"):
        return value[:SHOWN_OF_HASH]
    for table in ("role", "state", "kind"):
        if last == table and has(f"store.{table}.{value}", lang):
            return t(f"store.{table}.{value}", lang)
    return t(f"log.kind.{value}", lang) if last == "kind" and has(f"log.kind.{value}", lang) else value


def _several(last: str, value: list[Any] | tuple[Any, ...], campaign: str, named: Named, lang: str) -> str:
    if last in ("agencies", "successors"):
        return names([_agency(str(one), campaign, named) for one in value], lang, LEAST_MOVED)
    if last == "changed":
        return names([_moved(one, campaign, named, lang) for one in value], lang, LEAST_MOVED)
    return names([str(one) if not isinstance(one, Mapping) else _inside(one) for one in value], lang, LEAST_MOVED)


def _moved(one: Mapping[str, Any], campaign: str, named: Named, lang: str) -> str:
    """A target that a correction changes."""
    return t(
        "log.moved",
        lang,
        agency=_agency(str(one["agency"]), campaign, named),
        indicator=_indicator(str(one["indicator"]), lang),
        period=period(str(one["period"]), lang),
        before=share(one["before"], lang, 2, trim=True),
        after=share(one["after"], lang, 2, trim=True),
    )


def _inside(one: Mapping[str, Any]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in one.items() if not isinstance(value, Mapping | list))


def _is_share(last: str, key: str, value: float) -> bool:
    """Targets and goals are shares; everything else is a count."""
    named = last in ("value", "lower", "upper", "target") or ".goals." in key or key.startswith("rules")
    return named and 0 <= value <= 1


def _agency(code: str, campaign: str, named: Named) -> str:
    return named.agencies.get((campaign, code), code)


def _indicator(id: str, lang: str) -> str:
    words = indicator_words(lang)
    return words[id].short if id in words else id


def _campaign(id: str, named: Named, lang: str) -> str:
    return named.campaigns[id][lang] if id in named.campaigns else id


def _campaign_of(entry: LogEntry, named: Named) -> str:
    if entry.subject in named.tables:
        return named.tables[entry.subject][0]
    return entry.subject.partition("/")[2].partition("/")[0]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
