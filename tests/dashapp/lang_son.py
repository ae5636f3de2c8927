"""Lạng Sơn's Decision 1045/QĐ-UBND of 21/06/2022: 16 departments and 11 districts; no counts were published.

The eight departments that the press did not name are called by a number; the counts are made up.
"""

from __future__ import annotations

from datetime import date

import numpy as np

import scenarios
from dashapp.services import importing
from dashapp.services.rights import Actor
from data.store import Store
from data.store.records import Agency, Indicator

CAMPAIGN = "lang-son-2022"
PERIOD = "2022Q4"
NAMED = {
    "Sở Thông tin và Truyền thông": 90,
    "Sở Công Thương": 90,
    "Sở Giao thông vận tải": 90,
    "Sở Văn hóa, Thể thao và Du lịch": 90,
    "Sở Nội vụ": 80,
    "Sở Nông nghiệp và Phát triển nông thôn": 70,
    "Sở Xây dựng": 70,
    "Sở Tài nguyên và Môi trường": 60,
}
DISTRICTS = (
    "UBND TP Lạng Sơn", "UBND huyện Bắc Sơn", "UBND huyện Bình Gia", "UBND huyện Cao Lộc", "UBND huyện Chi Lăng",
    "UBND huyện Văn Quan", "UBND huyện Hữu Lũng", "UBND huyện Lộc Bình", "UBND huyện Tràng Định",
    "UBND huyện Văn Lãng", "UBND huyện Đình Lập",
)  # fmt: skip
ONLINE = {**NAMED, **{f"Sở, ban, ngành khác số {at}": 50 for at in range(1, 9)}, **dict.fromkeys(DISTRICTS, 50)}
"""Name -> percent of dossiers handled online."""
ACTIVE = 80
"""Percent of services with an online dossier, the same for all."""
SCENARIO = f"""name = {{vi = "Lạng Sơn", en = "Lạng Sơn"}}
as_of = 2022-06-15
[[periods]]
id = "{PERIOD}"
end = 2022-12-31
[indicators.active]
goals = {{{PERIOD} = "80%"}}
method = "equal_target"
[indicators.online]
goals = {{{PERIOD} = "50%"}}
method = "equal_target"
"""


def agencies() -> list[Agency]:
    """The 27 bodies in the order of the Decision, with codes of ours."""
    found = []
    for at, name in enumerate(ONLINE, 1):
        level = "district" if name in DISTRICTS else "province"
        found.append(Agency(CAMPAIGN, f"LS{at:02d}", name, level))
    return found


def build(store: Store, actor: Actor) -> None:
    """The campaign in a store, with figures that make every target reachable."""
    base = scenarios.loads(SCENARIO)
    with store.work("system") as work:
        name = {"vi": "Lạng Sơn: chỉ tiêu năm 2022", "en": "Lạng Sơn: targets of 2022"}
        source = {"vi": "Quyết định 1045/QĐ-UBND", "en": "Decision 1045/QĐ-UBND"}
        work.campaigns.add(
            CAMPAIGN, name=name, as_of=date(2022, 6, 15), illustrative=True, source=source,
            base_scenario=f"{CAMPAIGN}/base",
        )  # fmt: skip
        work.agencies.add(CAMPAIGN, agencies())
        for id in ("active", "online"):
            one = scenarios.indicators()[id]
            text = [dict(part) for part in (one.name, one.short, one.unit, one.definition)]
            work.indicators.add(CAMPAIGN, [Indicator(CAMPAIGN, id, str(one.kind), *text, one.legal_basis)])
        document = {**scenarios.plain(base.document), "id": f"{CAMPAIGN}/base"}
        work.scenarios.add(CAMPAIGN, "base", name=dict(base.name), document=document, sha256=base.sha256, shared=True)
    rng = np.random.default_rng(1045)
    lines = [f"agency,name,level,parent,indicator,numerator,denominator,expected_{PERIOD}"]
    for one in agencies():
        whole, services = int(rng.integers(100, 3000)), int(rng.integers(20, 120))
        counts = {
            "online": (int(whole * rng.uniform(0.02, 0.2)), whole, 40 * whole),
            "active": (int(services * rng.uniform(0.1, 0.6)), services, ""),
        }
        for id, (numerator, denominator, expected) in counts.items():
            lines.append(f'{one.code},"{one.name}",{one.level},,{id},{numerator},{denominator},{expected}')
    file = "\n".join(lines).encode()
    preview = importing.check(store, actor, CAMPAIGN, file, "so-lieu.csv")
    assert preview.token is not None, preview.reading.problems
    importing.accept(store, actor, CAMPAIGN, file, "so-lieu.csv", token=preview.token)


def appendix() -> bytes:
    """The Decision's table as it was issued: agencies side by side with both indicators."""
    lines = [
        "TT;Cơ quan, đơn vị;Tỷ lệ DVCTT phát sinh hồ sơ;Tỷ lệ hồ sơ xử lý trực tuyến;Ghi chú",
        "I;Các sở, ban, ngành;;;",
    ]
    lines += [f"{at};{name};{ACTIVE} %;{percent} %;" for at, (name, percent) in enumerate(ONLINE.items(), 1)]
    return "\n".join(lines).encode()


def issued() -> bytes:
    """The Decision's table as staff would type it: agencies by their names, Vietnamese headers."""
    lines = ["Cơ quan, đơn vị;Chỉ số;Kỳ;Chỉ tiêu giao"]
    for name, percent in ONLINE.items():
        lines += [f"{name};online;{PERIOD};{percent} %", f"{name};active;{PERIOD};{ACTIVE} %"]
    return "\n".join(lines).encode()
