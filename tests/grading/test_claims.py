"""Faithfulness and relevance: an answer is taken apart, each part is judged, and a broken reply is an error."""

import json
from dataclasses import replace
from typing import Any

import pytest

from arena.errors import FileError
from arena.files import experiments
from arena.files.shapes.checks import CHECKS
from arena.grading import judged
from arena.grading.claims import AskedDissection
from arena.grading.judged_answer import JudgedAnswer
from arena.records.call import Completion, Finish
from arena.records.case import Check, Document
from arena.records.score import Score
from arena.records.workspace import Workspace
from authored_project import VARIANTS, load, write
from judge_parts import CASE, JUDGE, completion, failure

ANSWER = "It is late: shipping takes 3-5 days. We will refund you twice."


def asked(key: str = "faithful", least: float = 1.0, **changes: Any) -> AskedDissection:
    """Return the question about one answer."""
    fields: dict[str, Any] = {
        "judge": JUDGE,
        "answer": JudgedAnswer(case=CASE, variant="control", text=ANSWER),
        "context": CASE.context,
        "position": 1,
        "workspace": Workspace(),
    }
    found = judged.ask(Check(key=key, argument={"min": least}), **{**fields, **changes})
    assert isinstance(found, AskedDissection)
    return found


def reply(holds: str, *labels: str) -> Completion:
    """Return a judge's reply whose parts have these labels."""
    parts = [{"text": f"claim {n}", holds: label} for n, label in enumerate(labels, start=1)]
    return completion(json.dumps({"reason": "counted", "parts": parts}))


def read(answer: Completion, key: str = "faithful", least: float = 1.0) -> Score:
    """Return the score of a reply."""
    return judged.read(asked(key, least), answer)


def test_claims_are_asked_for_against_the_context_that_the_answer_was_given_with() -> None:
    """The variant's own context is shown, fenced, whatever else the judge sees; the schema is a list of parts."""
    own = (Document(id="k3", text="Refunds take five days."),)
    check = asked(context=own, judge=replace(JUDGE, sees_context=False, sees_reference=False))
    user = check.request.messages[1].content
    assert "<<<CONTEXT 1" in user
    assert "Refunds take five days." in user
    assert "Shipping takes 3-5 days." not in user
    assert "<<<REFERENCE" not in user
    assert check.question.schema["properties"]["parts"]["type"] == "array"
    assert check.request.subject == {"case": "late-package", "variant": "control", "check": "1"}


def test_relevance_is_asked_with_what_the_judge_sees() -> None:
    """Relevance is to the request: a judge that sees no context is shown none."""
    blind = asked("relevant", judge=replace(JUDGE, sees_context=False))
    assert "<<<CONTEXT" not in blind.request.messages[1].content
    assert blind.request.key != asked("faithful", judge=replace(JUDGE, sees_context=False)).request.key


@pytest.mark.parametrize(("key", "holds"), [("faithful", "supported"), ("relevant", "relevant")])
def test_share_of_parts_that_hold_decides(key: str, holds: str) -> None:
    """Two of three is .667: it passes where that is enough, and the reason names the part that does not hold."""
    answer = reply(holds, "YES", "NO", "YES")
    strict, mild = read(answer, key), read(answer, key, 0.66)
    assert (strict.passed, mild.passed) == (False, True)
    assert strict.value == pytest.approx(2 / 3)
    assert (strict.unit, strict.check, strict.cost_usd) == ("share", key, 0.5)
    assert strict.reason.startswith("2 of 3 ")
    assert strict.reason.endswith("; not: claim 2")
    assert read(reply(holds, "YES"), key).passed


def test_nine_of_ten_is_nine_tenths() -> None:
    """A share that meets the least one passes, whatever its last bit."""
    assert read(reply("supported", *["YES"] * 9, "NO"), least=0.9).passed


def test_many_failing_parts_are_named_in_part() -> None:
    """Three are named, the others counted."""
    score = read(reply("supported", *["NO"] * 5))
    assert score.reason == ("0 of 5 claims are supported by the context; not: claim 1; claim 2; claim 3 (and 2 more)")


