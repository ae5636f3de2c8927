"""Figures that come with the product; where each is from stands in README.md beside them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from engine import Figures, History

FOLDER = Path(__file__).parent


@cache
def figures(campaign_id: str) -> Figures:
    """Figures of a shipped campaign.

    Raises
    ------
    FileNotFoundError
        If no figures are shipped for it.
    """
    text = {"agency": str, "parent": str}
    plain, packed = (FOLDER / campaign_id / name for name in ("figures.csv", "figures.csv.gz"))
    return Figures.from_frame(pd.read_csv(packed if packed.exists() else plain, dtype=text))


@cache
def history(campaign_id: str) -> History | None:
    """Monthly figures of a shipped campaign; None where none are shipped."""
    path = FOLDER / campaign_id / "history.csv"
    return History.from_frame(pd.read_csv(path, dtype={"agency": str})) if path.exists() else None
