"""`arena audit` as its user meets it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from arena.records.judgment import Judgment
from arena.records.label import answers_digest
from arena.records.run_options import RunOptions
from arena.runs.folder import open_run
from command_line import arena
from hostile_text import DANGEROUS, HOSTILE
from labelled_runs import both, cases
from sample_results import result
from sample_runs import clock, experiment, finish

NAMES = ("old", "new")
KEYS = {"agreement", "agreement_both_orders", "kappa", "krippendorff_alpha", "order_kappa", "confusion", "decision"} | {
    "corrected_win_rate", "kind", "schema_version", "run", "experiment", "groups", "drift", "judge", "notes",
}  # fmt: skip


def write(path: Path, rows: Sequence[Any]) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def judgments(folder: Path, winners: Sequence[str], **fields: Any) -> Path:
    """Write both presentations of a case for each winner: o and n in both orders, a word of two where they differ."""
    lines = []
    for number, said in enumerate(winners):
        for (first, second), letter in zip((NAMES, NAMES[::-1]), (said * 2)[:2], strict=True):
            place = "first" if first[0] == letter else "second"
            lengths = {"length_first": len(first) * 10, "length_second": 5 + number}
            lines.append({"case": f"c{number}", "first": first, "second": second, "winner": place} | lengths | fields)
    return write(folder / "judgments.jsonl", lines)


def labels(folder: Path, winners: Sequence[str], name: str = "labels.jsonl", **fields: Any) -> Path:
    """Write a label a case."""
    return write(folder / name, [{"case": f"c{i}", "winner": winner} | fields for i, winner in enumerate(winners)])


def saved_run(root: Path, *, flipped: int = 1, number: int = 4) -> Path:
    """Make a finished run in which the judge prefers the treatment, in one order alone where `flipped`."""
    (root / "pyproject.toml").touch()
    some = cases(number)
    set_ = experiment(root).golden
    golden = type(set_)(name="golden", version="1", cases=tuple(some), sha256="ab" * 32, path="golden.yaml")
    orders: list[tuple[str, str, Any]] = [("control", "treatment", "second"), ("treatment", "control", None)]
    said = [
        Judgment(
            case=case.id,
            first=first,
            second=second,
            winner=winner or ("second" if i < flipped else "first"),
            judge="anthropic:claude-sonnet-5-5",
        )
        for i, case in enumerate(some)
        for first, second, winner in orders
    ]
    with open_run(experiment(root, golden=golden), options=RunOptions(), clock=clock()) as folder:
        finish(folder, result(cases=number), completions=both(some), judgments=said)
    return folder.path


def test_judgments_of_any_tool_are_audited(tmp_path: Path) -> None:
    """Agreement (1 + 1 + ½ + 1)/4 = 87.5%, right in both orders 75%, the orders alike in 3 of 4; exit 0."""
    judgments(tmp_path, ["n", "o", "no", "n"], judge="gpt")
    labels(tmp_path, ["new", "old", "new", "new"])
    done = arena(tmp_path, "audit", "labels.jsonl", "--judgments", "judgments.jsonl", "--output-format", "json")
    found = done.json
    assert (done.code, KEYS - found.keys()) == (0, set())
    assert (found["agreement"]["value"], found["agreement_both_orders"]["value"]) == (0.875, 0.75)
    assert found["order_kappa"]["value"] == pytest.approx((0.75 - 0.5) / (1 - 0.5))
    assert found["confusion"] == {"old": {"old": 2, "new": 0}, "new": {"old": 1, "new": 5}}
    assert (found["control"], found["treatment"], found["judges"]) == ("old", "new", ["gpt"])
    assert (found["judge"]["flips"], found["judge"]["model"]) == (1, "gpt")
    assert found["judge"]["self_preference"]["reason"].startswith("not identifiable")
    assert "new is taken as the treatment" in found["notes"][0]


def test_a_third_variant_a_second_label_and_an_unread_judgment(tmp_path: Path) -> None:
    """What is of other variants is left out, a re-label replaces, and what was not read agrees with nothing."""
    path = judgments(tmp_path, ["n", "n"])
    extra: list[dict[str, Any]] = [{"case": "c0", "first": "old", "second": "third", "winner": "first"}]
    extra += [{"case": "c1", "first": "old", "second": "new", "winner": None, "repeat": 1, "cluster": "k"}]
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    write(path, [row | {"cluster": "k"} if row["case"] == "c1" else row for row in rows] + extra)
    said = [("c0", "old", "anna"), ("c0", "new", "anna"), ("c1", "new", "anna"), ("c1", "third", "ben")]
    said += [("c2", "third", "ben"), ("c0", "third", "ben")]
    write(tmp_path / "labels.jsonl", [{"case": c, "winner": winner, "rater": rater} for c, winner, rater in said])
    arguments = (
        "audit",
        "labels.jsonl",
        "--judgments",
        "judgments.jsonl",
        "--control",
        "old",
        "--output-format",
        "json",
    )
    assert "3 variants" in arena(tmp_path, *arguments).err
    found = arena(tmp_path, *arguments, "--treatment", "new").json
    assert (found["agreement"]["value"], found["unread"]) == (pytest.approx((1 + 2 / 3) / 2), 1)
    assert (found["labels"]["relabelled"], found["labels"]["other_variants"]) == (1, 3)
    assert "1 label was replaced by a later one of that rater" in found["notes"]
    assert "3 labels name other variants, and are not used" in found["notes"]
    third = arena(tmp_path, *arguments[:4], "--control", "new", "--treatment", "third")
    assert (third.code, "no judgment compares new with third" in third.err) == (2, True)


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_fits_the_terminal_and_begins_with_the_decision(tmp_path: Path, width: int) -> None:
    """Agreement, coefficients, confusion, where it errs, win rates and the judge's health, without a tty."""
    judgments(tmp_path, ["n", "o", "no", "o"], judge="gpt")
    labels(tmp_path, ["new", "old", "new", "new"])
    arguments = ("audit", "labels.jsonl", "--judgments", "judgments.jsonl", "--treatment", "new")
    done = arena(tmp_path, *arguments, environment={"COLUMNS": str(width)})
    assert done.code == 1
    assert done.out.startswith("agreement 62.5% < policy 80.0%: recalibrate judge\n")
    assert max(map(len, done.out.splitlines())) <= width
    for part in ("in both orders 50.0%", "kappa of the two orders", "People say", "judge: old", "Where it errs"):
        assert part in done.out
    for part in ("By order: old shown first", "Preferred: the longer answer", "by people", "consistent 75%", "1 flip"):
        assert part in done.out


