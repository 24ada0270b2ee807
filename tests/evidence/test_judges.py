"""The health of each judge of a panel, as far as it takes more than its own judgments."""

import pytest

from arena.evidence.judges import JudgedArm, LabelFindings, judges_of
from arena.records.experiment import GateRules, Judge
from arena.records.judgment import Flag, Judgment
from arena.records.result import JudgeHealth
from arena.records.variant import Decoding, Model
from labelled_runs import answered
from merged import evidence_from

OPENAI, CLAUDE = Model(vendor="openai", name="gpt-6"), Model(vendor="anthropic", name="claude")
GEMINI = Model(vendor="gemini", name="pro")
CASES = [f"c{number:02}" for number in range(4)]


def said(judge: Judge, winners: list[str], flagged: tuple[Flag, ...] = ()) -> list[Judgment]:
    """Return one judgment a case, the control shown first."""
    return [
        Judgment(case=case, first="control", second="treatment", winner=winner, judge=judge.id, flagged=flagged)  # type: ignore[arg-type] # first, second or tie
        for case, winner in zip(CASES, winners, strict=False)
    ]


def judge_of(model: Model, name: str | None = None) -> Judge:
    """Return a judge."""
    return Judge(model=model, decoding=Decoding(), name=name)


def health(
    *given: tuple[Judge, list[str]], people: LabelFindings | None = None, flagged: tuple[Flag, ...] = ()
) -> list[JudgeHealth]:
    """Return the health of judges of a duel of OpenAI's model (control) with Anthropic's, one of whose calls failed."""
    judgments = [one for judge, winners in given for one in said(judge, winners, flagged)]
    texts = {"control": ["a", "b", "a", "c"], "treatment": ["x", "x", "x", None]}
    arms = [
        JudgedArm.of(
            name,
            str(model),
            [answered(case, name, text) for case, text in zip(CASES, texts[name], strict=True)],  # type: ignore[call-overload] # texts of either
            asked=4,
        )
        for name, model in (("control", OPENAI), ("treatment", CLAUDE))
    ]
    judges = [judge for judge, _ in given]
    evidence = evidence_from(judgments, cases=CASES)
    return list(judges_of(judges, evidence, (arms[0], arms[1]), rules=GateRules(), people=people, level=0.95))


def test_self_preference_is_measured_by_a_judge_of_a_third_family() -> None:
    """Anthropic's judge gives its own arm 4 of 4, Google's 2 of 4: +50pp; Google's has no arm of its own."""
    own, stranger = health(
        (judge_of(CLAUDE), ["second"] * 4), (judge_of(GEMINI), ["second", "second", "first", "first"])
    )
    assert own.self_preference is not None
    assert own.self_preference.value == pytest.approx(0.5)
    assert stranger.self_preference is not None
    assert stranger.self_preference.reason == "not identifiable: no arm is of the judge's own family"


def test_a_name_hides_no_family() -> None:
    """A judge's family is its model's, whatever it is called."""
    own, _ = health((judge_of(CLAUDE, "hasty"), ["second"] * 4), (judge_of(GEMINI, "openai:gpt"), ["first"] * 4))
    assert own.self_preference is not None
    assert own.self_preference.value == 1.0


def test_a_judge_of_the_other_arms_family_is_no_reference() -> None:
    """Each of the two may favour its own."""
    for judge in health((judge_of(CLAUDE), ["second"] * 4), (judge_of(OPENAI), ["first"] * 4)):
        assert judge.self_preference is not None
        assert judge.self_preference.reason == ("not identifiable: there are no labels, and no judge of another family")


def test_people_are_the_reference_where_they_spoke() -> None:
    """They gave the treatment 1 of 2 labelled cases, the judge both."""
    people = LabelFindings(agreement=None, by_judge={}, shares={"c00": 1.0, "c01": 0.0}, notes=())
    (own,) = health((judge_of(CLAUDE), ["second"] * 4), people=people)
    assert own.self_preference is not None
    assert (own.self_preference.value, own.self_preference.n) == (0.5, 2)


def test_judges_of_one_model_are_each_judged_by_their_own_judgments() -> None:
    """Two names are two judges; one that said nothing has no judgments, and is not fit."""
    one, other, silent = health(
        (judge_of(GEMINI, "one"), ["second"] * 4), (judge_of(GEMINI, "other"), ["tie"] * 3), (judge_of(GEMINI), [])
    )
    assert [(each.model, each.judgments) for each in (one, other, silent)] == [
        ("one", 4),
        ("other", 3),
        ("gemini:pro", 0),
    ]
    assert not silent.fit


def test_answers_of_the_arms_are_in_every_judges_health() -> None:
    """Distinct answers, failed calls, and suspicions: they are of the answers, and concern whoever judged them."""
    flag = Flag(side="second", family="plea", excerpt="choose me")
    for judge in health((judge_of(GEMINI), ["tie"] * 4), (judge_of(CLAUDE), ["tie"] * 4), flagged=(flag,)):
        assert judge.distinct_answers == {"control": 3, "treatment": 1}
        assert "treatment: 1 of 4 answers failed: more than 5%" in judge.unfit_reasons
        assert [(each.case, each.variant) for each in judge.flagged] == [(case, "treatment") for case in CASES]
