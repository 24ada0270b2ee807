"""A check, or a tag's cases, as a criterion of its own: through the command line, as the gate holds them."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import Done, arena
from duel_files import cases, rows, write_experiment
from loopback import Loopback

WHOLE = {"name": "check_pass_rate", "role": "primary", "not_worse": "60pp"}
CHECKS = [{"name": "cites_policy", "contains": "policy"}, {"name": "short", "max_words": 20}, {"empty": False}]


def gate(folder: Path, *metrics: dict[str, Any], without: int = 0, checks: Any = CHECKS, tagged: int = 40) -> Done:
    """Gate 60 recorded answers an arm; the treatment's first `without` answers do not cite the policy."""
    for arm in ("control", "treatment"):
        lines = [
            {"case": f"c{i}", "output": "No." if arm == "treatment" and i < without else f"The policy says {arm}."}
            for i in range(60)
        ]
        (folder / f"{arm}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = [{**case, "tags": ["safety"]} if i < tagged else case for i, case in enumerate(cases(60))]
    write_experiment(
        folder,
        model=None,
        price=None,
        judge=None,
        variants={arm: {"outputs": f"{arm}.jsonl"} for arm in ("control", "treatment")},
        cases=asked,
        checks=checks,
        metrics=list(metrics),
    )
    return arena(folder, "gate", "experiment.yaml", "--output-format", "json")


def policy(**keys: Any) -> dict[str, Any]:
    """Return the guardrail on the named check."""
    return {"name": "policy", "check": "cites_policy", "role": "guardrail", "max_drop": "10pp"} | keys


def test_a_check_that_holds_passes_by_its_name(tmp_path: Path) -> None:
    """The row says what stands behind the name, and what is measured is that check alone."""
    done = gate(tmp_path, WHOLE, policy())
    assert done.code == 0, done.out + done.err
    row = next(row for row in done.json["metrics"] if row["name"] == "policy")
    assert (row["source"], row["checks"], row["treatment"]) == ("check_pass_rate", ["cites_policy"], 1.0)
    assert "policy max_drop 10pp" in [reason["criterion"] for reason in done.json["reasons"]]


def test_a_check_that_falls_holds_the_treatment(tmp_path: Path) -> None:
    """One answer in three no longer cites the policy: the named check fails, another one still passes."""
    kept = policy(name="brief", check="short")
    done = gate(tmp_path, WHOLE, policy(), kept, without=20)
    assert done.code == 1, done.out + done.err
    found = {reason["criterion"]: reason["decision"] for reason in done.json["reasons"]}
    assert (found["policy max_drop 10pp"], found["brief max_drop 10pp"]) == ("fail", "pass")


@pytest.mark.parametrize("check", [["short", "cites_policy"], ["empty", "cites_policy"]])
def test_several_checks_pass_together(tmp_path: Path, check: list[str]) -> None:
    """An answer passes when each of the named ones does; one without a name is meant by its key."""
    done = gate(tmp_path, WHOLE, policy(check=check), without=20)
    row = next(row for row in done.json["metrics"] if row["name"] == "policy")
    assert (done.code, row["treatment"]) == (1, pytest.approx(2 / 3))


def test_the_scores_of_a_run_carry_the_names_that_there_are(tmp_path: Path) -> None:
    """A row of an unnamed check is as it was."""
    gate(tmp_path, WHOLE, policy())
    scores = rows(tmp_path, "completions.jsonl")[0]["scores"]
    assert [(score["check"], score.get("name")) for score in scores] == [
        ("contains", "cites_policy"), ("max_words", "short"), ("empty", None),
    ]  # fmt: skip


def test_a_safety_rate_is_a_check_on_the_cases_of_its_tag(tmp_path: Path) -> None:
    """It is measured on those alone: two thirds of all cases, of which the treatment loses half."""
    safety = {"name": "safety_rate", "check": "cites_policy", "tag": "safety", "role": "guardrail", "min": "60%"}
    done = gate(tmp_path, WHOLE, safety, without=40)
    row = next(row for row in done.json["metrics"] if row["name"] == "safety_rate")
    assert (done.code, row["tag"], row["difference"]["n"], row["treatment"]) == (1, "safety", 40, 0.0)
    assert row["message"].startswith("safety_rate (safety) 0% ")


def test_what_n_can_prove_counts_the_cases_of_the_tag(tmp_path: Path) -> None:
    """Sixty cases would do for 10pp; the eight with the tag do not, which is known at no cost."""
    done = gate(tmp_path, WHOLE, policy(tag="safety"), tagged=8)
    assert (done.code, done.json["sent"]) == (3, False)
    assert done.json["reasons"][0]["message"].startswith("policy (safety) max_drop 10pp: needs ≥ 36 cases, you have 8")


def test_more_answers_to_a_case_than_are_asked_prove_nothing(tmp_path: Path) -> None:
    """pass@3 of one answer a case is known to be out of reach before anything is sent."""
    done = gate(tmp_path, WHOLE, {"name": "pass@3", "role": "guardrail", "max_drop": "50pp"})
    assert (done.code, done.json["sent"]) == (3, False)
    assert "needs 3 answers to a case, the plan asks for 1: --repeats 3" in done.json["reasons"][0]["message"]


def test_a_tag_that_no_chosen_case_has_is_refused(tmp_path: Path) -> None:
    """A limit that nothing of the run speaks of would be left out."""
    gate(tmp_path, WHOLE, policy(tag="safety"))
    done = arena(tmp_path, "duel", "experiment.yaml", "--case", "c59")
    assert done.code == 2
    assert "'policy' is of the tag 'safety', which none of the chosen cases has" in done.err


def test_label_swaps_know_checks_and_tags(tmp_path: Path) -> None:
    """Each is measured as the run did it, with the arms of its cases exchanged."""
    gate(tmp_path, WHOLE, policy(), policy(tag="safety", max_drop="15pp"))
    done = arena(tmp_path, "aa", "latest", "--draws", "100", "--output-format", "json")
    assert done.code == 0, done.err
    assert done.json["criteria"] == ["check_pass_rate", "policy", "policy (safety)"]
    assert done.json["false_pass"]["value"] == 1.0


def test_a_size_is_of_all_cases_where_a_tag_needs_some(tmp_path: Path) -> None:
    """Thirty-six cases of the tag are 72 in all, where every second case has it."""
    gate(tmp_path, WHOLE, policy(tag="safety"), tagged=30)
    for source in (("--experiment", "experiment.yaml"), ("--from-run", "latest", "--draws", "100")):
        done = arena(tmp_path, "size", "duel", *source, "--output-format", "json")
        if source[0] == "--experiment":
            assert done.code == 0, done.err
            assert done.json["criteria"][1]["at_best"] == 72


def test_a_win_rate_of_a_tag_is_decided_beside_that_of_all_cases(tmp_path: Path) -> None:
    """The treatment loses each case of the tag and wins the others: the whole passes, and the tag holds it."""
    qualities = {"control": [0.5] * 60, "treatment": [0.2] * 12 + [0.9] * 48}
    for arm, each in qualities.items():
        lines = [json.dumps({"case": f"c{i}", "output": f"Answer. (q={q:.3f})"}) + "\n" for i, q in enumerate(each)]
        (tmp_path / f"{arm}.jsonl").write_text("".join(lines))
    write_experiment(
        tmp_path,
        variants={arm: {"outputs": f"{arm}.jsonl"} for arm in ("control", "treatment")},
        cases=[{**case, "tags": ["safety"]} if i < 12 else case for i, case in enumerate(cases(60))],
        metrics=[
            {"name": "win_rate", "role": "primary", "above": 0.5},
            {"name": "win_rate", "tag": "safety", "role": "guardrail", "not_worse": "10pp"},
        ],
    )
    with Loopback() as server:
        done = arena(tmp_path, "gate", "experiment.yaml", "--output-format", "json", environment=server.environment)
        found = {reason["criterion"]: reason for reason in done.json["reasons"]}
        assert done.code == 1, done.out + done.err
        assert found["win_rate above 50%"]["decision"] == "pass"
        assert found["win_rate (safety) not_worse 10pp"]["decision"] == "fail"
        assert found["win_rate (safety) not_worse 10pp"]["estimate"]["value"] == 0.0
        assert [row.get("tag") for row in done.json["metrics"]][:2] == [None, "safety"]
        for words in ("text", "markdown", "html", "junit"):
            report = arena(tmp_path, "report", "latest", "--output-format", words)
            assert "(safety)" in report.out, words
