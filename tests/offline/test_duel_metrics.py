"""Every kind of metric and limit, through the real command, on arms whose difference is known."""

import re
from pathlib import Path
from typing import Any

import pytest

from arena.engine.differences import declared_differences
from arena.records.case import Document
from arena.records.variant import Decoding, Model, Target, Variant
from command_line import arena
from duel_files import cases, write_experiment
from loopback import Loopback, Received, status


def metrics_of(folder: Path, server: Loopback, *declared: dict[str, Any], **keys: Any) -> dict[str, dict[str, Any]]:
    """Run a duel with these metrics and return its metrics by name."""
    write_experiment(folder, **({"cases": cases(80)} | keys), metrics=[*declared])
    done = arena(folder, "duel", "experiment.yaml", "--output-format", "json", environment=server.environment)
    assert done.code == 0, done.err
    return {metric["name"]: metric for metric in done.json["metrics"]}


PRIMARY = {"name": "win_rate", "role": "primary", "above": 0.5}


def guardrail(name: str, **limit: Any) -> dict[str, Any]:
    """Return a guardrail."""
    return {"name": name, "role": "guardrail", **limit}


@pytest.mark.parametrize(
    ("declared", "unit", "method"),
    [
        (guardrail("latency_s_p95", max_increase="5s"), "s", "order statistics"),
        (guardrail("latency_s_p50", max_increase="200%"), "ratio", "order statistics"),
        (guardrail("latency_s", max_increase="5s"), "s", "t"),
        (guardrail("output_tokens", max_increase="50%"), "ratio", "fieller"),
        (guardrail("cost_usd", max_increase="50%"), "ratio", "fieller"),
        (guardrail("check_pass_rate", max_drop="20pp"), "share", "gaffke"),
        (guardrail("error_rate", max_increase="20pp"), "share", "gaffke"),
    ],
)
def test_a_guardrail_on_a_difference_passes_when_no_harm_is_proved(
    tmp_path: Path, declared: dict[str, Any], unit: str, method: str
) -> None:
    """Two alike arms keep a wide limit, each metric with the interval of its kind."""
    with Loopback() as server:
        found = metrics_of(tmp_path, server, PRIMARY, declared, checks=[{"max_words": 99}])[declared["name"]]
    assert found["decision"] == "pass", found
    assert found["difference"]["unit_of_measure"] == unit
    assert found["difference"]["interval"]["method"].startswith(method)


@pytest.mark.parametrize(
    "declared",
    [
        guardrail("latency_s_p95", max="10s"),
        guardrail("latency_s", max="10s"),
        guardrail("error_rate", max="10%"),
        guardrail("check_pass_rate", min="90%"),
        guardrail("axis.helpfulness", min=1.5),
    ],
)
def test_a_limit_on_the_treatment_alone_is_decided_on_its_own_level(tmp_path: Path, declared: dict[str, Any]) -> None:
    """`max` and `min` look at the treatment, whose level has an interval of its own."""
    with Loopback() as server:
        found = metrics_of(
            tmp_path, server, PRIMARY, declared, checks=[{"max_words": 99}], rubric="rubric.yaml", **rubric(tmp_path)
        )[declared["name"]]
    assert found["decision"] == "pass", found
    assert found["level"]["interval"]["low"] <= found["treatment"] <= found["level"]["interval"]["high"]


def rubric(folder: Path) -> dict[str, Any]:
    """Write a rubric of one axis."""
    levels = "levels: {1: not at all, 3: partly, 5: fully}"
    axis = f"{{name: helpfulness, question: Does it help?, {levels}}}"
    (folder / "rubric.yaml").write_text(f"name: r\naxes:\n  - {axis}\n")
    return {}


def test_an_axis_has_a_guardrail_in_points(tmp_path: Path) -> None:
    """`axis.NAME max_drop` is decided on the paired difference of its scores."""
    declared = guardrail("axis.helpfulness", max_drop=1.5)
    with Loopback() as server:
        found = metrics_of(tmp_path, server, PRIMARY, declared, rubric="rubric.yaml", **rubric(tmp_path))
    assert found["axis.helpfulness"]["decision"] == "pass"
    assert found["axis.helpfulness"]["difference"]["unit_of_measure"] == "points"


def test_an_undecided_guardrail_says_what_would_settle_it(tmp_path: Path) -> None:
    """Too few cases for any answer, or so many more."""
    narrow = guardrail("check_pass_rate", max_drop="2pp")
    with Loopback() as server:
        few = metrics_of(tmp_path, server, PRIMARY, narrow, checks=[{"max_words": 99}])["check_pass_rate"]
        tight = guardrail("output_tokens", max_increase="1%")
        close = metrics_of(tmp_path, server, PRIMARY, tight)["output_tokens"]
    assert few["decision"] == "inconclusive"
    assert few["note"] == "needs at least 183 cases; there are 80"
    if close["decision"] == "inconclusive":
        assert "would settle it" in close["note"] or "no number" in close["note"] or "more than" in close["note"]


