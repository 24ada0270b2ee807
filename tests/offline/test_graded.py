"""Checks that run something, look at what an arm was shown, or need leave, through the real command."""

import json
from pathlib import Path
from typing import Any

import pytest

from arena.engine.graded import without_confounded_times
from arena.engine.prepare import prepare_duel
from arena.errors import UsageError
from arena.records.answered import Answered
from arena.records.run_options import RunOptions
from arena.records.score import Score
from command_line import arena
from duel_files import rows, write_experiment
from graded_answers import answer
from vector_server import vector_server

CASES = [{"id": f"c{at}", "input": f"Question {at}?", "reference": "It is late."} for at in range(4)]


def outputs(folder: Path, name: str, *texts: str, repeats: int = 1) -> dict[str, str]:
    """Write an arm's recorded answers, one text a case, or cycling through them for repeats; return the variant."""
    lines = [
        json.dumps({"case": case["id"], "output": texts[(at + repeat) % len(texts)], "repeat": repeat, "cost_usd": 0})
        for at, case in enumerate(CASES)
        for repeat in range(repeats)
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(lines))
    return {"outputs": f"{name}.jsonl"}


def experiment(folder: Path, checks: list[Any], texts: tuple[str, str], **keys: Any) -> None:
    """Write an experiment of recorded answers that checks decide."""
    variants = {name: outputs(folder, name, text) for name, text in zip(("control", "treatment"), texts, strict=True)}
    standard = {"model": None, "price": None, "judge": None, "variants": variants, "cases": CASES, "checks": checks}
    write_experiment(folder, **(standard | keys))


def test_code_is_not_run_without_leave(tmp_path: Path) -> None:
    """Exit 2 before anything is sent, and the option is named; with it the code decides."""
    tests = {"tests": "assert f(2) == 4"}
    experiment(tmp_path, [{"code": tests}], ("def f(x): return x", "def f(x): return x * x"))
    refused = arena(tmp_path, "duel", "experiment.yaml")
    assert refused.code == 2
    assert "--allow-code" in refused.err
    assert not (tmp_path / ".arena" / "runs").exists()
    done = arena(tmp_path, "duel", "experiment.yaml", "--allow-code", "--output-format", "json")
    assert done.code == 0, done.err
    [metric] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
    assert (metric["control"], metric["treatment"]) == (0.0, 1.0)


def test_own_function_and_its_hash_belong_to_the_experiment(tmp_path: Path) -> None:
    """What it says decides; another function is another experiment."""
    hashes = []
    for word, rates in (("Gladly", (0.0, 1.0)), ("No", (1.0, 0.0))):
        folder = tmp_path / word
        folder.mkdir()
        (folder / "checks.py").write_text(f"def kind(case, completion):\n    return '{word}' in completion.text\n")
        experiment(folder, [{"python": "checks.py:kind"}], ("No.", "Gladly."))
        done = arena(folder, "duel", "experiment.yaml", "--output-format", "json")
        assert done.code == 0, done.err
        hashes.append(done.json["experiment"]["hash"])
        [metric] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
        assert (metric["control"], metric["treatment"]) == rates
    assert hashes[0] != hashes[1]


def test_vectors_are_asked_once_priced_and_cached(tmp_path: Path) -> None:
    """A vendor's embeddings go the way of all calls: the cache pays for nothing twice."""
    with vector_server() as (address, received):
        similar = {"min": 0.9, "model": "vllm:e5", "base_url": address, "price": {"input": 1.0}}
        checks = [{"similar": similar}, {"empty": False}]
        experiment(tmp_path, checks, ("It is late!", "Zzz"))
        done = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json")
        assert done.code == 0, done.err
        assert sorted(one["input"][0] for one in received) == ["It is late!", "Zzz"]
        assert {one["path"] for one in received} == {"/v1/embeddings"}
        assert done.json["calls"]["made"] == 2
        before = len(received)
        again = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json")
        assert again.code == 0, again.err
        assert len(received) == before
        assert again.json["cost_usd"] == done.json["cost_usd"] == pytest.approx(8 * 9e-6)
    [metric] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
    assert (metric["control"], metric["treatment"]) == (1.0, 0.0)


def test_bad_vectors_are_errors_of_the_check(tmp_path: Path) -> None:
    """The rows say so, and the pass rate is open."""
    with vector_server({"data": [{"index": 0, "embedding": "much"}]}) as (address, _):
        similar = {"min": 0.9, "model": "vllm:e5", "base_url": address, "price": {"input": 1.0}}
        experiment(tmp_path, [{"similar": similar}, {"empty": False}], ("a", "b"))
        assert arena(tmp_path, "duel", "experiment.yaml").code == 0
    scores = [row["scores"][0] for row in rows(tmp_path, "completions.jsonl")]
    assert {score["passed"] for score in scores} == {None}
    assert all("vector that is no list of numbers" in score["error"] for score in scores)


def test_context_check_looks_at_what_the_arm_was_shown(tmp_path: Path) -> None:
    """An arm with another context is held against that one."""
    quoted = 'We say "parcels arrive on Friday".'
    experiment(tmp_path, [{"quotes": True}], (quoted, quoted))
    file = tmp_path / "bot.py"
    file.write_text(f"def answer(case):\n    return {quoted!r}\n")
    context = {"control": "Parcels arrive on Monday.", "treatment": "Parcels arrive on Friday."}
    variants = {name: {"target": "python:bot.py:answer", "context": text} for name, text in context.items()}
    write_experiment(
        tmp_path, model=None, price=None, judge=None, cases=CASES, checks=[{"quotes": True}], variants=variants
    )
    done = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json")
    assert done.code == 0, done.err
    [metric] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
    assert (metric["control"], metric["treatment"]) == (0.0, 1.0)


