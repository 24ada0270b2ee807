"""A ranking from its file to its run folder, on a loopback server whose truth is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import Done, arena
from duel_files import cases, result_bytes, rows, write_experiment
from loopback import Fault, Loopback, Received, status

THREE = {
    "control": "Be helpful. quality=0.30",
    "kind": "Be helpful and kind. quality=0.5",
    "brief": "Be brief. quality=0.75",
}


def rank(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Rank the folder's experiment against the server, as JSON."""
    return arena(folder, "rank", "--output-format", "json", *arguments, environment=server.environment)


def test_every_pair_is_judged_and_every_variant_asked_once(tmp_path: Path) -> None:
    """Three variants and 20 cases: 60 answers, and 3 pairs in both orders are 120 judgments."""
    write_experiment(tmp_path, variants=THREE, cases=cases(20))
    with Loopback(spread=0.6) as server:
        done = rank(tmp_path, server)
    found = done.json
    assert done.code == 0, done.err
    assert found["calls"] == {"made": 180, "cached": 0, "failed": 0}
    assert server.count == 180
    assert [one["name"] for one in found["variants"]] == ["brief", "kind", "control"]
    assert found["variants"][0]["rank_set"] == [1]
    assert found["kind"] == "rank"
    assert {(one["first"], one["second"]) for one in rows(tmp_path, "judgments.jsonl")} == {
        (first, second) for first in THREE for second in THREE if first != second
    }
    assert found["judge"]["distinct_answers"] == {"brief": 20, "control": 20, "kind": 20}
    assert "180 calls to openai:model-1, openai:judge-1 · about $" in done.err


@pytest.mark.parametrize("pair", [("control", "brief"), ("kind", "brief"), ("kind", "control")])
def test_a_duel_after_a_ranking_pays_nothing(tmp_path: Path, pair: tuple[str, str]) -> None:
    """It asks the same, and finds the ranking's win rate of that pair."""
    write_experiment(tmp_path, variants=THREE, cases=cases(8))
    with Loopback(spread=0.6) as server:
        matrix = rank(tmp_path, server).json["win_matrix"]
        asked = server.count
        write_experiment(tmp_path, variants={name: THREE[name] for name in pair}, cases=cases(8))
        done = arena(tmp_path, "duel", "--output-format", "json", environment=server.environment)
        assert server.count == asked
    found = done.json
    assert found["calls"] == {"made": 0, "cached": 32, "failed": 0}
    assert found["win_rate"]["value"] == matrix[found["treatment"]][found["control"]]


def test_a_second_ranking_pays_nothing_and_says_the_same(tmp_path: Path) -> None:
    """Byte for byte, from the cache alone; --refresh asks everything again, each once."""
    write_experiment(tmp_path, variants=THREE, cases=cases(6))
    with Loopback(spread=0.6) as server:
        rank(tmp_path, server)
        first = result_bytes(tmp_path)
        again = rank(tmp_path, server, "--offline")
        assert (again.code, server.count) == (0, 54)
        assert result_bytes(tmp_path) == first
        assert rank(tmp_path, server, "--refresh").json["calls"]["made"] == 54


def test_a_failed_call_is_asked_once_and_lost_against_all_who_answered(tmp_path: Path) -> None:
    """It never leaves n: each pair still has every case."""
    write_experiment(tmp_path, variants=THREE, cases=cases(12))

    def unlucky(received: Received) -> Fault | None:
        broken = "quality=0.75" in received.text and any(f"Question {i}:" in received.text for i in (3, 5))
        return Fault("bad_json") if broken else None

    with Loopback(spread=0.6, faults=unlucky) as server:
        found = rank(tmp_path, server).json
    brief = next(one for one in found["variants"] if one["name"] == "brief")
    assert brief["failed"] == 2
    assert found["calls"]["failed"] == 2
    assert found["outcomes"]["brief"] == {"failed:bad_response": 2, "stop": 10}
    pairs = {frozenset((one["first"], one["second"])): one for one in found["pairs"]}
    assert {one["win_rate"]["cases"] for one in found["pairs"]} == {12}
    assert pairs[frozenset(("brief", "kind"))]["win_rate"]["failed"] == {"brief": 2, "kind": 0}
    assert pairs[frozenset(("control", "kind"))]["win_rate"]["failed"] == {"control": 0, "kind": 0}
    assert pairs[frozenset(("brief", "kind"))]["judgments"] == 20


