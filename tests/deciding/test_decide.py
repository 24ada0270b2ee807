"""An estimate against a criterion."""

from dataclasses import replace

import pytest

from arena.deciding.decide import decide
from arena.deciding.wording import limit_label, quantity
from arena.records.metric import Criterion
from arena.records.result import WorstCase
from arena.stats.estimate import Estimate
from criteria import criterion, estimate

BETTER = criterion("win_rate", "above", 0.5)


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(0.51, 0.8, "pass"), (0.2, 0.49, "fail"), (0.4, 0.6, "inconclusive"), (0.5, 0.8, "inconclusive")],
)
def test_superiority_needs_the_whole_interval_above_the_threshold(low: float, high: float, outcome: str) -> None:
    """Touching the threshold is not enough, and only an interval below it is a failure."""
    assert decide(estimate(low, high), BETTER).outcome == outcome


@pytest.mark.parametrize(("kind", "value"), [("max_increase", 0.3), ("not_worse", 0.3), ("max", 0.3)])
@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(0.1, 0.2, "pass"), (0.1, 0.3, "pass"), (0.1, 0.31, "inconclusive"), (0.31, 0.5, "fail")],
)
def test_a_guardrail_passes_only_when_the_whole_interval_keeps_to_it(
    kind: str, value: float, low: float, high: float, outcome: str
) -> None:
    """Not significantly worse is not a pass."""
    assert decide(estimate(low, high), criterion("latency_s_p95", kind, value)).outcome == outcome


@pytest.mark.parametrize(("kind", "value"), [("max_drop", 0.02), ("not_worse", 0.02)])
@pytest.mark.parametrize(
    ("low", "high", "outcome"), [(-0.01, 0.1, "pass"), (-0.3, 0.3, "inconclusive"), (-0.3, -0.1, "fail")]
)
def test_where_more_is_better_the_guardrail_is_a_floor(
    kind: str, value: float, low: float, high: float, outcome: str
) -> None:
    """A drop of at most 2 points."""
    assert decide(estimate(low, high), criterion("check_pass_rate", kind, value)).outcome == outcome


@pytest.mark.parametrize(
    ("one", "above", "at"),
    [
        (criterion("win_rate", "above", 0.5), True, 0.5),
        (criterion("win_rate", "not_worse", 0.05), True, 0.45),
        (criterion("axis.clarity", "above", 0.2), True, 0.2),
        (criterion("latency_s_p95", "below", 0.0), False, 0.0),
        (criterion("latency_s_p95", "max", 3.0), False, 3.0),
        (criterion("check_pass_rate", "min", 0.9), True, 0.9),
        (criterion("check_pass_rate", "not_worse", 0.05), True, -0.05),
        (criterion("cost_usd", "not_worse", 0.1, relative=True), False, 0.1),
    ],
)
def test_every_limit_is_a_side_and_a_value(one: Criterion, above: bool, at: float) -> None:
    """A win rate is measured from even, a difference from none, a level from zero."""
    side, value = one.threshold
    assert side == above
    assert value == pytest.approx(at)


def test_at_no_difference_the_sign_flip_must_agree() -> None:
    """An interval above ½ with p = .2 proves nothing, either way."""
    for interval in (estimate(0.51, 0.8), estimate(0.2, 0.49)):
        decided = decide(interval, BETTER, sign_flip_p=0.2)
        assert decided.outcome == "inconclusive"
        assert decided.message.endswith("the sign-flip test does not agree, p = 0.2")
    assert decide(estimate(0.51, 0.8), BETTER, sign_flip_p=0.05).outcome == "pass"
    assert (
        decide(estimate(0.1, 0.8), criterion("axis.clarity", "above", 0.0), sign_flip_p=0.2).outcome == "inconclusive"
    )


@pytest.mark.parametrize("one", [criterion("win_rate", "above", 0.4), criterion("win_rate", "not_worse", 0.1)])
def test_away_from_no_difference_the_sign_flip_is_not_asked(one: Criterion) -> None:
    """It tests no difference, nothing else."""
    assert decide(estimate(0.45, 0.8), one, sign_flip_p=0.9).outcome == "pass"


def test_gaps_that_could_change_the_verdict_leave_it_open() -> None:
    """The interval passes, its worst case does not."""
    decided = decide(estimate(0.55, 0.8), BETTER, worst_case=WorstCase(low=0.48, high=0.85))
    assert decided.outcome == "inconclusive"
    assert decided.message.endswith("what is missing could change the verdict, worst case [48%, 85%]")
    assert decide(estimate(0.55, 0.8), BETTER, worst_case=WorstCase(low=0.51, high=0.85)).outcome == "pass"


