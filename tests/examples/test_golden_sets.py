"""The golden sets that come along: whole, consistent with themselves, and about nobody."""

import re
from collections import Counter
from pathlib import Path

import pytest

from arena.files.golden import load
from arena.files.resolving.case_warnings import near_duplicates
from arena.grading.table import GRADERS, grade
from arena.records.call import Completion, Finish
from arena.records.case import Case, Check

GOLDEN = Path(__file__).parents[2] / "golden"
SETS = {file.stem: load(file) for file in sorted(GOLDEN.glob("*.yaml"))}
SUPPORT = SETS["support-bot"].cases
#: Checks of what an answer states; the others ask how it is put, or need a judge.
FACTS = ("number", "date", "regex", "not_regex", "not_contains", "json_schema", "json_path")
#: No address but those of example domains, no phone, no card, no bank account.
PERSONAL = Check(
    key="pii",
    argument={
        "kinds": ["email", "phone", "card", "iban"],
        "allow": ["@example.com", "@shop.example"],
        "allow_given": False,
    },
)
CASES = [pytest.param(case, id=f"{name}-{case.id}") for name, golden in SETS.items() for case in golden.cases]


def answer(text: str) -> Completion:
    """Return a text as somebody's answer."""
    return Completion(request_key="", text=text, finish=Finish.STOP, model_requested="clerk")


def texts(case: Case) -> str:
    """Return all that a case says."""
    turns = [turn.content for turn in case.messages] or [case.input]
    return "\n".join([*turns, *(document.text for document in case.context), case.reference or ""])


@pytest.mark.parametrize("case", CASES)
def test_a_reference_passes_the_checks_of_its_own_case(case: Case) -> None:
    """If the golden answer fails, the check is wrong, or the answer is."""
    assert case.reference
    assert case.checks
    scores = [grade(check, case, answer(case.reference)) for check in case.checks if check.key in FACTS]
    assert [score.reason for score in scores if not score.passed] == []


@pytest.mark.parametrize("name", sorted(SETS))
def test_nearly_equal_cases_share_a_cluster(name: str) -> None:
    """No case is evidence twice."""
    assert list(near_duplicates(SETS[name].cases)) == []


@pytest.mark.parametrize("case", CASES)
def test_no_address_or_number_belongs_to_anybody(case: Case) -> None:
    """Mail addresses are of example domains; nothing looks like a phone, a card or a bank account."""
    allow = ["@example.com", "@shop.example"]
    check = Check(
        key="pii", argument={"kinds": ["email", "phone", "card", "iban"], "allow": allow, "allow_given": False}
    )
    score = grade(check, case, answer(texts(case)))
    assert score.passed, score.reason


@pytest.mark.parametrize("case", CASES)
def test_order_numbers_are_made_up_and_look_it(case: Case) -> None:
    """Four digits after TEST; #44129 is the one of the example, 88213 an article's."""
    said = re.sub(r"\bTEST[- ]\d{4}\b|#44129|\b88213\b", "", texts(case), flags=re.IGNORECASE)
    assert not re.search(r"#\d{4,}|\border (?:no\.? |number )?\d{4,}", said, re.IGNORECASE)


def test_the_support_set_holds_at_least_80_cases_of_every_kind() -> None:
    """Tools, conversations, languages, hostile customers and danger are all there, and more than one of each."""
    assert len(SUPPORT) >= 80
    counts = Counter(tag for case in SUPPORT for tag in case.tags)
    wanted = ["tools", "multi-turn", "language", "hostile", "safety", "injection", "social-engineering", "self-harm"]
    wanted += ["ambiguous", "conflict", "not-covered", "money", "dates"]
    assert [tag for tag in wanted if counts[tag] < 2] == []


@pytest.mark.parametrize("case", SUPPORT, ids=lambda case: case.id)
def test_a_support_case_says_how_hard_it_is_and_whom_it_is_about(case: Case) -> None:
    """One difficulty, a first name, and a policy to go by."""
    assert len({"easy", "medium", "hard"} & set(case.tags)) == 1
    assert re.fullmatch(r"[A-ZÀ-Þ]\w+", case.vars["customer"])
    assert [document.id for document in case.context if document.id and document.id.endswith(" policy")]


def test_every_policy_is_asked_about_and_every_document_cited_is_there() -> None:
    """A policy that no case needs has no place in the set; a citation of a missing document cannot be met."""
    used = {document.id for case in SUPPORT for document in case.context}
    files = {f"{file.stem.replace('-', ' ').capitalize()} policy" for file in (GOLDEN / "policies").glob("*.md")}
    assert used - {"Order record"} == files
    for case in SUPPORT:
        cited = {d["id"] for check in case.checks if check.key == "cites" for d in check.argument["documents"]}
        assert cited <= {document.id for document in case.context}, case.id


def test_every_tool_that_a_case_expects_is_declared() -> None:
    """examples/support-bot/full.yaml offers what the set asks for."""
    declared = set(
        re.findall(r"name: (\w+)\n      description", (GOLDEN.parent / "examples/support-bot/full.yaml").read_text())
    )
    asked = {
        call["name"] for case in SUPPORT for c in case.checks if c.key == "tool_calls" for call in c.argument["calls"]
    }
    assert asked == declared


def test_each_question_about_a_policy_is_answered_by_the_paragraph_that_its_cluster_names() -> None:
    """The paragraph passes the question's own check: the fact stands there."""
    for case in SETS["policy-questions"].cases:
        assert case.cluster is not None
        file, _, number = case.cluster.rpartition("-")
        paragraph = (GOLDEN / "policies" / f"{file}.md").read_text(encoding="utf-8").split("\n\n")[int(number) - 1]
        assert [s.reason for check in case.checks if not (s := grade(check, case, answer(paragraph))).passed] == [], (
            case.id
        )


def test_the_sets_use_most_of_the_checks() -> None:
    """The shipped sets are where people look a check up."""
    used = {check.key for golden in SETS.values() for case in golden.cases for check in case.checks}
    assert used >= {"cites", "number", "date", "json_path", "json_schema", "tool_calls", "conversation", "pii", "judge"}
    assert used - {"judge"} <= GRADERS.keys()
