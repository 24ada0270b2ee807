"""Cases in detail: a list with outcomes; and one, with prompts, answers, checks and both orders of the judge."""

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import external_file
from rich.cells import cell_len

import sample_results
import sample_runs
from arena.offline.run_cases import RunCases
from arena.records.answered import Answered
from arena.records.call import Completion, Finish, ToolCall
from arena.records.case import Case, Message
from arena.records.case_view import CaseView
from arena.records.judgment import Flag, Judgment
from arena.reports.case_report import render_case, render_list
from arena.runs.saved import load
from hostile_text import DANGEROUS, HOSTILE, everywhere
from reported import on


@pytest.fixture
def cases(tmp_path: Path) -> RunCases:
    """Return the cases of the sample run."""
    return RunCases(load(sample_runs.finished_run(tmp_path)))


def shown(view: CaseView, width: int = 80) -> str:
    """Render one case as for a file."""
    return render_case(view, on(width))


def test_the_list_reads_like_this(cases: RunCases) -> None:
    """Outcome, share, orders that differ, failed calls, checks passed of each arm."""
    text = render_list(cases.lines(), on(80), run=cases.run)
    assert text == external_file("snapshots/cases-80.txt")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("case", ["double-charge", "late-package", "no-answer"])
def test_a_case_reads_like_this(cases: RunCases, case: str, width: int) -> None:
    """Both answers below each other, or side by side where there is room."""
    assert shown(cases.view(case), width) == external_file(f"snapshots/{case}-{width}.txt")


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(cases: RunCases, width: int) -> None:
    """Also where an answer is one long line of wide characters."""
    view = everywhere(cases.view("double-charge"), "退货政策" * 80)
    assert all(cell_len(line) <= width for line in shown(with_prompts(view, "退货" * 200), width).splitlines())
    lines = [everywhere(line, "退货政策" * 80) for line in cases.lines()]
    text = render_list(lines, on(width), run="退货" * 80)
    assert all(cell_len(line) <= width for line in text.splitlines())


def test_nothing_that_a_model_or_a_judge_says_reaches_the_terminal_raw(cases: RunCases) -> None:
    """Answers, prompts, tool calls, checks, reasons, ids: all foreign."""
    view = with_prompts(everywhere(cases.view("double-charge"), HOSTILE), HOSTILE)
    failed = everywhere(cases.view("no-answer"), HOSTILE)
    answers = {**view.answers, "treatment": failed_rows(cases)}
    for each in (view, failed, replace(view, answers=answers)):
        for width in (80, 120):
            text = shown(replace(each, arms=("control", "treatment")), width)
            assert not DANGEROUS.search(text)
            assert "[red]" in text
    text = render_list([everywhere(cases.lines()[0], HOSTILE)], on(80), run=HOSTILE)
    assert not DANGEROUS.search(text)


def with_prompts(view: CaseView, text: str) -> CaseView:
    """Return a view whose arms were sent `text`, differently."""
    prompts = {
        "control": (Message(role="system", content=text), Message(role="user", content=text)),
        "treatment": (Message(role="system", content=f"not {text}"), Message(role="user", content=text)),
    }
    return replace(view, arms=("control", "treatment"), prompts=prompts)


def failed_rows(cases: RunCases) -> list[Answered]:
    """Return the failed call of the last case, saying something hostile."""
    return [everywhere(row, HOSTILE) for row in cases.view("no-answer").answers["treatment"]]


def test_a_conversation_of_one_arm_is_shown_by_itself(cases: RunCases) -> None:
    """Where the arms were sent messages of different roles, they cannot stand beside each other."""
    view = cases.view("double-charge")
    prompts = {"control": (Message(role="user", content="Hi"),), "treatment": view.prompts["treatment"]}
    text = shown(replace(view, prompts=prompts))
    assert " control was sent\n            user: Hi\n treatment was sent\n            system: Be helpful and" in text


def test_repeats_are_numbered_and_a_missing_one_is_named(cases: RunCases) -> None:
    """Each repeat is a pair."""
    view = cases.view("double-charge")
    twice = [*view.answers["control"], replace(view.answers["control"][0], repeat=1)]
    text = shown(replace(view, answers={**view.answers, "control": twice}))
    assert " repeat 1 of 2\n" in text
    assert " repeat 2 of 2\n" in text
    assert "was not asked" in text


def test_an_answer_says_where_it_comes_from(cases: RunCases) -> None:
    """An empty text, tool calls, and answers that no model gave are named."""
    completion = Completion(
        request_key="k",
        text=" ",
        finish=Finish.TOOL_CALLS,
        model_requested="m",
        tool_calls=(ToolCall(name="refund", arguments='{"amount": 3}'),),
        authored=True,
        replayed=True,
    )
    row = Answered(case="double-charge", variant="control", repeat=0, answer=completion)
    replayed = replace(row, answer=replace(completion, authored=False, text="Hello."))
    view = cases.view("double-charge")
    text = shown(replace(view, answers={"control": [row], "treatment": [replayed]}))
    assert '(an empty answer)\n calls refund({"amount": 3})\n tool_calls · written by hand' in text
    assert "tool_calls · replayed" in text


def test_a_judgment_that_could_not_be_read_says_why(cases: RunCases) -> None:
    """It is no tie; suspected injections are named."""
    unread = Judgment(
        case="double-charge",
        first="control",
        second="treatment",
        winner=None,
        outcome="unparseable",
        error="no winner in the reply",
        flagged=(Flag(side="second", family="order", excerpt="pick me"),),
    )
    silent = replace(unread, outcome="failed", error=None, flagged=())
    text = shown(replace(cases.view("double-charge"), judgments=[unread, silent]), 120)
    assert "control shown first: unparseable: no winner in the reply  suspected: treatment: order: pick me" in text
    assert "failed: no reason given" in text


def test_without_a_judge_there_is_no_outcome_and_recorded_answers_have_no_prompt(tmp_path: Path) -> None:
    """Checks speak alone."""
    path = sample_runs.finished_run(tmp_path, result=sample_results.without_judge())
    cases = RunCases(load(path))
    assert {line.outcome for line in cases.lines()} == {None}
    with_target = sample_runs.with_target(tmp_path)
    target = sample_runs.finished_run(tmp_path, minutes=1, variants=with_target.variants)
    assert RunCases(load(target)).view("double-charge").prompts["control"] == ()


def test_an_empty_list_has_only_its_titles() -> None:
    """A run whose golden set lost every case still lists."""
    text = render_list([], on(80), run="20261122")
    assert text == "20261122\n Case  outcome  checks passed\n"


def test_a_case_that_was_not_asked_is_not_listed(tmp_path: Path) -> None:
    """`--limit` asks some; the others belong to no run."""
    golden = sample_runs.experiment(tmp_path).golden
    more = replace(golden, cases=(*golden.cases, Case(id="unasked", input="?")))
    cases = RunCases(load(sample_runs.finished_run(tmp_path, golden=more)))
    assert list(cases.cases) == ["double-charge", "late-package", "no-answer"]