def test_answer_without_parts() -> None:
    """Nothing claimed is nothing unfaithful; nothing said is no answer to the request."""
    empty = completion('{"reason": "only a greeting", "parts": []}')
    assert (read(empty).passed, read(empty).value) == (True, None)
    assert (read(empty, "relevant").passed, read(empty, "relevant").value) == (False, None)
    assert "only a greeting" in read(empty).reason


@pytest.mark.parametrize(
    "text",
    [
        '{"reason": "x", "parts": [{"text": "a", "supported": "MAYBE"}]}',
        '{"reason": "x", "parts": [{"text": "a"}]}',
        '{"reason": "x", "parts": ["a is supported"]}',
        '{"reason": "x", "parts": "none"}',
        '{"reason": "x"}',
        '{"reason": "x", "parts": [], "extra": 1}',
        "YES",
        "All claims are supported.",
        '{"reason": "x", "parts": [{"text": "a", "supp',
        "",
    ],
)
def test_reply_that_breaks_its_shape_anywhere_is_an_error(text: str) -> None:
    """A share of those parts that happen to be readable would be a guess."""
    score = read(completion(text))
    assert (score.passed, score.value, score.cost_usd) == (None, None, 0.5)
    assert score.error


def test_failed_and_cut_calls_are_errors() -> None:
    """Neither is a fail of the answer."""
    assert judged.read(asked(), failure()).passed is None
    assert read(completion("{}", Finish.LENGTH)).error


def test_statement_checks_still_go_their_way() -> None:
    """`judge` stays what it was: the same bytes, and its own reader."""
    check = judged.ask(
        Check(key="judge", argument="Is polite."),
        judge=JUDGE,
        answer=JudgedAnswer(case=CASE, variant="control", text=ANSWER),
        context=(),
        position=0,
        workspace=Workspace(),
    )
    assert "<<<CONTEXT 1" in check.request.messages[1].content
    assert judged.read(check, completion("PASS")).passed


@pytest.mark.parametrize(("written", "least"), [(True, 1.0), ({"min": 0.9}, 0.9), ({"min": "90%"}, 0.9), ({}, 1.0)])
def test_argument_as_it_is_written(written: Any, least: float) -> None:
    """`true` is all of it; a share or a percentage is the least that passes."""
    for key in ("faithful", "relevant"):
        assert CHECKS[key].model_validate({key: written}).argument() == {"min": least}


HEAD = "model: openai:gpt-6-luna\n"
JUDGED_BY = "judge: openai:judge-1\n"


def mistakes(folder: Any, text: str) -> str:
    """Return the messages with which an experiment is refused."""
    write(folder, {"experiment.yaml": text})
    with pytest.raises(FileError) as caught:
        experiments.load(folder / "experiment.yaml")
    return "\n".join(map(str, caught.value.mistakes))


def test_faithful_needs_a_context_and_a_judge(tmp_path: Any) -> None:
    """Both are told with their place before anything is sent."""
    cases = "cases: [{id: c1, input: Hi}, {id: c2, input: Ho, context: Know this.}]\n"
    checks = "checks: [{faithful: true}]\n"
    found = mistakes(tmp_path, HEAD + JUDGED_BY + VARIANTS + cases + checks)
    assert "experiment.yaml:5:" in found
    assert "case 'c1' has no 'context' to be faithful to" in found
    assert "needs a judge" in mistakes(tmp_path, HEAD + VARIANTS + cases + "checks: [{relevant: {min: 0.5}}]\n")
    own = "variants: {control: {system: a, context: Know.}, treatment: {system: b, context: Know.}}\n"
    assert load(tmp_path, HEAD + JUDGED_BY + own + cases + checks).checks[0].argument == {"min": 1.0}
    by_case = "cases: [{id: c1, input: Hi, checks: [{faithful: true}]}]\n"
    assert "has no 'context'" in mistakes(tmp_path, HEAD + JUDGED_BY + VARIANTS + by_case)


@pytest.mark.parametrize("wrong", ["false", "{min: 2}", "{least: 1}", "0.5"])
def test_wrong_argument_is_refused(tmp_path: Any, wrong: str) -> None:
    """`false` would say nothing; a share lies between 0 and 1."""
    cases = "cases: [{id: c1, input: Hi, context: Know.}]\n"
    assert "faithful" in mistakes(tmp_path, HEAD + JUDGED_BY + VARIANTS + cases + f"checks: [{{faithful: {wrong}}}]\n")
