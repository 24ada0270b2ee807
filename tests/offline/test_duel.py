"""A duel from its file to its result, on a loopback server whose truth is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import Done, arena
from duel_files import cases, result_bytes, rows, write_experiment
from loopback import Fault, Loopback, Received, status
from loopback_judge import JudgeTruth


def duel(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run the folder's duel against the server and return its JSON."""
    return arena(
        folder, "duel", "experiment.yaml", "--output-format", "json", *arguments, environment=server.environment
    )


def test_the_smallest_file_works(tmp_path: Path) -> None:
    """Model, judge, two variants and two bare cases are enough."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "new.md").write_text("Be helpful and brief.")
    (tmp_path / "experiment.yaml").write_text(
        """model: openai:model-1
judge: anthropic:judge-1
variants:
  control: Be helpful.
  treatment: {system: {file: prompts/new.md}}
cases:
  - My package hasn't arrived. It's been 8 days.
  - {input: Why was I charged twice?, tags: [billing]}
"""
    )
    with Loopback() as server:
        done = arena(tmp_path, "duel", "experiment.yaml", environment=server.environment)
    assert done.code == 0, done.err
    assert server.count == 2 * 2 + 2 * 2
    assert "cost unknown" in done.err
    assert "Win rate" in done.out


def test_every_pair_is_judged_in_both_orders(tmp_path: Path) -> None:
    """12 cases are 24 answers and 24 judgments, each variant shown first in half of them."""
    write_experiment(tmp_path)
    with Loopback() as server:
        found = duel(tmp_path, server).json
    judgments = rows(tmp_path, "judgments.jsonl")
    assert len(judgments) == 24
    assert sum(judgment["first"] == "control" for judgment in judgments) == 12
    assert found["calls"] == {"made": 48, "cached": 0, "failed": 0}
    assert found["win_rate"]["cases"] == 12


def test_a_biased_judge_leaves_the_truth_in_the_interval_and_is_shown(tmp_path: Path) -> None:
    """Three of ten judgments go to the first slot whatever was said: both orders cancel it, the share shows it."""
    variants = {"control": "Be helpful. quality=0.45", "treatment": "Be kind. quality=0.55"}
    write_experiment(tmp_path, variants=variants, cases=cases(150))
    with Loopback(spread=0.6) as server:
        honest = duel(tmp_path, server).json
        server.judge = JudgeTruth(position_bias=0.3)
        biased = duel(tmp_path, server, "--refresh").json
    truth = honest["win_rate"]["value"]
    interval = biased["win_rate"]["interval"]
    assert 0.55 < truth < 0.95
    assert interval["low"] <= truth <= interval["high"]
    assert honest["judge"]["first_slot_share"]["value"] == 0.5
    assert biased["judge"]["first_slot_share"]["interval"]["low"] > 0.5
    assert biased["judge"]["consistency"]["value"] < honest["judge"]["consistency"]["value"] == 1.0


RECOVERABLE = {
    "429": status(429, retry_after="0.05"),
    "500": status(500),
    "503": status(503),
    "529": status(529),
    "reset": Fault("reset"),
    "reset_midway": Fault("reset_midway"),
    "trunc": Fault("trunc"),
}
BROKEN = {kind: Fault(kind) for kind in ("bad_json", "html", "bad_utf8", "no_choices", "null")}
ANSWERED = {kind: Fault(kind) for kind in ("empty", "refusal", "content_filter", "length")}


def one_in_twenty(fault: Fault, *, times: int) -> Any:
    """Return a fault that meets one in twenty bodies, so many times each."""

    def choose(received: Received) -> Fault | None:
        unlucky = sum(received.text.encode()) % 20 == 3
        return fault if unlucky and received.attempt < times else None

    return choose


@pytest.mark.parametrize("name", RECOVERABLE)
def test_a_fault_that_passes_loses_no_case(tmp_path: Path, name: str) -> None:
    """A server that fails once and then answers costs nothing but time."""
    write_experiment(tmp_path, cases=cases(60), judge=None, checks=[{"max_words": 100}])
    with Loopback(faults=one_in_twenty(RECOVERABLE[name], times=1)) as server:
        done = duel(tmp_path, server)
    assert done.code == 0, done.err
    assert server.repeats, "the fault never struck"
    assert done.json["calls"] == {"made": 120, "cached": 0, "failed": 0}
    assert done.json["outcomes"] == {"control": {"stop": 60}, "treatment": {"stop": 60}}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_fails_its_own_case_alone(tmp_path: Path, name: str) -> None:
    """What cannot be read is one failure with its class; n stays, the neighbours are answered."""
    write_experiment(tmp_path, cases=cases(60))
    with Loopback(faults=one_in_twenty(BROKEN[name], times=99)) as server:
        done = duel(tmp_path, server)
    assert done.code == 0, done.err
    found = done.json
    failed = found["win_rate"]["failed"]
    lost = sum(outcomes.get("failed:bad_response", 0) for outcomes in found["outcomes"].values())
    assert found["win_rate"]["cases"] == 60
    assert lost == failed["control"] + failed["treatment"] > 0
    assert found["outcomes"]["control"]["stop"] == 60 - failed["control"]
    worst = found["win_rate"]["worst_case"]
    assert worst["low"] <= found["win_rate"]["interval"]["low"]
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ANSWERED)
def test_an_answer_of_another_class_is_counted_as_what_it_is(tmp_path: Path, name: str) -> None:
    """Empty, refused, filtered and cut answers are classes of their own; n stays."""
    write_experiment(tmp_path, cases=cases(60), judge=None, checks=[{"max_words": 100}])
    with Loopback(faults=one_in_twenty(ANSWERED[name], times=99)) as server:
        found = duel(tmp_path, server).json
    counted = sum(outcomes.get(name, 0) for outcomes in found["outcomes"].values())
    assert counted > 0
    assert all(sum(outcomes.values()) == 60 for outcomes in found["outcomes"].values())


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(tmp_path: Path) -> None:
    """The same experiment and cache give the same result.json."""
    write_experiment(tmp_path)
    with Loopback() as server:
        first = duel(tmp_path, server)
        one = result_bytes(tmp_path)
        asked = server.count
        second = duel(tmp_path, server)
        assert server.count == asked
    assert (first.code, second.code) == (0, 0)
    assert second.json["calls"] == {"made": 0, "cached": 48, "failed": 0}
    assert result_bytes(tmp_path) == one


def test_offline_answers_from_the_cache_and_names_what_it_lacks(tmp_path: Path) -> None:
    """--offline is exit 4 at the first answer that is not stored, and sends nothing."""
    write_experiment(tmp_path)
    with Loopback() as server:
        missed = duel(tmp_path, server, "--offline")
        assert server.count == 0
        duel(tmp_path, server)
        asked = server.count
        found = duel(tmp_path, server, "--offline")
        assert server.count == asked
    assert missed.code == 4
    assert "no stored answer for case" in missed.err
    assert found.code == 0


def test_refresh_asks_everything_again(tmp_path: Path) -> None:
    """--refresh uses nothing that is stored."""
    write_experiment(tmp_path)
    with Loopback() as server:
        duel(tmp_path, server)
        again = duel(tmp_path, server, "--refresh")
    assert again.json["calls"]["made"] == 48


def test_repeats_are_averaged_inside_the_case(tmp_path: Path) -> None:
    """Three completions a case are three calls an arm and still one unit of evidence."""
    write_experiment(tmp_path, cases=cases(4), repeats=3)
    with Loopback(salted=True) as server:
        found = duel(tmp_path, server).json
    assert found["win_rate"]["n"] == 4
    assert found["calls"]["made"] == 4 * 3 * 2 + 4 * 3 * 2
    assert {row["repeat"] for row in rows(tmp_path, "completions.jsonl")} == {0, 1, 2}


def test_without_a_judge_the_checks_decide(tmp_path: Path) -> None:
    """No judge: win rate, axes and judge are null, and check_pass_rate is the primary metric."""
    write_experiment(tmp_path, judge=None, checks=[{"not_contains": "order"}])
    with Loopback() as server:
        found = duel(tmp_path, server).json
    assert (found["win_rate"], found["axes"], found["judge"]) == (None, None, None)
    primary = found["metrics"][0]
    assert (primary["name"], primary["role"]) == ("check_pass_rate", "primary")
    assert primary["decision"] in ("pass", "fail", "inconclusive")


def test_a_judged_check_asks_the_judge_about_one_answer(tmp_path: Path) -> None:
    """`{judge: …}` is one more call an answer, and its score stands beside the others."""
    write_experiment(tmp_path, cases=cases(3), checks=[{"max_words": 100}, {"judge": "Promises no refund."}])
    with Loopback() as server:
        found = duel(tmp_path, server).json
        assert server.count == 6 + 6 + 6
    scores = [row["scores"] for row in rows(tmp_path, "completions.jsonl")]
    assert all([score["check"] for score in each] == ["max_words", "judge"] for each in scores)
    assert all(each[1]["passed"] in (True, False) for each in scores)
    assert found["calls"]["failed"] == 0


def test_pointwise_axes_score_each_answer_alone(tmp_path: Path) -> None:
    """`axes: pointwise` asks about each answer once, and both orders carry the same scores."""
    write_experiment(tmp_path, cases=cases(3), judge={"model": "openai:judge-1", "axes": "pointwise"})
    with Loopback() as server:
        found = duel(tmp_path, server).json
        assert server.count == 6 + 6 + 6
    by_case: dict[str, list[Any]] = {}
    for judgment in rows(tmp_path, "judgments.jsonl"):
        scores = {judgment["first"]: {n: a["first"] for n, a in judgment["axes"].items()}}
        scores |= {judgment["second"]: {n: a["second"] for n, a in judgment["axes"].items()}}
        by_case.setdefault(judgment["case"], []).append(scores)
    assert all(one == other for one, other in by_case.values())
    assert all(axis["control"] is not None for axis in found["axes"])


def test_outputs_of_any_stack_are_compared_without_a_call(tmp_path: Path) -> None:
    """`outputs: FILE` is an arm whose answers are there already; one that is missing is that arm's failure."""
    lines = [{"case": f"c{i}", "output": "Yes, tomorrow.", "latency_s": 1.0, "cost_usd": 0.001} for i in range(3)]
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    variants = {"control": {"outputs": "old.jsonl"}, "treatment": "Be kind."}
    write_experiment(tmp_path, cases=cases(3), variants=variants, judge=None, checks=[{"max_words": 5}])
    with Loopback() as server:
        found = duel(tmp_path, server).json
        assert server.count == 3
    assert found["metrics"][0]["control"] == 1.0
    assert found["metrics"][0]["treatment"] == 0.0


