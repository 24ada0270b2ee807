"""`arena tally` as its user meets it."""

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import arena
from hostile_text import DANGEROUS, HOSTILE

KEYS_OF_A_DUEL = {"experiment", "run", "win_rate", "axes", "metrics", "judge", "judges", "calls", "cost_usd"} | {
    "determinism", "cases_needed", "early_stop", "kind",
}  # fmt: skip


def judgments(folder: Path, *, names: tuple[str, str] = ("old", "new"), judges: tuple[str, ...] = ("",)) -> Path:
    """Write ten cases in both orders, eight of them won by the second name."""
    lines = []
    for case in range(10):
        better = names[case not in (3, 6)]
        for first, second in (names, names[::-1]):
            for judge in judges:
                row: dict[str, Any] = {"case": f"c{case}", "first": first, "second": second, "judge": judge}
                lengths = {names[0]: 14, names[1]: 10 + case}
                row |= {"winner": "first" if first == better else "second"}
                row |= {"length_first": lengths[first], "length_second": lengths[second]}
                row |= {"axes": {"clarity": {"first": 3, "second": 4 - case % 2}}}
                lines.append(json.dumps(row))
    path = folder / "judgments.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_answer_comes_first(tmp_path: Path) -> None:
    """`arena tally 8-2` is what a stranger types first; it ends with 0 whatever it found."""
    done = arena(tmp_path, "tally", "8-2", environment={"COLUMNS": "100"})
    assert (done.code, done.err) == (0, "")
    assert " ".join(done.out.split("\n\n")[0].split()) == (
        "8 won, 2 lost: 80% [44, 97]. Cannot tell: a prompt that changes nothing looks this good in 1 of 18 runs; "
        'the rule "ship if win rate > 50%" ships a coin flip 38% of the time at n = 10'
    )
    assert "80.0% [44.3, 97.5]   p .11   8 won · 2 lost · 0 tied" in done.out
    assert " To settle  about 12 more cases would settle it" in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 100


def test_json_has_the_keys_of_a_duel(tmp_path: Path) -> None:
    """A machine reads both alike; what a tally cannot know is null."""
    found = arena(tmp_path, "tally", "8-2-1", "--output-format", "json").json
    assert KEYS_OF_A_DUEL - found.keys() == set()
    assert (found["kind"], found["experiment"], found["metrics"], found["schema_version"]) == ("tally", None, [], 1)
    assert [found[key] for key in ("run", "axes", "judge", "calls", "cost_usd", "determinism")] == [None] * 6
    rate = found["win_rate"]
    assert (rate["wins"], rate["losses"], rate["ties"], rate["failed"]) == (8, 2, 1, {"control": 0, "treatment": 0})
    assert found["headline"][0] == "8 won, 2 lost, 1 tied: 77% [45, 95]."


def test_a_file_of_judgments_is_tallied_with_its_judge(tmp_path: Path) -> None:
    """Two orders of ten cases are ten cases; the guess of the arms is said, and can be made unnecessary."""
    path = judgments(tmp_path)
    done = arena(tmp_path, "tally", path.name)
    assert done.code == 0
    assert done.out.startswith("8 won, 2 lost: 80% [44, 97]. Cannot tell")
    assert "old → new · 10 cases · 20 judgments · judgments.jsonl" in done.out
    assert "unnamed judge · consistent 100%" in done.out
    assert "clarity" in done.out
    assert "new is taken as the treatment" in done.out
    turned = arena(tmp_path, "tally", path.name, "--treatment", "old", "--output-format", "json").json
    assert (turned["control"], turned["treatment"], turned["win_rate"]["value"]) == ("new", "old", 0.2)
    assert turned["judge"]["length_controlled_win_rate"]["interval"] is not None
    assert turned["judge"]["consistency"]["value"] == 1.0


def test_judges_stand_in_a_table(tmp_path: Path) -> None:
    """The pooled win rate, and each judge's beside it."""
    done = arena(tmp_path, "tally", judgments(tmp_path, judges=("anna", "ben")).name, environment={"COLUMNS": "100"})
    rows = [line.split()[0] for line in done.out.splitlines() if "80.0%" in line]
    assert rows == ["Win", "2", "anna", "ben"]


def test_a_report_is_written_to_files_too(tmp_path: Path) -> None:
    """The ending names the format."""
    done = arena(tmp_path, "tally", "40-2", "-o", "t.json", "-o", "out/t.txt")
    assert done.code == 0
    assert json.loads((tmp_path / "t.json").read_text())["win_rate_decision"] == "pass"
    assert (tmp_path / "out/t.txt").read_text().startswith("40 won, 2 lost: 95% [84, 99]. Better than a coin flip")


