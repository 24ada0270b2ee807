"""Duels judged by likelihood, by panels and by dissection: through the command line, against the loopback server."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import Done, arena
from duel_files import JUDGE, cases, rows, write_experiment
from loopback import Fault, Loopback
from loopback_judge import JudgeTruth

SECOND = {"model": "openai:judge-2", "price": {"input": 1.0, "output": 2.0}}


def duel(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run the folder's duel against the server."""
    return arena(
        folder, "duel", "experiment.yaml", "--output-format", "json", "-q", *arguments, environment=server.environment
    )


def test_bias_of_the_slots_hides_the_better_prompt_from_labels_and_not_from_likelihood(tmp_path: Path) -> None:
    """A judge that would always write A is inconsistent either way; by likelihood it still tells who is better."""
    biased = JudgeTruth(position_bias=1.0, letter_bias=20.0)
    prompts = {"control": "Be brief. quality=0.2", "treatment": "Be kind. quality=0.8"}
    found = {}
    for method in ("label", "likelihood"):
        folder = tmp_path / method
        folder.mkdir()
        write_experiment(folder, judge=JUDGE | {"method": method, "axes": "none"}, variants=prompts)
        with Loopback(judge=biased) as server:
            done = duel(folder, server)
            bodies = [request.body for request in server.requests if request.body["model"] == "judge-1"]
        assert done.code in (0, 1), done.err
        found[method] = done.json
        assert all(("logprobs" in body) == (method == "likelihood") for body in bodies)
        assert done.json["judge"]["consistency"]["value"] == 0.0
        assert done.json["judge"]["fit"] is False
    assert found["label"]["win_rate"]["value"] == 0.5
    assert found["likelihood"]["win_rate"]["value"] == 1.0
    row = rows(tmp_path / "likelihood", "judgments.jsonl")[0]
    assert row["winner"] == "first"
    assert row["log_odds"] < 0


def test_tally_of_a_run_by_likelihood_is_the_run(tmp_path: Path) -> None:
    """The judgments of a run, tallied as a file, give the duel's own win rate: odds are merged in both alike."""
    write_experiment(tmp_path, judge=JUDGE | {"method": "likelihood"}, cases=cases(30))
    with Loopback(judge=JudgeTruth(letter_bias=2.0)) as server:
        done = duel(tmp_path, server)
    (judgments,) = (tmp_path / ".arena" / "runs").glob("*/judgments.jsonl")
    tallied = arena(tmp_path, "tally", str(judgments), "--output-format", "json")
    assert tallied.code in (0, 1), tallied.err
    for key in ("value", "wins", "losses", "ties", "p_value"):
        assert tallied.json["win_rate"][key] == done.json["win_rate"][key], key
    assert tallied.json["judge"]["consistency"]["value"] == done.json["judge"]["consistency"]["value"]


def test_expected_scores_ask_each_axis_and_are_finer_than_levels(tmp_path: Path) -> None:
    """Two answers, three axes, six calls a pair besides the two judgments; the means are no whole numbers."""
    write_experiment(tmp_path, judge=JUDGE | {"axes": "pointwise", "scores": "expected"}, cases=cases(4))
    with Loopback() as server:
        done = duel(tmp_path, server)
        digits = [each for each in server.requests if "Reply with one digit" in each.text]
    assert done.code in (0, 1), done.err
    assert len(digits) == 4 * 2 * 3
    assert done.json["calls"]["made"] == 4 * (2 + 2 + 6)
    axes = {axis["name"]: axis for axis in done.json["axes"]}
    assert set(axes) == {"correctness", "helpfulness", "clarity"}
    assert all(1 < axis["control"] < axis["treatment"] < 5 for axis in axes.values())
    assert not float(axes["clarity"]["control"]).is_integer()


def test_model_without_log_probabilities_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """A reasoning model at OpenAI gives none: exit 2, and not one request."""
    judge = {"model": "openai:gpt-6-luna", "method": "likelihood"}
    write_experiment(tmp_path, judge=judge, model="scripted:echo", price=None)
    done = arena(tmp_path, "duel", "experiment.yaml", environment={"OPENAI_API_KEY": "sk-x"})
    assert done.code == 2
    assert "openai:gpt-6-luna gives no log-probabilities" in done.err
    write_experiment(tmp_path, judge={"model": "anthropic:claude-sonnet-5", "method": "likelihood"})
    located = arena(tmp_path, "duel", "experiment.yaml")
    assert located.code == 2
    assert "experiment.yaml:" in located.err
    assert "anthropic gives none" in located.err


