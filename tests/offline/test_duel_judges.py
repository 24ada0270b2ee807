"""The health of each judge of a duel, as far as it takes more than its own judgments."""

from pathlib import Path
from typing import Any

import pytest

from arena.engine.design import design_of
from arena.measuring.answers import Answers
from arena.offline.duel.judges import judges_of
from arena.offline.duel.people import People
from arena.records.experiment import Judge
from arena.records.judgment import Judgment
from arena.records.result import JudgeHealth
from arena.records.variant import Decoding, Model, Variant
from labelled_runs import cases, run

OPENAI, CLAUDE = Model(vendor="openai", name="gpt-6"), Model(vendor="anthropic", name="claude")
GEMINI = Model(vendor="gemini", name="pro")


def said(judge: Model, winners: list[str]) -> list[Judgment]:
    """Return one judgment a case, the control shown first."""
    return [
        Judgment(case=f"c{i:02}", first="control", second="treatment", winner=winner, judge=str(judge))  # type: ignore[arg-type] # first, second or tie
        for i, winner in enumerate(winners)
    ]


def health(folder: Path, *given: tuple[Model, list[str]], people: People | None = None) -> list[JudgeHealth]:
    """Return the health of judges of a duel of OpenAI's model (control) with Anthropic's."""
    variants = {
        name: Variant(name=name, system="Be helpful.", model=model)
        for name, model in (("control", OPENAI), ("treatment", CLAUDE))
    }
    judges = tuple(Judge(model=model, decoding=Decoding()) for model, _ in given)
    changes: Any = {"variants": variants, "judges": judges}
    saved = run(folder, cases(4), **changes)
    judgments = [one for model, winners in given for one in said(model, winners)]
    return list(judges_of(design_of(saved), Answers(saved.completions), judgments, people, level=0.95))


def test_self_preference_is_measured_by_a_judge_of_a_third_family(tmp_path: Path) -> None:
    """Anthropic's judge gives its own arm 4 of 4, Google's 2 of 4: +50pp; Google's has no arm of its own."""
    own, stranger = health(tmp_path, (CLAUDE, ["second"] * 4), (GEMINI, ["second", "second", "first", "first"]))
    assert own.self_preference is not None
    assert own.self_preference.value == pytest.approx(0.5)
    assert stranger.self_preference is not None
    assert stranger.self_preference.reason == "not identifiable: no arm is of the judge's own family"


def test_a_judge_of_the_other_arms_family_is_no_reference(tmp_path: Path) -> None:
    """Each of the two may favour its own."""
    own, other = health(tmp_path, (CLAUDE, ["second"] * 4), (OPENAI, ["first"] * 4))
    for judge in (own, other):
        assert judge.self_preference is not None
        assert judge.self_preference.reason == ("not identifiable: there are no labels, and no judge of another family")


def test_people_are_the_reference_where_they_spoke(tmp_path: Path) -> None:
    """They gave the treatment 1 of 2 labelled cases, the judge both."""
    people = People(agreement=None, by_judge={}, shares={"c00": 1.0, "c01": 0.0}, notes=())
    (own,) = health(tmp_path, (CLAUDE, ["second"] * 4), people=people)
    assert own.self_preference is not None
    assert (own.self_preference.value, own.self_preference.n) == (0.5, 2)
