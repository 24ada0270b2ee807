"""Metrics: known names, own ones, and limits in the metric's unit."""

from pathlib import Path

import pytest

from arena.kinds.quantities import named, names
from arena.records.metric import Limit
from authored_project import CASES, HEAD, VARIANTS, load, refused

START = HEAD + VARIANTS + CASES + "checks: [{empty: false}]\n"
#: What a message about a source that nothing offline measures ends with.
KNOWN = (
    "latency_s, ttft_s, tpot_s, itl_s, output_tokens, cost_usd, error_rate, empty_rate, check_pass_rate, win_rate or "
    "axis.NAME; say 'where: live' for what is measured on users, or 'check: NAME'"
)


def test_every_known_name_resolves() -> None:
    """The names that messages suggest are the names that are read."""
    assert all(named(name) is not None for name in names())
    assert named("error_rate_rate") is None
    assert named("latency_s_p50") is not None
    assert named("axis.") is None


@pytest.mark.parametrize(
    ("entry", "limit"),
    [
        ("{name: win_rate, role: primary}", Limit(kind="above", value=0.5)),
        ("{name: preference, source: win_rate, role: primary}", Limit(kind="above", value=0.5)),
        ("{name: preference, source: win_rate}", Limit(kind="above", value=0.5)),
        ("{name: clear, source: axis.clarity, role: guardrail, min: 4}", Limit(kind="min", value=4.0)),
        ("{name: win_rate, role: primary, above: 55%}", Limit(kind="above", value=0.55)),
        ("{name: win_rate, role: primary, not_worse: 5pp}", Limit(kind="not_worse", value=0.05)),
        ("{name: check_pass_rate, role: primary}", Limit(kind="above", value=0.0)),
        ("{name: latency_s, role: primary}", Limit(kind="below", value=0.0)),
        ("{name: cost_usd, role: guardrail, max: $0.01}", Limit(kind="max", value=0.01)),
        ("{name: output_tokens_p95, role: guardrail, max_increase: 50}", Limit(kind="max_increase", value=50.0)),
        ("{name: empty_rate, role: guardrail, max: 1%}", Limit(kind="max", value=0.01)),
        ("{name: error_rate, role: guardrail, max_increase: 1pp}", Limit(kind="max_increase", value=0.01)),
        ("{name: axis.clarity, role: guardrail, max_drop: 0.3}", Limit(kind="max_drop", value=0.3)),
        ("{name: check_pass_rate, role: guardrail, min: 90%}", Limit(kind="min", value=0.9)),
        ("{name: slow, source: latency_s, aggregate: p99, role: guardrail, max: 3s}", Limit(kind="max", value=3.0)),
        (
            "{name: cost_per_token, numerator: cost_usd, denominator: output_tokens, direction: down, role: guardrail,"
            " max_increase: 10%, where: live}",
            Limit(kind="max_increase", value=0.1, relative=True),
        ),
    ],
)
def test_limits_are_in_the_metric_s_unit(tmp_path: Path, entry: str, limit: Limit) -> None:
    """A percentage of a share is absolute, of anything else relative to control."""
    experiment = load(tmp_path, START + f"metrics: [{entry}]\n")
    assert next(m for m in experiment.metrics if f"name: {m.name}" in entry).limits == (limit,)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{name: latency_p95}",
            "6:18: metrics.0.name: unknown metric 'latency_p95' (did you mean 'latency_s_p95'?); "
            "a metric of your own needs 'check', or 'source' and 'direction'",
        ),
        ("{name: cost_usd, aggregate: p95}", "6:39: metrics.0.aggregate: 'cost_usd' is a known metric: "
         "leave out 'aggregate', or choose a name of your own"),
        ("{name: a, source: csat}", "6:18: metrics.0.name: 'a' needs 'direction: up' or 'direction: down': "
         "which way is better?"),
        ("{name: a, source: csat, direction: up, where: offline}",
         f"6:57: metrics.0.where: 'csat' is not measured offline: expected {KNOWN}"),
        ("{name: a, source: latencys, direction: up, where: both}",
         f"6:61: metrics.0.where: 'latencys' is not measured offline (did you mean 'latency_s'?): expected {KNOWN}"),
        ("{name: safety_rate, source: safety, direction: up, role: guardrail, min: 0.995}",
         f"6:39: metrics.0.source: 'safety' is not measured offline: expected {KNOWN}"),
        ("{name: cost_per_success, numerator: cost_usd, denominator: resolved, direction: down}",
         "6:18: metrics.0.name: a ratio is decided on live events alone: say 'where: live'"),
        ("{name: bad, source: win_rate, direction: down, role: guardrail, max: 60%}",
         "6:52: metrics.0.direction: 'win_rate' is better up: leave out 'direction'"),
        ("{name: slow, source: latency_s, unit: share, role: guardrail, max: 90%}",
         "6:49: metrics.0.unit: 'latency_s' is measured in s: leave out 'unit'"),
        ("{name: preference, source: win_rate, role: primary, not_worse: 50pp}",
         "6:74: metrics.0.not_worse: 'not_worse: 50pp' would pass anything"),
        ("{name: preference, source: win_rate, role: primary, above: 0}",
         "6:70: metrics.0.above: 'above: 0' would pass anything"),
        ("{name: preference, source: win_rate, role: guardrail, max_drop: 5pp}",
         "6:75: metrics.0.max_drop: a win rate already compares the arms: use 'above: 0.5' or 'not_worse: 5pp'"),
        ("{name: win_rate, role: primary, where: offline}, {name: preference, source: win_rate, role: guardrail, "
         "not_worse: 5pp}", "6:67: metrics.1.name: 'preference' is the same metric as 'win_rate': declare it once"),
        ("{name: slow, source: latency_s}, {name: slow, source: ttft_s}",
         "6:51: metrics.1.name: 'slow' is the same metric as 'slow': declare it once"),
        ("{name: a, source: error_rate, aggregate: p95}", "6:52: metrics.0.aggregate: 'error_rate' has rate"),
        ("{name: a, numerator: b, direction: up}", "6:18: metrics.0.name: a ratio has 'numerator' and 'denominator', "
         "and neither 'source' nor 'aggregate'"),
        ("{name: cost_usd, max: 1}", "6:11: metrics.0: 'cost_usd' has a limit: say 'role: guardrail' or 'role: "
         "primary'"),
        ("{name: cost_usd, role: guardrail}",
         "6:18: metrics.0.name: guardrail 'cost_usd' has no limit: give one, such as max_increase: 10%"),
        ("{name: error_rate, role: guardrail}",
         "6:18: metrics.0.name: guardrail 'error_rate' has no limit: give one, such as max: 1%"),
        ("{name: check_pass_rate, role: guardrail}",
         "6:18: metrics.0.name: guardrail 'check_pass_rate' has no limit: give one, such as max_drop: 5pp"),
        ("{name: cost_usd, role: primary, below: 1, not_worse: 2}",
         "6:34: metrics.0.role: a primary metric has one limit, such as above or not_worse"),
        ("{name: cost_usd, role: guardrail, max_drop: 1}",
         "6:55: metrics.0.max_drop: cost_usd gets worse by rising: use 'max_increase'"),
        ("{name: check_pass_rate, role: guardrail, max: 1}",
         "6:57: metrics.0.max: check_pass_rate gets worse by falling: use 'min'"),
        ("{name: win_rate, role: guardrail, max_drop: 5pp}",
         "6:55: metrics.0.max_drop: a win rate already compares the arms: use 'above: 0.5' or 'not_worse: 5pp'"),
        ("{name: win_rate, role: guardrail, not_worse: 60pp}",
         "6:56: metrics.0.not_worse: 'not_worse: 60pp' would pass anything"),
        ("{name: win_rate, role: primary, above: 0%}", "6:50: metrics.0.above: 'above: 0%' would pass anything"),
        ("{name: error_rate, role: guardrail, max: 100%}",
         "6:52: metrics.0.max: 'max: 100%' would pass anything"),
        ("{name: check_pass_rate, role: primary, not_worse: 100pp}",
         "6:61: metrics.0.not_worse: 'not_worse: 100pp' would pass anything"),
        ("{name: check_pass_rate, role: guardrail, min: 0}", "6:57: metrics.0.min: 'min: 0' would pass anything"),
        ("{name: cost_per_token, numerator: cost_usd, denominator: output_tokens, direction: down, role: guardrail,"
         " max_increase: 10%}", "6:18: metrics.0.name: a ratio is decided on live events alone: say 'where: live'"),
        ("{name: check_pass_rate, role: guardrail, max_drop: 2%}",
         "6:62: metrics.0.max_drop: 2% of a share could mean two things: write 2pp for percentage points"),
        ("{name: check_pass_rate, role: guardrail, max_drop: 2}", "6:62: metrics.0.max_drop: 2 is more than 100%"),
        ("{name: cost_usd, role: guardrail, max_increase: -1}",
         "6:59: metrics.0.max_increase: expected an amount of 0 or more, found -1"),
        ("{name: cost_usd, role: guardrail, max: 10%}",
         "6:50: metrics.0.max: 10% of what? 'max' bounds cost_usd itself: write dollars, e.g. $0.01"),
        ("{name: latency_s, role: guardrail, max_increase: $5}",
         "6:60: metrics.0.max_increase: $5 does not fit latency_s: expected seconds, e.g. 300ms or 1.2s"),
        ("{name: axis.clarity, role: guardrail, max_drop: 10%}",
         "6:59: metrics.0.max_drop: 10% does not fit axis.clarity: expected a bare number (points)"),
        ("{name: output_tokens, role: guardrail, max_increase: 5pp}",
         "6:64: metrics.0.max_increase: 5pp does not fit output_tokens: expected a bare number (tokens)"),
        ("{name: cost_usd, role: guardrail, max_increase: ten}",
         "6:59: metrics.0.max_increase: expected an amount such as 10%, 5pp, 300ms, 1.2s, $0.01 or 0.5"),
        ("{name: win_rate, role: primary}, {name: cost_usd, role: primary}",
         "6:51: metrics.1.name: a second primary metric beside 'win_rate': make one a guardrail or secondary"),
        ("{name: cost_usd}, {name: cost_usd_mean}",
         "6:36: metrics.1.name: 'cost_usd_mean' is the same metric as 'cost_usd': declare it once"),
        ("{name: axis.charm}", "6:18: metrics.0.name: the rubric has no axis 'charm' "
         "(axes: correctness, helpfulness, clarity)"),
    ],
)  # fmt: skip
def test_a_metric_that_cannot_mean_anything_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    """Before anything is sent, with what to write instead."""
    assert refused(tmp_path, START + f"metrics: [{entry}]\n") == [f"experiment.yaml:{message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checks: [{empty: false}]\nmetrics: [{name: win_rate}]\n",
         "experiment.yaml:5:18: metrics.0.name: 'win_rate' needs a judge: declare 'judge', "
         "or make check_pass_rate the primary metric"),
        ("checks: [{empty: false}]\nmetrics: [{name: axis.clarity}]\n",
         "experiment.yaml:5:18: metrics.0.name: 'axis.clarity' needs a judge: declare 'judge'"),
        ("judge: openai:x\nmetrics: [{name: check_pass_rate}]\n",
         "experiment.yaml:5:18: metrics.0.name: 'check_pass_rate' needs checks: declare 'checks' here or in the cases"),
        ("judge: {model: openai:x, axes: none}\nmetrics: [{name: clear, source: axis.clarity}]\n",
         "experiment.yaml:5:18: metrics.0.name: 'clear' needs a judge that scores axes: leave out 'axes: none'"),
    ],
)  # fmt: skip
def test_a_metric_needs_what_it_is_measured_with(tmp_path: Path, text: str, message: str) -> None:
    """A win rate needs a judge, a pass rate checks."""
    assert refused(tmp_path, "model: openai:x\n" + VARIANTS + CASES + text) == [message]


