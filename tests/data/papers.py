"""A Decision made by hand, of as many agencies and indicators as a test asks for, with names that bite."""

from __future__ import annotations

from datetime import UTC, datetime

from data.export import Appendix, Article, Column, Decision, ExportState, Imprint, Row, RowKind

NASTY = 'Sở "A&B" <b>{{ 7*7 }}</b> {% if %} #eval("x") $x$ *sao* _gạch_ @ref'
LONG = "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính " * 5
IMPRINT = Imprint(
    campaign="hau-giang-2022",
    campaign_name={"vi": "Đợt 2022", "en": "Round 2022"},
    scenario="hau-giang-2022/base",
    scenario_name={"vi": "Cơ sở", "en": "Base"},
    scenario_version=3,
    figures_version=2,
    table=4,
    state=ExportState.DRAFT,
    made_at=datetime(2022, 6, 20, 2, 30, tzinfo=UTC),
    engine="1.0.0",
    targets_sha256="ab" * 32,
    figures_sha256="cd" * 32,
    illustrative=True,
)
ARTICLES = (
    Article("Điều 1.", "Giao chỉ tiêu đến hết quý IV/2022.", ("- Hồ sơ trực tuyến đạt ít nhất 50 %.",)),
    Article("Điều 2.", "Quyết định này có hiệu lực kể từ ngày ký.", ()),
)


def appendix(agencies: int = 27, indicators: int = 3, periods: int = 2) -> Appendix:
    """`agencies` agencies below one heading, then the province."""
    targets = [
        Column(f"Quý {period}/2022", f"Chỉ số {indicator}", f"target:i{indicator}:p{period}")
        for indicator in range(indicators)
        for period in range(periods)
    ]
    names = [NASTY, LONG.strip(), *(f"Ủy ban nhân dân xã Vĩnh Thuận Đông số {n}" for n in range(3, agencies + 1))]
    shares = ("52,5\u00a0%", "100\u00a0%", "–")
    rows = [Row(RowKind.LEVEL, ("I", "CẤP TỈNH", *([""] * (len(targets) + 1))))]
    for number, name in enumerate(names[:agencies], 1):
        cells = [shares[(number + at) % 3] for at in range(len(targets))]
        rows.append(Row(RowKind.AGENCY, (str(number), name, *cells, "(1)" if number == 1 else "")))
    rows.append(Row(RowKind.TOTAL, ("", "Toàn tỉnh", *(["50,05\u00a0%"] * len(targets)), "")))
    columns = (Column("STT", "", ""), Column("Cơ quan, đơn vị", "", "name"), *targets, Column("Ghi chú", "", ""))
    belongs = "(Kèm theo Quyết định số          /QĐ-UBND ngày      tháng      năm 2022)"
    notes = ("Chỉ tiêu là tỷ lệ tối thiểu.", "(1) Ấn định.")
    return Appendix("Phụ lục", "CHỈ TIÊU GIAO", belongs, columns, tuple(rows), "Ghi chú:", notes)


def decision(agencies: int = 27, indicators: int = 3, periods: int = 2) -> Decision:
    """A draft."""
    return Decision(
        lang="vi",
        country="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        motto="Độc lập - Tự do - Hạnh phúc",
        draft_mark="DỰ THẢO",
        illustrative="SỐ LIỆU MINH HỌA",
        copy_mark="",
        body="ỦY BAN NHÂN DÂN\nTỈNH HẬU GIANG",
        number_line="Số:              /QĐ-UBND",
        place_and_date="Hậu Giang, ngày       tháng       năm 2022",
        kind="QUYẾT ĐỊNH",
        subject="Về việc giao chỉ tiêu dịch vụ công trực tuyến năm 2022",
        authority="ỦY BAN NHÂN DÂN TỈNH HẬU GIANG",
        bases=("Căn cứ Luật A & B <2015>;", "Theo đề nghị của Giám đốc Sở."),
        orders="QUYẾT ĐỊNH:",
        articles=ARTICLES,
        recipients_head="Nơi nhận:",
        recipients=("- Như Điều 2;", "- Lưu: VT, KSTTHC."),
        signing=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        signer="Nguyễn Văn Hòa",
        appendix=appendix(agencies, indicators, periods),
        fine_print="Đợt 2022 · DỰ THẢO · SHA-256 " + "ab" * 32,
        imprint=IMPRINT,
    )
