"""What tests have counted and measured, told at the end of the run.

In a test: `record_property("number", "...")` for a line of its own, `record_property("sum: what", n)` for a number that
is added to those of the same name.
"""

from __future__ import annotations

from collections import Counter

import pytest

SUM = "sum: "


def told(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every number, whichever process counted it."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    properties = [each for one in reports for each in one.user_properties]
    sums: Counter[str] = Counter()
    for name, value in properties:
        if name.startswith(SUM):
            sums[name.removeprefix(SUM)] += int(str(value))
    lines = sorted(
        [str(value) for name, value in properties if name == "number"] + [f"{k}: {n}" for k, n in sums.items()]
    )
    if lines:
        terminalreporter.section("numbers")
        for line in lines:
            terminalreporter.write_line(line)