def test_live_metrics_need_neither(tmp_path: Path) -> None:
    """What is measured on users is not asked of a judge."""
    text = (
        START + "metrics: [{name: axis.charm, where: live}, {name: csat, source: csat, direction: up, where: live}]\n"
    )
    assert [metric.where for metric in load(tmp_path, text).metrics] == ["both", "live", "live"]


@pytest.mark.parametrize(
    ("live", "message"),
    [
        ("{}", "6:7: live: required key 'randomize_by' is missing"),
        ("{randomize_by: u, looks: {fractions: [0.5, 0.2]}}", "6:44: live.looks.fractions: fractions must rise"),
        ("{randomize_by: u, looks: {fractions: [0.5]}}",
         "6:44: live.looks.fractions: the last fraction must be 1.0, the end of the test"),
        ("{randomize_by: u, looks: {fractions: [1.0], z: [2.0, 3.0]}}",
         "6:32: live.looks: 'z' needs one boundary for each fraction"),
        ("{randomize_by: u, stages: [{}]}", "6:34: live.stages.0: a stage has exactly one of 'shadow', 'canary', 'ab'"),
        ("{randomize_by: u, stages: [{ab: 400%}]}",
         "6:39: live.stages.0.ab: expected a share from 0% to 100% (0 to 1)"),
        ("{randomize_by: u, stages: [{ab: {}}]}",
         "6:39: live.stages.0.ab: expected a share such as 5%, or {skip: REASON}"),
        ("{randomize_by: u, gate_run: {}}", "6:35: live.gate_run: expected a run, or {skip: REASON}"),
        ("{randomize_by: u, guardrails: {latency_s: {action: pause}}}",
         "6:49: live.guardrails.latency_s: 'latency_s' is a known metric but has no limit in 'metrics'"),
        ("{randomize_by: u, guardrails: {win_rat: {action: pause}}}",
         "6:47: live.guardrails.win_rat: 'win_rat' has no limit in 'metrics' (did you mean 'win_rate'?)"),
    ],
)  # fmt: skip
def test_a_wrong_live_part_is_refused(tmp_path: Path, live: str, message: str) -> None:
    """The same file is checked as a whole, whichever command reads it."""
    assert refused(tmp_path, START + f"live: {live}\n") == [f"experiment.yaml:{message}"]
