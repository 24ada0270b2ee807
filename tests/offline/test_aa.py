"""Label swaps on a run's own data: what a decision names among equals is a false alarm."""

from math import comb
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.offline.aa import read_policy
from command_line import Done, arena
from duel_files import cases, write_experiment
from loopback import Loopback


def run_duel(folder: Path, **keys: object) -> None:
    """Write and run an experiment whose judge is perfect, so that no case is a tie."""
    write_experiment(folder, **keys)
    with Loopback() as server:
        done = arena(folder, "duel", "experiment.yaml", "-q", environment=server.environment)
    assert done.code == 0, done.err


def aa(folder: Path, *arguments: str) -> Done:
    """Run `arena aa` on the latest run."""
    return arena(folder, "aa", "latest", "-q", *arguments)


def test_ten_cases_without_ties_are_a_coin_tossed_ten_times(tmp_path: Path) -> None:
    """Every swap is counted: passing needs 9 of 10 heads, and "win rate > 50%" ships 38% of the time."""
    run_duel(tmp_path, cases=cases(10))
    found = aa(tmp_path, "--policy", "win_rate > 0.5", "--output-format", "json").json
    assert found["draws"] == 1024
    assert found["false_pass"]["value"] == pytest.approx(11 / 1024)
    assert found["false_fail"]["value"] == pytest.approx(11 / 1024)
    assert found["policy"]["ships"]["value"] == pytest.approx(sum(comb(10, k) for k in range(6, 11)) / 1024)
    assert found["false_pass"]["interval"] is None
    assert "every way" in found["false_pass"]["reason"]


def test_more_cases_are_swapped_by_chance_the_same_in_every_run(tmp_path: Path) -> None:
    """The rate keeps to half of alpha, has an interval, and depends on the seed alone."""
    run_duel(tmp_path, cases=cases(40))
    first = aa(tmp_path, "--draws", "300", "--output-format", "json").json
    again = aa(tmp_path, "--draws", "300", "--output-format", "json").json
    assert first == again
    assert first["draws"] == 300
    assert first["false_pass"]["interval"]["low"] <= 0.025
    assert first["false_fail"]["interval"]["low"] <= 0.025


def test_cases_of_a_cluster_change_sides_together(tmp_path: Path) -> None:
    """Twelve cases in four clusters are four units: no verdict, so no false one, and the report says why."""
    clustered = [{**case, "cluster": f"g{i % 4}"} for i, case in enumerate(cases(12))]
    run_duel(tmp_path, cases=clustered)
    found = aa(tmp_path, "--output-format", "json").json
    assert (found["units"], found["draws"]) == (4, 16)
    assert found["false_pass"]["value"] == 0
    assert any("too few to tell" in note for note in found["notes"])


def test_checks_decide_under_swaps_too(tmp_path: Path) -> None:
    """Without a judge the primary metric of the checks is what is swapped."""
    run_duel(tmp_path, cases=cases(12), judge=None, checks=[{"not_contains": "order"}])
    found = aa(tmp_path, "--draws", "200", "--output-format", "json").json
    assert found["criteria"] == ["check_pass_rate"]
    assert found["false_pass"]["value"] <= 0.05


def test_the_report_fits_its_terminal(tmp_path: Path) -> None:
    """Plain words, no line too long."""
    run_duel(tmp_path, cases=cases(10))
    done = aa(tmp_path, "--policy", "win_rate > 50%")
    assert "all 1,024 ways to swap the labels" in done.out
    assert "False pass 1.1%   of runs pass a prompt that changes nothing" in done.out
    assert '37.7% of runs ship a prompt that changes nothing by "win_rate > 50%"' in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("rule", ["win_rate", "win_rate > often", "> 0.5", "win_rate => 0.5"])
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    """The message shows what a rule looks like."""
    with pytest.raises(UsageError, match="expected a rule such as"):
        read_policy(rule)


def test_an_unknown_metric_or_format_is_refused(tmp_path: Path) -> None:
    """A policy names a metric of the run."""
    run_duel(tmp_path, cases=cases(3))
    assert aa(tmp_path, "--policy", "charm > 1").code == 2
    assert aa(tmp_path, "--output-format", "junit").code == 2
