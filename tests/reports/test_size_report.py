"""A plan as text, as a drawing and as a page, each looked at in a real browser where people will."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from arena.planning.size import Circumstances, size_rate
from arena.records.plans import CriterionSize, SizePlan
from arena.reports.power_curve import draw
from browser import chromium
from reported import on, reported

RATE = size_rate(0.60, 0.05, Circumstances(per_day=210, share=0.5))
HOSTILE = "csat</td><script>alert(1)</script>\x1b[31m\u202e"
CRITERIA = (
    CriterionSize(
        criterion="win_rate above 50%",
        role="primary",
        cases=64,
        at_best=6,
        power=0.97,
        assumed="win rate 65%, 30% tied",
    ),
    CriterionSize(
        criterion=HOSTILE, role="guardrail", cases=104, at_best=36, power=0.83, assumed="no case changes", drives=True
    ),
)
DUEL = SizePlan(
    schema_version=1,
    kind="size",
    unit="cases",
    per_arm={"cases": 112},
    total=112,
    formula="duel",
    inputs={"win_rate": 0.65, "power": 0.8, "from_run": HOSTILE, "clusters": None},
    power=0.802,
    days=None,
    weeks=None,
    power_curve=((28, 0.0), (56, 0.23), (84, 0.58), (112, 0.802), (168, 0.95), (224, 0.99)),
    notes=(HOSTILE,),
    criteria=CRITERIA,
)
NEVER = replace(
    DUEL,
    total=None,
    per_arm={"cases": None},
    power=None,
    power_curve=(),
    criteria=(replace(CRITERIA[0], cases=None, power=None, reason="no number of cases could prove it"),),
    reason="win_rate above 50%: no number of cases could prove it",
)


def test_text_keeps_to_its_columns_and_to_itself() -> None:
    """No line is too long, no control character gets through, the plan and what drives it are marked."""
    for width in (40, 80, 120):
        text = reported(DUEL, "text", page=on(width))
        assert max(map(len, text.splitlines())) <= width
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "← the plan" in text
        assert "← needs" in text


def test_a_plan_that_there_is_not_says_why() -> None:
    """In every format, without a curve."""
    assert reported(NEVER, "text").startswith("No number of cases proves it: win_rate above 50%: no number")
    assert "cannot be proved" in reported(NEVER, "text")
    assert json.loads(reported(NEVER, "json"))["total"] is None
    assert "No number of cases" in reported(NEVER, "svg")
    assert "<figure>" not in reported(NEVER, "html")


@pytest.mark.parametrize("plan", [RATE, DUEL, NEVER], ids=["rate", "duel", "never"])
def test_the_drawing_is_xml_and_says_what_it_shows(plan: SizePlan) -> None:
    """Axes with names and numbers, the asked power and the chosen size, and the same in words for who cannot see it."""
    root = ET.fromstring(reported(plan, "svg"))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "power" in texts
    assert {"0%", "20%", "100%", "0"} <= set(texts)
    assert root.get("aria-label")
    if plan.total is not None:
        chosen = next(iter(plan.per_arm.values()))
        assert f"{chosen:,}" in texts
        assert "80.0% asked for" in texts


def test_the_curve_never_leaves_its_points() -> None:
    """Between two points the line stays between their powers, also where the power jumps."""
    steps = replace(DUEL, power_curve=((10, 0.0), (20, 0.0), (112, 1.0), (120, 1.0)))
    path = next(line for line in draw(steps, width=720, height=420).splitlines() if 'class="curve"' in line)
    numbers = path.partition('d="')[2].partition('"')[0].replace("M", " ").replace("C", " ").split()
    heights = [float(y) for y in numbers[1::2]]
    assert (min(heights), max(heights)) == (min(heights[0], heights[-1]), max(heights[0], heights[-1]))


def test_a_plan_of_one_case_is_drawn() -> None:
    """A single point has no line, and a mark."""
    one = replace(DUEL, total=1, per_arm={"cases": 1}, power=1.0, power_curve=((1, 1.0),), inputs={})
    assert 'class="chosen"' in draw(one, width=358, height=320)


@pytest.mark.parametrize("ending", ["svg", "html"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_opens_in_a_browser_at_every_width(tmp_path: Path, ending: str, width: int) -> None:
    """Nothing runs, nothing is asked for, nothing is wider than the window; letters stay 9 pixels high or more."""
    file = tmp_path / f"curve.{ending}"
    file.write_text(reported(DUEL, ending), encoding="utf-8")
    with chromium(width=width) as opened:
        opened.page.goto(file.as_uri())
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        heights = opened.page.evaluate(
            "[...document.querySelectorAll('svg text, text')].map(t => t.getBoundingClientRect().height).filter(h => h)"
        )
        assert min(heights) >= 9
        assert opened.complaints == []
        assert opened.requests == []


def test_dark_and_paper_have_their_own_colours(tmp_path: Path) -> None:
    """Dark where the reader's system is, black on white on paper."""
    file = tmp_path / "curve.html"
    file.write_text(reported(RATE, "html"), encoding="utf-8")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    with chromium(dark=True) as opened:
        opened.page.goto(file.as_uri())
        assert opened.page.evaluate(colour) == "rgb(22, 22, 20)"
        opened.page.emulate_media(media="print", color_scheme="dark")
        assert opened.page.evaluate(colour) == "rgb(255, 255, 255)"
        assert opened.page.evaluate("getComputedStyle(document.querySelector('.curve')).stroke") == "rgb(0, 0, 0)"
