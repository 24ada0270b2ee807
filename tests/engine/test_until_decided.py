"""`duel --until-decided`: stop paying once the answer is known, with an interval that holds at any stop."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.engine.until_decided import Watch, units_in_order
from arena.planning.cases_needed import CasesNeeded, at_any_stop
from arena.records.case import Case
from arena.records.judgment import Comparison
from command_line import Done, arena
from criteria import criterion
from duel_files import MODEL, cases, result_bytes, rows, write_experiment
from loopback import Fault, Loopback, Received

CLEAR = {"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.60"}
EQUAL = {"control": "Be helpful. quality=0.5", "treatment": "Be kind. quality=0.5"}
BETTER = criterion("win_rate", "above", 0.5)


def duel(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run the folder's duel until it is decided."""
    command = ("duel", "experiment.yaml", "--until-decided", "--output-format", "json")
    return arena(folder, *command, *arguments, environment=server.environment)


def test_a_clear_difference_stops_the_paid_calls(tmp_path: Path) -> None:
    """The run stops long before its last case, and says at which case and how many calls were not made."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(120))
    with Loopback(spread=0.5) as server:
        found = duel(tmp_path, server, "--concurrency", "4").json
    stop = found["early_stop"]
    assert stop["decided"] is True
    assert stop["stopped_at"] == found["win_rate"]["cases"] < 60
    assert stop["calls_saved"] == 4 * (120 - stop["stopped_at"])
    assert 4 * stop["stopped_at"] <= server.count <= 4 * stop["stopped_at"] + 16
    assert found["win_rate"]["interval"]["low"] > 0.5
    assert found["win_rate"]["interval"]["method"] == found["win_rate"]["p_method"] == "betting"
    assert found["win_rate"]["p_value"] <= 0.05
    assert len(rows(tmp_path, "completions.jsonl")) == 2 * stop["stopped_at"]


def test_the_report_says_what_was_saved(tmp_path: Path) -> None:
    """A person reads the stop, the calls saved and that the interval holds at any stop."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(120))
    with Loopback(spread=0.5) as server:
        done = arena(tmp_path, "duel", "experiment.yaml", "--until-decided", environment=server.environment)
    assert "decided after " in done.out
    assert " of 120 cases: saved " in done.out
    assert "95% betting" in done.out


def test_equal_prompts_are_asked_to_the_end(tmp_path: Path) -> None:
    """Nothing is decided, nothing is saved, and the interval is still the one that may be looked at."""
    write_experiment(tmp_path, variants=EQUAL, cases=cases(30))
    with Loopback(spread=0.5) as server:
        found = duel(tmp_path, server).json
        assert server.count == 120
    assert found["early_stop"] == {"stopped_at": 30, "calls_saved": 0, "planned": 30, "decided": False}
    assert found["win_rate"]["interval"]["method"] == "betting"


@pytest.mark.parametrize("concurrency", ["1", "7", "64"])
def test_the_result_does_not_depend_on_how_many_calls_are_under_way(tmp_path: Path, concurrency: str) -> None:
    """The cases that count are the first of the recorded order, whatever else was already paid for."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(80))
    with Loopback(spread=0.5) as server:
        duel(tmp_path, server, "--concurrency", "16", "--cache-dir", str(tmp_path / "other"))
        expected = without_latency(result_bytes(tmp_path))
        duel(tmp_path, server, "--concurrency", concurrency)
    assert without_latency(result_bytes(tmp_path)) == expected


def without_latency(data: bytes) -> Any:
    """Return a result without what a clock measured."""
    return {key: value for key, value in json.loads(data).items() if key != "metrics"}


def test_a_second_run_reads_the_same_cases_from_the_cache(tmp_path: Path) -> None:
    """Same seed, same order, same stop, no call, same bytes; another seed has another order."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(80))
    with Loopback(spread=0.5) as server:
        duel(tmp_path, server)
        first, asked = result_bytes(tmp_path), server.count
        again = duel(tmp_path, server)
        assert server.count == asked
        assert again.json["calls"]["made"] == 0
        assert result_bytes(tmp_path) == first
        duel(tmp_path, server, "--seed", "5")
    assert result_bytes(tmp_path) != first


def test_guardrails_of_a_run_that_stopped_decide_nothing(tmp_path: Path) -> None:
    """Their intervals are of a fixed number of cases: at a stop that the data chose they prove nothing."""
    metrics = [
        {"name": "win_rate", "role": "primary", "above": 0.5},
        {"name": "error_rate", "role": "guardrail", "max_increase": "50pp"},
    ]
    write_experiment(tmp_path, variants=CLEAR, cases=cases(120), metrics=metrics)
    with Loopback(spread=0.5) as server:
        found = duel(tmp_path, server).json
    guardrail = next(metric for metric in found["metrics"] if metric["name"] == "error_rate")
    assert found["early_stop"]["decided"]
    assert guardrail["decision"] == "inconclusive"
    assert "holds at any stop" in guardrail["note"]


