"""The parts that all screens share: colours, charts with their twins, cards, definitions."""

from __future__ import annotations

import datetime
import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dash.development.base_component import Component

from dashapp.charts import base
from dashapp.i18n import LANGUAGES
from dashapp.views import parts
from scenarios import indicators
from tests.dashapp.reading import parts_of

TWIN = base.Twin(("Cơ quan", "Hiện nay"), (("Sở Y tế", "52,5\u00a0%"), ("Sở Tư pháp", "–")), (1,), "Hiện trạng")

# Machado, Oliveira & Fernandes 2009: how people see who lack one kind of cone (severity 1), on linear RGB
SIGHTS = {
    "all three": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TOLD_APART = 20.0
"""CIE76 distance between two colours that nobody takes for each other, even as small points."""


def seen(colour: str, sight: str) -> Any:
    """A colour as somebody sees it, in CIE Lab."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    white = np.array([0.9505, 1.0, 1.089])
    x, y, z = np.cbrt(np.maximum(to_xyz @ np.clip(SIGHTS[sight] @ linear, 0, 1) / white, 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS)
def test_series_are_told_apart_whatever_one_sees(sight):
    for one, other in combinations(base.SERIES, 2):
        assert np.linalg.norm(seen(one, sight) - seen(other, sight)) >= TOLD_APART, (one, other)


@pytest.mark.parametrize("sight", SIGHTS)
def test_marks_on_one_chart_are_told_apart_whatever_one_sees(sight):
    """What pushes a target up and what stops it; they point in opposite directions as well."""
    assert np.linalg.norm(seen(base.UPPER, sight) - seen(base.LOWER, sight)) >= TOLD_APART / 2


def test_points_and_lines_stand_out_and_text_is_readable():
    for colour in (*base.SERIES, base.TARGET, base.UPPER, base.LOWER, base.PINNED, base.OTHER, base.NOW):
        assert base.contrast(colour, base.SURFACE) >= 3, colour
    for colour in (base.INK, base.QUIET, base.TARGET, base.UPPER, base.LOWER, base.OTHER):
        assert base.contrast(colour, base.SURFACE) >= 4.5, colour


def test_each_series_has_its_own_colour_and_symbol():
    assert len(set(base.SERIES)) == len(set(base.SYMBOLS)) == 4


def test_shades_deepen_and_carry_text():
    assert [base.shade(value) for value in (-1, 0, 0.5, 1, 7)] == [
        base.SHADES[at] for at in (0, 0, 4, len(base.SHADES) - 1, len(base.SHADES) - 1)
    ]
    depth = [base.contrast(one, base.SURFACE) for one in base.SHADES]
    assert depth == sorted(depth)
    for one in base.SHADES:
        assert base.contrast(one, base.ink_on(one)) >= 4.5, one


def test_no_two_colours_of_the_palette_with_different_dark_twins_look_alike_in_the_style():
    """A selector matches by value: one value has one meaning."""
    shared = {base.palette()["target"], base.palette()["series-1"]}
    values = [value for value in base.palette().values() if value not in shared]
    assert len(values) == len(set(values))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_graph_has_buttons_of_its_own_or_sends_anything(lang):
    config = base.config(lang, "chitieu")
    assert config["displayModeBar"] is False
    assert config["displaylogo"] is False
    assert config["showSendToCloud"] is False
    assert config["showEditInChartStudio"] is False
    assert config["plotlyServerURL"] == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chart_has_its_twin_and_pictures(lang):
    figure = {"data": [], "layout": base.layout(lang, 200)}
    made = parts.chart_panel(
        "chart", "Hiện trạng", figure, TWIN, lang, "chitieu-x", legend=[parts.legend_key("now", "x")]
    )
    there = {one.id: one for one in parts_of(made) if getattr(one, "id", None)}
    assert {"chart", "chart-frame", "chart-legend", "chart-twin", "chart-panel-title"} <= set(there)
    assert there["chart-frame"].tabIndex == "0"
    assert there["chart-twin"].hidden is True
    buttons = [one for one in parts_of(made) if type(one).__name__ == "Button"]
    assert [getattr(one, "data-save", "twin") for one in buttons] == ["twin", "png", "svg"]
    assert getattr(buttons[0], "aria-controls") == "chart-twin"
    assert getattr(buttons[0], "aria-expanded") == "false"
    for button in buttons[1:]:
        assert getattr(button, "data-save-of") == "chart"
        assert getattr(button, "data-save-as") == "chitieu-x"
    for button in buttons:
        own, title = getattr(button, "aria-labelledby").split()
        assert (own, title) == (button.id, "chart-panel-title")
        assert texts_of(button)


def test_a_twin_carries_every_cell():
    said = json.loads(getattr(parts.twin_table(TWIN), "data-twin"))
    assert said == {
        "heads": ["Cơ quan", "Hiện nay"],
        "rows": [["Sở Y tế", "52,5\u00a0%"], ["Sở Tư pháp", "–"]],
        "right": [1],
        "caption": "Hiện trạng",
    }


def texts_of(component: Any) -> list[str]:
    """Every text in a component, in the order it is read."""
    if isinstance(component, list | tuple):
        return [text for one in component for text in texts_of(one)]
    if isinstance(component, Component):
        return texts_of(getattr(component, "children", None))
    return [] if component is None else [str(component)]


def classes_of(component: Component) -> list[str]:
    return [str(getattr(one, "className", "")) for one in parts_of(component)]


def test_a_card_says_what_it_is_before_the_figure_and_a_tone_has_a_sign():
    for tone, sign in (("good", "icon-check"), ("bad", "icon-warning")):
        made = parts.card("Toàn tỉnh đạt", "52,5\u00a0%", "mục tiêu 50\u00a0%", tone=tone)
        assert texts_of(made) == ["Toàn tỉnh đạt", "52,5\u00a0%", "mục tiêu 50\u00a0%"]
        assert any(sign in one for one in classes_of(made))
    assert not any("icon" in one for one in classes_of(parts.card("a", "b")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_definition_names_its_figure_and_leaves_out_what_is_not_known(lang):
    about = indicators()["online"]
    made = parts.indicator_definition(about, lang, date=datetime.date(2022, 6, 15), counts=("2.000", "10.000"))
    summary = next(one for one in parts_of(made) if type(one).__name__ == "Summary")
    assert about.name[lang] in getattr(summary, "aria-label")
    said = texts_of(made)
    assert f"{about.numerator[lang]}: 2.000" in said
    assert about.legal_basis in said
    assert about.definition[lang] in said
    assert {"vi": "15/06/2022", "en": "15 Jun 2022"}[lang] in said
    kinds = [type(one).__name__ for one in parts_of(made)]
    assert kinds.count("Dt") == kinds.count("Dd") == 4  # no source was given


def test_states_say_what_happened_and_how_to_go_on():
    way = parts.action("Mở", "/")
    assert texts_of(parts.empty("Chưa có gì", "Hãy tạo.", way)) == ["Chưa có gì", "Hãy tạo.", "Mở"]
    wrong = parts.error("Không được", "Vì thế.", [way])
    assert texts_of(wrong) == ["Không được", "Vì thế.", "Mở"]
    assert wrong.role == "alert"
    assert parts.skeleton("vi").role == "status"
    assert texts_of(parts.badge("Đang dùng", "good", "check")) == ["Đang dùng"]


# --- the style sheets ------------------------------------------------------------------------------------------------
CSS = Path(base.__file__).parents[1] / "assets/css"
OWN = sorted(path for path in CSS.glob("*.css") if path.name not in ("00-bootstrap.min.css", "10-fonts.css"))
DARK = '[data-bs-theme="dark"] .js-plotly-plot '
LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
SURFACE_TEXT = ("ink", "ink-2", "ink-3", "brand", "brand-dark", "upper", "lower", "good", "pinned", "danger")


def variables(sheet: str, dark: bool) -> dict[str, str]:
    """Custom properties of a sheet in one theme, name without dashes -> value."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / sheet).read_text(encoding="utf-8"), flags=re.DOTALL)
    head = r'\n  \[data-bs-theme="dark"\] \{' if dark else r"(?:^|\n):root \{"
    found: dict[str, str] = {}
    for block in re.findall(head + r"([^}]*)\}", text):
        found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))
    return found


