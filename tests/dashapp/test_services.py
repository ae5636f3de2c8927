"""Services are pure readings: equal questions, one immutable answer, whoever asks and however often at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from dashapp import services
from dashapp.i18n import LANGUAGES
from engine import Figures, PlanError
from scenarios import ScenarioErrors

CAMPAIGN = "phu-tho-2026"


def test_campaigns_and_their_presets():
    ids = [one.id for one in services.campaigns()]
    assert ids == ["hau-giang-2022", "national-2022", "phu-tho-2026"]
    hau_giang = services.presets("hau-giang-2022")
    assert len(hau_giang) >= 9  # the base and at least eight more
    for one in hau_giang:
        for lang in LANGUAGES:
            assert one.name[lang]
            assert one.note[lang]
    with pytest.raises(ScenarioErrors):
        services.campaign("hau-giang")


def test_equal_questions_share_one_answer():
    base = services.scenario(f"{CAMPAIGN}/base")
    first = services.run(CAMPAIGN, base)
    shuffled = services.figures(CAMPAIGN).frame.sample(frac=1.0, random_state=1)
    assert services.run(Figures.from_frame(shuffled), base) is first
    moved = services.scenario(f"{CAMPAIGN}/base", {"indicators": {"paid_online": {"goals": {"2026Q4": 0.92}}}})
    other = services.run(CAMPAIGN, moved)
    assert other is not first
    assert other.summary("paid_online", "2026Q4").goal == 0.92
    assert services.run(CAMPAIGN, base) is first
    back = services.scenario(f"{CAMPAIGN}/base", {"indicators": {"paid_online": {"goals": {"2026Q4": "90%"}}}})
    assert services.run(CAMPAIGN, back).summary("paid_online", "2026Q4").goal == 0.9


def test_other_figures_are_another_question():
    base = services.scenario(f"{CAMPAIGN}/base")
    frame = services.figures(CAMPAIGN).frame.copy()
    frame.loc[frame["denominator"] > 1000, "numerator"] -= 1
    assert services.run(Figures.from_frame(frame), base) is not services.run(CAMPAIGN, base)


def test_many_users_at_once_get_their_own_answer():
    goals = [0.86 + step / 100 for step in range(8)]

    def ask(goal: float) -> tuple[float, float]:
        changes = {"indicators": {"paid_online": {"goals": {"2026Q4": goal}}}}
        done = services.run(CAMPAIGN, services.scenario(f"{CAMPAIGN}/base", changes))
        return goal, done.summary("paid_online", "2026Q4").goal or 0.0

    with ThreadPoolExecutor(8) as pool:
        for asked, got in pool.map(ask, goals * 4):
            assert asked == got


def test_answers_cannot_be_changed():
    done = services.run(CAMPAIGN, services.scenario(f"{CAMPAIGN}/base"))
    with pytest.raises(TypeError):
        done.results["x"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        done.summaries = ()  # type: ignore[misc]


def test_unknown_agency_names_the_nearest():
    done = services.run(CAMPAIGN, services.scenario(f"{CAMPAIGN}/base"))
    for asked in ("h44.7", "Sở Công thương"):
        with pytest.raises(PlanError) as refused:
            services.explain(done, asked, "paid_online", "2026Q4")
        assert refused.value.details["nearest"] == "H44.07"


def test_illustrative_figures_stay_illustrative_when_a_few_cells_change():
    scenario = services.scenario("hau-giang-2022/base")
    shipped = services.figures("hau-giang-2022")
    assert services.is_illustrative(shipped, scenario)
    frame = shipped.frame.copy()
    rows = frame["denominator"] > 0
    frame.loc[frame[rows].index[:20], "denominator"] += 1
    assert services.is_illustrative(Figures.from_frame(frame), scenario)
    own = shipped.frame.copy()
    own["denominator"] += 1
    assert not services.is_illustrative(Figures.from_frame(own), scenario)
    assert not services.is_illustrative(services.figures(CAMPAIGN), services.scenario(f"{CAMPAIGN}/base"))


def test_a_users_scenario_is_not_bound_to_the_campaigns_agencies(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('extends = "phu-tho-2026/base"\n', encoding="utf-8")
    own = services.load_scenario(str(path))
    assert services.known_for(own).agencies == ()
    assert services.known_for(own).periods == ("2026Q3", "2026Q4")
    copy = tmp_path / "base.toml"
    copy.write_text('id = "phu-tho-2026/base"\nextends = "phu-tho-2026/base"\n', encoding="utf-8")
    assert services.known_for(services.load_scenario(str(copy))).agencies == ()
    assert len(services.known_for(services.scenario(f"{CAMPAIGN}/base")).agencies) == 163
    assert services.campaign_of(own) is services.campaign(CAMPAIGN)


def test_compare_uses_the_same_answers():
    several = services.presets("hau-giang-2022")[:3]
    comparison = services.compare("hau-giang-2022", several)
    assert [column.scenario for column in comparison.columns] == list(several)
    assert comparison.columns[1].allocation is services.run("hau-giang-2022", several[1])


def test_read_figures_refuses_with_every_problem():
    table = pd.DataFrame(
        {
            "agency": ["A", "B"],
            "name": ["A", "B"],
            "level": ["province", "x"],
            "parent": ["", ""],
            "indicator": ["online", "online"],
            "numerator": [5, 7],
            "denominator": [4, 8],
        }
    )
    with pytest.raises(services.FileRefusedError) as refused:
        services.read_figures(table.to_csv(index=False).encode(), "x.csv")
    assert {one.code for one in refused.value.reading.errors} == {"numerator_above_denominator", "unknown_level"}
    assert refused.value.filename == "x.csv"
