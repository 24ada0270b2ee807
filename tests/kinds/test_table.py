"""Kinds of metric: one table from a metric to what it can be and what proves it."""

import subprocess
import sys
from typing import Any

import pytest

from arena.deciding.decide import criteria
from arena.kinds import table as kinds
from arena.kinds.kind import Arms
from arena.kinds.quantities import QUANTITIES, named, names, quantity_of
from arena.kinds.table import AGGREGATES, DECLARED, SPREAD
from arena.records.metric import Criterion, Limit, Metric
from criteria import criterion, metric


def kind_of(one: Criterion) -> Any:
    """Return the kind of a criterion's metric under its limit."""
    assert isinstance(one.metric, Metric)
    return kinds.of(one.metric, one.limit)


@pytest.mark.parametrize(
    ("one", "kind", "bounds"),
    [
        (criterion("win_rate", "above", 0.5), "WinRate", (0.0, 1.0)),
        (criterion("win_rate", "not_worse", 0.05), "WinRate", (0.0, 1.0)),
        (criterion("check_pass_rate", "max_drop", 0.02), "Share", (-1.0, 1.0)),
        (criterion("check_pass_rate", "min", 0.9), "Share", (0.0, 1.0)),
        (criterion("axis.clarity", "max_drop", 0.3), "Axis", (-4.0, 4.0)),
        (criterion("axis.clarity", "min", 4.0), "Axis", (1.0, 5.0)),
        (criterion("cost_usd", "max", 0.01), "Mean", None),
        (criterion("cost_usd", "max_increase", 0.1, relative=True), "RelativeChange", None),
        (criterion("latency_s_p95", "max_increase", 0.3), "Quantile", None),
    ],
)
def test_a_limit_has_the_bounds_of_its_kind(one: Criterion, kind: str, bounds: tuple[float, float] | None) -> None:
    """A difference reaches from one end to the other; a level and a win rate stay within their own."""
    found = kind_of(one)
    assert (type(found).__name__, found.bounds(one)) == (kind, bounds)
    assert (found.rule(one) is None) == (bounds is None)


@pytest.mark.parametrize(
    ("one", "always"),
    [
        (criterion("win_rate", "not_worse", 0.5), True),
        (criterion("win_rate", "not_worse", 0.49), False),
        (criterion("axis.clarity", "min", 1.0), True),
        (criterion("axis.clarity", "max_drop", 4.0), True),
        (criterion("axis.clarity", "max_drop", 3.9), False),
        (criterion("check_pass_rate", "min", 0.0), True),
        (criterion("cost_usd", "max", 1e9), False),
    ],
)
def test_a_limit_at_the_worst_value_holds_always(one: Criterion, always: bool) -> None:
    """A gate that asks for no more than any data give proves nothing."""
    assert kind_of(one).holds_always(one) is always


def test_a_rule_sees_a_value_as_a_share_of_the_way_from_bad_to_good() -> None:
    """Half a point of clarity lost is 3.5 of the 8 points between the worst difference and the best."""
    one = criterion("axis.clarity", "max_drop", 0.5)
    rule = kind_of(one).rule(one)
    assert (rule.limit, rule.perfect, rule.step) == (0.4375, 0.5, 0.125)
    assert rule.value(rule.limit) == pytest.approx(-0.5)
    less = criterion("error_rate", "max_increase", 0.1)
    down = kind_of(less).rule(less)
    assert down.value(down.limit) == pytest.approx(0.1)


def test_every_kind_estimates_what_it_can_be_of() -> None:
    """Equal arms differ by nothing, in every kind of which cases have values."""
    arms = Arms(control=[0.0, 1.0, 1.0, 0.0], treatment=[0.0, 1.0, 1.0, 0.0], clusters=None)
    for name in DECLARED:
        plain = Metric(name="x", source="x", aggregate=name, unit="share", direction="up")
        found = kinds.of(plain).difference(arms, unit="share", level=0.95)
        assert found.estimate.value == 0.0
    with pytest.raises(ValueError, match="users' events"):
        AGGREGATES["ratio"].difference(arms, unit="share", level=0.95)


def test_a_win_rate_is_the_treatment_s_share() -> None:
    """Three of four won: 75%, 50 points more than control's 25%."""
    scores = Arms(control=[0.0, 0.0, 0.0, 1.0], treatment=[1.0, 1.0, 1.0, 0.0], clusters=None)
    assert kinds.WIN_RATE.alone(scores, unit="share", level=0.95).value == 0.75
    found = kinds.WIN_RATE.difference(scores, unit="share", level=0.95)
    assert (found.control, found.treatment, found.estimate.value) == (0.25, 0.75, 0.5)


def test_every_known_name_has_a_kind() -> None:
    """The names that messages suggest, with every aggregate that the table has."""
    assert all(named(name) is not None for name in names())
    assert {"cost_usd_p95", "latency_s_p50"} <= set(names())
    assert all(quantity_of(source) is not None for source in QUANTITIES)
    assert set(SPREAD) < set(AGGREGATES)
    own = Metric(name="p", source="win_rate", aggregate="mean", unit="share", direction="up", limits=(LIMIT,))
    assert type(kinds.of(own)).__name__ == "WinRate"
    assert criteria(own)[0].no_difference == 0.5 != criteria(metric("cost_usd", "max", 1.0))[0].no_difference


LIMIT = Limit(kind="not_worse", value=0.05)


def test_the_facts_of_a_kind_need_no_statistics() -> None:
    """An experiment is read, and what it could prove is known, before numpy is loaded."""
    script = "import sys, arena.files.experiments, arena.kinds.table; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
