"""Where a Chromium is that the tests can drive."""

from __future__ import annotations

import shutil

SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--font-render-hinting=none",  # letters are as wide in each Chromium
]


def windowless() -> str:
    """The one without a window of its own where it is installed: a fifth less work for the same pages."""
    return _first(SHELL, *WHOLE)


def whole() -> str:
    """The one that people use where it is installed: it keeps scripts compiled from one visit to the next."""
    return _first(*WHOLE, SHELL)


def _first(*names: str) -> str:
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, "the browser tests need Chromium (.ci/programs installs it)"
    return path