def test_names_of_the_arms_may_be_given(tmp_path: Path) -> None:
    """--control turns the win rate round; names that are not there are refused."""
    judgments(tmp_path, ["n", "n", "o"])
    labels(tmp_path, ["new", "new", "new"])
    arguments = ("audit", "labels.jsonl", "--judgments", "judgments.jsonl", "--output-format", "json")
    turned = arena(tmp_path, *arguments, "--control", "new").json
    assert (turned["treatment"], turned["judged_win_rate"]["value"]) == ("old", pytest.approx(1 / 3))
    assert turned["corrected_win_rate"]["value"] == 0.0
    assert arena(tmp_path, *arguments, "--control", "none").code == 2


def test_a_runs_own_labels_are_audited(tmp_path: Path) -> None:
    """Without a file the latest run's; a label of other answers is not used, counted and named."""
    run = saved_run(tmp_path)
    texts = {
        case: {arm: f"What {arm[:4]} says to {case}." for arm in ("control", "treatment")} for case in ("c00", "c01")
    }
    said = [
        {"case": case, "winner": "treatment", "rater": "anna", "repeat": 0, "answers": answers_digest(case, both_texts)}
        for case, both_texts in texts.items()
    ]
    write(run / "labels.jsonl", [*said, {"case": "c02", "winner": "control", "answers": "0123456789abcdef"}])
    done = arena(tmp_path, "audit", "--output-format", "json")
    found = done.json
    assert done.code == 1
    assert (found["agreement"]["value"], found["cases"], found["run"]) == (0.75, 2, run.name)
    assert found["labels"]["other_answers"] == ["c02"]
    assert "1 case was labelled for other answers than these, and that is not used: c02" in found["notes"]
    assert found["judged_win_rate"]["value"] == pytest.approx((0.5 + 3) / 4)
    assert found["judge"]["self_preference"]["reason"] == "not identifiable: no arm is of the judge's own family"
    assert {each["name"] for each in found["groups"] if each["kind"] == "tag"} == {"hard", "easy"}
    text = arena(tmp_path, "audit", "--run", "latest")
    assert f"labels of run {run.name}" in " ".join(text.out.split())
    assert "By tag: easy" in text.out


def test_labels_of_ones_own_are_audited_against_a_run(tmp_path: Path) -> None:
    """--run names it; letters stand for its control and treatment."""
    saved_run(tmp_path)
    write(tmp_path / "mine.jsonl", [{"case": "c01", "human": "B", "judge": "A"}, {"case": "c09", "human": "A"}])
    found = arena(tmp_path, "audit", "mine.jsonl", "--run", "latest", "--output-format", "json").json
    assert (found["agreement"]["value"], found["labels"]["unknown"]) == (1.0, ["c09"])
    assert found["source"] == "mine.jsonl"
    assert "the judge's word beside the labels is not read: other judgments are audited" in found["notes"]


def test_pass_and_fail_are_audited_and_corrected(tmp_path: Path) -> None:
    """A judge of single answers: the pass rate of all, by people; rows of the judge alone are cases without a label."""
    rows = [{"case": f"c{i}", "human": human, "judge": judge} for i, (human, judge) in enumerate(
        [("pass", "pass")] * 4 + [("pass", "fail")] + [("fail", "fail")] * 4 + [("fail", "pass")]
    )]  # fmt: skip
    rows += [{"case": f"u{i}", "judge": "pass" if i < 7 else "fail"} for i in range(10)]
    write(tmp_path / "labels.jsonl", rows)
    found = arena(tmp_path, "audit", "labels.jsonl", "--output-format", "json").json
    assert found["agreement"]["value"] == 0.8
    assert found["shifted_win_rate"]["value"] == pytest.approx((0.7 + 0.8 - 1) / 0.6)
    assert found["confusion"]["pass"] == {"fail": 1, "pass": 4}
    assert found["decision"] == "enable trend monitoring"


