"""Figures that come with the product; where each is from stands in README.md beside them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from engine import Figures

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
    return Figures.from_frame(pd.read_csv(FOLDER / campaign_id / "figures.csv", dtype=text))
