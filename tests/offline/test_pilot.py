"""`arena size … --from-run`: a finished run as the pilot of the next."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.planning.duel_size import size_duel
from command_line import arena
from pilot_runs import PilotCase, run_pilot, write_pilot
from size_plans import total

GUARDED = (
    {"name": "win_rate", "role": "primary", "above": 0.5},
    {"name": "check_pass_rate", "role": "guardrail", "max_drop": "15pp"},
    {"name": "cost_usd", "role": "guardrail", "max_increase": "10%"},
)
FEW_DRAWS = ("--draws", "400")


def sized(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return what `arena size` gives as JSON."""
    done = arena(folder, "size", *arguments, "--output-format", "json")
    assert done.code == 0, done.err
    return done.json


def refused(folder: Path, *arguments: str) -> str:
    """Return the message with which `arena size` refuses."""
    done = arena(folder, "size", *arguments)
    assert (done.code, done.out) == (2, "")
    return done.err


def cases(numbers: dict[int, int], **fields: Any) -> list[PilotCase]:
    """Return so many cases by score in quarters."""
    return [PilotCase(quarters=quarters, **fields) for quarters, many in numbers.items() for _ in range(many)]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a run of 60 cases: two orders that often disagree, ties, costs, checks."""
    folder, rng = tmp_path_factory.mktemp("guarded"), np.random.default_rng(3)
    pilot = []
    for number in range(60):
        cost = float(rng.lognormal(-4.0, 0.3))
        pilot.append(
            PilotCase(
                quarters=int(rng.choice(5, p=[0.1, 0.1, 0.25, 0.15, 0.4])),
                cost_usd=(cost, cost * float(rng.normal(1.02, 0.1))),
                checks=(number % 20 != 0, number % 30 != 0),
            )
        )
    run_pilot(folder, pilot, metrics=GUARDED)
    return folder


def test_two_orders_that_disagree_need_fewer_cases_than_one(tmp_path: Path) -> None:
    """The pilot's own variance: a win rate of .7 whose scores are quarters, against one of 0 and 1."""
    run_pilot(tmp_path, cases({3: 32, 1: 4, 2: 4}))
    plan = sized(tmp_path, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert plan["inputs"]["win_rate"] == pytest.approx(0.675)
    assert plan["inputs"]["score_sd"] < 0.2
    assert plan["total"] < total(size_duel(0.675)) / 3
    assert plan["power"] >= 0.8
    assert plan["criteria"][0]["criterion"] == "win_rate above 50%"


def test_all_that_the_experiment_decides_is_sized_together(guarded: Path) -> None:
    """Each criterion's own number, the number for all, what drives it, and what the run saw of each."""
    plan = sized(guarded, "duel", "--from-run", "latest", *FEW_DRAWS)
    names = [one["criterion"] for one in plan["criteria"]]
    assert names == ["win_rate above 50%", "check_pass_rate max_drop 15pp", "cost_usd max_increase 10%"]
    assert plan["total"] >= max(one["cases"] for one in plan["criteria"])
    assert sum(one["drives"] for one in plan["criteria"]) == 1
    assert plan["inputs"]["consistency"] is not None
    assert plan["inputs"]["ties"] == pytest.approx(22 / 60)
    done = arena(guarded, "size", "duel", "--from-run", "latest", *FEW_DRAWS)
    assert "cases for all of it" in done.out
    assert done.out.count("← needs most") == 1
    assert max(map(len, done.out.splitlines())) <= 80


def test_another_win_rate_or_experiment_may_be_asked_for(guarded: Path) -> None:
    """A win rate nearer to one half needs more cases; another experiment has its own criteria."""
    lower = sized(guarded, "duel", "--from-run", "latest", "--win-rate", "0.62", *FEW_DRAWS)
    assert lower["inputs"]["win_rate"] == pytest.approx(0.62)
    as_it_was = sized(guarded, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert lower["criteria"][0]["cases"] > as_it_was["criteria"][0]["cases"]
    (guarded / "other").mkdir()
    file = write_pilot(guarded / "other", cases({4: 6}), metrics=GUARDED[:1])
    plan = sized(guarded, "duel", "--from-run", "latest", "--experiment", str(file), "--alpha", "0.01", *FEW_DRAWS)
    assert [one["criterion"] for one in plan["criteria"]] == ["win_rate above 50%"]
    assert plan["inputs"]["alpha"] == 0.01


def test_a_run_of_some_of_the_cases_says_so(tmp_path: Path) -> None:
    """How they were chosen stands beside what follows from them."""
    write_pilot(tmp_path, cases({4: 12, 2: 4}))
    assert arena(tmp_path, "duel", "experiment.yaml", "-q", "--limit", "12").code == 0
    sample = sized(tmp_path, "duel", "--from-run", "latest", "--draws", "100")
    assert sample["inputs"]["pilot_cases"] == 12
    assert any(note.startswith("cases of the run: ") and "12 of 16" in note for note in sample["notes"])


def test_clusters_of_the_run_are_the_units(tmp_path: Path) -> None:
    """Cases that agree within their cluster need more of them: ICC and design effect are those of the run."""
    pilot = [PilotCase(quarters=4 if group % 4 else 0, cluster=f"g{group}") for group in range(16) for _ in range(3)]
    run_pilot(tmp_path, pilot)
    plan = sized(tmp_path, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert plan["inputs"]["icc"] == pytest.approx(1.0)
    assert plan["inputs"]["design_effect"] == pytest.approx(3.0)
    assert plan["total"] % 3 == 0
    assert plan["total"] > 2 * total(size_duel(0.75))
    assert any("16 clusters of 3 cases, ICC 1.00: 3 times the cases" in note for note in plan["notes"])


def test_what_the_run_did_not_measure_is_said(tmp_path: Path) -> None:
    """A latency that no recorded answer has is taken at its best, and so may drive the number."""
    metrics = (
        GUARDED[0],
        {"name": "latency_s_p95", "role": "guardrail", "max_increase": "300ms"},
        {"name": "check_pass_rate", "role": "guardrail", "min": "90%"},
    )
    run_pilot(tmp_path, cases({4: 16, 0: 2, 2: 2}), metrics=metrics)
    plan = sized(tmp_path, "duel", "--from-run", "latest", *FEW_DRAWS)
    latency = plan["criteria"][1]
    assert (latency["cases"], latency["drives"]) == (72, True)
    assert latency["assumed"].startswith("not measured in the run")
    assert plan["criteria"][2]["cases"] == 36
    assert any("20 cases tell little" in note for note in plan["notes"])


def test_a_quantile_and_a_mean_without_bounds_are_decided_by_their_interval(tmp_path: Path) -> None:
    """Costs in dollars and their p50, as differences; a cost that rises beyond its limit has no number."""
    rng = np.random.default_rng(8)
    pilot = [
        PilotCase(quarters=4, cost_usd=(cost, cost + float(rng.normal(0.0, 0.001))))
        for cost in rng.normal(0.02, 0.002, size=40).tolist()
    ]
    metrics = (
        {"name": "cost_usd_p50", "role": "guardrail", "max_increase": "$0.002"},
        {"name": "cost_usd", "role": "guardrail", "max_increase": "$0.001", "max": "$0.03"},
    )
    run_pilot(tmp_path, pilot, metrics=(GUARDED[0], *metrics))
    plan = sized(tmp_path, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert "80 samples" in plan["formula"]
    assert all(one["cases"] is not None for one in plan["criteria"])
    dearer = tmp_path / "dearer"
    dearer.mkdir()
    run_pilot(dearer, [PilotCase(quarters=4, cost_usd=(0.01, 0.02 + 0.001 * i)) for i in range(12)], metrics=GUARDED)
    plan = sized(dearer, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert (plan["total"], plan["power_curve"]) == (None, [])
    assert "cost_usd max_increase 10%: the run is at the limit or beyond it" in plan["reason"]
    done = arena(dearer, "size", "duel", "--from-run", "latest", *FEW_DRAWS)
    assert done.out.startswith("No number of cases proves it: cost_usd")


def test_a_live_test_takes_its_baseline_and_spread_from_the_run(guarded: Path) -> None:
    """The control's rate and standard deviation, by the metric's name where there are several."""
    rate = sized(guarded, "rate", "--from-run", "latest", "--mde", "-0.05")
    assert rate["inputs"]["baseline"] == pytest.approx(0.95)
    assert rate["inputs"]["metric"] == "check_pass_rate"
    assert "of control 95%" in rate["notes"][0]
    mean = sized(guarded, "mean", "--from-run", "latest", "--metric", "cost_usd", "--mde", "0.001")
    assert mean["inputs"]["sd"] == pytest.approx(0.0055, abs=0.002)
    named = sized(
        guarded, "rate", "--from-run", "latest", "--metric", "empty_rate", "--mde", "0.05", "--baseline", "0.1"
    )
    assert named["inputs"]["baseline"] == 0.1


def test_a_live_test_takes_its_icc_from_the_run(tmp_path: Path) -> None:
    """Where a cluster size is given without one."""
    pilot = [PilotCase(checks=(group % 2 == 0, True), cluster=f"g{group}") for group in range(10) for _ in range(3)]
    rates = ({"name": "check_pass_rate", "role": "secondary"}, {"name": "empty_rate", "role": "secondary"})
    run_pilot(tmp_path, pilot, metrics=rates)
    several = refused(tmp_path, "rate", "--from-run", "latest", "--mde", "0.1")
    assert "--metric: say which; " in several
    assert "check_pass_rate, empty_rate" in several
    plan = sized(
        tmp_path, "rate", "--from-run", "latest", "--metric", "check_pass_rate", "--mde", "0.1", "--cluster-size", "2"
    )
    assert plan["inputs"]["icc"] == pytest.approx(1.0)
    assert any("ICC 1.00 in clusters of 3" in note for note in plan["notes"])


def test_a_users_mistake_is_named(guarded: Path) -> None:
    """Exit 2 and nothing on stdout."""
    run = ("--from-run", "latest")
    assert "--from-run: the run says" in refused(guarded, "duel", *run, "--ties", "0.1")
    assert "--win-rate 1" in refused(guarded, "duel", *run, "--win-rate", "1")
    assert "no run is called nothing" in refused(guarded, "duel", "--from-run", "nothing")
    assert "--metric csat: no rate" in refused(guarded, "rate", *run, "--metric", "csat", "--mde", "0.1")
    assert "--metric latency_s: not measured" in refused(guarded, "mean", *run, "--metric", "latency_s", "--mde", "1")
    assert "--metric: is of a run" in refused(guarded, "rate", "--baseline", "0.5", "--mde", "0.1", "--metric", "x")
    clusters = refused(guarded, "rate", *run, "--mde", "-0.1", "--cluster-size", "3")
    assert "has no clusters to take it from" in clusters


def test_a_run_without_a_judge_has_no_win_rate(tmp_path: Path) -> None:
    """Its checks are sized; a win rate for it is refused."""
    file = write_pilot(tmp_path, cases({2: 12}, checks=(False, True)))
    text = file.read_text().replace("judge:\n  model: replay:transcript.jsonl\n  axes: none\n", "judge: null\n")
    file.write_text(text)
    done = arena(tmp_path, "duel", "experiment.yaml", "-q")
    assert done.code == 0, done.err
    plan = sized(tmp_path, "duel", "--from-run", "latest", *FEW_DRAWS)
    assert [one["criterion"].split()[0] for one in plan["criteria"]] == ["check_pass_rate"]
    assert plan["total"] == 6
    assert "was not judged" in refused(tmp_path, "duel", "--from-run", "latest", "--win-rate", "0.7")


def test_what_is_open_counts_against_the_treatment(tmp_path: Path) -> None:
    """A judgment that is missing is a tie whose worst case must pass as well: more cases, and worth saying how many."""
    complete, open_ends = tmp_path / "complete", tmp_path / "open"
    for folder, missing in ((complete, 2), (open_ends, None)):
        folder.mkdir()
        run_pilot(folder, [*cases({4: 30, 0: 8}), *[PilotCase(quarters=missing)] * 2])
    whole, gaps = (sized(folder, "duel", "--from-run", "latest", *FEW_DRAWS) for folder in (complete, open_ends))
    assert whole["inputs"]["win_rate"] == gaps["inputs"]["win_rate"]
    assert gaps["total"] > whole["total"]


def test_a_criterion_is_sized_by_the_cases_that_measured_it(tmp_path: Path) -> None:
    """A cost that half of the cases have needs twice the cases; one of nothing at all has no relative change."""
    rng = np.random.default_rng(5)
    costs = [(0.01, 0.01 * (1.0 + float(rng.normal(0.0, 0.2)))) for _ in range(30)]
    metrics = (GUARDED[0], GUARDED[2])
    full, half, free = tmp_path / "full", tmp_path / "half", tmp_path / "free"
    run_pilot(
        _made(full),
        [PilotCase(quarters=4, cost_usd=cost, cluster="a" if i < 2 else None) for i, cost in enumerate(costs)],
        metrics=metrics,
    )
    run_pilot(
        _made(half),
        [
            PilotCase(quarters=4, cost_usd=cost if known else None, cluster="a" if i < 2 else None)
            for i, cost in enumerate(costs)
            for known in (True, False)
        ],
        metrics=metrics,
    )
    run_pilot(_made(free), [PilotCase(quarters=4, cost_usd=(0.0, 0.0))] * 12, metrics=metrics)
    every, some, none = (sized(folder, "duel", "--from-run", "latest", *FEW_DRAWS) for folder in (full, half, free))
    assert some["criteria"][1]["cases"] == pytest.approx(2 * every["criteria"][1]["cases"], rel=0.3)
    assert "no spread is known" in none["criteria"][1]["assumed"]


def test_superiority_of_a_cost_and_of_an_alike_pilot(tmp_path: Path) -> None:
    """A cost that must fall is decided with its sign-flip; clusters that are all alike tell no ICC."""
    metrics = (GUARDED[0], {"name": "cost_usd", "role": "guardrail", "below": "$0"})
    pilot = [PilotCase(quarters=4, cost_usd=(0.02, 0.015 + 0.0005 * (i % 5)), cluster=f"g{i // 2}") for i in range(16)]
    run_pilot(tmp_path, pilot, metrics=metrics)
    plan = sized(tmp_path, "duel", "--from-run", "latest", "--draws", "100")
    assert plan["criteria"][1]["cases"] is not None
    assert any("too few to tell how alike" in note for note in plan["notes"])


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
