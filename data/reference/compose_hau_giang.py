"""Composes the ILLUSTRATIVE figures of Hậu Giang, 15/06/2022; no figures per agency were ever published.

``python -m data.reference.compose_hau_giang`` writes ``hau-giang-2022/figures.csv`` again, byte for byte.
What is real: the units, the totals of services (1,029 / 143 / 88), the rates by level (Kon Tum, 15/12/2022 to
14/03/2023) and the spread of dossier volumes (Phú Thọ, first half of 2026). Everything else is drawn with a seed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
SEED = 20220615
DAYS_SO_FAR = 166  # 1 January to 15 June inclusive
DAYS = MappingProxyType({"2022Q3": 107, "2022Q4": 92})  # 16 June to 30 September; 1 October to 31 December

# Kon Tum: online / all dossiers by level.
PROVINCE_DOSSIERS, DISTRICT_DOSSIERS, COMMUNE_DOSSIERS = 23_233, 6_776, 26_030
PROVINCE_RATE, DISTRICT_RATE, COMMUNE_RATE = 6_596 / 23_233, 2_521 / 6_776, 3_399 / 26_030

DISTRICT_CATALOGUE, COMMUNE_CATALOGUE = 143, 88
NO_DOSSIERS, ELEVEN_DOSSIERS = "BDT", "TTT"
NOTE = "Số liệu minh họa (illustrative)"
COLUMNS = (
    "agency", "name", "level", "parent", "indicator", "numerator", "denominator",
    "expected_2022Q3", "expected_2022Q4", "proposed_2022Q3", "proposed_2022Q4", "ceiling", "weight", "note",
)  # fmt: skip

# Code (ours), eligible services (sum 1,029), how far above its level in log-odds; largest dossier volume first.
DEPARTMENTS: Mapping[str, tuple[str, int, float]] = MappingProxyType(
    {
        "STNMT": ("Sở Tài nguyên và Môi trường", 78, -1.0),
        "SGTVT": ("Sở Giao thông vận tải", 76, 0.5),
        "STP": ("Sở Tư pháp", 84, 0.2),
        "SLDTBXH": ("Sở Lao động - Thương binh và Xã hội", 83, -0.4),
        "SKHDT": ("Sở Kế hoạch và Đầu tư", 78, 1.3),
        "SYT": ("Sở Y tế", 78, 0.1),
        "SCT": ("Sở Công Thương", 92, 1.6),
        "SXD": ("Sở Xây dựng", 48, -0.2),
        "SNNPTNT": ("Sở Nông nghiệp và Phát triển nông thôn", 87, -0.6),
        "SGDDT": ("Sở Giáo dục và Đào tạo", 58, 0.3),
        "SVHTTDL": ("Sở Văn hóa, Thể thao và Du lịch", 84, 0.6),
        "SNV": ("Sở Nội vụ", 52, -0.1),
        "STTTT": ("Sở Thông tin và Truyền thông", 34, 2.4),
        "SKHCN": ("Sở Khoa học và Công nghệ", 46, 0.9),
        "STC": ("Sở Tài chính", 18, 0.4),
        "BQLKCN": ("Ban Quản lý các khu công nghiệp", 20, 1.1),
        "VPUB": ("Văn phòng UBND tỉnh", 3, 0.8),
        ELEVEN_DOSSIERS: ("Thanh tra tỉnh", 8, 0.0),
        NO_DOSSIERS: ("Ban Dân tộc", 2, 0.0),
    }
)


@dataclass
class Agency:
    """One agency and its counts; `own_*` are a district's own desk, without its communes."""

    code: str
    name: str
    level: str
    parent: str
    eligible: int
    provided: int = 0
    arising: int = 0
    active: int = 0
    own_online: int = 0
    own_dossiers: int = 0
    online: int = 0
    dossiers: int = 0


def compose() -> str:
    """The text of the figures file: long layout, comma, UTF-8, one line feed a row; the same at every call."""
    rng = np.random.default_rng(SEED)
    agencies = counted(rng)
    _services(rng, agencies)
    expected = _expected(rng, agencies)
    proposed = _proposals(rng, agencies)
    weights = {a.code: _quarters(rng.uniform(0.75, 2.0 if a.level != "commune" else 1.5)) for a in agencies}
    ceilings = {"SYT": "0.95", "SLDTBXH": "0.9", "SGTVT": "0.95"}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for a in agencies:
        about = (a.code, a.name, a.level, a.parent)
        for indicator, counts in (
            ("provided", (a.provided, a.eligible)),
            ("active", (a.active, a.arising)),
            ("online", (a.online, a.dossiers)),
        ):
            flow = indicator == "online"
            volumes = expected.get(a.code, ("", "")) if flow else ("", "")
            asked = proposed.get((a.code, indicator), ("", ""))
            ceiling = ceilings.get(a.code, "") if flow else ""
            writer.writerow((*about, indicator, *counts, *volumes, *asked, ceiling, weights[a.code], NOTE))
    return out.getvalue()


