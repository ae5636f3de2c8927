"""Pure calculation: figures and a plan in, every agency's targets out. No I/O, no clock, no language of people."""

from engine.allocation import (
    Allocation,
    Binding,
    Diagnosis,
    GoalStatus,
    IndicatorResult,
    Note,
    Step,
    Summary,
    TargetStatus,
)
from engine.alternatives import (
    Absorbed,
    RuleCost,
    UnderMethod,
    absorbed,
    rule_costs,
    under_each_method,
)
from engine.burden import Fairness, fairness, gini
from engine.errors import EngineError, FiguresError, PlanError
from engine.figures import Figures
from engine.methods import METHODS, Method
from engine.plan import (
    Assumptions,
    Basis,
    IndicatorPlan,
    Kind,
    Level,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    StartRate,
    Toward,
    Treatment,
    Where,
)
from engine.rules import RULES, RuleInfo
from engine.run import allocate
from engine.solver import Linear, SCurve, least_lift
from engine.trace import Explanation, TraceStep, explain, is_rule

ENGINE_VERSION = "1.0.0"
"""Changes whenever equal input could give other targets."""

__all__ = [
    "ENGINE_VERSION",
    "METHODS",
    "RULES",
    "Absorbed",
    "Allocation",
    "Assumptions",
    "Basis",
    "Binding",
    "Diagnosis",
    "EngineError",
    "Explanation",
    "Fairness",
    "Figures",
    "FiguresError",
    "GoalStatus",
    "IndicatorPlan",
    "IndicatorResult",
    "Kind",
    "Level",
    "Linear",
    "Method",
    "MethodChoice",
    "Note",
    "Pace",
    "Period",
    "Plan",
    "PlanError",
    "Rounding",
    "RoundingMode",
    "Rule",
    "RuleCost",
    "RuleInfo",
    "RuleKind",
    "SCurve",
    "StartRate",
    "Step",
    "Summary",
    "TargetStatus",
    "Toward",
    "TraceStep",
    "Treatment",
    "UnderMethod",
    "Where",
    "absorbed",
    "allocate",
    "explain",
    "fairness",
    "gini",
    "is_rule",
    "least_lift",
    "rule_costs",
    "under_each_method",
]
