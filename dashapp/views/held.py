"""What holds an agency's last target where it is, as a mark and in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER, HELD
from dashapp.i18n import t
from dashapp.views.shown import Shown
from engine import TargetStatus

MARKS: Mapping[str, str] = MappingProxyType(
    {TargetStatus.AT_LOWER: AT_LOWER, TargetStatus.AT_UPPER: AT_UPPER, TargetStatus.PINNED: HELD}
)
"""Status of a target -> its mark in charts; the method alone has none."""


def held_by(shown: Shown, row: int) -> str:
    """What decided the last target where it was not the method alone, and what about it is assumed."""
    if row not in shown.holders:
        shown.holders[row] = _said(shown, row)
    return shown.holders[row]


def _said(shown: Shown, row: int) -> str:
    result, lang, labels = shown.result, shown.lang, shown.labels
    parts = []
    match result.status[-1, row]:
        case TargetStatus.AT_LOWER:
            parts.append(t("web.held.lower", lang, rule=labels.by(result.lower_by[-1, row])))
        case TargetStatus.AT_UPPER:
            parts.append(t("web.held.upper", lang, rule=labels.by(result.upper_by[-1, row])))
        case TargetStatus.PINNED:
            parts.append(t("terms.target_status.pinned", lang))
        case TargetStatus.EXEMPT:
            reason = labels.reason(str(result.reason[-1, row]))
            parts.append(t("web.held.exempt", lang, reason=reason))
        case TargetStatus.MISSING:
            parts.append(t("terms.target_status.missing", lang))
    flags = [
        name
        for name, flag in (
            ("off_grid", result.off_grid[-1, row]),
            ("volume_assumed", result.expected_assumed[-1, row]),
            ("start_assumed", result.start_assumed[row]),
        )
        if flag and not math.isnan(result.target[-1, row])
    ]
    parts += [t(f"web.flag.{name}", lang) for name in flags]
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]
