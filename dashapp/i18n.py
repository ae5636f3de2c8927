"""The words of the product in both languages, and how numbers, shares and dates are written.

Texts are TOML files `texts/<language>/<file>.toml`; a key is the file's name and the path in it,
joined by dots (``errors.plan.pin_impossible``). Placeholders may carry a type:
``{goal:share}``, ``{gap:points}``, ``{count:number}``, ``{end:date}``, ``{period:period}``,
``{known:names}``, ``{agencies:agencies}``, ``{values:shares}``, ``{limit:size}`` (bytes),
``{count:plural dossier|dossiers}``, and ``{nearest:maybe  Did you mean %s?}`` (nothing at all where
there is no value). Digits after the type set the decimals (``{rate:share2}``) or how many names are
shown (``{known:names9}``), a sign before it always shows the sign (``{delta:+points}``).

Language is always an argument; nothing here remembers a user.
"""

from __future__ import annotations

import datetime
import math
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from babel import Locale
from babel.dates import format_date

LANGUAGES = ("vi", "en")
NO_BREAK = "\u00a0"
ABSENT = "–"
NAMES_SHOWN = 5
KILO = 1024
WRITTEN_KEPT = 16_384

_DATE_PATTERN: Mapping[str, str] = MappingProxyType({"vi": "dd/MM/yyyy", "en": "d MMM y"})
_QUARTER = re.compile(r"^(\d{4})Q([1-4])$")
_ROMAN = ("I", "II", "III", "IV")
_SPEC = re.compile(r"^(?P<sign>\+?)(?P<type>[a-z]+)(?P<digits>\d*)(?: (?P<rest>.+))?$", re.DOTALL)


