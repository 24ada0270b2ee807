"""What a gate does not take for a proof: copies, records written by hand, failed calls, what was hardly measured."""

import errno
import json
import os
from pathlib import Path
from typing import Any, TextIO

import pytest

from arena.cli import screen
from command_line import Done, arena, finish, start
from duel_files import cases, rows, write_experiment
from loopback import Fault, Loopback, Received

CLEAR = {"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.62"}
WIN_RATE = {"name": "win_rate", "role": "primary", "above": 0.5}


def gate(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run a gate and return what it printed as JSON."""
    what = arguments or ("experiment.yaml",)
    return arena(folder, "gate", *what, "--output-format", "json", environment=server.environment)


def messages(done: Done) -> str:
    """Return the reasons of a verdict, a line each."""
    return "\n".join(reason["message"] for reason in done.json["reasons"])


def fails_for_control(received: Received) -> Fault | None:
    """Fail every third answer of the control for good."""
    number = received.text.split("Question ")[-1].split(":")[0]
    return Fault("null") if "Be helpful" in received.text and int(number) % 3 == 0 else None


@pytest.mark.parametrize("primary", [{"name": "check_pass_rate"}, {"name": "error_rate"}])
def test_a_control_that_cannot_be_asked_is_no_improvement(tmp_path: Path, primary: dict[str, str]) -> None:
    """Without a judge too: where the arms fail unequally, the provider was compared and not the prompt."""
    metrics = [{**primary, "role": "primary"}]
    keys: dict[str, Any] = {"judge": None, "checks": [{"max_words": 60}], "metrics": metrics}
    write_experiment(tmp_path, variants=CLEAR, cases=cases(60), **keys)
    with Loopback(spread=0.5, faults=fails_for_control) as server:
        done = gate(tmp_path, server)
    assert done.code == 3, done.out
    assert "control: 20 of 60 answers failed" in messages(done)
    assert "the arms fail unequally: control 20, treatment 0" in messages(done)


def test_copies_of_a_case_are_one_piece_of_evidence(tmp_path: Path) -> None:
    """Forty copies prove what one case proves; in a cluster they say so themselves."""
    copies = [{"id": f"c{i}", "input": "Where is my order?"} for i in range(40)]
    with Loopback(spread=0.5) as server:
        write_experiment(tmp_path, variants=CLEAR, cases=copies)
        done = gate(tmp_path, server)
        write_experiment(tmp_path, variants=CLEAR, cases=cases(40) + [copies[0] | {"id": i} for i in ("x", "y")])
        few = gate(tmp_path, server)
        same = [copy | {"id": f"x{i}", "cluster": "order"} for i, copy in enumerate(copies)]
        write_experiment(tmp_path, variants=CLEAR, cases=cases(40) + same)
        clustered = gate(tmp_path, server)
    assert (done.code, few.code) == (3, 0), done.out
    assert "39 of 40 cases repeat another one" in messages(done)
    assert "repeat another one" not in messages(clustered)


def outputs(folder: Path, *, timed: int = 40, authored: bool = False) -> dict[str, Any]:
    """Write the answers of both arms and a judge's replies; return the keys of their experiment."""
    for name, turn in (("control", 7), ("treatment", 5)):
        lines = [{"case": f"c{i}", "output": f"{name} says {i}", "latency_s": 1.0 + i % turn / 10} for i in range(40)]
        for line in lines[timed:] if name == "treatment" else ():
            del line["latency_s"]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    head = {"transcript": 1, "models": {"judge": "openai:judge-1"}, "authored": authored}
    orders = (("control", "treatment", "B"), ("treatment", "control", "A"))
    replies = [
        {"case": f"c{i}", "first": first, "second": second, "text": json.dumps({"reason": "-", "winner": winner})}
        for i in range(40)
        for first, second, winner in orders
    ]
    (folder / "judge.jsonl").write_text("\n".join(map(json.dumps, [head, *replies])))
    variants = {name: {"outputs": f"{name}.jsonl"} for name in ("control", "treatment")}
    judge = {"model": "replay:judge.jsonl", "axes": "none"}
    return {"model": None, "price": None, "variants": variants, "judge": judge, "cases": cases(40)}


@pytest.mark.parametrize(("authored", "code"), [(False, 0), (True, 3)])
def test_judgments_that_were_written_by_hand_prove_nothing(tmp_path: Path, authored: bool, code: int) -> None:
    """Neither at once nor when the run is decided again."""
    write_experiment(tmp_path, **outputs(tmp_path, authored=authored))
    with Loopback() as server:
        done = gate(tmp_path, server)
        again = gate(tmp_path, server, "latest")
    assert (done.code, again.code) == (code, code), done.err
    for each in (done, again):
        assert ("the judgments were written by hand" in messages(each)) is authored
    assert all(row.get("authored", False) is authored for row in rows(tmp_path, "judgments.jsonl"))


@pytest.mark.parametrize(("timed", "code"), [(38, 0), (20, 3)])
def test_a_guardrail_that_was_hardly_measured_holds_nothing(tmp_path: Path, timed: int, code: int) -> None:
    """What is missing is not missing by chance: slow answers are the ones without a time."""
    limit = {"name": "latency_s_mean", "role": "guardrail", "max_increase": "800ms"}
    write_experiment(tmp_path, **outputs(tmp_path, timed=timed), metrics=[WIN_RATE, limit])
    with Loopback() as server:
        done = gate(tmp_path, server)
    assert done.code == code, done.out
    assert ("measured in 20 of 40 cases: nothing is decided" in messages(done)) is (code == 3)


@pytest.mark.parametrize(
    "option", [("--against", "HEAD"), ("--repeats", "3"), ("--seed", "7"), ("--until-decided",), ("--dry-run",)]
)
def test_a_past_run_is_decided_as_it_was_asked(tmp_path: Path, option: tuple[str, ...]) -> None:
    """An option that only asking could follow is refused, never left out in silence."""
    write_experiment(tmp_path, **outputs(tmp_path))
    with Loopback() as server:
        assert gate(tmp_path, server).code == 0
        refused = gate(tmp_path, server, "latest", *option)
    assert refused.code == 2
    assert refused.err.startswith(f"error: {option[0]}: latest is a past run")


def test_a_reader_that_went_away_changes_no_exit_code(tmp_path: Path) -> None:
    """`arena gate | head -1` is as red as `arena gate`, also where the pipe's own status counts (pipefail)."""
    write_experiment(tmp_path, variants={"control": CLEAR["treatment"], "treatment": CLEAR["control"]}, cases=cases(40))
    with Loopback(spread=0.5) as server:
        process = start(tmp_path, ("gate",), server.environment)
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        done = finish(process)
    assert done.code == 1
    assert "Traceback" not in done.err


def test_a_result_that_cannot_be_written_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk behind stdout: exit code 4, and it is said."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(40))

    def full(stream: TextIO, text: str) -> None:
        if "PASS" in text:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        stream.write(text)

    monkeypatch.setattr(screen, "_write", full)
    with Loopback(spread=0.5) as server:
        done = arena(tmp_path, "gate", environment=server.environment)
    assert done.code == 4
    assert "error: the result cannot be written to stdout: No space left on device" in done.err


def test_nothing_sent_has_the_keys_of_a_run(tmp_path: Path) -> None:
    """What there is none of is null, never left out."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(3))
    with Loopback() as server:
        found = gate(tmp_path, server).json
    assert (found["sent"], found["run"], found["attempts"], found["cost_usd"]) == (False, None, None, 0.0)


def test_a_run_that_stopped_early_says_the_same_when_it_is_decided_again(tmp_path: Path) -> None:
    """The calls that were saved are those of the plan."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(100))
    with Loopback(spread=0.5) as server:
        done = gate(tmp_path, server, "experiment.yaml", "--until-decided")
        again = gate(tmp_path, server, "latest")
        told = arena(tmp_path, "gate", "latest", environment=server.environment)
    assert done.json["early_stop"]["calls_saved"] > 0
    assert again.json["early_stop"] == done.json["early_stop"]
    assert "95% betting" in told.out
    assert "betting, betting" not in told.out


def test_agreement_with_people_is_shown_on_all_cases(tmp_path: Path) -> None:
    """A proof of the win rate stops nothing where labels must prove something as well."""
    write_experiment(
        tmp_path, variants=CLEAR, cases=cases(60), labels="labels.jsonl", gate={"min_human_agreement": 0.6}
    )
    labels = [{"case": f"c{i}", "winner": "treatment", "rater": "anna"} for i in range(60)]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)))
    with Loopback(spread=0.5) as server:
        done = gate(tmp_path, server, "experiment.yaml", "--until-decided")
    assert (done.code, done.json["early_stop"]["stopped_at"]) == (0, 60), done.err


