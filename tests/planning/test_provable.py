"""What n cases can prove at best."""

import pytest

from arena.deciding.decide import criteria, decide
from arena.planning.provable import provable
from arena.records.metric import Metric
from arena.stats.estimate import Estimate
from arena.stats.paired import binary_difference, bounded_difference, quantile_difference
from arena.stats.preference import win_rate
from criteria import fewest_cases, metric


@pytest.mark.parametrize(
    ("one", "fewest"),
    [
        (metric("win_rate", "above", 0.5), 6),
        (metric("win_rate", "above", 0.6), 8),
        (metric("win_rate", "not_worse", 0.05), 5),
        (metric("check_pass_rate", "max_drop", 0.02), 183),
        (metric("check_pass_rate", "max_drop", 0.05), 72),
        (metric("check_pass_rate", "max_drop", 0.10), 36),
        (metric("check_pass_rate", "not_worse", 0.05), 72),
        (metric("check_pass_rate", "min", 0.9), 36),
        (metric("error_rate", "max", 0.001), 3688),
        (metric("axis.clarity", "above", 0.0), 6),
        (metric("axis.clarity", "max_drop", 0.2), 72),
        (metric("axis.clarity", "min", 4.0), 13),
        (metric("latency_s_p95", "max_increase", 0.3), 72),
        (metric("latency_s_p95", "max", 3.0), 72),
        (metric("cost_usd", "max_increase", 0.1, relative=True), 2),
        (metric("check_pass_rate", "max_drop", 1.0), 1),
        (metric("check_pass_rate", "max_drop", 0.0), None),
        (metric("win_rate", "above", 1.0), None),
    ],
)
def test_the_fewest_cases_at_which_a_criterion_could_pass(one: Metric, fewest: int | None) -> None:
    """All wins for superiority, no change for a guardrail, at α = .05."""
    assert fewest_cases(one, criteria(one)[0]) == fewest


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.6, 0.9])
def test_one_win_fewer_than_the_fewest_does_not_pass(threshold: float) -> None:
    """The number is that of the rule which decides."""
    one = metric("win_rate", "above", threshold)
    fewest = fewest_cases(one, criteria(one)[0])
    assert fewest is not None
    for n, outcome in ((fewest, "pass"), (fewest - 1, "inconclusive")):
        found = win_rate([1.0] * n)
        estimate = Estimate(value=found.value, interval=found.interval, n=n, unit_of_measure="share")
        assert decide(estimate, criteria(one)[0], sign_flip_p=found.p_value).outcome == outcome


@pytest.mark.parametrize(("n", "outcome"), [(72, "pass"), (71, "inconclusive")])
def test_one_unchanged_case_fewer_than_the_fewest_does_not_pass(n: int, outcome: str) -> None:
    """The same for guardrails: a rate, an axis and a quantile."""
    rate, axis = metric("check_pass_rate", "max_drop", 0.05), metric("axis.clarity", "max_drop", 0.2)
    p95 = metric("latency_s_p95", "max_increase", 99.0)
    unchanged = {
        rate: binary_difference([1] * n, [1] * n),
        axis: bounded_difference([3] * n, [3] * n, low=1, high=5),
        p95: quantile_difference(range(n), range(n), 0.95, unit="s"),
    }
    for one, difference in unchanged.items():
        assert decide(difference.estimate, criteria(one)[0]).outcome == outcome


@pytest.mark.parametrize(
    ("one", "cases", "message"),
    [
        (
            metric("check_pass_rate", "max_drop", 0.02),
            10,
            "check_pass_rate max_drop 2pp: needs ≥ 183 cases, you have 10; smallest provable drop 31pp",
        ),
        (metric("win_rate", "above", 0.5), 10, "win_rate above 50%: needs ≥ 6 cases, you have 10"),
        (
            metric("win_rate", "above", 0.5),
            5,
            "win_rate above 50%: needs ≥ 6 cases, you have 5; at best provable: above 47%",
        ),
        (
            metric("error_rate", "max_increase", 0.01),
            100,
            "error_rate max_increase 1pp: needs ≥ 368 cases, you have 100; smallest provable increase 4pp",
        ),
        (
            metric("check_pass_rate", "not_worse", 0.05),
            10,
            "check_pass_rate not_worse 5pp: needs ≥ 72 cases, you have 10; smallest provable margin 31pp",
        ),
        (
            metric("error_rate", "max", 0.001),
            10,
            "error_rate max 0.1%: needs ≥ 3,688 cases, you have 10; at best provable: below 31%",
        ),
        (
            metric("latency_s_p95", "max_increase", 0.3),
            10,
            "latency_s_p95 max_increase 300ms: needs ≥ 72 cases, you have 10",
        ),
        (metric("win_rate", "above", 1.0), 10, "win_rate above 100%: no number of cases could prove it"),
        (metric("win_rate", "above", 0.5), 0, "win_rate above 50%: needs ≥ 6 cases, you have 0"),
    ],
)
def test_the_message_names_what_is_needed_and_what_there_is(one: Metric, cases: int, message: str) -> None:
    """And the tightest limit that could be proved, where it is out of reach."""
    found = provable([one], cases=cases)[0]
    assert found.message == message
    assert found.within_reach == (found.needed is not None and cases >= found.needed)


def test_clusters_are_counted_where_there_are_any() -> None:
    """Six clusters at least, whatever the limit."""
    found = provable([metric("win_rate", "above", 0.3)], cases=40, clusters=5)[0]
    assert found.message == "win_rate above 30%: needs ≥ 6 clusters, you have 5; at best provable: above 47%"
    assert provable([metric("win_rate", "above", 0.3)], cases=4)[0].within_reach


def test_metrics_for_live_use_are_left_out() -> None:
    """They have their own traffic."""
    assert provable([metric("error_rate", "max", 0.001, where="live")], cases=10) == ()


def test_a_stricter_level_needs_more() -> None:
    """Several candidates share α."""
    one = metric("win_rate", "above", 0.5)
    assert fewest_cases(one, criteria(one)[0], alpha=0.01) == 8