def test_the_worst_case_may_be_two_estimates() -> None:
    """One if all went against the treatment, one if all went for it; without an interval it could be anything."""
    against, in_favour = estimate(0.45, 0.7), estimate(0.6, 0.9)
    unknown = replace(against, interval=None)
    assert decide(estimate(0.55, 0.8), BETTER, worst_case=(in_favour, in_favour)).outcome == "pass"
    assert decide(estimate(0.55, 0.8), BETTER, worst_case=(against, in_favour)).outcome == "inconclusive"
    assert decide(estimate(0.55, 0.8), BETTER, worst_case=(unknown, in_favour)).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("one", "low", "high"),
    [
        (criterion("check_pass_rate", "max_drop", 0.02), -0.01, 0.1),
        (criterion("check_pass_rate", "max_drop", 0.02), -0.3, -0.1),
        (criterion("latency_s_p95", "max", 3.0), 1.0, 2.0),
        (criterion("latency_s_p95", "max_increase", -0.3), 0.1, 0.2),
    ],
    ids=["floor kept", "floor broken", "ceiling kept", "ceiling broken"],
)
def test_a_worst_case_without_an_interval_could_be_anything(one: Criterion, low: float, high: float) -> None:
    """It is no zero, and reaches beyond every limit, whichever side proves it: nothing is decided."""
    unknown = replace(estimate(low, high), interval=None)
    assert decide(estimate(low, high), one).outcome != "inconclusive"
    assert decide(estimate(low, high), one, worst_case=(unknown, unknown)).outcome == "inconclusive"


def test_what_is_undefined_is_inconclusive_and_says_why() -> None:
    """No interval, no verdict."""
    undefined = Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason="no case was compared")
    decided = decide(undefined, BETTER)
    assert decided.outcome == "inconclusive"
    assert decided.message == "win_rate: cannot tell whether above 50% holds: no case was compared"


def test_a_reason_beside_an_interval_withholds_the_verdict() -> None:
    """Too few clusters: the interval is shown and nothing is decided."""
    few = replace(estimate(0.55, 0.8), reason="5 clusters: no verdict from fewer than 6 at 95%")
    assert decide(few, BETTER).outcome == "inconclusive"
    assert decide(few, BETTER).message == "win_rate 67.5% [55%, 80%]: 5 clusters: no verdict from fewer than 6 at 95%"


@pytest.mark.parametrize(
    ("one", "low", "high", "message"),
    [
        (BETTER, 0.55, 0.8, "win_rate 67.5% [55%, 80%]: above 50% is proved"),
        (BETTER, 0.1, 0.3, "win_rate 20% [10%, 30%]: above 50% is refuted"),
        (
            criterion("check_pass_rate", "max_drop", 0.02),
            -0.1,
            0.1,
            "check_pass_rate 0pp [-10pp, +10pp]: cannot tell whether max_drop 2pp holds",
        ),
        (
            criterion("cost_usd", "max_increase", 0.1, relative=True),
            0.02,
            0.06,
            "cost_usd +4% [+2%, +6%]: max_increase 10% is proved",
        ),
        (criterion("latency_s_p95", "max", 3.0), 1.0, 2.0, "latency_s_p95 1.5s [1s, 2s]: max 3s is proved"),
    ],
)
def test_the_message_says_it_in_one_plain_line(one: Criterion, low: float, high: float, message: str) -> None:
    """Metric, estimate, interval, limit, decision."""
    assert decide(estimate(low, high), one).message == message


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.0021, "USD", "$0.0021"), (1500.0, "tokens", "1500 tokens"), (0.00049, "share", "0.049%"), (2.5, "", "2.5")],
)
def test_quantities_have_three_digits_and_their_unit(value: float, unit: str, text: str) -> None:
    """No digits that say nothing."""
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("one", "label"),
    [
        (criterion("win_rate", "not_worse", 0.05), "not_worse 5pp"),
        (criterion("latency_s_p95", "max_increase", 0.3), "max_increase 300ms"),
        (criterion("error_rate", "max", 0.001), "max 0.1%"),
        (criterion("axis.clarity", "above", 0.0), "above 0 points"),
    ],
)
def test_a_limit_reads_as_it_was_written(one: Criterion, label: str) -> None:
    """The words of the experiment file."""
    assert limit_label(one) == label
