"""Files as they come from agencies: II.06a/VPCP forms and one-stop exports with everything that is usually wrong.

The names are those of the campaign ``hau-giang-2022``, so that the screens can be given the same files.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from tests.data.files import Rows, csv_bytes

TITLE = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH TẠI CƠ QUAN, ĐƠN VỊ"
SPAN = "Từ ngày 01/01/2022 đến ngày 15/06/2022"
II06A_HEAD: Rows = [
    [
        "STT",
        "Lĩnh vực, công việc giải quyết theo cấp",
        *("Số lượng hồ sơ tiếp nhận", "", "", ""),
        *("Số lượng hồ sơ đã giải quyết", "", "", ""),
        *("Số lượng hồ sơ đang giải quyết", "", ""),
    ],
    [
        *("", "", "Tổng số", "Trong kỳ", "", "Từ kỳ trước"),
        *("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"),
    ],
    ["", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "", "", "", "", "", "", "", ""],
    [
        *("(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)", "(10)"),
        *("(11)=(12)+(13)", "(12)", "(13)"),
    ],
]
II06A_MERGES = ("A{0}:A{2}", "B{0}:B{2}", "C{0}:F{0}", "G{0}:J{0}", "K{0}:M{0}", "C{1}:C{2}", "D{1}:E{1}", "F{1}:F{2}")
FIELDS: Rows = [
    ["I", "Lĩnh vực giải quyết cấp tỉnh", 180, 100, 60, 20, 150, 50, 90, 10, 30, 25, 5],
    ["1", "Hộ tịch", "1.120", "1.040", 60, 20, "1.090", 50, "1.030", 10, 30, 25, 5],
    ["2", "Công chứng", 60, "-", 60, "", 60, 20, 40, "-", "-", "-", "-"],
    ["", "Trong đó: qua bưu chính", 10, 0, 10, 0, 10, 0, 10, 0, 0, 0, 0],
    ["", "Tổng cộng", "1.180", "1.040", 120, 20, "1.150", 70, "1.070", 10, 30, 25, 5],
]
"""A form's rows: a heading with the sum of nothing, ``1.120`` as text, dashes, a part, and totals."""
FIELDS[0][2:] = [""] * 11


def title(agency: str = "Sở Tư pháp", span: str = SPAN) -> Rows:
    """The block above the form: number of the form, what it is about, who reports to whom, from when until when."""
    return [
        ["Biểu số II.06a/VPCP/KSTT", "", "", "", "", "", "", "", "", f"- Đơn vị báo cáo: {agency}"],
        ["", "", TITLE, "", "", "", "", "", "", "- Đơn vị nhận báo cáo: Văn phòng UBND tỉnh"],
        ["", "", f"Kỳ báo cáo: 6 tháng đầu năm 2022\n({span})"],
        [],
    ]


def ii06a_rows(agency: str = "Sở Tư pháp", fields: Rows | None = None, *, span: str = SPAN) -> Rows:
    """A whole form as rows."""
    signed: Rows = [[], ["", "Người lập biểu", "", "", "", "", "", "", "", "Thủ trưởng đơn vị"]]
    return [*title(agency, span), *II06A_HEAD, *(FIELDS if fields is None else fields), *signed]


ONE_STOP_HEAD: Rows = [
    ["STT", "Tên đơn vị", "Loại DVC", "Số hồ sơ tiếp nhận", "", "", "", "Tỷ lệ trực tuyến"],
    ["", "", "", "Tổng số", "Trực tuyến", "Trực tiếp", "BCCI", ""],
]


def one_stop_rows(lines: Rows | None = None) -> Rows:
    """The export by agency: three lines each, a group's sum, totals; Long Mỹ twice, as a town and as a district."""
    made: Rows = [
        ["THỐNG KÊ TÌNH HÌNH TIẾP NHẬN HỒ SƠ THEO ĐƠN VỊ"],
        [f"({SPAN})"],
        [],
        *ONE_STOP_HEAD,
        ["I", "Sở, ban, ngành", "Tất cả", "1.300", 700, 550, 50, "53,85 %"],
        [1, "Sở Tư pháp", "Tất cả", "1.000", 600, 380, 20, "60,00 %"],
        ["", "", "Một phần", 400, 200, 195, 5, "50,00 %"],
        ["", "", "Toàn trình", 590, 400, 175, 15, "67,80 %"],
        [2, "Sở Y tế", "Tất cả", 300, 100, 170, 30, "33,33 %"],
        ["", "", "Một phần", 200, 60, 120, 20, "30,00 %"],
        ["", "", "Toàn trình", 100, 40, 50, 10, "40,00 %"],
        ["II", "Cấp huyện", "", "", "", "", "", ""],
        [3, "UBND huyện Long Mỹ", "Tất cả", 200, 40, 160, 0, "20,00 %"],
        [4, "UBND thị xã Long Mỹ", "Tất cả", 150, 60, 90, 0, "40,00 %"],
        ["", "Tổng cộng", "Tất cả", "1.650", 800, 800, 50, "48,48 %"],
        ["", "", "Một phần", 800, 300, 475, 25, ""],
        ["", "", "Toàn trình", 840, 500, 315, 25, ""],
    ]
    return made if lines is None else [*made[:5], *lines]


