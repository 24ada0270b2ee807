"""Which cases are asked, against what, and what stops a run before it costs anything."""

import subprocess
from pathlib import Path

import pytest

from command_line import Done, arena
from duel_files import cases, rows, write_experiment
from loopback import Loopback, echoed_key, status
from loopback_judge import JudgeTruth


def duel(folder: Path, server: Loopback, *arguments: str) -> Done:
    """Run the folder's duel against the server."""
    return arena(
        folder, "duel", "experiment.yaml", "--output-format", "json", *arguments, environment=server.environment
    )


def asked(folder: Path) -> set[str]:
    """Return the cases of the latest run."""
    return {row["case"] for row in rows(folder, "completions.jsonl")}


def test_limit_asks_a_recorded_random_sample(tmp_path: Path) -> None:
    """The same seed asks the same cases, another seed others, and the report says so."""
    write_experiment(tmp_path, cases=cases(40))
    with Loopback() as server:
        first = duel(tmp_path, server, "--limit", "8", "--seed", "1")
        one = asked(tmp_path)
        duel(tmp_path, server, "--limit", "8", "--seed", "1")
        same = asked(tmp_path)
        duel(tmp_path, server, "--limit", "8", "--seed", "2")
        other = asked(tmp_path)
    assert len(one) == 8
    assert one == same != other
    assert first.json["selection"] == "random sample of 8 of 40 cases, seed 1"


def test_tags_and_ids_narrow_the_cases(tmp_path: Path) -> None:
    """--tag and --case ask what they name; an unknown id is exit 2."""
    tagged = [*cases(2, tags=["hard"]), {"id": "easy", "input": "Hello?"}]
    write_experiment(tmp_path, cases=tagged)
    with Loopback() as server:
        duel(tmp_path, server, "--tag", "hard")
        assert asked(tmp_path) == {"c0", "c1"}
        duel(tmp_path, server, "--case", "easy")
        assert asked(tmp_path) == {"easy"}
        unknown = duel(tmp_path, server, "--case", "nope")
        nothing = duel(tmp_path, server, "--tag", "nope")
    assert (unknown.code, nothing.code) == (2, 2)
    assert "--case nope: no such case" in unknown.err
    assert "no case is left to ask" in nothing.err


def test_only_lost_asks_again_what_the_last_run_lost_and_draws_no_verdict(tmp_path: Path) -> None:
    """Cases chosen by their outcome are exploratory."""
    write_experiment(tmp_path, cases=cases(20))
    with Loopback(spread=0.9) as server:
        lost = {case["case"] for case in duel(tmp_path, server).json["lost"]}
        again = duel(tmp_path, server, "--only", "lost")
    assert 0 < len(lost) < 20
    assert asked(tmp_path) == lost
    assert "exploratory: cases chosen by outcome, no verdict" in again.json["selection"]
    assert again.json["win_rate_decision"] is None
    assert all(metric["decision"] is None for metric in again.json["metrics"])


def test_only_lost_draws_no_verdict_from_the_dev_part_of_a_split_either(tmp_path: Path) -> None:
    """Cases are exploratory because outcomes chose them, whatever else narrowed the choice before or after."""
    write_experiment(tmp_path, cases=cases(60), split={"dev": "60%", "gate": "40%"})
    with Loopback(spread=0.9) as server:
        duel(tmp_path, server)
        again = duel(tmp_path, server, "--only", "lost", "--limit", "3").json
    assert again["selection"].startswith("dev part of the split")
    assert "exploratory: cases chosen by outcome, no verdict (lost); random sample of 3" in again["selection"]
    assert again["exploratory"] == "lost"
    assert again["win_rate_decision"] is None
    assert {metric["decision"] for metric in again["metrics"]} == {None}
    assert {metric["message"] for metric in again["metrics"]} == {None}


def test_only_without_such_cases_or_runs_says_so(tmp_path: Path) -> None:
    """--only needs a finished run of this experiment that has such cases."""
    write_experiment(tmp_path)
    with Loopback() as server:
        none_yet = duel(tmp_path, server, "--only", "failed")
        duel(tmp_path, server)
        no_such = duel(tmp_path, server, "--only", "failed")
        wrong = duel(tmp_path, server, "--only", "won")
    assert (none_yet.code, no_such.code, wrong.code) == (2, 2, 2)
    assert "no runs yet" in none_yet.err
    assert "no case of run" in no_such.err
    assert "expected lost, failed or flipped" in wrong.err