def counted(rng: np.random.Generator) -> list[Agency]:
    """All agencies with their dossiers; a generator fresh from `SEED` gives those of the figures file."""
    agencies = _agencies()
    by_level = {level: [a for a in agencies if a.level == level] for level in ("province", "district", "commune")}
    _dossiers(rng, by_level)
    return agencies


def main() -> None:
    """Write the figures file beside this module."""
    (FOLDER / "hau-giang-2022" / "figures.csv").write_text(compose(), encoding="utf-8", newline="")


def _agencies() -> list[Agency]:
    found = [Agency(code, name, "province", "", n) for code, (name, n, _) in DEPARTMENTS.items()]
    with (FOLDER / "hau-giang-2022" / "units.csv").open(encoding="utf-8", newline="") as opened:
        for unit in csv.DictReader(opened):
            eligible = DISTRICT_CATALOGUE if unit["level"] == "district" else COMMUNE_CATALOGUE
            found.append(Agency(unit["code"], committee(unit["name"]), unit["level"], unit["parent"], eligible))
    return found


def committee(unit: str) -> str:
    """``Thành phố Vị Thanh`` -> ``UBND thành phố Vị Thanh``."""
    for kind in ("thành phố", "thị xã", "thị trấn", "tỉnh", "huyện", "quận", "phường", "xã"):
        if unit.lower().startswith(kind + " "):
            return f"UBND {kind} {unit[len(kind) + 1 :]}"
    raise ValueError(unit)


def _dossiers(rng: np.random.Generator, by_level: Mapping[str, list[Agency]]) -> None:
    province, district, commune = by_level["province"], by_level["district"], by_level["commune"]
    real = phu_tho_volumes()
    volumes = rng.choice(real["commune"], size=len(commune), replace=False)
    total = int(volumes.sum())
    for a, n in zip(commune, volumes, strict=True):
        a.own_dossiers = int(n)
    spread = np.quantile(real["commune"], (np.arange(len(district)) + 0.5) / len(district))
    own = _scaled(spread, round(total * DISTRICT_DOSSIERS / COMMUNE_DOSSIERS))
    for a, n in zip(district, rng.permutation(own), strict=True):
        a.own_dossiers = int(n)
    busy = [a for a in province if a.code not in (NO_DOSSIERS, ELEVEN_DOSSIERS)]
    logs = np.quantile(np.log(real["province"]), (np.arange(len(busy)) + 0.5) / len(busy))[::-1]
    sizes = _scaled(np.exp(logs), round(total * PROVINCE_DOSSIERS / COMMUNE_DOSSIERS) - 11)
    for a, n in zip(busy, sizes, strict=True):
        a.own_dossiers = int(n)
    next(a for a in province if a.code == ELEVEN_DOSSIERS).own_dossiers = 11
    leads = np.array([DEPARTMENTS[a.code][2] for a in province])
    _online(province, PROVINCE_RATE, leads + rng.normal(0, 0.15, len(province)))
    _online(district, DISTRICT_RATE, rng.normal(0, 0.5, len(district)))
    _online(commune, COMMUNE_RATE, rng.normal(0, 0.7, len(commune)))
    for a in (*province, *district, *commune):
        below = [c for c in commune if c.parent == a.code]
        a.online = a.own_online + sum(c.own_online for c in below)
        a.dossiers = a.own_dossiers + sum(c.own_dossiers for c in below)