def book(
    sheets: Mapping[str, Rows],
    *,
    hidden: Sequence[str] = (),
    merges: Mapping[str, Sequence[str]] | None = None,
    formulas: Mapping[str, Mapping[str, tuple[str, Any]]] | None = None,
) -> bytes:
    """A workbook; `merges` merges ranges of a sheet, `formulas` puts (formula, stored value) into cells."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value != "":
                        sheet.write(at, column, value)
            for place in (merges or {}).get(name, ()):
                first = place.partition(":")[0]
                column, at = ord(first[0]) - 65, int(first[1:]) - 1
                sheet.merge_range(place, rows[at][column])
            for place, (formula, value) in (formulas or {}).get(name, {}).items():
                sheet.write_formula(place, formula, None, value)
            if name in hidden:
                sheet.hide()
    return made.getvalue()


def ii06a(agency: str = "Sở Tư pháp", fields: Rows | None = None, **more: Any) -> bytes:
    """A form as agencies send it: merged headers, behind a cover, with last year's sheet hidden."""
    rows = ii06a_rows(agency, fields, **more)
    top = len(title()) + 1
    merges = [one.format(top, top + 1, top + 2) for one in II06A_MERGES]
    cover: Rows = [["BÁO CÁO"], [f"Kính gửi: Văn phòng UBND tỉnh. {agency} báo cáo như sau."]]
    old = ii06a_rows(agency, span="Từ ngày 01/01/2021 đến ngày 15/06/2021")
    return book({"Bìa": cover, "II.06a": rows, "Năm trước": old}, hidden=["Năm trước"], merges={"II.06a": merges})


def one_stop(lines: Rows | None = None) -> bytes:
    """The export by agency as a workbook, its names and headers merged."""
    rows = one_stop_rows(lines)
    merges = ["A4:A5", "B4:B5", "C4:C5", "D4:G4", "H4:H5", *(() if lines else ("B7:B9", "B10:B12"))]
    return book({"Export": rows}, merges={"Export": merges})


def csv_of(rows: Rows, encoding: str = "utf-8", *, delimiter: str = ",") -> bytes:
    """Rows as CSV in any encoding of Python."""
    return csv_bytes(rows, delimiter=delimiter).decode("utf-8").encode(encoding)


def decomposed(rows: Rows) -> Rows:
    """Rows in the other form of Unicode, as some systems export them."""
    return [[unicodedata.normalize("NFD", one) if isinstance(one, str) else one for one in row] for row in rows]


def with_part(data: bytes, name: str, content: bytes = b"x") -> bytes:
    """A workbook with one more part in its package: a macro, a link to another file."""
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()


def bomb(megabytes: int = 101) -> bytes:
    """A workbook of a few hundred kilobytes that unpacks to very much."""
    made = io.BytesIO(book({"Biểu": [["x"]]}))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/padding.xml", b"\x00" * (megabytes << 20))
    return made.getvalue()


# before Unicode --------------------------------------------------------------------------------------------------
_TONES = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_VOWELS = "aăâeêioôơuưy"
EVERY_LETTER = unicodedata.normalize("NFC", " ".join(v + tone for v in _VOWELS for tone in _TONES) + " đ Đ Ă Â Ê Ô Ơ Ư")
_TCVN3 = (
    ("a¸µ¶·¹", "¨¾»¼½Æ", "©ÊÇÈÉË", "eÐÌÎÏÑ", "ªÕÒÓÔÖ", "iÝ×ØÜÞ"),
    ("oãßáâä", "«èåæçé", "¬íêëìî", "uóïñòô", "\xadøõö÷ù", "yýúûüþ"),
    "®§¡¢£¤¥¦",
)
"""The code table TCVN 5712:1993 (VN3): each vowel plain and with the five tones; đ, Đ and the capitals it has."""
_VNI_TONES = ("", "ù", "ø", "û", "õ", "ï")
_VNI_MARKED = {"ă": ("ê", "é", "è", "ú", "ü", "ë"), "hat": ("â", "á", "à", "å", "ã", "ä")}
_VNI_I = ("i", "í", "ì", "æ", "ó", "ò")