def test_judgments_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    """By pair and in all, and the judge is not fit."""
    write_experiment(tmp_path, variants=THREE, cases=cases(10))

    def silent(received: Received) -> Fault | None:
        return Fault("empty") if "ANSWER B" in received.text and "Question 4:" in received.text else None

    with Loopback(spread=0.6, faults=silent) as server:
        found = rank(tmp_path, server).json
    assert found["judge"]["unparseable"] == 6
    assert [one["unparseable"] for one in found["pairs"]] == [2, 2, 2]
    assert found["judge"]["fit"] is False
    assert any("6 of 60 judgments were not read" in note for note in found["notes"])


def test_what_is_asked_of_one_variant_is_asked_once(tmp_path: Path) -> None:
    """Axes scored alone and judged checks too, though each variant is in several pairs; the cost counts them once."""
    judge = {"model": "openai:judge-1", "price": {"input": 1.0, "output": 2.0}, "axes": "pointwise"}
    checks = [{"max_words": 100}, {"judge": "Is it polite?"}]
    write_experiment(tmp_path, variants=THREE, cases=cases(4), judge=judge, checks=checks)
    with Loopback(spread=0.6) as server:
        planned = arena(tmp_path, "rank", "--dry-run", "--output-format", "json", environment=server.environment).json
        found = rank(tmp_path, server).json
    answers, judgments, appraisals, questions = 12, 24, 12, 12
    assert found["calls"]["made"] == planned["calls"] == server.count == answers + judgments + appraisals + questions
    assert found["cost_usd"] == pytest.approx(found["paid_usd"])
    for row in rows(tmp_path, "completions.jsonl"):
        assert [score["check"] for score in row["scores"]] == ["max_words", "judge"]
        assert all("error" not in score for score in row["scores"])


def test_an_odd_variant_is_checked_too(tmp_path: Path) -> None:
    """Checks are made in the first pairs alone, and every answer has them."""
    five = {f"v{i}": f"Be helpful {i}. quality=0.{i + 3}" for i in range(5)}
    write_experiment(tmp_path, variants=five, cases=cases(3), checks=[{"max_words": 100}])
    with Loopback(spread=0.6) as server:
        assert rank(tmp_path, server).json["calls"]["made"] == 15 + 10 * 3 * 2
    scores = [row["scores"] for row in rows(tmp_path, "completions.jsonl")]
    assert len(scores) == 15
    assert all([score["passed"] for score in each] == [True] for each in scores)


def test_a_function_without_a_version_is_called_once(tmp_path: Path) -> None:
    """It is not cached, and still has one answer to each case."""
    (tmp_path / "bot.py").write_text(
        "from pathlib import Path\n\n\ndef answer(case):\n"
        "    with (Path(__file__).parent / 'asked.txt').open('a') as asked:\n"
        "        asked.write(f'{case.id}\\n')\n    return 'Fine. (q=0.5)'\n"
    )
    variants: dict[str, Any] = {"control": THREE["control"], "kind": THREE["kind"]}
    write_experiment(tmp_path, variants=variants | {"bot": {"target": "python:bot.py:answer"}}, cases=cases(4))
    with Loopback(spread=0.6) as server:
        done = rank(tmp_path, server)
    assert done.code == 0, done.err
    assert sorted((tmp_path / "asked.txt").read_text().split()) == ["c0", "c1", "c2", "c3"]


