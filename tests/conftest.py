"""Settings every test shares."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.numbers import pytest_terminal_summary  # noqa: F401

# `ci` tries the same examples every time; HYPOTHESIS_PROFILE=search looks for new ones, at greater length.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=1500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