def phu_tho_volumes() -> Mapping[str, NDArray[np.float64]]:
    """Denominators above 0 of the real figures, by level."""
    found: dict[str, list[float]] = {"province": [], "commune": []}
    with (FOLDER / "phu-tho-2026" / "figures.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if int(row["denominator"]) > 0:
                found[row["level"]].append(float(row["denominator"]))
    return {level: np.sort(np.array(values)) for level, values in found.items()}


def _scaled(shape: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to `shape` that add up to `total`; the largest takes the remainder."""
    whole = np.maximum(np.floor(shape * total / shape.sum()), 1).astype(np.int64)
    whole[np.argmax(whole)] += total - whole.sum()
    return whole


def _online(agencies: Sequence[Agency], rate: float, lead: NDArray[np.float64]) -> None:
    """Split a level's online dossiers over its agencies: rates spread in log-odds, the level's rate kept."""
    dossiers = np.array([a.own_dossiers for a in agencies], dtype=float)
    asked = round(rate * dossiers.sum())
    low, high = -10.0, 10.0
    for _ in range(60):  # bisection on the common shift
        middle = (low + high) / 2
        if (dossiers / (1 + np.exp(-(middle + lead)))).sum() < asked:
            low = middle
        else:
            high = middle
    online = np.floor(dossiers / (1 + np.exp(-(low + lead)))).astype(int)
    online[np.argmax(dossiers)] += asked - online.sum()
    for a, n in zip(agencies, online, strict=True):
        a.own_online = int(n)


def _services(rng: np.random.Generator, agencies: Sequence[Agency]) -> None:
    """Offered <= eligible; had any dossier <= offered; had one online <= any, and never more than dossiers."""
    for a in agencies:
        offered = {"province": rng.uniform(0.5, 0.85), "district": 0.68, "commune": 0.69}[a.level]
        missing = int(rng.integers(0, 4)) if a.level == "commune" else 0
        a.provided = min(a.eligible, max(1, round(a.eligible * offered))) - missing
        used = {"province": rng.uniform(0.55, 0.8), "district": rng.uniform(0.5, 0.65)}.get(
            a.level, rng.uniform(0.4, 0.55)
        )
        a.arising = min(round(a.provided * used), a.own_dossiers)
        rate = a.own_online / a.own_dossiers if a.own_dossiers else 0.0
        reach = np.clip(0.25 + 0.5 * rate**0.5 + rng.normal(0, 0.06), 0.05, 0.95)
        a.active = min(round(a.arising * reach), a.arising, a.own_online)


def _expected(rng: np.random.Generator, agencies: Sequence[Agency]) -> Mapping[str, tuple[int, int]]:
    """What agencies expect to receive: most departments, five districts of eight with all their communes."""
    silent = {"STC", "SKHCN", "SNV", "VPUB", "BQLKCN", NO_DOSSIERS, "932", "935", "937"}
    factors = {"SGDDT": (1.45, 0.6), "STNMT": (1.05, 1.1), "STP": (1.1, 0.95)}
    own: dict[str, tuple[int, int]] = {}
    for a in agencies:
        draw = rng.lognormal(0, 0.1, 2)
        if a.code in silent or a.parent in silent:
            continue
        lean = factors.get(a.code, (1.0, 1.0))
        third, fourth = (
            round(a.own_dossiers * days / DAYS_SO_FAR * f * x)
            for days, f, x in zip(DAYS.values(), lean, draw, strict=True)
        )
        own[a.code] = (third, fourth)
    return {
        a.code: (
            own[a.code][0] + sum(own[c.code][0] for c in agencies if c.parent == a.code),
            own[a.code][1] + sum(own[c.code][1] for c in agencies if c.parent == a.code),
        )
        for a in agencies
        if a.code in own
    }


def _proposals(rng: np.random.Generator, agencies: Sequence[Agency]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """What agencies offered for dossiers online: some enough, some too little, a few nothing; one promises too much."""
    silent = {"SNV", "STC", "936", NO_DOSSIERS}
    timid = {"STNMT", "SLDTBXH", "SNNPTNT", "SXD", "932", "935", ELEVEN_DOSSIERS}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for a in agencies:
        rate = a.online / a.dossiers if a.dossiers else 0.0
        draw, answers = rng.uniform(), rng.uniform() < 0.6
        if a.code in silent or (a.level == "commune" and not answers):
            continue
        if a.code == "SXD":
            last = rate - 0.03  # less than it has already
        elif a.code in timid or (a.level == "commune" and draw < 0.5):
            last = rate + 0.02 + 0.06 * draw
        elif a.code == "SKHCN":
            last = 0.9  # more than the rest of the year can bring
        else:
            last = rate + (0.25 + 0.15 * draw) * (1 - rate)
        last = round(last, 2) if a.code in timid else min(round(last * 20) / 20, 0.95)
        found[a.code, "online"] = (f"{round(rate + 0.5 * (last - rate), 2):g}", f"{last:g}")
        if a.level != "commune":
            found[a.code, "provided"] = ("", "1" if draw < 0.8 else "0.9")
            found[a.code, "active"] = ("", f"{round((0.6 + 0.25 * draw) * 20) / 20:g}")
    return found


def _quarters(score: float) -> int:
    """A capacity score of about 1 as a whole number: 100 is 1, to the nearest quarter."""
    return 25 * round(score * 4)


if __name__ == "__main__":
    main()