def test_a_failing_arm_loses_and_cannot_win_by_what_is_missing(tmp_path: Path) -> None:
    """Where every call of the treatment fails the treatment is refuted, early."""

    def broken(received: Received) -> Fault | None:
        return Fault("null") if "Be kind" in received.text else None

    write_experiment(tmp_path, variants=CLEAR, cases=cases(60))
    with Loopback(spread=0.5, faults=broken) as server:
        found = duel(tmp_path, server).json
    assert found["early_stop"]["decided"]
    assert found["win_rate"]["interval"]["high"] < 0.5
    assert found["win_rate"]["failed"]["treatment"] == found["early_stop"]["stopped_at"]


def test_what_cannot_be_decided_at_any_stop_is_refused(tmp_path: Path) -> None:
    """No judge: there is no win rate to look at. Exit 2, nothing sent."""
    write_experiment(tmp_path, judge=None, checks=[{"empty": False}])
    with Loopback() as server:
        done = duel(tmp_path, server)
        assert server.count == 0
    assert done.code == 2
    assert "no judge" in done.err


def test_a_cluster_counts_once_and_whole() -> None:
    """Cases of one cluster stand together in the order, and are looked at when all of them are there."""
    group = [Case(id=f"c{i}", input="?", cluster="k" if i % 2 else None) for i in range(6)]
    units = units_in_order(group, seed=1)
    assert sorted(len(unit) for unit in units) == [1, 1, 1, 3]
    watch = Watch(units, [BETTER], alpha=0.05)
    for case in reversed([case for unit in units for case in unit]):
        assert watch.cases == ()
        watch.take(won(case.id))
    assert len(watch.cases) == 6


def won(case: str, score: float = 1.0) -> Comparison:
    """Return a comparison with this score, nothing missing."""
    return Comparison(case=case, cluster=None, score=score, low=score, high=score, outcome="win", consistent=True)


def stopped_at(scores: list[float]) -> tuple[int, bool]:
    """Return at which case a watch stops, and whether it then calls the treatment better."""
    group = [Case(id=str(i), input="?") for i in range(len(scores))]
    watch = Watch([(case,) for case in group], [BETTER], alpha=0.05)
    for case, score in zip(group, scores, strict=True):
        watch.take(won(case.id, score))
        if watch.decided:
            return len(watch.cases), float(np.mean(scores[: len(watch.cases)])) > 0.5
    return len(scores), False


def test_half_of_the_calls_are_saved_where_three_of_four_are_won() -> None:
    """At a true win rate of .75 and 300 cases, fewer than 150 are asked on average, with ties or without."""
    rng = np.random.default_rng(20261122)
    for chances in ([0.25, 0.0, 0.75], [0.15, 0.2, 0.65]):
        stops = [stopped_at(rng.choice([0.0, 0.5, 1.0], 300, p=chances).tolist()) for _ in range(200)]
        assert float(np.mean([cases for cases, _ in stops])) < 150
        assert sum(better for _, better in stops) >= 198


def test_equal_prompts_are_seldom_called_better_however_often_one_looks() -> None:
    """Looked at after each of 300 cases, a null is called better in at most 2.5% of runs, within its error."""
    rng = np.random.default_rng(7)
    stops = [stopped_at(rng.choice([0.0, 0.5, 1.0], 300, p=[0.4, 0.2, 0.4]).tolist()) for _ in range(600)]
    assert sum(better for _, better in stops) <= 600 * 0.025 + 3 * (600 * 0.025 * 0.975) ** 0.5


def test_prices_are_named_for_all_cases_and_paid_for_those_asked(tmp_path: Path) -> None:
    """The dry run tells the whole plan: what it costs if nothing is decided early."""
    write_experiment(tmp_path, **MODEL, variants=CLEAR, cases=cases(120))
    with Loopback(spread=0.5) as server:
        planned = duel(tmp_path, server, "--dry-run").json
        assert server.count == 0
    assert planned["calls"] == 480


def test_what_would_settle_it_is_counted_for_an_interval_at_any_stop() -> None:
    """Never as many cases as there were: the interval of a fixed number would have been narrower."""
    assert at_any_stop(CasesNeeded(cases=8), 8).cases == 11
    enough = at_any_stop(CasesNeeded(cases=8), 20)
    assert (enough.cases, enough.reason) == (
        None,
        "more cases would settle it: an interval that holds at any stop is wider",
    )
    none = CasesNeeded(cases=None, reason="no case was observed")
    assert at_any_stop(none, 20) is none
