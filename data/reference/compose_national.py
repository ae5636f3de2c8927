"""Composes the illustrative figures of the whole country: ``python -m data.reference.compose_national``.

Who there is, is published; every count is made up, to show the product at the size of the country. What the counts
keep to stands in README.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.reference.compose_hau_giang import (
    COMMUNE_DOSSIERS,
    COMMUNE_RATE,
    DAYS_SO_FAR,
    DISTRICT_DOSSIERS,
    DISTRICT_RATE,
    NOTE,
    PROVINCE_DOSSIERS,
    PROVINCE_RATE,
    committee,
    phu_tho_volumes,
)

FOLDER = Path(__file__).parent / "national-2022"
SEED = 20220101
DAYS_IN_KON_TUM, COMMUNES_IN_KON_TUM = 90, 102
NO_DOSSIERS = 0.003
"""Share of communes without any dossier."""
WIDEST = 1.75
"""No unit differs from its neighbours by more standard deviations: each district can follow its own target."""

COLUMNS = ("agency", "name", "level", "parent", "indicator", "numerator", "denominator", "note")
_KIND = re.compile(r"^(Thành phố|Thị xã|Tỉnh|Huyện|Quận) (?=\D)")  # “Quận 1” stays
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def compose() -> str:
    """The text of the figures file: long layout, comma, UTF-8, one line feed a row; the same at every call."""
    units = _units()
    place = {unit["code"]: at for at, unit in enumerate(units)}
    above = np.array([place.get(unit["parent"], -1) for unit in units], dtype=np.intp)
    level = np.array([unit["level"] for unit in units])
    rng = np.random.default_rng(SEED)
    dossiers = _dossiers(rng, level, above)
    online = _online(rng, level, above, dossiers)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    whole = zip(units, _with_those_below(online, above), _with_those_below(dossiers, above), strict=True)
    for unit, numerator, denominator in whole:
        name = _name(unit, units, place)
        about = (unit["code"], name, unit["level"], unit["parent"])
        writer.writerow((*about, "online", int(numerator), int(denominator), NOTE))
    return out.getvalue()


def main() -> None:
    """Write the figures file beside the units; the same bytes each time."""
    (FOLDER / "figures.csv.gz").write_bytes(gzip.compress(compose().encode(), 9, mtime=0))


def _units() -> list[dict[str, str]]:
    """Provinces, districts, communes, each by code; those above always come first."""
    with gzip.open(FOLDER / "units.csv.gz", "rt", encoding="utf-8", newline="") as opened:
        units = list(csv.DictReader(opened))
    return sorted(units, key=lambda unit: (len(unit["code"]), unit["code"]))


def _name(unit: Mapping[str, str], units: Sequence[Mapping[str, str]], place: Mapping[str, int]) -> str:
    """``UBND xã Tân Thành (Phú Bình, Thái Nguyên)``: 27 communes have this name."""
    above = []
    at = unit
    while at["parent"]:
        at = units[place[at["parent"]]]
        above.append(_KIND.sub("", at["name"]))
    own = committee(unit["name"])
    return f"{own} ({', '.join(above)})" if above else own


def _dossiers(rng: np.random.Generator, level: NDArray[np.str_], above: Places) -> Floats:
    """What arrived at each one's own desk; communes like those of Phú Thọ, the levels in the proportions of Kon Tum."""
    commune, district, province = (level == one for one in ("commune", "district", "province"))
    own = np.zeros(len(level))
    size = rng.lognormal(0, 0.35, len(level))
    shape = rng.choice(phu_tho_volumes()["commune"], size=commune.sum())
    shape *= size[above[above[commune]]] * rng.lognormal(0, 0.6, len(shape))  # before 2025 communes were smaller
    mean = COMMUNE_DOSSIERS / COMMUNES_IN_KON_TUM * DAYS_SO_FAR / DAYS_IN_KON_TUM
    own[commune] = np.floor(shape * mean / shape.mean()) * (rng.uniform(size=len(shape)) >= NO_DOSSIERS)
    total = own[commune].sum()
    below = _with_those_below(own, above)
    for chosen, share in ((district, DISTRICT_DOSSIERS), (province, PROVINCE_DOSSIERS)):
        shape = np.maximum(below[chosen], 300) * rng.lognormal(0, 0.3, chosen.sum())
        own[chosen] = np.ceil(shape * (total * share / COMMUNE_DOSSIERS) / shape.sum())
    return own


def _online(rng: np.random.Generator, level: NDArray[np.str_], above: Places, dossiers: Floats) -> Floats:
    """How many of them came online: provinces, districts and communes differ in log-odds, each level as in Kon Tum."""
    lead = np.zeros(len(level))
    for one, spread in (("province", 0.38), ("district", 0.30), ("commune", 0.6)):
        chosen = level == one
        inherited = np.where(above[chosen] >= 0, lead[above[chosen]], 0.0)
        lead[chosen] = inherited + spread * np.clip(rng.normal(size=chosen.sum()), -WIDEST, WIDEST)
    online = np.zeros(len(level))
    for one, rate in (("province", PROVINCE_RATE), ("district", DISTRICT_RATE), ("commune", COMMUNE_RATE)):
        chosen = level == one
        exact = dossiers[chosen] / (1 + np.exp(-lead[chosen] - _shift(lead[chosen], dossiers[chosen], rate)))
        online[chosen] = np.minimum(np.floor(exact + rng.uniform(size=len(exact))), dossiers[chosen])
    return online


def _shift(lead: Floats, dossiers: Floats, rate: float) -> float:
    """What to add to all log-odds so that the level's pooled rate is `rate`."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if (dossiers / (1 + np.exp(-middle - lead))).sum() < rate * dossiers.sum():
            low = middle
        else:
            high = middle
    return low


def _with_those_below(own: Floats, above: Places) -> Floats:
    """Each one's own and everybody's below it; those above come first, so the last ones are added up first."""
    whole = own.copy()
    for at in range(len(own) - 1, -1, -1):
        if above[at] >= 0:
            whole[above[at]] += whole[at]
    return whole


if __name__ == "__main__":
    main()
