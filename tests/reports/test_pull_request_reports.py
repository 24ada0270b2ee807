"""The reports that a pull request and a CI server show: markdown, workflow commands, JUnit."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from markdown_it import MarkdownIt

from arena.records.case_details import CaseDetails
from arena.records.gate import DuelOrGate
from arena.records.metric import Decision
from arena.records.result import ArmDifference, FlaggedRecount, LostCase
from arena.reports import github, junit
from arena.reports.inert_markdown import code_block, code_span, plain
from arena.reports.report import CountedAs
from command_line import arena
from detailed_cases import details
from duel_files import cases, write_experiment
from hostile_text import DANGEROUS, HOSTILE, everywhere
from loopback import Loopback
from reported import reported
from sample_gates import decided, gate, with_duel
from sample_results import attempts, estimate, facts, people, result

FACTS = facts(attempts=attempts("attempt 3 on these cases on this machine"))
OBEYED = (
    "<img src=x onerror=alert(1)> <!-- --> ![i](http://e.x/i.png) [l](javascript:x) @everyone #1 https://e.x "
    "``` ```` | --- | </details> ::error file=a::b \n::set-output name=x::y\n# head\n- [ ] task $x$ :smile: www.e.x"
)


def rendered(
    found: DuelOrGate,
    name: str = "markdown",
    *,
    counted_as: CountedAs | None = None,
    cases: Sequence[CaseDetails] = (),
    **changes: Any,
) -> str:
    """Return a report."""
    return reported(found, name, facts=replace(FACTS, **changes), counted_as=counted_as, cases=cases)


def page(text: str) -> str:
    """Return markdown as a forge would show it."""
    return str(MarkdownIt("commonmark").enable("table").render(text))


def hostile(text: str) -> DuelOrGate:
    """Return a gate with `text` in every foreign field."""
    found: DuelOrGate = everywhere(gate(), text, but=frozenset({"advice", "what"}))
    return found


@pytest.mark.parametrize(
    ("decision", "headline"),
    [
        ("pass", "✅ PASS · support-bot-cites-policy: ship treatment"),
        ("fail", "❌ FAIL · support-bot-cites-policy: hold treatment"),
        ("inconclusive", "⚠️ INCONCLUSIVE · support-bot-cites-policy: hold treatment"),
    ],
)
def test_the_verdict_is_the_headline(decision: Decision, headline: str) -> None:
    """A reviewer reads pass, fail or inconclusive first, then one line a reason."""
    text = rendered(decided(decision))
    assert text.splitlines()[1] == f"## {headline}"
    assert "above 50% is proved" in text
    assert "attempt 3 on these cases" in text
    assert "+Be helpful, cite the relevant policy" in text


def test_the_comment_is_found_again_by_its_marker() -> None:
    """The first line is the same for every run of one experiment, and another for another."""
    first, second = (rendered(gate(), run=run).splitlines()[0] for run in ("one", "two"))
    assert first == second
    assert re.fullmatch(r"<!-- prompt-arena gate [0-9a-f]{16} -->", first)
    other = with_duel(gate(), experiment=replace(gate().duel.experiment, name="another"))
    assert rendered(other).splitlines()[0] != first


def test_nothing_that_a_model_wrote_is_obeyed_in_a_comment() -> None:
    """No link, image, tag, heading, mention or number of a foreign text survives; everything stands in code."""
    html = page(rendered(hostile(OBEYED)))
    without_code = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
    assert not re.search(r"<(img|a|script|h1|input)\b", html)
    assert not re.search(r"@\w|#\d|https?:|www\.", without_code)
    assert html.count("<h2>") == 1
    assert html.count("<details>") == html.count("</details>")


@pytest.mark.parametrize("name", ["markdown", "github", "junit"])
def test_no_dangerous_byte_reaches_a_machine_or_a_person(name: str) -> None:
    """No ESC, C0, C1, bidi or zero-width byte of a foreign text is written."""
    text = rendered(hostile(HOSTILE), name)
    assert not DANGEROUS.search(text)


def test_a_comment_stays_below_what_a_forge_accepts() -> None:
    """Long answers are cut, many cases left out, and a comment that is still too long says where the rest is."""
    lost = tuple(LostCase(case=f"case-{n}", score=0.0, margin=None, reason="r" * 9000) for n in range(0, 100, 4))
    some = [long_winded(number) for number in range(100)]
    text = rendered(with_duel(gate(), lost=lost, notes=tuple("n" * 900 for _ in range(200))), cases=some)
    assert len(text.encode()) < 64_000
    assert "the rest is too long for a comment" in text
    assert len(rendered(with_duel(gate(), lost=lost), cases=some).encode()) < 64_000


def long_winded(number: int) -> CaseDetails:
    """Return a case whose answers are far too long for a comment."""
    case = details(number)
    rows = {
        arm: tuple(replace(row, answer=replace(row.completion, text="`é" * 90_000)) for row in each if row.completion)
        for arm, each in case.answers.items()
    }
    return replace(case, answers=rows)


def test_the_comment_shows_what_was_answered_where_the_treatment_lost_worst() -> None:
    """Both answers, as code in which nothing is obeyed."""
    lost = (LostCase(case="case-0", score=0.0, margin=-1.5, reason="It promises a refund."),)
    text = rendered(with_duel(gate(), lost=lost), cases=[details(number) for number in range(3)])
    assert "control:\n\n```text\nControl answers case 0" in text
    assert "treatment:\n\n```text\nTreatment answers case 0" in text
    assert "case 1" not in text
    attack = replace(details(0, text=OBEYED), case=details(0).case)
    assert not re.search(r"<(script|img|a) ", page(rendered(with_duel(gate(), lost=lost), cases=[attack])))


def test_held_out_texts_stay_out_of_a_pull_request() -> None:
    """The gate's part of a split is not shown to those who write the prompt: ids alone."""
    lost = (LostCase(case="case-0", score=0.0, margin=-1.5, reason="It promises a refund."),)
    text = rendered(with_duel(gate(sealed=True), lost=lost), cases=[details(0)])
    assert "case-0" in text
    assert "promises a refund" not in text
    assert "answers case 0" not in text
    assert "held out" in text