@pytest.mark.parametrize("panel", ["mean", "majority"])
def test_panel_reports_how_far_its_judges_agree(tmp_path: Path, panel: str) -> None:
    """Two judges of noise: the rule, the agreement with its interval and the split cases stand in result and report."""
    write_experiment(tmp_path, judge=[JUDGE, SECOND], panel=panel, cases=cases(30))
    with Loopback(judge=JudgeTruth(noise=0.4)) as server:
        done = duel(tmp_path, server)
        shown = arena(tmp_path, "report", environment=server.environment)
    found = done.json["panel"]
    assert (found["rule"], found["judges"], found["incomplete"]) == (panel, 2, 0)
    interval = found["agreement"]["interval"]
    assert interval["low"] <= found["agreement"]["value"] <= interval["high"]
    assert f"panel of 2, {panel}" in shown.out
    assert "judges agree" in shown.out


def test_judge_of_a_panel_that_fails_drops_no_case(tmp_path: Path) -> None:
    """All calls of the second judge fail: every case counts, with bounds, and the panel says what is missing."""
    write_experiment(tmp_path, judge=[JUDGE, SECOND], panel="majority", cases=cases(8))

    def second_fails(received: Any) -> Fault | None:
        return Fault("null") if received.body["model"] == "judge-2" else None

    with Loopback(faults=second_fails) as server:
        done = duel(tmp_path, server)
    assert done.json["win_rate"]["cases"] == 8
    assert done.json["panel"]["incomplete"] == 8
    assert done.json["panel"]["agreement"]["value"] is None
    worst = done.json["win_rate"]["worst_case"]
    assert worst["low"] < worst["high"]


def test_one_judge_is_no_panel(tmp_path: Path) -> None:
    """There is nothing to agree about."""
    write_experiment(tmp_path, cases=cases(3))
    with Loopback() as server:
        assert duel(tmp_path, server).json["panel"] is None


def test_faithfulness_and_relevance_are_checks_of_the_answers(tmp_path: Path) -> None:
    """Each answer's claims are judged against the context that its own arm was given with; the share is its score."""
    variants = {
        "control": {"system": "Be helpful.", "context": "Parcels take three days."},
        "treatment": {"system": "Be helpful and kind.", "context": "Parcels take five days."},
    }
    write_experiment(tmp_path, variants=variants, checks=[{"faithful": {"min": 0.5}}, {"relevant": True}])
    judge = _Dissecting()
    with Loopback(judge=judge) as server:
        done = duel(tmp_path, server)
        asked = [each.text for each in server.requests if "take one ANSWER apart" in each.text]
    assert done.code in (0, 1), done.err
    assert len(asked) == 12 * 2 * 2
    faithful = [text for text in asked if "into its claims" in text]
    assert [sum(f"Parcels take {many} days" in text for text in faithful) for many in ("three", "five")] == [12, 12]
    for row in rows(tmp_path, "completions.jsonl"):
        first, second = row["scores"]
        assert (first["check"], first["passed"], first["value"]) == ("faithful", True, 0.5)
        assert (second["check"], second["passed"], second["value"]) == ("relevant", False, 0.5)


class _Dissecting(JudgeTruth):
    """Finds two parts in every answer, one of which holds."""

    def reply(self, schema: Any, prompt: str) -> str:
        """Return two parts where they are asked for."""
        if "parts" not in schema["properties"]:
            return super().reply(schema, prompt)
        holds = next(name for name in schema["properties"]["parts"]["items"]["properties"] if name != "text")
        return json.dumps({"reason": "two", "parts": [{"text": "a", holds: "YES"}, {"text": "b", holds: "NO"}]})


def test_whole_conversation_is_shown_to_the_judge(tmp_path: Path) -> None:
    """Every turn stands in its own fence, in order, with its number and speaker, before the request."""
    talk = [
        {"role": "system", "content": "You sell shoes."},
        {"role": "user", "content": "My first question."},
        {"role": "assistant", "content": "My first answer."},
        {"role": "user", "content": "And the second?"},
    ]
    write_experiment(tmp_path, cases=[{"id": "talk", "messages": talk}])
    with Loopback() as server:
        done = duel(tmp_path, server)
        (text, *_) = [each.text for each in server.requests if each.body["model"] == "judge-1"]
    assert done.code in (0, 1), done.err
    titles = ["TURN 1 BY SYSTEM", "TURN 2 BY USER", "TURN 3 BY ASSISTANT", "REQUEST", "ANSWER A", "ANSWER B"]
    places = [text.index(f"<<<{title} ") for title in titles]
    assert places == sorted(places)
    assert text.index("You sell shoes.") < text.index("My first answer.") < text.index("And the second?")