def test_the_dev_part_of_a_split_is_what_a_duel_reads(tmp_path: Path) -> None:
    """The gate's cases stay unseen while a prompt is tuned."""
    write_experiment(tmp_path, cases=cases(60), split={"dev": "60%", "gate": "40%"})
    with Loopback() as server:
        found = duel(tmp_path, server).json
    assert 20 < found["cases"] < 50
    assert "dev part of the split" in found["selection"]


def test_against_a_run_compares_with_what_it_answered(tmp_path: Path) -> None:
    """The control is the treatment of that run, and no call is made for it."""
    write_experiment(tmp_path)
    with Loopback() as server:
        duel(tmp_path, server)
        before = server.count
        write_experiment(tmp_path, variants={"control": "Unused.", "treatment": "Be kind. quality=0.8"})
        found = duel(tmp_path, server, "--against", "latest").json
        assert server.count - before == 12 + 24
    assert any("what treatment answered in run" in note for note in found["notes"])
    assert found["models"]["control"] is None


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody who doesn't exist outside this test."""
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@localhost.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_against_a_commit_compares_with_the_treatment_as_it_read_there(tmp_path: Path) -> None:
    """The control is the prompt at the merge base; what else differs from the base is named."""
    write_experiment(tmp_path, cases=cases(3))
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "base")
    variants = {"control": "Be helpful. quality=0.45", "treatment": "Be quick. quality=0.7"}
    write_experiment(tmp_path, cases=cases(4), variants=variants)
    with Loopback() as server:
        done = duel(tmp_path, server, "--against", "main")
    assert done.code == 0, done.err
    system = next(each for each in done.json["differences"] if each["what"] == "system")
    assert system["control"] == "Be helpful and kind. quality=0.55"
    assert system["treatment"] == "Be quick. quality=0.7"
    assert any(note.startswith("golden set: the working tree's") for note in done.json["notes"])


def test_against_something_unknown_is_refused(tmp_path: Path) -> None:
    """Neither a run nor a commit: exit 2, nothing is sent."""
    write_experiment(tmp_path)
    with Loopback() as server:
        done = duel(tmp_path, server, "--against", "no-such-thing")
        assert server.count == 0
    assert done.code == 2


def test_a_commit_without_a_treatment_has_nothing_to_compare_with(tmp_path: Path) -> None:
    """A base that does not know the variant is exit 2."""
    write_experiment(tmp_path, variants={"control": "Be helpful.", "other": "Be kind."})
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "base")
    write_experiment(tmp_path)
    with Loopback() as server:
        done = duel(tmp_path, server, "--against", "main")
    assert done.code == 2
    assert "no variant 'treatment'" in done.err


def test_a_dry_run_sends_nothing_and_says_what_n_can_prove(tmp_path: Path) -> None:
    """Calls, tokens, price and reach stand before any cent is spent."""
    metrics = [{"name": "win_rate", "role": "primary", "above": 0.5}]
    metrics += [{"name": "error_rate", "role": "guardrail", "max_increase": "2pp"}]
    write_experiment(tmp_path, cases=cases(10), metrics=metrics)
    with Loopback() as server:
        text = arena(tmp_path, "duel", "experiment.yaml", "--dry-run", environment=server.environment)
        plan = duel(tmp_path, server, "--dry-run").json
        assert server.count == 0
    assert text.code == 0
    assert "planned: nothing was sent" in text.out
    assert "needs ≥ 183 cases, you have 10" in text.out
    assert plan["calls"] == 40
    assert [one["within_reach"] for one in plan["provable"]] == [True, False]
    assert not (tmp_path / ".arena").exists()


def test_the_cost_line_stands_before_the_first_call(tmp_path: Path) -> None:
    """Calls, models, price range and cap, on stderr."""
    write_experiment(tmp_path)
    with Loopback() as server:
        done = duel(tmp_path, server)
    assert "48 calls to openai:model-1, openai:judge-1 · about $" in done.err
    assert "· cap $5.00" in done.err