def test_a_duel_is_a_comment_without_a_verdict() -> None:
    """Its headline names the arms."""
    text = rendered(result())
    assert "## support-bot-cites-policy: control → treatment" in text
    assert "PASS" not in text


def test_an_open_verdict_that_counts_says_so() -> None:
    """`--inconclusive pass` is printed where the verdict is."""
    assert "--inconclusive pass: counted as a pass" in rendered(gate(), counted_as="pass")
    assert "--inconclusive pass: counted as a pass" in rendered(gate(), "junit", counted_as="pass")
    lines = rendered(gate(), "github", counted_as="fail").splitlines()
    assert lines[0].startswith("::error ")
    assert "--inconclusive fail: counted as a fail" in lines[0]


def test_arms_that_do_not_differ_and_undeclared_differences_are_named() -> None:
    """Nothing to compare is said, and so is what differs without a declaration."""
    assert "The arms do not differ" in rendered(with_duel(gate(), differences=()))
    moved = ArmDifference(what="model returned", control="a-1", treatment="a-2", declared=False)
    assert "**model returned** (not declared): `a-1` → `a-2`" in rendered(with_duel(gate(), differences=(moved,)))


def test_people_and_flagged_answers_are_told() -> None:
    """What people say of the judge, and what is left of the win rate if flagged answers had lost."""
    changed = FlaggedRecount(cases=2, win_rate=estimate(0.48, 0.4, 0.56), decision="inconclusive", changes_verdict=True)
    text = rendered(with_duel(gate(), people=people(), flagged_recount=changed))
    assert "People agree with the judge in " in text
    assert "- if they had lost: win rate 48.0% [40.0, 56.0], **which changes the verdict**" in text


def test_a_prompt_of_many_lines_is_cut_in_the_comment() -> None:
    """Sixty lines of a patch are enough to decide; the rest is counted."""
    long = ArmDifference(what="system", control="a", treatment="\n".join(f"line {i}" for i in range(200)))
    assert "more lines" in rendered(with_duel(gate(), differences=(long,)))


def test_annotations_stand_at_the_first_changed_line_of_the_prompt() -> None:
    """The verdict, then one annotation for each reason that keeps it from passing."""
    change = ArmDifference(what="system", control="a\nb\nc", treatment="a\nb\nd", source="prompts/new.md")
    lines = rendered(decided("fail"), "github").splitlines()
    assert lines[0].startswith("::error ")
    lines = rendered(with_duel(gate(), differences=(change,)), "github").splitlines()
    assert lines == [
        "::warning file=prompts/new.md,line=3,title=arena gate::INCONCLUSIVE: hold treatment",
        "::warning file=prompts/new.md,line=3,title=arena gate::latency_s_p95 +200ms [-100ms, +500ms]: "
        "cannot tell whether max_increase 300ms holds",
    ]


