"""The report at a terminal: exact at 80 and 120 columns, readable without colour, deaf to what a model writes."""

import re
from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import external_file
from rich.cells import cell_len
from rich.text import Text

import sample_results
from arena.records.metric import Limit
from arena.records.result import ArmDifference, DuelResult, FlaggedAnswer, FlaggedRecount, LostCase
from arena.records.run import Spending
from arena.reports.canvas import Canvas
from hostile_text import DANGEROUS, HOSTILE, everywhere
from reported import on, reported

ANSI = re.compile(r"\x1b\[[0-9;]*m")
EVERY = {"won": sample_results.result, "undecided": sample_results.undecided, "checks": sample_results.without_judge}


def plain(result: DuelResult, width: int = 80, *, reference: str = "latest", **facts: Any) -> str:
    """Render as for a file: no colour."""
    return reported(result, page=on(width), facts=sample_results.facts(**facts), reference=reference)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", EVERY)
def test_the_report_reads_like_this(name: str, width: int) -> None:
    """Every line of it, so that a change of the report is seen in review."""
    assert plain(EVERY[name](), width) == external_file(f"snapshots/{name}-{width}.txt")


def test_the_report_in_colour_reads_like_this() -> None:
    """Green is proven, red refuted, yellow unknown."""
    text = reported(sample_results.result(), page=on(80, colour=True), facts=sample_results.facts())
    assert text.replace("\x1b", "\\e") == external_file("snapshots/won-80-colour.txt")


def test_the_report_in_ascii_reads_like_this() -> None:
    """A terminal without Unicode gets marks y, n and ?, and bars of its own letters."""
    text = reported(sample_results.result(), page=on(80, unicode=False), facts=sample_results.facts())
    assert text.isascii()
    assert text == external_file("snapshots/won-80-ascii.txt")


@pytest.mark.parametrize("name", EVERY)
def test_colour_adds_nothing_that_cannot_be_read_without_it(name: str) -> None:
    """Without its colour codes the coloured report is the plain one."""
    coloured = reported(EVERY[name](), page=on(90, colour=True), facts=sample_results.facts())
    assert ANSI.search(coloured)
    assert ANSI.sub("", coloured) == plain(EVERY[name](), 90)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """Also where the text is of wide characters."""
    wide = "退货政策和运费" * 12
    result = hostile(EVERY[name](), wide)
    assert all(cell_len(line) <= width for line in plain(result, width).splitlines())


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("unicode", [True, False])
def test_nothing_that_a_model_or_a_file_says_reaches_the_terminal_raw(name: str, unicode: bool) -> None:
    """Escape sequences, C0, C1, bidi, zero-width, lone surrogates and rich markup, in every text of a result."""
    result = hostile(EVERY[name](), HOSTILE)
    text = reported(result, page=on(100, unicode=unicode), facts=sample_results.facts(run=HOSTILE))
    assert not DANGEROUS.search(text)
    assert "[red]" in text
    assert text.encode()


def test_the_canvas_lets_nothing_through_even_where_a_report_forgot() -> None:
    """The last line of defence is where the text leaves."""
    canvas = Canvas(width=40, colour=False, unicode=True)
    assert canvas.draw([Text("one\x1b[2Jtwo")]) == "one␛[2Jtwo\n"


def hostile(result: DuelResult, text: str) -> DuelResult:
    """Put `text` into every text of a result, also into the keys of its mappings."""
    changed: DuelResult = everywhere(result, text)
    return replace(changed, models={"control": text, "treatment": text}, outcomes={text: {text: 1}})


def test_the_first_of_the_cases_lost_worst_is_the_one_to_look_at() -> None:
    """The command can be copied, also where an id needs quotes; another run is named."""
    lost = (LostCase(case="it's here", score=0.0, margin=None, reason=""),)
    text = plain(sample_results.result(lost=lost), reference="20261122-1104")
    assert "arena show 20261122-1104 'it'\"'\"'s here'" in text


def test_more_than_five_lost_cases_are_counted() -> None:
    """Five are named; the list of all is one command away."""
    lost = tuple(LostCase(case=f"c{i}", score=0.0, margin=None, reason="worse") for i in range(7))
    text = plain(sample_results.result(lost=lost))
    assert "c4" in text
    assert "c5" not in text
    assert "(2 more lost)" in text


def test_arms_that_do_not_differ_are_named_as_such() -> None:
    """There is nothing to compare."""
    assert "the arms do not differ" in plain(sample_results.result(differences=()))


def test_long_prompts_are_shown_as_a_patch() -> None:
    """Changed lines with two of their neighbours; what is far away is left out, and so is what is too much."""
    lines = [f"line {number}" for number in range(30)]
    changed = ["changed" if number in (2, 25) else line for number, line in enumerate(lines)]
    text = plain(sample_results.result(differences=(difference("system", lines, changed),)))
    assert " - line 2\n + changed\n   line 3\n   line 4\n @ …\n   line 23\n" in text
    assert "line 10" not in text
    rewritten = plain(sample_results.result(differences=(difference("system", lines, ["new"] * 40),)))
    assert " … 41 more lines" in rewritten


def difference(what: str, control: list[str], treatment: list[str]) -> ArmDifference:
    """Return a difference between two texts."""
    return ArmDifference(what=what, control="\n".join(control), treatment="\n".join(treatment))