@pytest.mark.parametrize("cap", ["0", "0.000001"])
def test_a_cap_below_the_lowest_guess_sends_nothing(tmp_path: Path, cap: str) -> None:
    """--max-cost is kept before the first call, exit 4."""
    write_experiment(tmp_path)
    with Loopback() as server:
        done = duel(tmp_path, server, "--max-cost", cap)
        assert server.count == 0
    assert done.code == 4
    assert "nothing was sent" in done.err


def test_a_cap_needs_a_price(tmp_path: Path) -> None:
    """An unknown model starts with a warning, but not under an explicit cap or a cost metric."""
    write_experiment(tmp_path, price=None)
    with Loopback() as server:
        warned = duel(tmp_path, server)
        capped = duel(tmp_path, server, "--max-cost", "1")
        write_experiment(
            tmp_path, price=None, metrics=[{"name": "cost_usd", "role": "guardrail", "max_increase": "10%"}]
        )
        metric = duel(tmp_path, server)
    assert warned.code == 0
    assert "cost unknown" in warned.err
    assert warned.json["cost_usd"] is None
    assert (capped.code, metric.code) == (2, 2)
    assert "the price is not known, and --max-cost needs it" in capped.err
    assert "metric cost_usd needs it" in metric.err


def test_an_expired_key_stops_the_run_and_appears_nowhere(tmp_path: Path) -> None:
    """401 is exit 4 after at most as many requests as run at once; the echoed key is in no output."""
    write_experiment(tmp_path, cases=cases(100))
    with Loopback(faults=lambda received: echoed_key()) as server:
        done = duel(tmp_path, server, "--concurrency", "4")
        assert server.count <= 4
    assert done.code == 4
    assert "openai" in done.err
    assert "OPENAI_API_KEY" in done.err
    everything = (
        done.out
        + done.err
        + "".join(path.read_bytes().decode("latin-1") for path in (tmp_path / ".arena").rglob("*") if path.is_file())
    )
    assert "sk-loopback" not in everything


def test_a_judge_that_is_down_costs_no_answer_twice(tmp_path: Path) -> None:
    """Exit 4 for the judge; the rerun pays only for judgments."""
    write_experiment(tmp_path, judge={"model": "anthropic:judge-1", "price": {"input": 1, "output": 1}})
    with Loopback(faults=lambda received: status(404) if received.path == "/messages" else None) as server:
        down = duel(tmp_path, server)
        server.faults = ()
        answers = sum(request.path == "/chat/completions" for request in server.requests)
        up = duel(tmp_path, server)
        paid = sum(request.path == "/chat/completions" for request in server.requests)
    assert down.code == 4
    assert "anthropic" in down.err
    assert up.code == 0
    assert paid == 24
    assert answers <= 24


def test_more_than_two_variants_are_not_a_duel(tmp_path: Path) -> None:
    """A duel compares two; more are refused with what to do."""
    write_experiment(tmp_path, variants={"a": "A.", "b": "B.", "c": "C."})
    with Loopback() as server:
        done = duel(tmp_path, server)
        assert server.count == 0
    assert done.code == 2
    assert "a duel compares two variants" in done.err


def test_a_table_of_cases_is_read_by_its_columns(tmp_path: Path) -> None:
    """`--map FIELD=COLUMN` reads a CSV as it is; without it, or for a file without columns, exit 2."""
    write_experiment(tmp_path, cases=None, golden="cases.csv", judge=None, checks=[{"max_words": 99}])
    (tmp_path / "cases.csv").write_text("id,question,answer\nc0,Where is it?,There.\nc1,Why twice?,A mistake.\n")
    with Loopback() as server:
        unmapped = duel(tmp_path, server)
        mapped = duel(tmp_path, server, "--map", "input=question,reference=answer")
        wrong = duel(tmp_path, server, "--map", "question")
        assert server.count == 4
        write_experiment(tmp_path)
        no_table = duel(tmp_path, server, "--map", "input=question")
    assert (unmapped.code, wrong.code, no_table.code) == (2, 2, 2)
    assert "cases.csv:1" in unmapped.err
    assert "expected FIELD=COLUMN" in wrong.err
    assert "only .csv and .jsonl have" in no_table.err
    assert mapped.code == 0, mapped.err
    assert asked(tmp_path) == {"c0", "c1"}