def _tcvn3() -> dict[str, str]:
    letters = dict(zip("đĐĂÂÊÔƠƯ", _TCVN3[2], strict=True))
    for vowel, written in zip(_VOWELS, (*_TCVN3[0], *_TCVN3[1]), strict=True):
        for tone, sign in zip(_TONES, written, strict=True):
            letters[unicodedata.normalize("NFC", vowel + tone)] = sign
            letters.setdefault(
                unicodedata.normalize("NFC", vowel + tone).upper(), sign
            )  # its capitals are another font
    return letters


def _vni() -> dict[str, str]:
    letters = {"đ": "ñ", "Đ": "Ñ"}
    for vowel in _VOWELS:
        base = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "ô", "ư": "ö"}.get(vowel, vowel)
        marks = _VNI_MARKED["ă"] if vowel == "ă" else _VNI_MARKED["hat"] if vowel in "âêô" else _VNI_TONES
        for at, tone in enumerate(_TONES):
            written = _VNI_I[at] if vowel == "i" else "î" if (vowel, at) == ("y", 5) else base + marks[at]
            letter = unicodedata.normalize("NFC", vowel + tone)
            letters[letter] = written
            letters[letter.upper()] = written.upper()
    return letters


def written_in(font: str, text: str) -> str:
    """Text as somebody would have typed it in TCVN3 or VNI, read as Unicode; ASCII capitals stay."""
    letters = _vni() if font == "VNI" else _tcvn3()
    return "".join(one if one.isascii() else letters.get(one, one) for one in unicodedata.normalize("NFC", text))


def typed_in(font: str, rows: Rows) -> Rows:
    """Rows with every text typed in a font before Unicode."""
    return [[written_in(font, one) if isinstance(one, str) else one for one in row] for row in rows]


def windows_1258(rows: Rows) -> bytes:
    """Rows as CSV in windows-1258: the letters that it has, tones behind them."""
    made = []
    for one in csv_of(rows).decode("utf-8"):
        letter = unicodedata.normalize("NFC", one)
        tones = "".join(c for c in unicodedata.normalize("NFD", letter) if c in _TONES)
        bare = "".join(c for c in unicodedata.normalize("NFD", letter) if c not in _TONES)
        made.append(unicodedata.normalize("NFC", bare) + tones)
    return "".join(made).encode("cp1258")


# a drop of many -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Messy:
    """A file as it is dropped on the screen, and what must be met in it.

    Attributes
    ----------
    errors, doubts : tuple of str
        Codes of every error, and of warnings among others.
    seen : str
        Words of the Vietnamese screen about it.
    accept : tuple of str
        What a person presses to mend it; empty where it must be left out or needs nothing.
    counts : mapping
        Agency -> numerator and denominator that come of it once it is mended.
    """

    name: str
    data: bytes = field(repr=False)
    errors: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    seen: str = ""
    accept: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)


LINE = ["1", "Hộ tịch", 130, 90, 30, 10, 130, 100, 30, 0, 0, 0, 0]
"""A form's only row: 90 online of 90 + 30, and 10 of the last period."""
TAKEN = (90, 120)


def _long(*rows: list[Any]) -> bytes:
    head = ["agency", "name", "indicator", "numerator", "denominator"]
    return csv_of([head, *rows], delimiter=";")


