"""Composes an ILLUSTRATIVE monthly history of Hậu Giang's dossiers, January 2021 to 15 June 2022.

``python -m data.reference.compose_history`` writes ``hau-giang-2022/history.csv`` again, byte for byte. The months of
2022 add up to the illustrative figures; a district's months are its own desk's and its communes'. Everything is drawn
with a seed: some agencies grow steadily, some not at all, some in one leap, so that no forecast is right by making.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data.reference.compose_hau_giang import FOLDER, Agency, counted
from data.reference.compose_hau_giang import SEED as SEED_OF_FIGURES

SEED = 20210101
AS_OF = date(2022, 6, 15)
LAST_YEAR_LESS = 1.08
SEASONS = (0.95, 0.6, 1.15, 1.1, 1.05, 1.0, 0.95, 0.85, 1.05, 1.1, 1.1, 1.1)
"""Volume of each month against the year's mean; Tết falls in February."""

Counts = NDArray[np.int64]


def compose() -> str:
    """The text of the history file; the same at every call."""
    rng = np.random.default_rng(SEED)
    agencies = counted(np.random.default_rng(SEED_OF_FIGURES))
    ends = _ends()
    own = {a.code: _months(rng, a, ends) for a in agencies}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("agency", "indicator", "end", "numerator", "denominator"))
    for a in agencies:
        total = own[a.code] + sum((own[c.code] for c in agencies if c.parent == a.code), np.zeros_like(own[a.code]))
        for end, (won, received) in zip(ends, total.tolist(), strict=True):
            writer.writerow((a.code, "online", end.isoformat(), won, received))
    return out.getvalue()


def main() -> None:
    """Write the history file beside the figures."""
    (FOLDER / "hau-giang-2022" / "history.csv").write_text(compose(), encoding="utf-8", newline="")


def _ends() -> list[date]:
    firsts = [date(year, month, 1) for year in (2021, 2022) for month in range(1, 13)]
    lasts = [first - timedelta(days=1) for first in firsts[1:]]
    return [last for last in lasts if last < AS_OF] + [AS_OF]


def _months(rng: np.random.Generator, agency: Agency, ends: list[date]) -> Counts:
    """(M, 2) online and all dossiers of an agency's own desk."""
    volume = np.array([SEASONS[end.month - 1] * end.day for end in ends]) * rng.lognormal(0, 0.12, len(ends))
    this_year = np.array([end.year == AS_OF.year for end in ends])
    received = np.zeros(len(ends), dtype=np.int64)
    received[this_year] = _split(volume[this_year], agency.own_dossiers)
    before = volume[~this_year] * agency.own_dossiers / volume[this_year].sum() / LAST_YEAR_LESS
    received[~this_year] = rng.poisson(before)
    rates = _rates(rng, len(ends))
    won = rng.binomial(
        received, rates * min(agency.own_online / max(agency.own_dossiers, 1) / rates[this_year].mean(), 1)
    )
    won[this_year] = _exactly(won[this_year], received[this_year], agency.own_online)
    return np.stack([won, received], axis=1)


def _rates(rng: np.random.Generator, months: int) -> NDArray[np.float64]:
    """A course over the months, up to scale: steady growth, none, or one leap; each with noise."""
    at = np.arange(months, dtype=np.float64)
    kind = rng.choice(3, p=(0.5, 0.25, 0.25))
    if kind == 0:
        odds = rng.uniform(0.02, 0.12) * (at - months)
    else:
        odds = np.where(at >= rng.integers(6, months), 0.0, -rng.uniform(0.5, 1.2)) if kind == 2 else np.zeros(months)
    return 1.0 / (1.0 + np.exp(-(odds - 0.5 + rng.normal(0, 0.12, months))))


def _split(shape: NDArray[np.float64], total: int) -> Counts:
    """Whole numbers in proportion to `shape` that add up to `total`; the last months take what is left."""
    edges = np.floor(np.cumsum(shape) / shape.sum() * total + 0.5).astype(np.int64)
    return np.diff(edges, prepend=0)


def _exactly(won: Counts, received: Counts, total: int) -> Counts:
    """Counts as near as may be to `won`, none above `received`, that add up to `total`."""
    room = np.where(won.sum() < total, received - won, won)
    step = 1 if won.sum() < total else -1
    return won + step * _split(np.maximum(room, 1e-9).astype(np.float64), abs(total - int(won.sum())))


if __name__ == "__main__":
    main()