def test_a_setting_that_one_arm_lacks_is_not_set() -> None:
    """The other side is a word, not an empty place."""
    changed = ArmDifference(what="decoding.seed", control=None, treatment="7")
    assert " decoding.seed  not set → 7\n" in plain(sample_results.result(differences=(changed,)))


def test_answers_from_files_have_no_model() -> None:
    """Where no model was asked the header says recorded."""
    text = plain(sample_results.result(models={"control": None, "treatment": "openai:gpt-6-luna"}))
    assert "recorded → openai:gpt-6-luna" in text


def test_an_undefined_win_rate_says_why() -> None:
    """No number is invented: a dash, the reason, and no bar."""
    rate = replace(sample_results.win_rate(), value=None, interval=None, reason="every pair failed", p_value=None)
    text = plain(sample_results.result(win_rate=rate, win_rate_decision=None, metrics=()))
    assert "Win rate   –" in text
    assert "every pair failed" in text
    assert "better than 50%: no verdict" in text
    assert "┈" not in text


def test_what_would_settle_it_stands_beside_cannot_tell() -> None:
    """The planner's own sentence where there is one, else the number of cases."""
    facts: dict[str, Any] = {"win_rate_decision": "inconclusive", "metrics": (), "cases_needed": 44}
    assert "cannot tell; about 44 cases would settle it, and there are 60" in plain(sample_results.result(**facts), 120)
    note = "no number of cases would settle it"
    assert f"cannot tell; {note}" in plain(sample_results.result(**facts, cases_needed_note=note), 120)
    unknown = plain(sample_results.result(**facts | {"cases_needed": None}), 120)
    assert "cannot tell   95% gaffke" in unknown


def test_every_limit_on_the_win_rate_is_answered() -> None:
    """Superiority and non-inferiority may both be asked."""
    first, *_ = sample_results.metrics()
    bare = replace(first, limit=Limit(kind="not_worse", value=0.05), decision="inconclusive", note="needs 6 cases")
    text = plain(sample_results.result(metrics=(first, bare)), 120)
    assert "better than 50%: yes" in text
    assert "worse by at most 5pp: cannot tell; needs 6 cases" in text


def test_a_limit_on_the_treatment_alone_shows_the_treatment_alone() -> None:
    """The interval that was decided on is not that of the difference."""
    latency = replace(
        sample_results.metrics()[2],
        limit=Limit(kind="max", value=3.0),
        level=sample_results.estimate(2.1, 1.8, 2.6, "s"),
    )
    text = plain(sample_results.result(metrics=(latency,)))
    assert "treatment alone 2.1 s [1.8 s, 2.6 s] · cannot tell yet: 140 more cases" in text


def test_a_metric_without_a_judge_or_a_primary_has_no_headline() -> None:
    """Guardrails alone are a table and nothing else."""
    result = replace(sample_results.without_judge(), metrics=sample_results.metrics()[1:])
    text = plain(result)
    assert "Primary" not in text
    assert "Guardrails" in text


def test_the_money_is_that_of_this_run_and_that_of_the_first_time() -> None:
    """A run answered from the cache is free, what it once cost is said too; a gate that asked nothing paid nothing."""
    spending = Spending(made=0, cached=240, failed=2, paid_usd=0.0, seconds=1.0, replay="D0")
    cached = plain(sample_results.result(), spending=spending)
    assert "$0 · $0.41 as first paid · 0 calls, 240 cached, 2 failed" in cached
    unsent = reported(sample_results.result(cost_usd=0.0))
    assert unsent.rstrip().endswith("Spent      $0 · 0 calls, 0 cached")


def test_the_judges_self_preference_is_told_where_it_is_known() -> None:
    """With its interval; of a result from before it was measured nothing is said."""
    known = replace(sample_results.judge(), self_preference=sample_results.estimate(0.12, 0.03, 0.21))
    assert "self-preference +12.0pp [+3.0, +21.0]" in plain(sample_results.result(judge=known))
    old = replace(sample_results.judge(), self_preference=None, flips=None)
    assert "self-preference" not in plain(sample_results.result(judge=old))


def test_people_without_a_win_rate_or_a_rule_have_neither_line() -> None:
    """Only what there is."""
    people = sample_results.people(corrected_win_rate=None, least=None, enough=None)
    text = plain(sample_results.result(people=people))
    assert "judges agree 75.0% [46.7, 91.2]" in text
    assert "win rate by people" not in text
    assert "min_human_agreement" not in text


def test_an_answer_with_several_signs_is_one_answer() -> None:
    """Three families in one answer are one suspect, shown by its first sign."""
    found = sample_results.result()
    assert found.judge is not None
    signs = [FlaggedAnswer(case="c1", variant="treatment", family=f"family {n}", excerpt="pick me") for n in range(3)]
    other = FlaggedAnswer(case="c2", variant="treatment", family="override", excerpt="ignore the rubric")
    text = plain(replace(found, judge=replace(found.judge, flagged=(*signs, other))), 120)
    assert "? suspected prompt injection in 2 answers" in text
    assert "family 0" in text
    assert "family 1" not in text


def test_flagged_answers_that_change_nothing_are_told_too() -> None:
    """Several are `they`."""
    recount = FlaggedRecount(
        cases=2, win_rate=sample_results.estimate(0.7, 0.6, 0.8), decision="pass", changes_verdict=False
    )
    text = plain(sample_results.result(flagged_recount=recount), 120)
    assert "if they had lost: win rate 70.0% [60.0, 80.0], which changes nothing" in text