def test_a_failing_arm_loses_its_rates_and_n_stays(tmp_path: Path) -> None:
    """A failed call is that arm's failed check, and its error; the other arm is not excused."""

    def broken(received: Received) -> Any:
        of_the_treatment = received.text.startswith("Be helpful and kind")
        return status(400, "too long") if of_the_treatment and "1" in received.text.split(":")[0] else None

    declared = (guardrail("check_pass_rate", max_drop="1pp"), guardrail("error_rate", max_increase="1pp"))
    with Loopback(faults=broken) as server:
        found = metrics_of(tmp_path, server, PRIMARY, *declared, checks=[{"max_words": 99}])
    assert found["error_rate"]["treatment"] > 0.05
    assert found["check_pass_rate"]["treatment"] == pytest.approx(1 - found["error_rate"]["treatment"])
    assert found["check_pass_rate"]["control"] == 1.0
    assert found["error_rate"]["difference"]["n"] == 80
    assert found["error_rate"]["decision"] == "fail"


def test_a_check_that_cannot_be_made_leaves_the_verdict_open(tmp_path: Path) -> None:
    """A search that takes too long is an error of the check: the answer counts half, with bounds 0 and 1."""
    slow = {"regex": "^(?:(?:a|a)+)+$"}
    (tmp_path / "old.jsonl").write_text("".join(f'{{"case": "c{i}", "output": "{"a" * 40}b"}}\n' for i in range(2)))
    variants = {"control": {"outputs": "old.jsonl"}, "treatment": "Be brief."}
    with Loopback() as server:
        found = metrics_of(
            tmp_path,
            server,
            {"name": "check_pass_rate", "role": "primary", "above": 0},
            variants=variants,
            judge=None,
            checks=[slow],
            cases=cases(2),
        )
    assert found["check_pass_rate"]["control"] in (0.0, 0.5)
    assert found["check_pass_rate"]["decision"] == "inconclusive"


def test_where_no_check_could_be_made_there_is_no_rate(tmp_path: Path) -> None:
    """It is null with its reason, and a note counts what could not be made; one that failed everywhere is 0%."""
    (tmp_path / "own.py").write_text("def tone(case, completion):\n    raise ValueError('no ear')\n")
    write_experiment(tmp_path, cases=cases(3), judge=None, checks=[{"python": "own.py:tone"}])
    with Loopback() as server:
        done = arena(
            tmp_path, "duel", "experiment.yaml", "--output-format", "json", environment=dict(server.environment)
        )
        assert done.code == 0, done.err
        [rate] = [one for one in done.json["metrics"] if one["name"] == "check_pass_rate"]
        assert (rate["control"], rate["treatment"], rate["decision"]) == (None, None, "inconclusive")
        assert rate["difference"]["reason"] == "no check could be made of any answer"
        [note] = [note for note in done.json["notes"] if "could not be made" in note]
        assert note == (
            "6 of 6 checks 'python' could not be made, and count neither as passed nor as failed: ValueError: no ear"
        )
        write_experiment(tmp_path, cases=cases(3), checks=[{"contains": "zebra"}])
        shown = arena(tmp_path, "duel", "experiment.yaml", environment=dict(server.environment))
    assert re.search(r"check_pass_rate +0\.0% +0\.0% ", shown.out)


def test_what_was_not_measured_is_null_with_the_reason(tmp_path: Path) -> None:
    """A metric without a value in both arms is no number."""
    declared = guardrail("axis.helpfulness", max_drop=1.5)
    with Loopback(reply=None) as server:
        server.faults = lambda received: status(400, "no") if "WORD" in received.text.upper() else None
        rubric(tmp_path)
        found = metrics_of(tmp_path, server, PRIMARY, declared, rubric="rubric.yaml", cases=cases(3))
    assert found["axis.helpfulness"]["difference"]["value"] is None
    assert found["axis.helpfulness"]["difference"]["reason"] == "not measured in both arms"


def test_every_facet_of_a_variant_is_named_where_it_differs() -> None:
    """Model, endpoint, context, tools, outputs and targets are named like prompts and settings."""
    control = Variant(
        name="control",
        model=Model(vendor="openai", name="a", base_url="http://127.0.0.1:1/v1", api="chat"),
        decoding=Decoding(temperature=0, stop=("x",)),
        context=(Document(id="p", text="Policy."),),
        tools=({"type": "function"},),
    )
    treatment = Variant(
        name="treatment",
        context_by_case={"c1": (Document(text="Other."),)},
        outputs={},
        target=Target(file="/x/bot.py", function="answer", version=None, sha256="0" * 64),
    )
    named = {difference.what: difference for difference in declared_differences(control, treatment)}
    assert set(named) == {
        "model",
        "base_url",
        "api",
        "decoding.temperature",
        "decoding.stop",
        "context",
        "tools",
        "outputs",
        "target",
    }
    assert (named["context"].control, named["context"].treatment) == ("[p] Policy.", "c1: Other.")
