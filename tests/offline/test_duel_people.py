"""A duel with people's labels: how its judge stands to them, and what they make of the win rate."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from arena.records.label import answers_digest
from command_line import Done, arena
from duel_files import cases, rows, write_experiment
from loopback import Loopback

MARK = re.compile(r"\(q=(\d\.\d{3})\)")
OTHER = {"control": "treatment", "treatment": "control"}


def duel(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run the folder's duel against the server."""
    return arena(folder, "duel", "experiment.yaml", *arguments, environment=server.environment)


def found(folder: Path, server: Loopback) -> dict[str, Any]:
    """Return what the duel finds."""
    return duel(folder, server, "--output-format", "json").json


def texts(folder: Path) -> dict[str, dict[str, str]]:
    """Return both answers to each case of the latest run."""
    both: dict[str, dict[str, str]] = {}
    for row in rows(folder, "completions.jsonl"):
        both.setdefault(row["case"], {})[row["variant"]] = row["text"]
    return both


def better(answers: Mapping[str, str]) -> str:
    """Return the variant whose answer carries the higher mark: what people see, and the perfect judge too."""
    return max(answers, key=lambda name: float(MARK.findall(answers[name])[-1]))


def write_labels(path: Path, answers: Mapping[str, Mapping[str, str]], *, wrong: int = 0) -> None:
    """Write a label of each case with the digest of its answers; the first `wrong` of them name the other answer."""
    lines = []
    for number, (case, both) in enumerate(sorted(answers.items())):
        winner = better(both) if number >= wrong else OTHER[better(both)]
        lines.append({"case": case, "winner": winner, "rater": "anna", "answers": answers_digest(case, both)})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def latest_run(folder: Path) -> Path:
    """Return the folder of the run that was made last."""
    return max((folder / ".arena" / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns)


def test_labels_beside_the_golden_set_audit_the_judge(tmp_path: Path) -> None:
    """Nine of twelve labels are met: 75%; the win rate by people stands beside the judge's own."""
    write_experiment(tmp_path)
    with Loopback() as server:
        plain = found(tmp_path, server)
        write_labels(tmp_path / "labels.jsonl", texts(tmp_path), wrong=3)
        write_experiment(tmp_path, labels="labels.jsonl")
        labelled = found(tmp_path, server)
        shown = duel(tmp_path, server)
    people = labelled["people"]
    assert plain["people"] is None
    assert labelled["experiment"]["hash"] != plain["experiment"]["hash"]
    assert (people["agreement"]["value"], people["cases"], people["raters"]) == (0.75, 12, 1)
    assert people["agreement_both_orders"]["value"] == 0.75
    assert people["source"] == "the experiment's labels"
    assert (people["least"], people["enough"]) == (None, None)
    assert 0.0 <= people["corrected_win_rate"]["value"] <= 1.0
    assert labelled["win_rate"] == plain["win_rate"]
    assert "judges agree 75.0%" in shown.out
    assert "win rate by people" in shown.out


def test_a_judge_that_people_contradict_is_not_fit(tmp_path: Path) -> None:
    """Below gate.min_human_agreement it may not decide; at it, it may."""
    write_experiment(tmp_path)
    with Loopback() as server:
        duel(tmp_path, server)
        write_labels(tmp_path / "labels.jsonl", texts(tmp_path), wrong=3)
        judges = {}
        for least in (0.8, 0.75):
            write_experiment(tmp_path, labels="labels.jsonl", gate={"min_human_agreement": least})
            result = found(tmp_path, server)
            judges[least] = (result["people"]["enough"], result["judge"]["fit"], result["judge"]["unfit_reasons"])
        report = duel(tmp_path, server)
    assert judges == {0.8: (False, False, ["agreement with people 75% is below 80%"]), 0.75: (True, True, [])}
    assert "? gate.min_human_agreement 75.0%: not proved" in report.out


@pytest.mark.parametrize("labels", [None, "labels.jsonl"])
def test_agreement_asked_for_without_labels_is_refused_before_anything_is_sent(
    tmp_path: Path, labels: str | None
) -> None:
    """Exit 2; labels of other answers leave the agreement unknown, and the judge not fit."""
    write_experiment(tmp_path, gate={"min_human_agreement": 0.8}, labels=labels)
    (tmp_path / "labels.jsonl").write_text('{"case": "c0", "winner": "tie", "answers": "0123456789abcdef"}\n')
    with Loopback() as server:
        done = duel(tmp_path, server, "--output-format", "json")
        sent = len(server.requests)
    if labels is None:
        assert (done.code, sent) == (2, 0)
        assert "gate.min_human_agreement asks for people's labels, and there are none" in done.err
    else:
        judge = done.json["judge"]
        assert judge["unfit_reasons"] == ["agreement with people is unknown: no label is of these answers"]
        assert "the experiment's labels: 1 case was labelled for other answers than these" in str(done.json["notes"])


def test_labels_of_an_earlier_run_hold_for_the_same_answers(tmp_path: Path) -> None:
    """The latest run of the same experiment lends its labels; without digests they stay with it."""
    write_experiment(tmp_path)
    with Loopback() as server:
        first = duel(tmp_path, server, "--output-format", "json").json
        run = latest_run(tmp_path)
        write_labels(run / "labels.jsonl", texts(tmp_path))
        second = found(tmp_path, server)
        (run / "labels.jsonl").write_text('{"case": "c0", "winner": "control"}\n')
        third = found(tmp_path, server)
    assert first["people"] is None
    assert second["people"]["agreement"]["value"] == 1.0
    assert second["people"]["source"] == f"the labels of run {run.name}"
    assert third["people"] is None


def test_a_run_that_is_decided_again_uses_its_own_labels(tmp_path: Path) -> None:
    """`arena gate RUN`, after people labelled it: also labels without a digest, for they are of this run."""
    write_experiment(tmp_path)
    with Loopback() as server:
        duel(tmp_path, server)
        run = latest_run(tmp_path)
        label = {"case": "c0", "winner": better(texts(tmp_path)["c0"])}
        (run / "labels.jsonl").write_text(json.dumps(label) + "\n")
        again = arena(tmp_path, "gate", run.name, "--output-format", "json", environment=server.environment).json
    assert again["people"]["source"] == f"the labels of run {run.name}"
    assert (again["people"]["agreement"]["value"], again["people"]["cases"]) == (1.0, 1)


def test_only_asked_cases_count(tmp_path: Path) -> None:
    """A label of a case that --case leaves out is no unknown case."""
    write_experiment(tmp_path)
    with Loopback() as server:
        duel(tmp_path, server)
        write_labels(tmp_path / "labels.jsonl", texts(tmp_path))
        write_experiment(tmp_path, labels="labels.jsonl")
        result = duel(tmp_path, server, "--case", "c3", "--output-format", "json").json
    assert (result["people"]["cases"], result["people"]["labels"]) == (1, 1)
    assert "unknown" not in str(result["notes"])


def test_against_an_older_prompt_labels_hold_for_the_texts_they_name(tmp_path: Path) -> None:
    """The control is another one: a label without a digest says nothing of it."""
    write_experiment(tmp_path, cases=cases(6))
    with Loopback() as server:
        duel(tmp_path, server)
        run = latest_run(tmp_path)
        (tmp_path / "labels.jsonl").write_text('{"case": "c0", "winner": "control"}\n')
        write_experiment(tmp_path, cases=cases(6), labels="labels.jsonl")
        done = duel(tmp_path, server, "--against", run.name, "--output-format", "json")
    assert done.code == 0, done.err
    assert done.json["people"] is None


def test_mistakes_in_the_labels_are_told_with_the_files_place(tmp_path: Path) -> None:
    """Before anything is sent."""
    write_experiment(tmp_path, labels="labels.jsonl")
    with Loopback() as server:
        missing = duel(tmp_path, server)
        (tmp_path / "labels.jsonl").write_text('{"case": "c0", "winner": "nobody"}\n')
        wrong = duel(tmp_path, server)
        (tmp_path / "labels.jsonl").write_bytes(b"\xff\xfe")
        binary = duel(tmp_path, server)
        sent = len(server.requests)
    assert (missing.code, wrong.code, binary.code, sent) == (2, 2, 2, 0)
    assert "experiment.yaml" in missing.err
    assert "labels.jsonl:1:26: winner: 'nobody' is no variant" in wrong.err
    assert "UTF-16" in binary.err
