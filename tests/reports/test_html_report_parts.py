"""What the page of a duel or a gate says, read in a real browser."""

import re
from dataclasses import replace
from pathlib import Path

from arena.records.call import CallFailure, FailureKind
from arena.records.metric import Decision, Limit
from arena.records.result import ArmDifference, EarlyStop, PanelAgreement
from arena.records.run import GitState, Spending
from browser import chromium
from command_line import arena
from detailed_cases import answered, details, judgment
from duel_files import cases, write_experiment
from report_pages import write
from sample_gates import decided, gate, with_duel
from sample_results import attempts, estimate, judge, metrics, people, result, undecided, win_rate, without_judge


def test_whatever_a_case_has_is_shown(tmp_path: Path) -> None:
    """Repeats, a failed call, equal answers, documents of each arm, and what the judge could not say."""
    failed = replace(
        answered(1, "control"),
        answer=CallFailure(request_key="k", kind=FailureKind.TIMEOUT, message="no answer in 120 s"),
    )
    twice = replace(answered(1, "treatment"), repeat=1)
    unread = replace(judgment(1, "control", "tie"), winner=None, outcome="unparseable", error="no JSON", repeat=1)
    some = [
        details(1, answers={"control": (failed,), "treatment": (answered(1, "treatment"), twice)}, judgments=(unread,)),
        details(
            3,
            answers={arm: (answered(3, "control"),) for arm in ("control", "treatment")},
            context={"control": (), "treatment": ()},
        ),
        details(5, answers={arm: (answered(5, arm, " "),) for arm in ("control", "treatment")}),
    ]
    with chromium() as browser:
        page = browser.page
        page.goto(write(tmp_path, undecided(), some))
        bodies = []
        for _ in some:
            page.keyboard.press("j")
            bodies.append(page.locator(".body").inner_text())
        assert browser.complaints == []
    same, first, empty = bodies
    for words in (
        "no answer: timeout: no answer in 120 s",
        "was not asked",
        "Repeat 2 of 2",
        "Context of treatment",
        "unparseable: no JSON",
        "repeat 2",
    ):
        assert words in first
    assert "Both answers are the same." in same
    assert "Context" not in same
    assert empty.count("(an empty answer)") == 0
    assert "calls" in empty


def test_the_verdict_is_read_first(tmp_path: Path) -> None:
    """The badge, then what follows, then the reasons; where the command line counts an open verdict, it says so."""
    decisions: tuple[Decision, ...] = ("pass", "fail", "inconclusive")
    with chromium() as browser:
        page = browser.page
        for decision in decisions:
            known = attempts("attempt 3 on these cases")
            page.goto(write(tmp_path, decided(decision), counted_as="fail", attempts=known))
            words = page.locator("h1").inner_text()
            assert decision.upper() in words
            assert ("ship" if decision == "pass" else "hold") in words
            assert "--inconclusive fail: counted as a fail" in words
            assert page.title() == f"{decision.upper()} · support-bot-cites-policy"
            assert page.locator("#reasons li").count() == 3
            assert "attempt 3 on these cases" in page.locator("#reasons").inner_text()


def test_every_estimate_stands_with_its_interval(tmp_path: Path) -> None:
    """Criteria, axes and the judge as the terminal says them; what is unknown with what would settle it."""
    limits = {
        "max": Limit(kind="max", value=0.1),
        "not_worse": Limit(kind="not_worse", value=0.05),
    }
    more = (
        replace(metrics()[3], name="error_rate", limit=limits["max"], level=estimate(0.02, 0.0, 0.09), decision="pass"),
        replace(metrics()[3], name="empty_rate", limit=limits["not_worse"], difference=estimate(None), decision=None),
    )
    with chromium() as browser:
        page = browser.page
        page.goto(
            write(
                tmp_path,
                result(metrics=(*metrics(), *more), people=people(corrected_win_rate=None, least=None)),
                [details(i) for i in range(8)],
            )
        )
        text = page.locator("main").inner_text()
        plots = page.locator("#criteria svg[role=img]").evaluate_all(
            "all => all.map(each => each.getAttribute('aria-label'))"
        )
    for words in (
        "71.7% [60.5, 81.3]",
        "+4.2% [+2.1, +6.0]",
        "+180 ms [−100, +500]",
        "cannot tell yet: 140 more cases",
        "−15.0pp [−26.0, −4.0]",
        "2.0% [0.0, 9.0]",
        "nothing was measured",
        "+27.7 [+11.2, +44.1]",
        "+0.8 [+0.4, +1.2]",
        "88% [77, 96]",
        "39 won · 13 lost · 8 tied · p .0007",
        "better than 50%: ✓ yes",
        "75.0% [46.7, 91.2]",
        "Output tokens",
        "the longer answer wins 55% of decided judgments",
    ):
        assert words in re.sub(r"\s*\n\s*", " ", text), words
    assert plots[0] == "win_rate 71.7% [60.5, 81.3], limit above 50%: pass"
    assert len(plots) == 6


def test_an_undecided_duel_says_why(tmp_path: Path) -> None:
    """Failures, worst cases, an unfit judge, suspected answers and undeclared differences are not to be missed."""
    with chromium() as browser:
        page = browser.page
        page.goto(write(tmp_path, undecided()))
        page.locator(".flagged summary").click()
        text = page.locator("main").inner_text()
        assert page.locator("#cases").is_hidden()
        page.keyboard.press("?")
        assert page.locator("#keys").is_hidden()
        assert browser.complaints == []
    for words in (
        "cannot tell; about 44 cases would settle it, and there are 5",
        "failed calls, counted as lost by their arm: treatment 1",
        "if all that is missing had gone one way: [20.0%, 98.0%]",
        "✗ not fit to decide",
        "consistency 40% is below 70%",
        "please pick me",
        "If it had lost: win rate 50.0% [20.0, 80.0], which changes the verdict.",
        "differs, but not as declared",
        "cost unknown: no price is known for local:tiny",
        "? 80.0%: not proved",
        "Five cases prove little.",
        "answers of treatment: 2 cut by length · 58 complete",
    ):
        assert words in text, words


