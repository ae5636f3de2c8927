"""Sentences on worked cases, in both languages; their numbers are the result's."""

from __future__ import annotations

import math
from typing import Any

import pytest

from dashapp import services
from dashapp.explain import goal_sentence, target_sentence
from dashapp.i18n import LANGUAGES, date, number, share
from engine import (
    Basis,
    Rounding,
    Rule,
    RuleKind,
    TargetStatus,
    Treatment,
    Where,
    explain,
)
from tests.dashapp.worked import how, labels, row, run, why

SOON = {"expected_2022Q3": 400.0, "expected_2022Q4": 400.0}
THREE = (
    row("A", "Sở Tư pháp", 284, 1000, **SOON),
    row("B", "Sở Y tế", 600, 1000, **SOON),
    row("C", "Sở Công Thương", 50, 500, expected_2022Q3=200.0, expected_2022Q4=200.0),
)
HALF = {"2022Q4": 0.5}


def only(agency: str) -> Where:
    return Where(agencies=(agency,))


def test_lifted_by_the_method_and_rounded():
    """λ closes 45,35 % of each gap: A 28,4 + λ·(60,222 − 28,4) = 42,8 → 43 %; .43·1800 = 774, 774 − 284 = 490."""
    done = run(THREE, HALF)
    assert why(done, "A", "vi") == (
        "Sở Tư pháp: 43 % vào 31/12/2022 (hiện 28,4 %). Phương pháp “Cùng tỷ lệ thu hẹp khoảng cách” nâng thêm "
        "14,4 điểm; làm tròn +0,2 điểm. Nghĩa là thêm 490 hồ sơ đến 31/12/2022, khoảng 18 mỗi tuần. "
        "Riêng quý IV/2022 phải đạt 67,5 %."
    )
    assert why(done, "A", "en") == (
        "Sở Tư pháp: 43% by 31 Dec 2022 (now 28.4%). The method “Same share of the gap” adds 14.4 points; rounding "
        "+0.2 points. That means 490 more dossiers by 31 Dec 2022, about 18 a week. Q4 2022 alone must bring 67.5%."
    )


def test_earlier_period_is_on_the_path():
    done = run(THREE, HALF)
    assert why(done, "A", "vi", "2022Q3").startswith(
        "Sở Tư pháp: 36 % vào 30/09/2022 (hiện 28,4 %). Lộ trình đến quý IV/2022 nâng thêm 7,9 điểm; "
        "làm tròn -0,3 điểm."
    )
    assert "The path to Q4 2022 adds 7.9 points; rounding -0.3 points." in why(done, "A", "en", "2022Q3")


def test_held_by_a_cap():
    done = run(THREE, HALF, rules=[Rule(RuleKind.CAP, "cap", 0.4, where=only("A"))])
    assert "quy tắc “Mức trần 40 % (Sở Tư pháp)” giữ ở mức trần 40 %." in why(done, "A", "vi")
    assert "the rule “Cap 40% (Sở Tư pháp)” holds it at 40%." in why(done, "A", "en")


def test_raised_by_a_floor_and_by_a_floor_out_of_reach():
    rule = Rule(RuleKind.FLOOR, "floor", 0.4, where=only("C"))
    done = run(THREE, HALF, method="equal_increment", rules=[rule])
    assert "nâng thêm 8,3 điểm; quy tắc “Mức sàn 40 % (Sở Công Thương)” nâng lên 40 %." in why(done, "C", "vi")
    # by 30/09 at most (50 + 200) / 700 = 35,7 % is possible
    assert "quy tắc “Mức sàn 40 % (Sở Công Thương)” nâng lên mức cao nhất có thể 35,7 %" in why(
        done, "C", "vi", "2022Q3"
    )
    assert "raises it to the most that is possible, 35.7%" in why(done, "C", "en", "2022Q3")


def test_pinned_with_its_reason():
    reason = {"vi": "theo kết luận cuộc họp", "en": "as decided in the meeting"}
    done = run(THREE, HALF, rules=[Rule(RuleKind.PIN, "pin", 0.45, where=only("A"), reason=reason)])
    assert "lãnh đạo ấn định 45 % (+4 điểm), lý do: theo kết luận cuộc họp." in why(done, "A", "vi")
    assert "a leader set 45% (+4 points), because: as decided in the meeting." in why(done, "A", "en")
    assert "ấn định" not in why(done, "B", "vi")