def good() -> tuple[Messy, ...]:
    """Files that are taken in as they are or after a person has accepted what is proposed."""
    usual = ("report_counted",)
    hidden = "bỏ qua “Bìa” và “Năm trước” (đang ẩn)"
    typed = typed_in("TCVN3", ii06a_rows("Sở Xây dựng", [LINE]))
    merged = [one.format(5, 6, 7) for one in II06A_MERGES]
    font = ("Đọc cả tệp theo TCVN3 (ABC)",)
    town = ("Đọc là “- Đơn vị báo cáo: UBND thị xã Long Mỹ”",)
    lines: Rows = [
        [1, "Sở Công Thương", "Tất cả", 500, 300, 190, 10, "61,00 %"],
        ["", "", "Một phần", 200, 100, 95, 5, ""],
        ["", "", "Toàn trình", 290, 200, 85, 5, ""],
        [2, "Thanh tra tỉnh", "Tất cả", 41, 10, 30, 0, "24,39 %"],
        ["", "Tổng cộng", "Tất cả", 541, 310, 220, 10, ""],
    ]
    linked = with_part(ii06a("Sở Tài chính", [LINE]), "xl/externalLinks/externalLink1.xml")
    numbers = _long(
        ["STTTT", "", "online", "1,260", "2.520"], [], ["930", "", "online", "60", "1.200"], ["", "", "", "", ""]
    )
    wide = csv_of(ii06a_rows("Ban Dân tộc", [LINE]), "utf-16", delimiter="\t")
    return (
        Messy("so-tu-phap.xlsx", ii06a(), (), usual, hidden, counts={"STP": (1040, 1160)}),
        Messy(
            "so-y-te.csv",
            csv_of(decomposed(ii06a_rows("Sở Y tế", [LINE])), delimiter=";"),
            (),
            usual,
            counts={"SYT": TAKEN},
        ),
        Messy("unicode.txt", wide, (), usual, "Ban Dân tộc: 90 hồ sơ trực tuyến", counts={"BDT": TAKEN}),
        Messy("lien-ket.xlsx", linked, (), ("external_links",), "liên kết đến tệp khác", counts={"STC": TAKEN}),
        Messy(
            "xay-dung-abc.xlsx",
            book({"II.06a": typed}, merges={"II.06a": merged}),
            ("legacy_text",),
            seen="TCVN3 (ABC)",
            accept=font,
            counts={"SXD": TAKEN},
        ),
        Messy(
            "noi-vu-1258.csv",
            windows_1258(ii06a_rows("Sở Nội vụ", [LINE])),
            ("legacy_text",),
            seen="bộ mã cũ windows-1258",
            accept=("Đọc cả tệp theo windows-1258",),
            counts={"SNV": TAKEN},
        ),
        Messy(
            "long-my.xlsx",
            ii06a("Long Mỹ", [LINE]),
            ("unknown_agency",),
            seen="không có “Long Mỹ”",
            accept=town,
            counts={"937": TAKEN},
        ),
        Messy(
            "mot-cua.xlsx",
            one_stop(lines),
            ("received_differs",),
            ("rate_differs",),
            "tính lại từ số hồ sơ là 60",
            ("Đọc là “40”",),
            {"SCT": (300, 500), "TTT": (10, 40)},
        ),
        Messy(
            "so-viet-kieu-anh.csv",
            numbers,
            ("ambiguous_comma",),
            seen="dấu phẩy có thể là phần nghìn",
            accept=("Chọn mọi đề xuất về cách viết số",),
            counts={"STTTT": (1260, 2520), "930": (60, 1200)},
        ),
    )


def bad() -> tuple[Messy, ...]:
    """Files that must be mended by whoever sent them; each has one clear message."""
    fine = ii06a("Sở Tài chính", [LINE])
    rows = ii06a_rows("Sở Tài chính", [LINE])
    at = len(title()) + len(II06A_HEAD) + 1
    uncomputed = {"II.06a": {f"D{at}": ("=SUM(D20:D30)", "")}}
    twice = (["STC", "", "online", 9, 90], ["STC", "", "online", 8, 90])
    decimal = ["STC", "", "online", "1.234,5", 9000]
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 200
    noise = bytes(range(128, 256)) * 8
    return (
        Messy("lon.csv", b"a" * 12_000_000, ("file_too_large",), seen="vượt giới hạn 10"),
        Messy("bom.xlsx", bomb(), ("unpacks_too_large",), seen="khi giải nén vượt giới hạn"),
        Messy("anh.png", picture, ("unsupported_suffix",), seen="không nhận tệp có đuôi “.png”"),
        Messy("anh.xlsx", picture, ("not_a_workbook",), seen="không phải bảng tính Excel"),
        Messy("macro.xlsm", fine, ("macros",), seen="chứa macro"),
        Messy("macro.xlsx", with_part(fine, "xl/vbaProject.bin"), ("macros",), seen="chứa macro"),
        Messy("rac.csv", noise, ("not_utf8",), seen="không ở bảng mã UTF-8"),
        Messy(
            "an.xlsx",
            book({"Bìa": [["x"]], "Số": rows}, hidden=["Số"]),
            ("hidden_sheet_only",),
            seen="trang tính bị ẩn",
        ),
        Messy(
            "cong-thuc.xlsx",
            book({"II.06a": rows}, formulas=uncomputed),
            ("formula_without_value",),
            seen="công thức chưa được tính",
        ),
        Messy("trung-dong.csv", _long(*twice), ("duplicate_row",), seen="đã có ở ô A2"),
        Messy("so-le.csv", _long(decimal), ("fractional_count",), seen="có phần thập phân"),
        Messy("trong.xlsx", b"", ("empty_file",), seen="tệp không có nội dung"),
    )


def twice() -> tuple[Messy, Messy]:
    """Two forms of the same agency that say different things."""
    other = ["1", "Hộ tịch", 131, 91, 30, 10, 131, 100, 31, 0, 0, 0, 0]
    return (
        Messy("khu-cong-nghiep-1.xlsx", ii06a("Ban Quản lý các khu công nghiệp", [LINE]), counts={"BQLKCN": TAKEN}),
        Messy(
            "khu-cong-nghiep-2.xlsx", ii06a("Ban Quản lý các khu công nghiệp", [other]), counts={"BQLKCN": (91, 121)}
        ),
    )