def test_an_edited_result_makes_no_arms_the_same(tmp_path: Path) -> None:
    """What differs is read from the experiment, so `--unchanged pass` passes nothing that was not proved."""
    write_experiment(tmp_path, variants={"control": "a quality=0.5", "treatment": "b quality=0.5"}, cases=cases(20))
    with Loopback(spread=0.5) as server:
        found = gate(tmp_path, server).json
        path = tmp_path / ".arena" / "runs" / found["run"] / "result.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"differences": []}))
        again = gate(tmp_path, server, "latest", "--unchanged", "pass")
    assert again.code == 3
    assert again.json["differences"] == found["differences"]


def test_code_that_a_model_wrote_runs_where_that_is_allowed(tmp_path: Path) -> None:
    """`arena gate --allow-code` is `arena duel --allow-code`."""
    checked = [case | {"checks": [{"code": {"tests": "assert True"}}]} for case in cases(1)]
    write_experiment(tmp_path, judge=None, cases=checked)
    with Loopback() as server:
        assert gate(tmp_path, server).code == 2
        assert gate(tmp_path, server, "experiment.yaml", "--allow-code").code == 3


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("options", {"limit": "x"}, "RunFacts.options.limit: expected int"),
        ("options", [], "RunFacts.options: expected an object"),
        ("experiment", {"path": "experiment.yaml"}, "RunFacts.experiment: name is missing"),
        ("files", None, "RunFacts.files: expected an object"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, name: str, value: Any, said: str) -> None:
    """No traceback, and nothing is decided."""
    write_experiment(tmp_path, **outputs(tmp_path))
    with Loopback() as server:
        run = gate(tmp_path, server).json["run"]
        manifest = tmp_path / ".arena" / "runs" / run / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {name: value}))
        done = gate(tmp_path, server, str(manifest.parent))
    assert done.code == 4
    assert "manifest.json was changed or damaged" in done.err
    assert said in done.err