def test_pass_at_k_and_pass_hat_k_are_compared_over_cases(tmp_path: Path) -> None:
    """Of three answers one passes in one arm, two in the other: the two metrics, their interval and a limit."""
    variants = {
        "control": outputs(tmp_path, "control", "good", "bad", "bad", repeats=3),
        "treatment": outputs(tmp_path, "treatment", "good", "good", "bad", repeats=3),
    }
    metrics = [
        {"name": "pass@2", "role": "primary", "above": 0},
        {"name": "pass^2"},
        {"name": "pass@3", "role": "guardrail", "max_drop": "60pp"},
        {"name": "pass^4"},
    ]
    keys = {"model": None, "price": None, "judge": None, "cases": CASES, "checks": [{"contains": "good"}]}
    write_experiment(tmp_path, **keys, variants=variants, metrics=metrics, repeats=3)
    done = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json")
    assert done.code == 0, done.err
    found = {one["name"]: one for one in done.json["metrics"]}
    assert (found["pass@2"]["control"], found["pass@2"]["treatment"]) == (pytest.approx(2 / 3), 1.0)
    assert (found["pass^2"]["control"], found["pass^2"]["treatment"]) == (0.0, pytest.approx(1 / 3))
    assert found["pass@2"]["difference"]["interval"]["method"].startswith("gaffke")
    assert found["pass@3"]["difference"]["value"] == 0.0
    assert found["pass^4"]["difference"]["value"] is None
    assert found["pass^4"]["difference"]["reason"] == (
        "no case with checks has 4 answers in both arms; --repeats 4 asks for them"
    )


def test_time_checks_are_undone_where_the_arms_were_called_in_different_runs() -> None:
    """A server differs from day to day; other checks and other cases keep their scores."""
    timed = Score(check="max_latency_s", passed=True, reason="1 s")
    other = Score(check="empty", passed=True, reason="not empty")

    def row(case: str, variant: str, run: str) -> Answered:
        return Answered(case=case, variant=variant, repeat=0, answer=answer("x", called_in=run), scores=(timed, other))

    mixed = (row("a", "control", "monday"), row("a", "treatment", "friday"))
    alike = (row("b", "control", "friday"), row("b", "treatment", "friday"))
    found = without_confounded_times((*mixed, *alike), ("control", "treatment"))
    assert found[2:] == alike
    for one in found[:2]:
        assert one.scores[0].passed is None
        assert one.scores[0].error == "the arms were not called in the same run: --refresh measures both"
        assert one.scores[1] == other
    plain = tuple(Answered(case="a", variant=v, repeat=0, answer=answer("x"), scores=(other,)) for v in ("x", "y"))
    assert without_confounded_times(plain, ("x", "y")) == plain


def test_local_model_that_is_not_installed_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it; common words need no model."""
    experiment(tmp_path, [{"similar": {"min": 0.5}}, {"empty": False}], ("a", "b"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs an extra") as refused:
        prepare_duel(tmp_path / "experiment.yaml", RunOptions(), root=None, environment={})
    assert refused.value.hint == "pip install 'prompt-arena[embed]'"
    experiment(tmp_path, [{"similar": {"min": 0.5, "method": "rouge_l"}}, {"empty": False}], ("a", "b"))
    prepare_duel(tmp_path / "experiment.yaml", RunOptions(), root=None, environment={})  # no error


def test_vectors_are_counted_and_priced_beforehand(tmp_path: Path) -> None:
    """One request an answer; a model without a price leaves the cost unknown."""
    similar = {"min": 0.9, "model": "vllm:e5"}
    experiment(tmp_path, [{"similar": {**similar, "price": {"input": 1.0}}}, {"empty": False}], ("a", "b"))
    expected = prepare_duel(tmp_path / "experiment.yaml", RunOptions(), root=None, environment={}).budget.forecast
    assert (expected.calls, expected.models) == (2 * len(CASES), ("vllm:e5",))
    assert expected.usd is not None
    assert 0 < expected.usd.low < expected.usd.high
    experiment(tmp_path, [{"similar": similar}, {"empty": False}], ("a", "b"))
    expected = prepare_duel(tmp_path / "experiment.yaml", RunOptions(), root=None, environment={}).budget.forecast
    assert expected.unpriced == ("vllm:e5",)


def test_vendor_without_embeddings_is_refused_beforehand(tmp_path: Path) -> None:
    """Exit 2, and the vendor is named."""
    experiment(tmp_path, [{"similar": {"min": 0.9, "model": "anthropic:x"}}, {"empty": False}], ("a", "b"))
    refused = arena(tmp_path, "duel", "experiment.yaml")
    assert refused.code == 2
    assert "anthropic has no embeddings API" in refused.err


def test_recorded_answers_may_call_tools(tmp_path: Path) -> None:
    """An outputs file holds them beside the text."""
    experiment(tmp_path, [{"tool_calls": [{"name": "lookup", "arguments": {"order": 7}}]}], ("", ""))
    calls = {"tool_calls": [{"name": "lookup", "arguments": {"order": 7}}]}
    lines = [json.dumps({"case": case["id"], "output": "", **calls}) for case in CASES]
    (tmp_path / "treatment.jsonl").write_text("\n".join(lines))
    done = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json")
    assert done.code == 0, done.err
    [metric] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
    assert (metric["control"], metric["treatment"]) == (0.0, 1.0)