def test_a_python_function_can_be_an_arm(tmp_path: Path) -> None:
    """`target: python:FILE:FUNCTION` is called with the case; what it raises is that case's failure alone."""
    (tmp_path / "bot.py").write_text(
        "def answer(case):\n"
        "    if case.id == 'c1':\n"
        "        raise RuntimeError('no such order')\n"
        "    return f'About {case.input}'\n"
    )
    variants = {"control": "Be helpful.", "treatment": {"target": "python:bot.py:answer", "version": 3}}
    write_experiment(tmp_path, cases=cases(3), variants=variants, judge=None, checks=[{"contains": "About"}])
    with Loopback() as server:
        done = duel(tmp_path, server)
    assert done.code == 0, done.err
    assert done.json["outcomes"]["treatment"] == {"failed:target": 1, "stop": 2}


def test_what_a_function_prints_is_no_part_of_the_result(tmp_path: Path) -> None:
    """It goes to stderr, so stdout stays JSON; and a function that ends the program fails its case, not the run."""
    (tmp_path / "bot.py").write_text(
        "def answer(case):\n    print('asked', case.id)\n    return exit(0) if case.id == 'c1' else 'About it'\n"
    )
    variants = {"control": "Be helpful.", "treatment": {"target": "python:bot.py:answer", "version": 3}}
    write_experiment(tmp_path, cases=cases(3), variants=variants, judge=None, checks=[{"contains": "About"}])
    with Loopback() as server:
        done = duel(tmp_path, server)
    assert done.code == 0, done.err
    assert done.json["outcomes"]["treatment"] == {"failed:target": 1, "stop": 2}
    assert "asked c1" in done.err