def test_no_more_annotations_than_are_shown() -> None:
    """Ten of a kind are shown for a step: the others are counted in the first."""
    many = gate(verdict=replace(gate().verdict, reasons=gate().verdict.reasons[:1] * 30))
    lines = rendered(many, "github").splitlines()
    assert len(lines) == 10
    assert "(21 more reasons in the report)" in lines[0]


def test_a_foreign_text_begins_no_workflow_command() -> None:
    """Every line is one of ours, whatever stands in the texts."""
    for line in rendered(hostile(OBEYED), "github").splitlines():
        assert re.match(r"::(error|warning|notice) [^:]*::", line)
        assert "\n" not in line
    assert rendered(result(), "github").startswith("::notice ")


def test_a_duel_without_a_win_rate_says_so_beside_the_prompt() -> None:
    """What is undefined is never a number."""
    assert "no win rate" in rendered(result(win_rate=None), "github")


def test_junit_has_a_test_for_each_criterion() -> None:
    """A failure is a refuted criterion, skipped an open one."""
    suite = fromstring(rendered(gate(), "junit").encode()).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("errors")) == (
        "3",
        "0",
        "1",
        "0",
    )
    failed = fromstring(rendered(decided("fail"), "junit").encode())
    assert [case.get("name") for case in failed.findall(".//failure/..")] == ["latency_s_p95 max_increase 300ms"]


@pytest.mark.parametrize(("counted", "failures"), [("fail", "1"), ("pass", "0")])
def test_junit_counts_an_open_criterion_as_the_command_line_does(counted: CountedAs, failures: str) -> None:
    """`--inconclusive fail` is a failure for the CI server too, and pass is none."""
    suite = fromstring(rendered(gate(), "junit", counted_as=counted).encode()).find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("skipped")) == (failures, "0")


def test_junit_is_for_verdicts(tmp_path: Path) -> None:
    """A duel decides nothing: before anything is sent or written, exit 2 names the command that does."""
    write_experiment(tmp_path, cases=cases(12))
    with Loopback() as server:
        done = arena(tmp_path, "duel", "-o", "a.html", "-o", "b.xml", environment=server.environment)
        assert server.requests == []
    assert done.code == 2
    assert "hint: JUnit is for verdicts: arena gate EXPERIMENT|RUN gives one" in done.err
    assert not (tmp_path / "a.html").exists()


def test_junit_is_well_formed_whatever_the_texts() -> None:
    """Characters that no XML may hold are replaced."""
    root = fromstring(rendered(hostile(f"{HOSTILE}\ufffe\uffff]]>&<"), "junit").encode())
    assert len(root.findall(".//testcase")) == 3


def test_a_run_that_could_not_be_made_is_an_error_for_the_ci_server(tmp_path: Path) -> None:
    """An expired key leaves a JUnit file with an error, not a missing file."""
    write_experiment(tmp_path, cases=cases(12))
    environment = {"OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": ""}
    done = arena(tmp_path, "gate", "-o", "gate.xml", environment=environment)
    assert done.code == 4
    suite = fromstring((tmp_path / "gate.xml").read_bytes()).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


def test_the_step_summary_is_the_comment(tmp_path: Path) -> None:
    """`--output-format github` prints annotations and adds the markdown to the page of the step."""
    write_experiment(tmp_path, cases=cases(12))
    summary = tmp_path / "summary.md"
    with Loopback() as server:
        done = arena(
            tmp_path,
            *("gate", "--output-format", "github", "-o", "comment.md", "-q"),
            environment={**server.environment, "GITHUB_STEP_SUMMARY": str(summary)},
        )
    assert done.out.startswith("::")
    assert summary.read_text() == (tmp_path / "comment.md").read_text()


def test_code_is_closed_by_nothing_in_it() -> None:
    """Fences and spans are longer than any run of backticks inside."""
    assert code_span("") == ""
    assert code_span("x" * 300).endswith("…`")
    assert code_block("````\n```")[0] == "`````text"
    assert plain("a|b") == "a\\|b"


def test_an_annotation_has_a_title_and_an_error_an_element() -> None:
    """What CI servers look for."""
    assert github.annotation("notice", "x", {}) == "::notice title=arena gate::x"
    assert "<error" in junit.could_not_run("x", "y")