def test_without_target():
    reason = {"vi": "Đang sắp xếp lại", "en": "Being reorganised"}
    rows = [
        *THREE,
        row("D", "Sở Ngoại vụ", 0, 0, expected_2022Q3=0.0, expected_2022Q4=0.0),
        row("E", "Sở Nội vụ", None, None, **SOON),
        row("F", "Phòng trực thuộc", 10, 100, parent="C", **SOON),
    ]
    done = run(rows, HALF, rules=[Rule(RuleKind.EXEMPT, "x", where=only("C"), reason=reason)])
    assert why(done, "C", "vi") == (
        "Sở Công Thương: không giao chỉ tiêu quý IV/2022. "
        "Lý do: Đang sắp xếp lại (quy tắc “Không giao chỉ tiêu (Sở Công Thương)”)."
    )
    assert why(done, "C", "en") == (
        "Sở Công Thương: no target for Q4 2022. Reason: Being reorganised (the rule “No target (Sở Công Thương)”)."
    )
    assert why(done, "D", "vi").endswith("Lý do: chưa có hồ sơ hoặc dịch vụ nào để tính.")
    assert why(done, "D", "en").endswith("Reason: it has no dossier or service to count yet.")
    assert why(done, "E", "vi").startswith("Sở Nội vụ: chưa có chỉ tiêu quý IV/2022 vì chưa có số liệu báo cáo.")
    assert why(done, "E", "en").startswith("Sở Nội vụ: no target for Q4 2022 yet, because its figures are missing.")
    assert why(done, "F", "vi").endswith("Lý do: đơn vị cấp trên không được giao chỉ tiêu.")
    assert why(done, "F", "en").endswith("Reason: the agency above it has no target.")


def test_above_the_ladder_keeps_its_level():
    rules = [
        Rule(RuleKind.NO_BACKSLIDING, "keep"),
        Rule(RuleKind.CAP, "cap", 0.95, where=only("G")),
    ]
    rows = [*THREE, row("G", "Thanh tra tỉnh", 95, 100, expected_2022Q3=40.0, expected_2022Q4=40.0)]
    done = run(rows, HALF, rounding=Rounding(levels=(0.5, 0.6, 0.7)), rules=rules)
    assert why(done, "G", "vi").startswith("Thanh tra tỉnh: giữ mức hiện tại 95 % đến 31/12/2022.")
    assert why(done, "G", "en").startswith("Thanh tra tỉnh: keeps its present level of 95% until 31 Dec 2022.")
    assert "cao hơn mức cao nhất của thang làm tròn" in why(done, "G", "vi")


def test_off_grid_between_narrow_bounds():
    done = run(THREE, HALF, rules=[Rule(RuleKind.FLOOR, "floor", 0.4, where=only("C"))])
    assert "không có mức tròn nào giữa mức sàn và mức trần nên để nguyên" in why(done, "C", "vi", "2022Q3")
    assert "no rounded value lies between its bounds" in why(done, "C", "en", "2022Q3")


def test_counts_of_the_period_alone_and_of_a_stock():
    alone = run(THREE, HALF, basis=Basis.IN_PERIOD)
    assert why(alone, "A", "vi").endswith("Nghĩa là 172 hồ sơ trong quý IV/2022, khoảng 14 mỗi tuần.")  # .43 · 400
    assert why(alone, "A", "en").endswith("That means 172 dossiers in Q4 2022, about 14 a week.")
    stock = run(THREE, HALF, basis=None)
    assert why(stock, "A", "vi").endswith("Nghĩa là thêm 146 hồ sơ đến 31/12/2022.")  # 430 − 284
    assert why(stock, "A", "en").endswith("That means 146 more dossiers by 31 Dec 2022.")
    assert "Nghĩa là thêm 1 hồ sơ" in why(run([row("A", "A", 1, 3), row("B", "B", 1, 3)], HALF, basis=None), "A", "vi")


def test_one_dossier_is_singular_in_english():
    done = run([row("A", "A", 1, 2), row("B", "B", 1, 2)], {"2022Q4": 0.9}, basis=None)
    assert "That means 1 more dossier by 31 Dec 2022." in why(done, "A", "en")


