"""The words of the figures file: headers, levels, indicators, periods, totals. They are part of the file format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import fuzz, process

NUMERATOR, DENOMINATOR = "numerator", "denominator"
EXPECTED, PROPOSED = "expected_", "proposed_"
AGENCY_FIELDS = ("agency", "name", "level", "parent")
IGNORED = "ignored"

# Written by the template; the first word of each entry. All of them are read.
AGENCY_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        IGNORED: ("STT", "TT", "Số TT", "No", "No.", "#"),
        "agency": (
            "Mã đơn vị",
            "Mã cơ quan",
            "Mã cơ quan, đơn vị",
            "Mã định danh",
            "Mã",
            "agency",
            "agency code",
            "code",
        ),
        "name": ("Tên cơ quan, đơn vị", "Tên đơn vị", "Tên cơ quan", "Cơ quan, đơn vị", "Đơn vị", "Cơ quan", "name"),
        "level": ("Cấp", "Cấp hành chính", "level"),
        "parent": (
            "Thuộc (mã)",
            "Thuộc",
            "Trực thuộc",
            "Mã đơn vị cấp trên",
            "Đơn vị cấp trên",
            "parent",
            "parent code",
        ),
        "indicator": ("indicator", "Chỉ tiêu", "Mã chỉ tiêu", "Chỉ số"),
        "note": ("Ghi chú", "note"),
    }
)
COUNT_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        NUMERATOR: (
            "Đã thực hiện",
            "Số DVC đã cung cấp trực tuyến",
            "Số DVCTT có phát sinh hồ sơ",
            "Số hồ sơ xử lý trực tuyến",
            "Số hồ sơ tiếp nhận trực tuyến",
            "Số hồ sơ trực tuyến",
            "Hồ sơ trực tuyến",
            "Số hồ sơ thanh toán trực tuyến",
            "Tử số",
            "numerator",
        ),
        DENOMINATOR: (
            "Tổng số",
            "Số DVC đủ điều kiện",
            "Tổng số DVCTT",
            "Tổng số hồ sơ",
            "Số hồ sơ có nghĩa vụ tài chính",
            "Mẫu số",
            "denominator",
        ),
        "ceiling": ("Tỷ lệ tối đa", "Tỷ lệ tối đa có thể đạt", "ceiling"),
        "weight": ("Trọng số", "weight"),
    }
)
EXPECTED_HEADERS = ("Dự kiến phát sinh", "Dự kiến", "expected")
PROPOSED_HEADERS = ("Đơn vị đề xuất", "Đề xuất", "Đơn vị đăng ký", "Đăng ký", "proposed")
LEVEL_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "province": ("Cấp tỉnh", "Tỉnh", "Sở, ban, ngành", "province"),
        "district": ("Cấp huyện", "Huyện", "district"),
        "commune": ("Cấp xã", "Xã", "commune"),
    }
)
INDICATOR_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "provided": (
            "Tỷ lệ TTHC đủ điều kiện cung cấp DVCTT mức độ 4",
            "Tỷ lệ TTHC đủ điều kiện cung cấp DVCTT toàn trình",
            "Tỷ lệ thủ tục hành chính đủ điều kiện được cung cấp dịch vụ công trực tuyến mức độ 4",
        ),
        "active": (
            "Tỷ lệ DVCTT phát sinh hồ sơ",
            "Tỷ lệ DVCTT có phát sinh hồ sơ",
            "Tỷ lệ dịch vụ công trực tuyến phát sinh hồ sơ",
        ),
        "online": (
            "Tỷ lệ hồ sơ TTHC được xử lý trực tuyến",
            "Tỷ lệ hồ sơ xử lý trực tuyến",
            "Tỷ lệ hồ sơ trực tuyến",
            "Tỷ lệ hồ sơ thủ tục hành chính được xử lý trực tuyến",
        ),
        "paid_online": ("Tỷ lệ hồ sơ thanh toán trực tuyến", "Tỷ lệ thanh toán trực tuyến"),
    }
)
COUNT_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "provided": ("Số DVC đã cung cấp trực tuyến", "Số DVC đủ điều kiện"),
        "active": ("Số DVCTT có phát sinh hồ sơ", "Tổng số DVCTT"),
        "online": ("Số hồ sơ xử lý trực tuyến", "Tổng số hồ sơ"),
        "paid_online": ("Số hồ sơ thanh toán trực tuyến", "Số hồ sơ có nghĩa vụ tài chính"),
    }
)
REPORTED = "online"
"""The indicator that reports of other systems count: dossiers by the channel through which they came."""
STOCKS = frozenset({"provided", "active"})

_TOTALS = frozenset({"tong", "tong cong", "tong so", "cong", "toan tinh", "total", "tong toan tinh", "sum"})
_TOTALS_BEGIN = frozenset("tTcCsS")
_QUARTER_ID = re.compile(r"(20[0-9]{2})[ -]?q([1-4])\Z")
_QUARTER_WORDS = re.compile(r"q(?:uy)? ?(i{1,3}|iv|[1-4]) ?[/-]? ?(?:nam )?(20[0-9]{2})\Z")
_ROMAN = MappingProxyType({"i": 1, "ii": 2, "iii": 3, "iv": 4})
_QUARTER_SHOWN = ("I", "II", "III", "IV")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_KIND_PREFIX = re.compile(
    r"(?:(?:uy ban nhan dan|ubnd|huyen|h|thi xa|tx|thanh pho|tp|quan|xa|phuong|thi tran|tt|so|ban|phong)[.:]? +)+"
)
_BODY_PREFIX = re.compile(r"(?:ủy ban nhân dân|uỷ ban nhân dân|ubnd) +")


@lru_cache(maxsize=2048)
def fold(text: str) -> str:
    """A header without case, accents (đ too), line breaks, underscores and extra spaces."""
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in spread if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")
    return " ".join(text.replace("_", " ").casefold().split()).strip(" *:.")


def name_key(text: str) -> str:
    """An agency's name without case, Unicode form, place of the tone mark and the prefix "UBND"."""
    text = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    text = _BODY_PREFIX.sub("", text)
    words = []
    for word in unicodedata.normalize("NFD", text).split():
        tones = "".join(c for c in word if c in _TONES)
        words.append("".join(c for c in word if c not in _TONES) + tones)
    return " ".join(words)