def test_recorded_answers_and_repeats_are_ranked(tmp_path: Path) -> None:
    """Answers from files need no call; two answers a case are one unit of evidence."""
    for better, name in enumerate(("old", "new")):
        lines = [
            {"case": f"c{i}", "output": f"{name} {repeat}. (q=0.{i + 3 + 2 * better})", "repeat": repeat}
            for i in range(4)
            for repeat in range(2)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    variants = {name: {"outputs": f"{name}.jsonl"} for name in ("old", "new")} | {"kind": THREE["kind"]}
    write_experiment(tmp_path, variants=variants, cases=cases(4), repeats=2)
    with Loopback(spread=0.6) as server:
        done = rank(tmp_path, server)
    assert done.code in (0, 3), done.err
    assert done.json["calls"]["made"] == 8 + 3 * 4 * 2 * 2
    assert {pair["win_rate"]["cases"] for pair in done.json["pairs"]} == {4}


def test_an_interrupted_ranking_is_taken_up(tmp_path: Path) -> None:
    """The judge is refused: exit 4. Later the same run goes on, and no answer is paid for twice."""
    write_experiment(tmp_path, variants=THREE, cases=cases(6))

    def no_judge(received: Received) -> Fault | None:
        return status(401) if "ANSWER B" in received.text else None

    with Loopback(spread=0.6, faults=no_judge) as server:
        assert rank(tmp_path, server).code == 4
        told = arena(tmp_path, "report", environment=server.environment)
        assert told.code == 2
        assert "arena rank experiment.yaml takes it up where it stopped" in told.err
        server.faults = ()
        done = rank(tmp_path, server)
    assert done.code == 0, done.err
    assert done.json["calls"]["cached"] > 0
    assert done.json["calls"]["made"] + done.json["calls"]["cached"] == 54
    assert len(list((tmp_path / ".arena" / "runs").iterdir())) == 1


def test_a_duel_does_not_take_up_a_ranking(tmp_path: Path) -> None:
    """Of two variants both may be asked for; each is a run of its own."""
    two = {name: THREE[name] for name in ("control", "kind")}
    write_experiment(tmp_path, variants=two, cases=cases(6))
    with Loopback(spread=0.6) as server:
        ranked = rank(tmp_path, server).json
        duelled = arena(tmp_path, "duel", "--output-format", "json", environment=server.environment).json
    assert ranked["run"] != duelled["run"]
    assert ranked["options"] == {"command": "rank"}
    assert len(ranked["pairs"]) == 1


def test_nothing_is_sent_without_a_judge(tmp_path: Path) -> None:
    """A ranking compares answers; the message says what to declare."""
    write_experiment(tmp_path, variants=THREE, judge=None, checks=[{"max_words": 100}])
    with Loopback() as server:
        done = rank(tmp_path, server)
    assert (done.code, server.count) == (2, 0)
    assert "no judge is configured" in done.err
    assert "judge: vendor:model" in done.err


def test_a_dry_run_says_what_all_pairs_ask_and_can_prove(tmp_path: Path) -> None:
    """4 cases are too few for three pairs at once; nothing is sent."""
    write_experiment(tmp_path, variants=THREE, cases=cases(4))
    with Loopback() as server:
        done = arena(tmp_path, "rank", "--dry-run", environment=server.environment)
        assert (done.code, server.count) == (0, 0)
    assert "control · kind · brief" in done.out
    assert "36 to openai:model-1, openai:judge-1" in done.out
    shown = " ".join(done.out.split())
    assert "✗ one variant better than another, 3 pairs at once: needs ≥ 7 cases, each of them won, you have 4" in shown


def test_the_cap_holds_for_all_pairs_together(tmp_path: Path) -> None:
    """Nothing is sent where even the lowest guess is above it."""
    write_experiment(tmp_path, variants=THREE, cases=cases(20))
    with Loopback() as server:
        done = rank(tmp_path, server, "--max-cost", "0.01")
    assert (done.code, server.count) == (4, 0)
    assert "180 calls cost $" in done.err


def test_equal_variants_are_named_before_they_are_ranked(tmp_path: Path) -> None:
    """What tells them apart is chance."""
    write_experiment(tmp_path, variants=THREE | {"twin": THREE["kind"]}, cases=cases(3))
    with Loopback() as server:
        done = arena(tmp_path, "rank", "--dry-run", "--output-format", "json", environment=server.environment)
    assert "kind and twin are the same: what tells them apart is chance" in done.json["notes"]
    assert done.json["variants"] == ["control", "kind", "brief", "twin"]


def test_columns_need_a_golden_set_that_has_some(tmp_path: Path) -> None:
    """As for a duel."""
    write_experiment(tmp_path, variants=THREE)
    with Loopback() as server:
        done = rank(tmp_path, server, "--map", "input=question")
    assert done.code == 2
    assert "has no columns" in done.err