class UnknownTextError(KeyError):
    """There is no text of this key, or no such language."""


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All texts of one language, key -> text; read once.

    Raises
    ------
    UnknownTextError
        If `lang` is not one of `LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise UnknownTextError(lang)
    texts: dict[str, str] = {}
    folder = files("dashapp").joinpath("texts", lang)
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text(encoding="utf-8"))
            texts.update(_flat(table, file.name.removesuffix(".toml")))
    return MappingProxyType(texts)


def _flat(table: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, key)
        else:
            yield key, unicodedata.normalize("NFC", str(value))


def t(key: str, lang: str, /, **params: Any) -> str:
    """The text of `key`, its placeholders filled from `params`.

    Raises
    ------
    UnknownTextError
        If the key is not in the catalogue.
    KeyError
        If the text has a placeholder that `params` lacks.
    """
    return _filled(_text(key, lang), lang, params) if params else _bare(key, lang)


@cache
def _bare(key: str, lang: str) -> str:
    """A text without placeholders; there are as many as there are texts."""
    return _filled(_text(key, lang), lang, {})


def tell(key: str, lang: str, details: Mapping[str, Any]) -> str:
    """As `t`, for what is refused or doubtful: a detail it does not carry is a dash, as it must be told anyway."""
    return _filled(_text(key, lang), lang, _Details(details))


class _Details(dict[str, Any]):
    def __missing__(self, name: str) -> None:
        return None


def _text(key: str, lang: str) -> str:
    try:
        return catalogue(lang)[key]
    except KeyError:
        raise UnknownTextError(f"{lang}: {key}") from None


def has(key: str, lang: str) -> bool:
    """True if `key` has a text."""
    return key in catalogue(lang)


def placeholders(text: str) -> frozenset[str]:
    """Names of the placeholders of a text."""
    return frozenset(name for _, name, _ in _pieces(text) if name)


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """A text taken apart, once: words, then the name of a placeholder (None at the end) and its `spec`."""
    return tuple((words, name, spec or "") for words, name, spec, _ in string.Formatter().parse(text))


def _filled(text: str, lang: str, params: Mapping[str, Any]) -> str:
    said = []
    for words, name, spec in _pieces(text):
        said.append(words)
        if name is not None:
            said.append(fill(params[name], spec, lang))
    return "".join(said)


def fill(value: Any, spec: str, lang: str) -> str:
    """Write one value of a text; `spec` as in the module's docstring, empty: by the value's own type.

    A value that is already text stays as it is, whatever its `spec` (a cell as it was found).
    """
    if spec.startswith("maybe "):
        shown = "" if value is None else fill(value, "", lang)
        return spec.removeprefix("maybe ").replace("%s", shown) if shown else ""
    if isinstance(value, str) and spec != "period":
        return value
    if value is None:
        return ABSENT
    if not spec:
        return _by_type(value, lang)
    found = _SPEC.match(spec)
    if not found:
        raise ValueError(spec)
    digits = int(found["digits"]) if found["digits"] else None
    signed = bool(found["sign"])
    match found["type"]:
        case "share":
            return share(value, lang, 1 if digits is None else digits, trim=digits is None, signed=signed)
        case "points":
            return points(value, lang, 1 if digits is None else digits, trim=digits is None, signed=signed)
        case "number":
            return number(value, lang, digits or 0, signed=signed)
        case "date":
            return date(value, lang)
        case "period":
            return period(value, lang)
        case "size":
            return size(value, lang)
        case "names":
            return names(value if isinstance(value, Iterable) else (value,), lang, digits or NAMES_SHOWN)
        case "agencies":
            return names(value, lang, digits or NAMES_SHOWN, more="words.and_more_agencies")
        case "shares":
            return names([share(one, lang, 2, trim=True) for one in value], lang)
        case "roman":
            return _ROMAN[int(value) - 1]
        case "plural":
            one, many = str(found["rest"]).split("|")
            return one if value == 1 else many
    raise ValueError(spec)


def _by_type(value: Any, lang: str) -> str:
    if isinstance(value, datetime.date):
        return date(value, lang)
    if isinstance(value, bool):
        return t(f"words.{'yes' if value else 'no'}", lang)
    if isinstance(value, int | float):
        return number(value, lang, 0 if float(value).is_integer() else 4, trim=True)
    if isinstance(value, Iterable):
        return names(value, lang)
    return str(value)


@cache
def _symbols(lang: str) -> tuple[str, str]:
    signs = Locale.parse(lang).number_symbols["latn"]
    return signs["group"], signs["decimal"]


def number(x: float | None, lang: str, digits: int = 0, *, trim: bool = False, signed: bool = False) -> str:
    """``1.260`` · ``1,260``; halves round up as they are written, `trim` drops zeros at the end.

    None and NaN (no value) are a dash.
    """
    if x is None or math.isnan(x):
        return ABSENT
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    return _written(x, 1, lang, digits, trim, signed)


def _percent(x: float | None, lang: str, digits: int, trim: bool, signed: bool) -> str | None:
    if x is None or not math.isfinite(x):
        return None
    return _written(x, 100, lang, digits, trim, signed)


@lru_cache(maxsize=WRITTEN_KEPT)
def _written(x: float, times: int, lang: str, digits: int, trim: bool, signed: bool) -> str:
    """Cached, as a table is full of the same numbers before and after a lever was moved."""
    group, decimal = _symbols(lang)
    exact = Decimal(repr(float(x))) * times
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    whole, _, rest = f"{rounded:{'+' if signed and rounded else ''},.{digits}f}".partition(".")
    if trim:
        rest = rest.rstrip("0")
    return whole.replace(",", group) + (decimal + rest if rest else "")


def share(x: float | None, lang: str, digits: int = 1, *, trim: bool = False, signed: bool = False) -> str:
    """A fraction in [0, 1] as percent: ``52,5 %`` with a no-break space · ``52.5%``."""
    text = _percent(x, lang, digits, trim, signed)
    if text is None:
        return ABSENT
    return f"{text}{NO_BREAK}%" if lang == "vi" else f"{text}%"


def points(x: float | None, lang: str, digits: int = 1, *, trim: bool = False, signed: bool = False) -> str:
    """A difference of shares in percentage points: ``14,3 điểm`` · ``14.3 points``."""
    text = _percent(x, lang, digits, trim, signed)
    if text is None:
        return ABSENT
    one = text.lstrip("+-") == "1"
    return f"{text}{NO_BREAK}{t('words.point' if one else 'words.points', lang)}"


def size(count: float, lang: str) -> str:
    """Bytes as people write them: ``1,5 MB``."""
    for unit in ("B", "KB", "MB"):
        if count < KILO:
            return f"{number(count, lang, 1, trim=True)}{NO_BREAK}{unit}"
        count /= KILO
    return f"{number(count, lang, 1, trim=True)}{NO_BREAK}GB"


@lru_cache(maxsize=WRITTEN_KEPT)
def date(d: datetime.date, lang: str) -> str:
    """``30/09/2022`` · ``30 Sep 2022``."""
    return format_date(d, _DATE_PATTERN[lang], locale=lang)


def period(id: str, lang: str) -> str:
    """Name of a period: ``quý III/2022`` · ``Q3 2022``; an id of another form stays as it is."""
    found = _QUARTER.match(id)
    if not found:
        return id
    year, quarter = found.groups()
    return t("words.quarter", lang, year=year, quarter=int(quarter))


def names(items: Iterable[Any], lang: str, limit: int = NAMES_SHOWN, *, more: str = "words.and_more") -> str:
    """``a, b và c``; beyond `limit` the rest is counted in the words of `more`."""
    every = list(items)
    said: Sequence[str] = [fill(item, "", lang) for item in every[:limit]]
    if len(every) > limit:
        return t(more, lang, first=", ".join(said), rest=len(every) - limit)
    if len(said) <= 1:
        return said[0] if said else ABSENT
    return t("words.and", lang, first=", ".join(said[:-1]), last=said[-1])


_HARDLY, _IN_TEN = 0.005, 0.095
"""Chances nearer to none or to certainty than the first are said so; nearer than the second, in a hundred."""


def in_ten(chance: float, lang: str) -> str:
    """A chance as people say it: ``khoảng 7 lần trong 10``; near the ends in a hundred."""
    if chance <= _HARDLY:
        return t("ahead.chance.never", lang)
    if chance >= 1.0 - _HARDLY:
        return t("ahead.chance.always", lang)
    of = 10 if _IN_TEN <= chance <= 1.0 - _IN_TEN else 100
    return t("ahead.chance.times", lang, times=round(chance * of), of=of)