def test_run_with_instructions_of_its_own_is_read_back(tmp_path: Path) -> None:
    """The template and its version are part of the run's experiment: report, show and a second run read them again."""
    (tmp_path / "judge.md").write_text("House rules.\n{{ rubric }}\n{{ data_rule }}\n{{ reply_rule }}\n")
    prompt = {"file": "judge.md", "version": "7"}
    write_experiment(tmp_path, judge=JUDGE | {"prompt": prompt}, cases=cases(3))
    with Loopback() as server:
        first = duel(tmp_path, server)
        again = duel(tmp_path, server)
        asked = [each.text for each in server.requests if each.body["model"] == "judge-1"]
        shown = arena(tmp_path, "show", "latest", "c0", environment=server.environment)
    assert first.code in (0, 1), first.err
    assert again.json["calls"]["made"] == 0
    assert len(asked) == 6
    assert all("House rules." in text for text in asked)
    assert shown.code == 0, shown.err


class Partial(JudgeTruth):
    """Judges well; by the instructions that say so, it always takes the first answer."""

    def winner(self, marks: list[float], prompt: str) -> int:
        """Return the better answer, or the first."""
        return 0 if "Trust your first impression." in prompt else super().winner(marks, prompt)


@pytest.mark.parametrize("panel", ["mean", "majority"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("name", ["hasty", None])
def test_an_unfit_member_of_a_panel_of_one_model_is_named(
    tmp_path: Path, panel: str, order: tuple[int, int], name: str | None
) -> None:
    """Two prompts of one model are two judges: the hasty one's inconsistency is its own, and the gate says whose."""
    (tmp_path / "hasty.md").write_text("Trust your first impression. {{ rubric }} {{ data_rule }} {{ reply_rule }}")
    hasty = JUDGE | {"prompt": {"file": "hasty.md"}} | ({"name": name} if name else {})
    judges = [(JUDGE, hasty)[place] for place in order]
    variants = {"control": "Be brief. quality=0.2", "treatment": "Be kind. quality=0.8"}
    metrics = [{"name": "win_rate", "role": "primary", "above": 0.5}]
    write_experiment(tmp_path, judge=judges, panel=panel, variants=variants, cases=cases(30), metrics=metrics)
    with Loopback(judge=Partial()) as server:
        done = arena(
            tmp_path, "gate", "experiment.yaml", "--output-format", "json", "-q", environment=server.environment
        )
        (file,) = tmp_path.glob(".arena/runs/*/judgments.jsonl")
        tallied = arena(tmp_path, "tally", str(file), "--output-format", "json").json
    assert done.code == 3, done.err
    of_hasty, of_other = sorted(done.json["judges"], key=lambda each: each["consistency"]["value"])
    assert (of_hasty["judgments"], of_hasty["consistency"]["value"], of_hasty["fit"]) == (60, 0.0, False)
    assert (of_other["judgments"], of_other["consistency"]["value"], of_other["fit"]) == (60, 1.0, True)
    assert name is None or of_hasty["model"] == name
    doubts = [each["message"] for each in done.json["reasons"] if each["criterion"] == "judge"]
    assert doubts == [f"judge {of_hasty['model']}: consistency 0% is below 70%"]
    found = {each["model"]: each["consistency"]["value"] for each in tallied["judges"]}
    assert found == {of_hasty["model"]: 0.0, of_other["model"]: 1.0}
    assert {row["judge"] for row in rows(tmp_path, "judgments.jsonl")} == set(found)


def test_a_panel_in_which_one_judge_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Also where only the request shows it: arena's own instructions, written out as a template."""
    assert arena(tmp_path, "init", "--judge-prompt", ".").code == 0
    own = JUDGE | {"prompt": {"file": "judge/pairwise.md"}, "name": "mine"}
    write_experiment(tmp_path, judge=[JUDGE, own])
    with Loopback() as server:
        done = duel(tmp_path, server)
        assert (done.code, server.requests) == (2, [])
    assert "judges openai:judge-1 (" in done.err
    assert "and mine are asked the same: one word would count twice" in done.err