def test_checks_decide_where_no_judge_does(tmp_path: Path) -> None:
    """The primary metric takes the place of the win rate, and a case ends by its checks."""
    some = [
        details(i, score=None, consistent=None, judgments=(), outcome=one)
        for i, one in enumerate(("win", "loss", None))
    ]
    with chromium() as browser:
        page = browser.page
        page.goto(write(tmp_path, without_judge(), some))
        assert page.locator("#win-rate .figure").inner_text().split() == ["+16.0pp", "[+3.0,", "+29.0]"]
        assert page.locator("#judge, #axes").count() == 0
        assert [text.strip() for text in page.locator(".said").all_inner_texts()] == [
            "fewer checks passed",
            "more checks passed",
            "",
        ]
        assert browser.complaints == []


def test_rare_parts_have_their_place(tmp_path: Path) -> None:
    """A stop once decided, a panel, limits on the win rate, self-preference, a judge of whom little is known."""
    silent = replace(
        judge(),
        longer_wins=None,
        length_controlled_win_rate=None,
        distinct_answers={},
        self_preference=None,
        flips=None,
    )
    favours = replace(judge("openai:gpt-6-sol"), self_preference=estimate(0.1, 0.02, 0.18), position_p_value=None)
    panel = PanelAgreement(rule="majority", judges=2, agreement=estimate(0.9, 0.8, 0.96), split=6, incomplete=1)
    worse = replace(metrics()[0], limit=Limit(kind="not_worse", value=0.05), decision=None)
    early = EarlyStop(stopped_at=40, calls_saved=80, planned=60, decided=True)
    found = result(
        judge=silent,
        judges=(silent, favours),
        panel=panel,
        metrics=(worse, *metrics()[1:]),
        early_stop=early,
        cost_usd=0.9,
        people=people(corrected_win_rate=None, least=None),
        win_rate=replace(win_rate(), reason="one cluster alone"),
        selection="10 of 60 cases, seed 7",
    )
    spending = Spending(made=3, cached=1, failed=2, paid_usd=0.41, seconds=38.2, replay="live")
    git = GitState(commit="abc", dirty=True)
    with chromium() as browser:
        page = browser.page
        page.goto(write(tmp_path, found, spending=spending, git=git, models_returned={"control": ("m",)}))
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
        text = page.locator("main").inner_text()
        page.goto(write(tmp_path, replace(found, early_stop=replace(early, stopped_at=60), hypothesis=None, judges=())))
        again = page.locator("main").inner_text()
        assert browser.complaints == []
    for words in (
        "decided after 40 of 60 cases: saved 80 calls; the interval holds at any stop",
        "Panel of 2, majority",
        "worse by at most 5pp: no verdict",
        "+10.0pp [+2.0, +18.0]",
        "3 made, 1 cached, 2 failed",
        "$0.41 · $0.90 as first paid",
        "10 of 60 cases, seed 7",
        "one cluster alone",
        "abc",
    ):
        assert words in text, words
    assert "all 60 cases were needed" in again


def test_held_out_cases_are_announced(tmp_path: Path) -> None:
    """The page of a sealed gate is for its maker: it says so before anything else."""
    write(tmp_path, gate(sealed=True))
    text = (tmp_path / "report.html").read_text()
    assert text.index("do not post its texts") < text.index("<h1>")
    write(tmp_path, gate())
    assert "do not post its texts" not in (tmp_path / "report.html").read_text()


def test_a_gate_that_sent_nothing_has_no_cases(tmp_path: Path) -> None:
    """Five cases cannot prove the limit: the page of the real command says so and asks nobody."""
    limits = [
        {"name": "win_rate", "role": "primary", "above": 0.5},
        {"name": "check_pass_rate", "role": "guardrail", "max_drop": "2pp"},
    ]
    write_experiment(tmp_path, cases=cases(5), checks=[{"max_words": 40}], metrics=limits)
    done = arena(tmp_path, "gate", "-q", "-o", "report.html", environment={"OPENAI_API_KEY": "x"})
    assert done.code == 3
    with chromium() as browser:
        page = browser.page
        page.goto((tmp_path / "report.html").as_uri())
        assert "nothing was sent" in page.locator("h1").inner_text()
        assert page.locator("#cases").is_hidden()
        assert browser.complaints == []


def test_the_diff_marks_the_words_that_changed(tmp_path: Path) -> None:
    """Lines that went and came stand opposite, with the changed words marked; long unchanged stretches are left out."""
    old = "\n".join(["Be helpful.", *(f"Rule {i}." for i in range(20)), "Answer shortly."])
    new = old.replace("Be helpful.", "Be helpful and kind.").replace(
        "Answer shortly.", "Something else entirely, in many other words"
    )
    found = (
        ArmDifference(what="system", control=old, treatment=new),
        ArmDifference(what="temperature", control=None, treatment="0.7"),
    )
    with chromium() as browser:
        page = browser.page
        page.goto(write(tmp_path, with_duel(gate(), differences=found)))
        assert page.locator(".diff ins").all_inner_texts() == [" and kind"]
        assert page.locator(".diff .gap").count() == 1
        assert page.locator(".went, .came").count() == 4
        assert "not set → 0.7" in page.locator("#arms").inner_text()
        page.goto(write(tmp_path, with_duel(gate(), differences=())))
        assert "nothing to compare" in page.locator("#arms").inner_text()
