"""Whether two values of the engine are the same to the last digit, all through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from engine import EngineError, Figures


def assert_same(one: Any, other: Any, at: str = "") -> None:
    """Fail, naming the place, unless both are the same: arrays by their bytes, mappings also in their order."""
    assert type(one) is type(other), at
    if isinstance(one, Figures):
        assert one.sha256 == other.sha256, at
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), at
        assert one.tolist() == other.tolist() if one.dtype == object else one.tobytes() == other.tobytes(), at
    elif isinstance(one, Mapping):
        assert list(one) == list(other), at
        for key in one:
            assert_same(one[key], other[key], f"{at}[{key}]")
    elif isinstance(one, tuple | list):
        assert len(one) == len(other), at
        for i, pair in enumerate(zip(one, other, strict=True)):
            assert_same(*pair, f"{at}[{i}]")
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{at}.{field.name}")
    else:
        assert one == other or (one != one and other != other), at


def outcome(ask: Callable[[], Any]) -> Any:
    """What is answered, or what is refused with all that is said about it."""
    try:
        return ask()
    except EngineError as refusal:
        return type(refusal).__name__, refusal.code, sorted(refusal.details.items(), key=str)