def test_drift_is_told_against_an_earlier_report_and_against_other_labels(tmp_path: Path) -> None:
    """From 40 of 40 right to 24 of 40: −40pp, beyond chance; -o writes the report that is compared with."""
    judgments(tmp_path, ["n"] * 40)
    labels(tmp_path, ["new"] * 40, "may.jsonl")
    labels(tmp_path, ["new"] * 24 + ["old"] * 16)
    shared = ("--judgments", "judgments.jsonl")
    may = arena(tmp_path, "audit", "may.jsonl", *shared, "-o", "may.json", "-o", "may.txt")
    assert (may.code, (tmp_path / "may.txt").is_file()) == (0, True)
    for earlier in ("may.json", "may.jsonl"):
        done = arena(tmp_path, "audit", "labels.jsonl", *shared, "--against", earlier, "--output-format", "json")
        drift = done.json["drift"]
        assert (drift["difference"]["value"], drift["significant"], drift["earlier"]) == (-0.4, True, earlier)
    text = arena(tmp_path, "audit", "labels.jsonl", *shared, "--against", "may.json")
    assert "since may.json (100%): beyond chance" in " ".join(text.out.split())
    same = arena(tmp_path, "audit", "may.jsonl", *shared, "--against", "may.json")
    assert "within chance" in same.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["labels.jsonl", "--run", "latest", "--judgments", "judgments.jsonl"], "exclude each other"),
        (["--judgments", "judgments.jsonl"], "--judgments needs LABELS"),
        (["labels.jsonl", "--treatment", "new"], "belong to --judgments"),
        (["none.jsonl", "--judgments", "judgments.jsonl"], "none.jsonl: no such file"),
        (["labels.jsonl"], "no runs yet"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--output-format", "xml"], "no such format"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--policy", "80"], "less than or equal to 1"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--against", "bad.json"], "no report of an audit"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--against", "list.json"], "no report of an audit"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--against", "empty.json"], "changed or damaged"),
        (["labels.jsonl", "--judgments", "judgments.jsonl", "--against", "none.json"], "cannot read none.json"),
        (["wrong.jsonl", "--judgments", "judgments.jsonl"], "wrong.jsonl:1:26: winner: 'nobody' is no variant"),
        (["other.jsonl", "--judgments", "judgments.jsonl"], "1 case is unknown, so its labels are not used: elsewhere"),
    ],
)
def test_what_cannot_be_audited_is_exit_2_with_its_reason(tmp_path: Path, arguments: list[str], message: str) -> None:
    """Nothing is guessed, and no traceback is shown."""
    judgments(tmp_path, ["n", "o"])
    labels(tmp_path, ["new", "old"])
    write(tmp_path / "wrong.jsonl", [{"case": "c0", "winner": "nobody"}])
    write(tmp_path / "other.jsonl", [{"case": "elsewhere", "winner": "new"}])
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "empty.json").write_text('{"kind": "audit"}')
    done = arena(tmp_path, "audit", *arguments)
    assert done.code == 2
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_a_run_without_labels_or_without_a_judge_says_so(tmp_path: Path) -> None:
    """The first names the command that asks for them."""
    saved_run(tmp_path)
    bare = arena(tmp_path, "audit")
    assert (bare.code, "has no labels" in bare.err, "arena label" in bare.err) == (2, True, True)
    (tmp_path / "checked").mkdir()
    (tmp_path / "checked" / "pyproject.toml").touch()
    with open_run(experiment(tmp_path / "checked"), options=RunOptions(), clock=clock()) as folder:
        finish(folder, result(judge=None, judges=()))
    labels(tmp_path / "checked", ["control"])
    done = arena(tmp_path / "checked", "audit", "labels.jsonl")
    assert (done.code, "has no judge" in done.err) == (2, True)


def test_hostile_names_reach_no_terminal_and_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    """In cases, raters, judges, tags and keys."""
    rows = [{"case": f"{HOSTILE}{i}", "winner": "new", "rater": f"{HOSTILE}{i % 2}", "extra": 1} for i in range(3)]
    write(tmp_path / "labels.jsonl", [*rows, {"case": f"{HOSTILE}x", "winner": "new", "rater": "r"}])
    said = [
        {"case": f"{HOSTILE}{i}", "first": "old", "second": "new", "winner": "second", "judge": HOSTILE}
        for i in range(3)
    ]
    write(tmp_path / "judgments.jsonl", said)
    done = arena(tmp_path, "audit", "labels.jsonl", "--judgments", "judgments.jsonl")
    assert done.code == 0
    assert not DANGEROUS.search(done.out + done.err)
    assert "unknown key 'extra' is ignored" in done.err