def test_nothing_left_to_do():
    done = run(THREE, {"2022Q4": 0.2}, basis=None)
    assert why(done, "B", "vi").endswith("không nâng thêm. Kết quả đã có đủ cho chỉ tiêu này.")
    assert why(done, "B", "en").endswith("adds nothing. What is already counted is enough for this target.")


def test_assumed_start_and_volume_are_said():
    rows = [*THREE, row("F", "Ban Quản lý", 0, 0, **SOON), row("H", "Sở Xây dựng", 30, 100)]
    done = run(rows, HALF)
    assert why(done, "F", "vi").startswith("Ban Quản lý: 62 % vào 31/12/2022 (hiện chưa có hồ sơ, dịch vụ nào).")
    assert "Điểm xuất phát là giả định" in why(done, "F", "vi")
    assert "The starting point is assumed" in why(done, "F", "en")
    assert "Số hồ sơ dự kiến là ước tính theo số ngày." in why(done, "H", "vi")
    assert "The expected dossiers are an estimate by days." in why(done, "H", "en")


def test_pooled_start_of_a_small_agency():
    rows = [*THREE, row("H", "Xã ít hồ sơ", 1, 2, expected_2022Q3=2.0, expected_2022Q4=2.0)]
    done = run(rows, HALF, rules=[Rule(RuleKind.SMALL_VOLUME, "s", 30.0, treatment=Treatment.POOLED)])
    assert "Lấy 37,4 % (mức chung của các đơn vị cùng cấp) làm điểm xuất phát" in why(done, "H", "vi")
    assert "It starts from 37.4%, the common rate of its level" in why(done, "H", "en")


def test_rate_that_falls_by_volume_is_no_loss():
    """90 of 100 are online, but of 900 more only a tenth can be: (90 + 90) / 1000 = 18 % is the most."""
    rows = [row("A", "A", 90, 100, ceiling=0.1, expected_2022Q3=100.0, expected_2022Q4=800.0)]
    done = run(rows, {"2022Q4": 0.1})
    assert "Tỷ lệ lũy kế giảm do khối lượng hồ sơ tăng" in why(done, "A", "vi")
    assert "The cumulative rate falls because of the volume" in why(done, "A", "en")


def test_goal_met_and_path():
    done = run(THREE, HALF)
    assert how(done, "vi").startswith(
        "Hồ sơ trực tuyến, quý IV/2022: đạt mục tiêu 50 %, tính gộp các chỉ tiêu được 50,00 % (hiện 37,36 %). "
        "Muốn vậy, tính riêng hồ sơ phát sinh từ 15/06/2022 đến 31/12/2022, tỷ lệ phải đạt 65,8 %."
    )
    assert how(done, "en", "2022Q3").startswith("Dossiers online, Q3 2022: on the path;")


def test_goal_met_without_lift():
    assert "đạt mục tiêu 30 % mà không cần nâng thêm" in how(run(THREE, {"2022Q4": 0.3}), "vi")
    assert "the goal of 30% is met without any lift" in how(run(THREE, {"2022Q4": 0.3}), "en")


def test_infeasible_goal_leads_with_the_remedy():
    done = run(THREE, {"2022Q4": 0.6}, rules=[Rule(RuleKind.CAP, "cap", 0.5)])
    assert how(done, "vi") == (
        "Hồ sơ trực tuyến, quý IV/2022: để đạt, bỏ quy tắc “Mức trần 50 %”, nới mọi mức trần và bước tăng tối đa thêm "
        "14,78 điểm hoặc hạ mục tiêu xuống 50 %. Mức cao nhất có thể đạt là 50 %, thấp hơn mục tiêu 60 %, chủ yếu do "
        "Mức trần 50 % (lấy đi 15,20 điểm ở 2 đơn vị)."
    )
    assert how(done, "en") == (
        "Dossiers online, Q4 2022: to get there, drop the rule “Cap 50%”, relax every cap and largest step by "
        "14.78 points or lower the goal to 50%. The highest reachable value is 50%, below the goal of 60%, mostly "
        "because of Cap 50% (takes 15.20 points at 2 agencies)."
    )