def test_a_host_that_a_file_names_gets_no_key_and_nothing_is_sent(tmp_path: Path) -> None:
    """A base_url elsewhere is refused before the first call, also where only the judge's is."""
    judge = {"model": "openai:judge-1", "base_url": "https://llm.example.com/v1"}
    write_experiment(tmp_path, judge=judge)
    with Loopback() as server:
        refused = duel(tmp_path, server)
        wrong = duel(tmp_path, server, "--allow-host", "llm.example.com")
        assert server.count == 0
    assert (refused.code, wrong.code) == (2, 2)
    assert "llm.example.com" in refused.err
    assert "expected HOST=ENV_VAR" in wrong.err


def test_an_unknown_provider_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    """A misspelt judge costs nothing."""
    write_experiment(tmp_path, judge="opnai:judge-1")
    with Loopback() as server:
        done = duel(tmp_path, server)
        assert server.count == 0
    assert done.code == 2
    assert "did you mean 'openai'?" in done.err


def test_a_judge_without_a_key_is_met_before_answers_are_paid_for(tmp_path: Path) -> None:
    """Exit 4 names the variable; a run answered from the cache needs no key."""
    write_experiment(tmp_path, judge="anthropic:judge-1", price=None)
    with Loopback() as server:
        whole = server.environment
        part = {name: value for name, value in whole.items() if not name.startswith("ANTHROPIC")}
        keyless = arena(tmp_path, "duel", "experiment.yaml", environment=part)
        assert server.count == 0
        (tmp_path / "keys").write_text("# keys\nexport ANTHROPIC_API_KEY='sk-none'\n")
        bad = arena(tmp_path, "duel", "experiment.yaml", "--env-file", "nowhere", environment=part)
        assert arena(tmp_path, "duel", "experiment.yaml", environment=whole).code == 0
        warm = arena(tmp_path, "duel", "experiment.yaml", environment={**part, "ANTHROPIC_BASE_URL": server.root})
    assert keyless.code == 4
    assert "ANTHROPIC_API_KEY" in keyless.err
    assert bad.code == 2
    assert warm.code == 0


def test_keys_can_be_read_from_a_file(tmp_path: Path) -> None:
    """--env-file gives what the environment lacks; a line that is none is named without its value."""
    write_experiment(tmp_path)
    with Loopback() as server:
        lines = "".join(f"{name}={value}\n" for name, value in server.environment.items())
        (tmp_path / ".env").write_text(lines)
        done = arena(tmp_path, "duel", "experiment.yaml", "--env-file", ".env")
    (tmp_path / ".env").write_text("OPENAI_API_KEY\nsk-secret-value\n")
    bad = arena(tmp_path, "duel", "experiment.yaml", "--env-file", ".env")
    assert done.code == 0, done.err
    assert bad.code == 2
    assert ".env:1:1: expected NAME=value" in bad.err
    assert "sk-secret" not in bad.err


def test_only_flipped_and_only_failed_find_their_cases(tmp_path: Path) -> None:
    """Cases whose orders disagree, and cases with a failed call, are asked again alone."""
    write_experiment(tmp_path, cases=cases(20))
    broken = "Question 7:"
    with Loopback(judge=JudgeTruth(position_bias=0.5)) as server:
        server.faults = lambda received: status(400, "no") if broken in received.text else None
        first = duel(tmp_path, server).json
        duel(tmp_path, server, "--only", "failed")
        assert asked(tmp_path) == {"c7"}
        write_experiment(tmp_path, cases=cases(20))
        server.faults = ()
        duel(tmp_path, server)
        duel(tmp_path, server, "--only", "flipped")
        flipped = asked(tmp_path)
    assert first["win_rate"]["failed"]["control"] == 1
    assert 0 < len(flipped) < 20


def test_without_a_judge_only_lost_means_a_failed_check(tmp_path: Path) -> None:
    """The cases whose treatment failed a check are asked again."""
    write_experiment(tmp_path, cases=cases(12), judge=None, checks=[{"not_contains": "Refund"}, {"not_contains": "we"}])
    with Loopback() as server:
        first = duel(tmp_path, server).json
        again = duel(tmp_path, server, "--only", "lost")
    assert again.code in (0, 2)
    assert first["win_rate"] is None