def test_a_conversation_is_sent_turn_by_turn(tmp_path: Path) -> None:
    """A case with messages goes out as it is, under the variant's system prompt."""
    turns = [
        {"role": "user", "content": "My lamp is broken."},
        {"role": "assistant", "content": "I am sorry. What is the order number?"},
        {"role": "user", "content": "44129"},
    ]
    write_experiment(tmp_path, cases=[{"id": "lamp", "messages": turns}], judge=None, checks=[{"max_words": 99}])
    with Loopback() as server:
        assert duel(tmp_path, server).code == 0
        sent = server.requests[0].body["messages"]
    assert sent[0]["role"] == "system"
    assert sent[1:] == turns


def test_latency_is_compared_only_where_both_arms_were_called_in_one_run(tmp_path: Path) -> None:
    """A control from the cache and a treatment from today measure two days, not two prompts."""
    metrics = [{"name": "latency_s_mean", "role": "guardrail", "max_increase": "300ms"}]
    write_experiment(tmp_path, metrics=metrics)
    with Loopback() as server:
        together = duel(tmp_path, server).json
        write_experiment(
            tmp_path, metrics=metrics, variants={"control": "Be helpful. quality=0.45", "treatment": "New."}
        )
        apart = duel(tmp_path, server).json
    assert together["metrics"][1]["control"] > 0
    assert apart["metrics"][1]["control"] is None
    assert "--refresh" in apart["metrics"][1]["difference"]["reason"]
    assert apart["metrics"][1]["decision"] == "inconclusive"


