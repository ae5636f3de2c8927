"""What stands in every Decision of a campaign: as shipped, as it was changed, and handed on to the next campaign."""

from __future__ import annotations

from datetime import date

import pytest

from dashapp.services import beginning, letterheads, operations, provision
from dashapp.services.letterheads import LONGEST_LINE, MOST_LINES
from dashapp.services.refused import ConflictError, RefusedError
from data.export import Letterhead
from data.store import Store
from tests.dashapp.services.conftest import Begun
from tests.dashapp.services.world import LAN, ROOT, THU, VY


def version(store: Store) -> int:
    return next(one.version for one in provision.campaigns(store, ROOT) if one.id == THU)


def test_a_shipped_campaign_has_its_own_and_another_none(store: Store, begun: Begun):
    assert letterheads.shipped("hau-giang-2022").place == "Hậu Giang"
    assert letterheads.of(store, VY, THU) == Letterhead()


def test_what_was_filled_in_is_kept_and_told(store: Store, begun: Begun):
    fields = {"place": " Hậu Giang ", "signing": "TM. ỦY BAN NHÂN DÂN\r\n\r\nCHỦ TỊCH\n"}
    letterheads.change(store, ROOT, THU, fields, version=version(store))
    head = letterheads.of(store, LAN, THU)
    assert (head.place, head.signing, head.mark) == ("Hậu Giang", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "")
    letterheads.change(store, ROOT, THU, {"mark": "QĐ-UBND"}, version=version(store))
    assert letterheads.of(store, LAN, THU).place == "Hậu Giang"
    entry = operations.read_log(store, ROOT)[-1]
    assert (entry.action, entry.before["mark"], entry.after["mark"]) == ("campaign.letterhead", "", "QĐ-UBND")


def test_who_was_slower_and_what_is_too_long_are_refused(store: Store, begun: Begun):
    seen = version(store)
    letterheads.change(store, ROOT, THU, {"place": "A"}, version=seen)
    with pytest.raises(ConflictError):
        letterheads.change(store, ROOT, THU, {"place": "B"}, version=seen)
    for fields, code in (
        ({"place": "A"}, "nothing_new"),
        ({"place": "x" * (LONGEST_LINE + 1)}, "line_too_long"),
        ({"recipients": "x\n" * (MOST_LINES + 1)}, "too_many_lines"),
    ):
        with pytest.raises(RefusedError) as refused:
            letterheads.change(store, ROOT, THU, fields, version=version(store))
        assert refused.value.code == code
    assert letterheads.of(store, LAN, THU).place == "A"


def test_the_next_campaign_begins_with_it(store: Store, begun: Begun):
    letterheads.change(store, ROOT, THU, {"place": "Hậu Giang"}, version=version(store))
    beginning.begin_campaign(store, ROOT, THU, "sau", name={"vi": "Sau", "en": "Next"}, as_of=date(2023, 6, 15))
    assert letterheads.of(store, LAN, "sau").place == "Hậu Giang"