def test_another_tools_output_is_compared(tmp_path: Path) -> None:
    """Pass and score of each variant stand in a table, the comparison above it."""
    rows = [
        {"testIdx": test, "promptIdx": prompt, "success": prompt == 1, "score": float(prompt), "failureReason": 0,
         "prompt": {"label": f"v{prompt}"}, "provider": {"id": "p"}, "vars": {"q": test}}
        for test in range(7)
        for prompt in range(2)
    ]  # fmt: skip
    rows[0]["failureReason"] = 2
    (tmp_path / "results.json").write_text(json.dumps({"results": {"version": 3, "results": rows}}))
    done = arena(tmp_path, "tally", "results.json")
    assert done.out.startswith("7 won, 0 lost: 100% [59, 100]. Better than a coin flip")
    assert "failed calls, counted as lost by their arm: control 1" in done.out
    lines = [line.split() for line in done.out.splitlines()]
    assert ["v0", "0", "7", "1", "0.000"] in lines
    assert ["v1", "7", "7", "0", "1.000"] in lines


def test_unread_judgments_are_shown_as_bounds(tmp_path: Path) -> None:
    """What is missing never leaves n."""
    path = judgments(tmp_path)
    path.write_text(path.read_text().replace('"winner": "second"', '"winner": null', 1))
    out = arena(tmp_path, "tally", path.name).out
    assert "if all that is missing had gone one way: [" in out
    assert "1 of 20 unparseable" in out


def test_failed_judgments_make_a_judge_unfit(tmp_path: Path) -> None:
    """They are counted apart from those that could not be read, and the reason stands below."""
    path = judgments(tmp_path)
    path.write_text(path.read_text().replace('"winner": "second"', '"winner": null, "outcome": "failed"'))
    out = arena(tmp_path, "tally", path.name).out
    assert "10 failed" in out
    assert "✗ 10 of 20 judgments failed: more than 5%" in out


def test_clusters_are_counted(tmp_path: Path) -> None:
    """The cluster is the unit."""
    rows = [
        {"case": f"c{i}", "first": "control", "second": "treatment", "winner": "second", "cluster": f"k{i // 2}"}
        for i in range(14)
    ]
    (tmp_path / "j.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert "95% gaffke, exact sign-flip, 7 clusters" in arena(tmp_path, "tally", "j.jsonl").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0-0"], "0-0: nothing was compared"),
        (["8-x"], "8-x: neither a file nor a score: expected wins-losses(-ties), e.g. 8-2 or 8-2-1, or a file"),
        (["."], ".: is a folder"),
        (["8-2", "judgments.jsonl"], "8-2: a score is tallied by itself"),
        (["judgments.jsonl", "x.json"], "x.json: an output of promptfoo is tallied by itself"),
        (["x.json"], "x.json:1:1: not JSON"),
        (["bad.jsonl"], "bad.jsonl:1:31: winner: expected first, second, tie or null, found 1"),
        (["three.jsonl"], "3 variants: a, b, c"),
        (["judgments.jsonl", "--treatment", "x"], "--treatment x: no such variant; there are old, new"),
        (["8-2", "--output-format", "yaml"], "--output-format yaml: no such format"),
        (["8-2", "-o", "x.png"], "-o x.png: cannot tell the format"),
    ],
)
def test_a_mistake_is_exit_2_and_one_plain_message(tmp_path: Path, arguments: list[str], message: str) -> None:
    """No traceback, nothing on stdout."""
    judgments(tmp_path)
    (tmp_path / "x.json").write_text("x")
    (tmp_path / "bad.jsonl").write_text('{"first": "a", "second": "b", "winner": 1, "case": "c"}')
    pairs = (("a", "b"), ("b", "c"))
    rows = [{"case": "c", "first": first, "second": second, "winner": "tie"} for first, second in pairs]
    (tmp_path / "three.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = arena(tmp_path, "tally", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_unknown_keys_are_a_warning_on_stderr(tmp_path: Path) -> None:
    """Stdout is the result alone."""
    path = judgments(tmp_path)
    path.write_text(path.read_text().replace('"judge"', '"jugde"'))
    done = arena(tmp_path, "tally", path.name, "--output-format", "json")
    assert done.err == "warning: judgments.jsonl:1: unknown key 'jugde' is ignored (did you mean 'judge'?), 20 lines\n"
    assert done.json["kind"] == "tally"


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Names of variants and judges are a stranger's text."""
    text = HOSTILE.replace("\ud800", "")
    path = judgments(tmp_path, names=(f"a{text}", f"b{text}"), judges=(f"j{text}", f"k{text}"))
    foreign = f'{json.dumps("x" + text)}: 1, "judge"'
    path.write_text(path.read_text().replace('"clarity"', json.dumps(text)).replace('"judge"', foreign))
    done = arena(tmp_path, "tally", path.name)
    assert done.code == 0
    assert DANGEROUS.search(done.out + done.err) is None
