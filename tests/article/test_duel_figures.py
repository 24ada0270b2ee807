"""Every figure of the article that a duel implements."""

from pathlib import Path
from statistics import fmean

import pytest

from arena.stats.multiplicity import benjamini_hochberg
from arena.stats.preference import win_rate

CONTROL = [(3, 4, 1), (4, 3, 1), (3, 2, 1), (4, 4, 1), (3, 3, 1)]
TREATMENT = [(4, 4, 5), (4, 4, 4), (4, 4, 5), (5, 5, 5), (4, 4, 4)]


def test_four_wins_and_a_tie_of_five_are_90_percent_and_prove_little() -> None:
    """A tie is half a win; five cases cannot prove more than one half, whatever they show."""
    found = win_rate([1, 1, 1, 1, 0.5])
    assert found.value == 0.9
    assert (found.wins, found.losses, found.ties) == (4, 0, 1)
    assert found.interval is not None
    assert found.interval.low < 0.5
    assert found.p_value == pytest.approx(2 / 2**4)


def test_the_axis_averages_of_the_scored_rows() -> None:
    """The rows of the table average to 3.4, 3.2, 1.0 and 4.2, 4.2, 4.6.

    The table prints 4.8 for the treatment's policy, which its own rows (5, 4, 5, 5, 4) do not give.
    """
    assert [fmean(scores) for scores in zip(*CONTROL, strict=True)] == pytest.approx([3.4, 3.2, 1.0])
    assert [fmean(scores) for scores in zip(*TREATMENT, strict=True)] == pytest.approx([4.2, 4.2, 4.6])


def test_twenty_metrics_raise_a_false_alarm_in_about_64_percent_of_runs() -> None:
    """1 − .95²⁰: why secondary metrics and axes are adjusted."""
    assert pytest.approx(0.64, abs=0.005) == 1 - 0.95**20


def test_benjamini_hochberg_of_the_four_p_values() -> None:
    """P = .001, .020, .12, .42 become .004, .040, .160, .420."""
    assert benjamini_hochberg([0.001, 0.020, 0.12, 0.42]) == pytest.approx([0.004, 0.040, 0.160, 0.420])


def test_the_golden_set_holds_the_five_representative_questions() -> None:
    """The five cases of the support bot are the first of the shipped golden set."""
    text = (Path(__file__).parents[2] / "golden" / "support-bot.yaml").read_text()
    for words in ("8 days", "shoe", "#44129", "delivery address", "damaged"):
        assert words in text
