"""Column types that hold the same values on SQLite and PostgreSQL, to the last bit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Double, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from data.store.errors import StoreError

_NEVER_TEXT = re.compile("[\x00\ud800-\udfff]")
_DATE, _TIME = "$date", "$time"


class Key(TypeDecorator[int]):
    """Ids: 64 bits on both (SQLite counts by itself only in a column declared INTEGER)."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class _Untouched(UserDefinedType[float]):
    """A SQLite column without affinity: one declared REAL would lose the sign of minus zero."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DOUBLE BLOB"


class Exact(TypeDecorator[float]):
    """A double, bit by bit; NaN and None are both "not there"."""

    impl = Double
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_Untouched() if dialect.name == "sqlite" else Double())

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        if value is None:
            return None
        number = float(value)
        return None if math.isnan(number) else number


class Words(TypeDecorator[str]):
    """Text of any length, ordered by code point on both; what one of the two cannot hold is refused on both."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else _held(str(value))


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError("bad_value", value=value.isoformat())
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A document as JSON text, its order of keys kept; dates and times come back as what they were."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value, object_hook=_read)


def written(value: Any, *, canonical: bool = False) -> str:
    """A document as JSON text; `canonical`: sorted keys, one text for equal documents.

    Raises
    ------
    StoreError
        ``bad_value`` for what no JSON can hold (NaN, an object of another kind).
    """
    try:
        return json.dumps(
            _plain(value), ensure_ascii=False, allow_nan=False, sort_keys=canonical, separators=(",", ":")
        )
    except ValueError as error:
        raise StoreError("bad_value", value=ascii(str(error))) from error


def same_document(value: Any) -> Any:
    """The document as it will come back from the store: plain mappings and lists."""
    return json.loads(written(value), object_hook=_read)


def _held(text: str) -> str:
    if _NEVER_TEXT.search(text):
        raise StoreError("bad_value", value=ascii(text[:80]))
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    if isinstance(value, str):
        return _held(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_held(str(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(one) for one in (sorted(value) if isinstance(value, frozenset | set) else value)]
    raise StoreError("bad_value", value=ascii(repr(value)[:80]))


def _read(table: dict[str, Any]) -> Any:
    if len(table) == 1:
        if _DATE in table:
            return date.fromisoformat(table[_DATE])
        if _TIME in table:
            return datetime.fromisoformat(table[_TIME])
    return table