def core_name(text: str) -> str:
    """A name without what kind of body it is: "UBND huyện Long Mỹ" and "Thị xã Long Mỹ" are both "long my"."""
    folded = fold(text)
    shorter = _KIND_PREFIX.sub("", folded)
    return shorter or folded


def is_total(text: str) -> bool:
    """True for the words that head a totals row."""
    if text[:1] not in _TOTALS_BEGIN:
        return False
    folded = fold(text)
    return folded in _TOTALS or folded.startswith("tong cong ")


def is_part(text: str) -> bool:
    """True for "Trong đó" (of which): a row that repeats part of another."""
    return text[:1] in ("t", "T") and fold(text).startswith("trong do")


def period_label(id: str) -> str:
    """How the form writes a period: ``2022Q3`` is "Quý III/2022"; other ids stay."""
    quarter = _QUARTER_ID.match(id.casefold())
    return f"Quý {_QUARTER_SHOWN[int(quarter[2]) - 1]}/{quarter[1]}" if quarter else id


def period_id(text: str, known: Iterable[str] = ()) -> str:
    """The period meant by the end of a header; empty where there is none."""
    folded = fold(text)
    for id in known:
        if folded in (fold(id), fold(period_label(id))):
            return id
    if quarter := _QUARTER_ID.match(folded):
        return f"{quarter[1]}Q{quarter[2]}"
    if quarter := _QUARTER_WORDS.match(folded):
        return f"{quarter[2]}Q{_ROMAN.get(quarter[1]) or quarter[1]}"
    bare = text.strip(" _:.*")
    return bare if bare.isalnum() and len(bare) <= 20 else ""


def nearest(text: str, names: Iterable[str], *, least: float = 60.0) -> str | None:
    """The most similar of `names`, compared without accents; None where none is similar."""
    folded = {fold(name): name for name in names}
    best = process.extractOne(fold(text), list(folded), scorer=fuzz.WRatio, score_cutoff=least)
    return folded[best[0]] if best else None


def similar(text: str, names: Iterable[str], *, least: float = 80.0, within: float = 6.0, most: int = 4) -> list[str]:
    """The most similar of folded `names` and those about as similar, the best first; empty where none is."""
    found = process.extract(text, list(names), scorer=fuzz.ratio, score_cutoff=least, limit=most)
    return [name for name, score, _ in found if score >= found[0][1] - within]


class Vocabulary:
    """Folded words of one campaign -> what they stand for."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], indicators: Iterable[str], periods: Iterable[str]) -> None:
        self.periods = tuple(periods)
        self.agency = _index(AGENCY_HEADERS)
        self.counts = _index(COUNT_HEADERS)
        self.levels = _index(LEVEL_WORDS)
        allowed = tuple(indicators) or tuple(INDICATOR_NAMES)
        every = {id: (id, *INDICATOR_NAMES.get(id, ()), *names.get(id, ())) for id in allowed}
        self.indicators = _index(every)
        self.indicator_names = every

    def count_field(self, header: str) -> str | None:
        """`numerator`, `denominator`, `ceiling`, `weight`, `expected_<period>`, `proposed_<period>`, or None."""
        folded = fold(header)
        if found := self.counts.get(folded):
            return found
        for words, prefix in ((EXPECTED_HEADERS, EXPECTED), (PROPOSED_HEADERS, PROPOSED)):
            for word in words:
                start = fold(word) + " "
                if folded.startswith(start):
                    period = period_id(_tail(header, word), self.periods)
                    return prefix + period if period else None
        return None

    def long_field(self, header: str) -> str | None:
        """The field of a header in the long layout, or None."""
        return self.agency.get(fold(header)) or self.count_field(header)


def _tail(header: str, word: str) -> str:
    """What follows `word` in `header`, in its own spelling."""
    return " ".join(header.replace("_", " ").split()[len(word.split()) :])


def _index(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {fold(word): key for key, group in words.items() for word in group}