def test_streaming_measures_the_first_token_only_where_a_metric_asks(tmp_path: Path) -> None:
    """ttft_s is null without a metric that needs it, for streaming changes what is measured."""
    write_experiment(tmp_path, cases=cases(2), judge=None, checks=[{"max_words": 99}])
    metrics = [{"name": "check_pass_rate", "role": "primary", "above": 0}, {"name": "ttft_s", "role": "secondary"}]
    with Loopback() as server:
        duel(tmp_path, server)
        assert not any(request.body.get("stream") for request in server.requests)
        write_experiment(tmp_path, cases=cases(2), judge=None, checks=[{"max_words": 99}], metrics=metrics)
        found = duel(tmp_path, server, "--refresh").json
        assert all(request.body.get("stream") for request in server.requests[4:])
    assert next(metric for metric in found["metrics"] if metric["name"] == "ttft_s")["control"] > 0


def test_a_panel_of_judges_is_averaged_inside_the_case(tmp_path: Path) -> None:
    """Two judges are twice the calls and still one unit of evidence a case, each with its own health."""
    write_experiment(tmp_path, cases=cases(3), judge=["openai:judge-1", "anthropic:judge-2"])
    with Loopback() as server:
        found = duel(tmp_path, server).json
        assert server.count == 6 + 12
    assert [judge["model"] for judge in found["judges"]] == ["openai:judge-1", "anthropic:judge-2"]
    assert found["win_rate"]["n"] == 3


def test_arms_that_are_the_same_have_nothing_to_compare(tmp_path: Path) -> None:
    """Two equal prompts are named as such, not judged better or worse."""
    write_experiment(tmp_path, variants={"control": "Be helpful.", "treatment": "Be helpful."})
    with Loopback() as server:
        found = duel(tmp_path, server).json
    assert found["differences"] == []
    assert any("nothing to compare" in note for note in found["notes"])


def test_an_alias_that_moves_between_the_arms_is_named(tmp_path: Path) -> None:
    """One prompt answered by another model than the other is a difference that nobody declared."""
    from loopback_dialects import Reply

    write_experiment(tmp_path, cases=cases(4), judge=None, checks=[{"max_words": 9}])
    moved = {"n": 0}

    def faults(received: Received) -> None:
        name = "model-1-new" if "kind" in received.text else "model-1-old"
        server.reply = Reply(text="Yes.", model=name)
        moved["n"] += 1

    with Loopback(faults=faults) as server:
        found = duel(tmp_path, server, "--concurrency", "1").json
    assert moved["n"] == 8
    undeclared = [difference for difference in found["differences"] if not difference["declared"]]
    assert found["models"]["control"] == "openai:model-1"
    assert len(undeclared) in (0, 1)
