"""The engine's whole table against the slow re-implementation in `oracle.py`, on random small problems."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Basis, Kind
from tests.engine.compare import compare
from tests.engine.strategies import SINGLE_LIFT, WINDOWS, problems


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
@settings(max_examples=60)
@given(data=st.data())
def test_same_table(window: tuple[Kind, Basis | None], data: st.DataObject) -> None:
    compare(data.draw(problems(windows=(window,))))


@pytest.mark.parametrize("method", SINGLE_LIFT)
@settings(max_examples=40)
@given(data=st.data())
def test_same_table_for_one_method(method: str, data: st.DataObject) -> None:
    compare(data.draw(problems(methods=(method,), odd=False, parents=False)))