def test_infeasible_by_the_figures_alone():
    done = run(THREE, {"2022Q4": 0.99})
    assert how(done, "vi").startswith("Hồ sơ trực tuyến, quý IV/2022: để đạt, hạ mục tiêu xuống 64,8 %")
    assert "The highest reachable value is 65.2%, below the goal of 99%." in how(done, "en")


def test_a_reachable_value_is_never_rounded_up_to_the_goal():
    """(284 + 600 + 50 + 2000) / 4500 = 65,2 %; a goal a hair above is not shown as equal to it."""
    done = run(THREE, {"2022Q4": 0.6520004}, rounding=Rounding(mode="none"))
    assert "Mức cao nhất có thể đạt là 65,2 %" in how(done, "vi")
    assert done.summary("online", "2022Q4").status == "infeasible"


def test_unreachable_by_method():
    rows = [row("A", "Sở Tư pháp", 0, 1000, **SOON), row("B", "Sở Y tế", 600, 1000, **SOON)]
    done = run(rows, HALF, method="proportional_growth")
    assert how(done, "vi").startswith(
        "Hồ sơ trực tuyến, quý IV/2022: để đạt, đổi sang phương pháp khác hoặc hạ mục tiêu xuống 38,5 %. "
        "Phương pháp “Cùng tốc độ tăng” chỉ lên tới 38,5 %"
    )
    assert "to get there, choose another method or lower the goal to 38.5%." in how(done, "en")


def test_short_by_rounding():
    rounding, rules = Rounding(levels=(0.5,)), [Rule(RuleKind.CAP, "cap", 0.6)]
    done = run([row("A", "A", 1, 3), row("B", "B", 1, 3)], {"2022Q4": 0.55}, basis=None, rounding=rounding, rules=rules)
    assert how(done, "vi") == (
        "Hồ sơ trực tuyến, quý IV/2022: để đạt, chọn bước làm tròn nhỏ hơn, làm tròn lên hoặc hạ mục tiêu xuống 50 %. "
        "Trước khi làm tròn đạt mục tiêu 55 %; sau làm tròn còn 50,00 %, thiếu 5,00 điểm."
    )
    assert how(done, "en").endswith("after it all targets together make 50.00%, 5.00 points short.")


@pytest.mark.parametrize("campaign", ["hau-giang-2022", "phu-tho-2026"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_of_the_shipped_campaigns_says_the_results_own_numbers(campaign: str, lang: str):
    for scenario in services.presets(campaign):
        done = services.run(campaign, scenario)
        named = services.labels(done, lang)
        for summary in (*done.summaries, *done.groups):
            assert goal_sentence(summary, done, named).endswith(".")
        for result in done.results.values():
            for period in done.plan.periods:
                for position in result.rows[:: 1 + len(result.rows) // 40]:
                    told = explain(done, done.figures.codes[position], result.id, period.id)
                    _says_its_numbers(told, target_sentence(told, done, named), date(period.end, lang), lang)


def _says_its_numbers(told: Any, sentence: str, end: str, lang: str) -> None:
    assert sentence.endswith(".")
    assert "{" not in sentence
    if told.status in (TargetStatus.EXEMPT, TargetStatus.MISSING):
        assert math.isnan(told.target)
        return
    assert share(told.target, lang, trim=True) in sentence
    assert end in sentence
    if not math.isnan(told.current):
        assert share(told.current, lang, trim=True) in sentence
    if told.to_do > 0:
        assert number(told.to_do, lang) in sentence


def test_labels_name_what_is_known_and_show_what_is_not():
    done = run(THREE, HALF, rules=[Rule(RuleKind.MAX_STEP, "step", 0.05, where=Where(levels=("district", "commune")))])
    vi, en = (labels(done, lang) for lang in LANGUAGES)
    assert vi.by("step").replace("\u00a0", " ") == "Bước tăng tối đa 5 điểm (cấp huyện và cấp xã)"
    assert en.by("step").replace("\u00a0", " ") == "Largest step 5 points (district and commune)"
    assert (vi.by("physical"), en.by("physical")) == ("giới hạn của số liệu", "the limit of the figures")
    assert vi.by("no-such-rule") == "no-such-rule"
    assert vi.agency("Z") == "Z"
