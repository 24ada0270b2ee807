"""How often the gate is wrong, through the real command, on pull requests whose truth is known."""

import math
from pathlib import Path

import pytest

from command_line import arena
from pull_requests import decisions

HALF_OF_ALPHA = 0.025
POWER = 0.8


def most(share: float, of: int) -> float:
    """Return the most that chance explains: three standard errors above `share` of so many."""
    return of * share + 3.0 * math.sqrt(of * share * (1.0 - share))


def fewest(share: float, of: int) -> float:
    """Return the fewest that chance explains."""
    return of * share - 3.0 * math.sqrt(of * share * (1.0 - share))


def cases_for(win_rate: float, folder: Path) -> int:
    """Return how many cases `arena size duel` asks for."""
    found = arena(folder, "size", "duel", "--win-rate", str(win_rate), "--output-format", "json").json
    return int(found["total"])


def test_prompts_that_change_nothing_seldom_pass(tmp_path: Path) -> None:
    """50 pull requests with no true difference: no more pass, or fail, than chance explains."""
    found = decisions(tmp_path, number=50, size=12, win_rate=0.5)
    assert found["pass"] <= most(HALF_OF_ALPHA, 50)
    assert found["fail"] <= most(HALF_OF_ALPHA, 50)


def test_a_better_prompt_passes_as_often_as_planned(tmp_path: Path) -> None:
    """A true win rate of 75% and the cases that `size duel` asks for: it passes in four of five, within chance."""
    found = decisions(tmp_path, number=20, size=cases_for(0.75, tmp_path), win_rate=0.75)
    assert found["pass"] >= fewest(POWER, 20)
    assert found["fail"] == 0


@pytest.mark.simulation
@pytest.mark.parametrize("size", [6, 20, 60])
def test_a_thousand_prompts_that_change_nothing(tmp_path: Path, size: int) -> None:
    """1,000 pull requests with no true difference: false passes stay at α/2 within Monte-Carlo error."""
    found = decisions(tmp_path, number=1000, size=size, win_rate=0.5)
    print(f"{size} cases, no difference: {dict(found)}")  # noqa: T201 -- the figures of docs/simulation-study.md
    assert found["pass"] <= most(HALF_OF_ALPHA, 1000)
    assert found["fail"] <= most(HALF_OF_ALPHA, 1000)


@pytest.mark.simulation
def test_a_thousand_better_prompts(tmp_path: Path) -> None:
    """1,000 pull requests at a true win rate of 75%, of the size that was planned: four of five pass."""
    size = cases_for(0.75, tmp_path)
    found = decisions(tmp_path, number=1000, size=size, win_rate=0.75)
    print(f"{size} cases, 75% won: {dict(found)}")  # noqa: T201 -- the figures of docs/simulation-study.md
    assert found["pass"] >= fewest(POWER, 1000)
