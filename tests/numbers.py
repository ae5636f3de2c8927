"""What tests have counted and measured, told at the end of the run: `record_property("number", "...")` in a test."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every number, whichever process counted it."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    told = sorted(str(value) for one in reports for name, value in one.user_properties if name == "number")
    if told:
        terminalreporter.section("numbers")
        for line in told:
            terminalreporter.write_line(line)