def as_plotly_writes(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_every_colour_of_a_chart_has_its_dark_twin():
    sheet = (CSS / "40-charts.css").read_text(encoding="utf-8")
    light, dark = variables("40-charts.css", dark=False), variables("40-charts.css", dark=True)
    names = {f"chart-{name}" for name in base.palette()}
    assert set(light) == set(dark) == names
    for name, colour in base.palette().items():
        assert light[f"chart-{name}"] == colour
        assert dark[f"chart-{name}"] != colour
        written = as_plotly_writes(colour)
        for part in ("fill", "stroke"):
            rule = re.search(
                re.escape(f'{DARK}[style*="{part}: {written}"] {{ {part}: var(--chart-') + r"([\w-]+)\) !important; \}",
                sheet,
            )
            assert rule, (name, part)
            assert dark[f"chart-{rule[1]}"] == dark[f"chart-{name}"], (name, part)
    assert sheet.index("@media screen") < sheet.index(DARK), "what is printed stays light"


def test_a_dark_chart_reads_as_the_light_one_does():
    dark = {name.removeprefix("chart-"): value for name, value in variables("40-charts.css", dark=True).items()}
    for name in ("ink", "quiet", "target", "upper", "lower", "other"):
        assert base.contrast(dark[name], dark["surface"]) >= 4.5, name
    for name in ("now", "middle", "pinned", *(f"series-{at}" for at in range(1, 5))):
        assert base.contrast(dark[name], dark["surface"]) >= 3, name
    for at, shade in enumerate(base.SHADES):
        ink = "on-pale" if base.ink_on(shade) == base.ON_PALE else "on-deep"
        assert base.contrast(dark[f"shade-{at}"], dark[ink]) >= 4.5, at
    bright = [base.contrast(dark[f"shade-{at}"], dark["surface"]) for at in range(len(base.SHADES))]
    assert bright == sorted(bright)
    for sight in SIGHTS:
        for one, other in combinations([dark[f"series-{at}"] for at in range(1, 5)], 2):
            assert np.linalg.norm(seen(one, sight) - seen(other, sight)) >= TOLD_APART, (sight, one, other)


def test_shades_of_cells_are_those_of_charts():
    sheet = (CSS / "40-charts.css").read_text(encoding="utf-8")
    for at, shade in enumerate(base.SHADES):
        ink = "on-pale" if base.ink_on(shade) == base.ON_PALE else "on-deep"
        assert f".shade-{at} {{ background-color: var(--chart-shade-{at}); color: var(--chart-{ink}); }}" in sheet


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_on_every_ground_of_a_theme(dark: bool):
    theme = variables("20-theme.css", dark=False) | (variables("20-theme.css", dark=True) if dark else {})
    for ground in ("page", "surface", "sunken", "raised", "head", "stripe", "hover"):
        for ink in SURFACE_TEXT:
            assert base.contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    pairs = [("upper", "upper-weak"), ("lower", "lower-weak"), ("good", "good-weak"), ("pinned", "pinned-weak")]
    pairs += [
        ("danger", "danger-weak"),
        ("caution", "caution-weak"),
        ("on-solid", "solid"),
        ("on-solid", "solid-hover"),
    ]
    pairs += [("ink", "chosen"), ("ink-2", "chosen"), ("brand-dark", "brand-weak"), ("ink-2", "upper-weak")]
    pairs += [("bar-ink", "bar"), ("bar-ink-2", "bar")]
    for ink, ground in pairs:
        assert base.contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    for ground in ("page", "surface"):
        assert base.contrast(theme["focus"], theme[ground]) >= 3
        assert base.contrast(theme["control"], theme[ground]) >= 3
    assert base.contrast(theme["bar-mark"], theme["bar"]) >= 3


def test_both_themes_name_the_same_colours():
    light, dark = variables("20-theme.css", dark=False), variables("20-theme.css", dark=True)
    coloured = {name for name, value in light.items() if LITERAL.search(value) and not name.startswith("bs-")}
    same_in_both = {"bar-ink", "bar-ink-2", "bar-hover", "bar-mark"}
    assert coloured - set(dark) == same_in_both
    assert set(dark) - set(light) == set()


def test_colours_stand_in_variables_alone():
    """A colour written elsewhere would stay as it is in the dark."""
    for path in OWN:
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for line in text.splitlines():
            plain = re.sub(r"--[\w-]+:[^;]*;|\[style\*=\"[^\"]*\"\]", "", line)
            if path.name != "90-print.css":
                assert not LITERAL.search(plain), f"{path.name}: {line.strip()}"


def test_nothing_is_smaller_than_twelve_pixels():
    for path in OWN:
        if path.name == "90-print.css":
            continue
        for value, unit in re.findall(r"font-size:\s*(\.?\d[\d.]*)(rem|px)", path.read_text(encoding="utf-8")):
            assert value == "0" or float(value) * (16 if unit == "rem" else 1) >= 12, f"{path.name}: {value}{unit}"


def test_every_icon_has_its_shape():
    named = re.findall(
        r'\.icon-[\w-]+ \{ --shape: url\("\.\./icons/([\w-]+\.svg)"\); \}', (CSS / "20-theme.css").read_text()
    )
    assert named
    assert [name for name in named if not (CSS.parent / "icons" / name).is_file()] == []
