"""Levers, values and refusals of sweeps in the words of people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashapp import messages
from dashapp.i18n import has, number, share, t
from dashapp.i18n import period as period_name
from dashapp.kept_messages import of_service
from dashapp.labels import Labels
from dashapp.services import indicator_words
from dashapp.services.database import StoreError
from dashapp.services.refused import ServiceError
from dashapp.services.sweep_offers import Topic
from engine import FiguresError, PlanError
from scenarios import ScenarioError

_ASSUMED: Mapping[str, Topic] = MappingProxyType(
    {
        "assumptions.delivery.mean": Topic.DELIVERY,
        "assumptions.volume_spread": Topic.VOLUME_SPREAD,
        "assumptions.growth": Topic.GROWTH,
    }
)


def topic(key: str) -> Topic | None:
    """What a lever's key is about; None for a key that only files know."""
    parts = key.split(".")
    if key in _ASSUMED:
        return _ASSUMED[key]
    if parts[0] == "measures" and parts[-1] == "effect":
        return Topic.MEASURE
    if parts[0] == "rules" and len(parts) == 3:
        return Topic.RULE
    if parts[0] == "indicators" and len(parts) >= 3:
        return {"goals": Topic.GOAL, "method": Topic.METHOD, "pace": Topic.PACE}.get(parts[2])
    return None


def lever(key: str, labels: Labels) -> str:
    """A lever as people call it; its key where they have no name for it."""
    lang, parts, about = labels.lang, key.split("."), topic(key)
    match about:
        case None:
            return key
        case Topic.GOAL:
            return t("ahead_sweep.lever.goal", lang, period=period_name(parts[3], lang))
        case Topic.MEASURE:
            return t("ahead_sweep.lever.measure", lang, measure=labels.measure(parts[1]))
        case Topic.RULE:
            return _rule(parts[1], labels)
    return t(f"ahead_sweep.lever.{about}", lang)


def _rule(id: str, labels: Labels) -> str:
    rule = labels.rules.get(id)
    if rule is None:
        return id
    name, where = t(f"terms.rule.{rule.kind}.name", labels.lang), labels.where(rule.where)
    return f"{name} ({where})" if where else name


def value(key: str, found: Any, lang: str) -> str:
    """A lever's value as people write it."""
    about = topic(key)
    if about in (Topic.METHOD, Topic.PACE):
        text = f"terms.method.{found}.name" if about is Topic.METHOD else f"terms.pace.{found}"
        return t(text, lang) if has(text, lang) else str(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return str(found)
    if about in (None, Topic.MEASURE):
        return number(found, lang, 2, trim=True)
    return share(found, lang, 1, trim=True)


def setting(key: str, found: Any, labels: Labels) -> str:
    """``Mục tiêu quý IV/2022: 54,2 %``."""
    said = {"lever": lever(key, labels), "value": value(key, found, labels.lang)}
    return t("ahead_sweep.setting", labels.lang, **said)


def fault(told: Mapping[str, Any], labels: Labels) -> str:
    """Why a sweep failed, as it was written down."""
    lang, by, code, details = labels.lang, told["by"], told["code"], told["details"]
    match by:
        case "figures" | "plan":
            refused = FiguresError(code, **details) if by == "figures" else PlanError(code, **details)
            return messages.of_engine(refused, labels, lang)
        case "scenario":
            one = ScenarioError(code, None, None, told.get("path", ""), **details)
            return messages.of_scenario(one, indicator_words(lang), lang)
        case "cluster":
            return t(f"errors.cluster.{code}", lang, **details)
        case "service":
            return of_service(ServiceError(code, **details), lang)
        case "store":
            return of_service(StoreError(code, **details), lang)
    return t(f"ahead_sweep.fault.{by}", lang, **details)
