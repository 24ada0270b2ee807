"""A tally: the statistics of a duel, from columns, and the answer in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from arena.errors import UsageError
from arena.evidence.arms import choose_arms
from arena.evidence.health import judge_health
from arena.evidence.merge import merge
from arena.evidence.shares import shares_of
from arena.files.imports.promptfoo_results import Scored, ScoredTable
from arena.files.judgments import UNTOLD, AxisColumns, JudgmentColumns
from arena.offline.tally.chance import naive_rule_rate
from arena.offline.tally.compared import from_score
from arena.offline.tally.headline import frequency, percent
from arena.offline.tally.summarise import tally_judgments, tally_score, tally_scored
from arena.records.judgment import AxisScores, Flag, Judgment, Side
from arena.records.tally import TallyResult
from health_of_objects import health_of_objects
from merge_by_fractions import merge_by_fractions


def columns(judgments: Sequence[Judgment]) -> JudgmentColumns:
    """Return judgments as columns."""
    table = JudgmentColumns()
    cases: dict[str, int] = {}
    for one in judgments:
        if one.case not in cases:
            table.case_cluster.append(-1 if one.cluster is None else table.clusters.number(one.cluster))
        for name, points in one.axes.items():
            assert points.first is not None
            assert points.second is not None
            axis = table.axes.setdefault(name, AxisColumns())
            axis.rows.append(len(table))
            axis.first.append(points.first)
            axis.second.append(points.second)
        table.case.append(cases.setdefault(one.case, len(cases)))
        table.first.append(table.variants.number(one.first))
        table.second.append(table.variants.number(one.second))
        table.judge.append(table.judges.number(one.judge))
        table.repeat.append(one.repeat)
        share = one.share_of(one.second)
        table.share.append(float("nan") if share is None else share)
        table.failed.append(one.outcome == "failed")
        table.origin.append(UNTOLD)
        lengths = (one.length_first, one.length_second)
        table.lead.append(float("nan") if None in lengths else float(lengths[1] - lengths[0]))  # type: ignore[operator] # neither is None
    return table


def judgment(case: str, first: str, share_second: float | None, **more: object) -> Judgment:
    """Return a judgment of control and treatment."""
    second = "treatment" if first == "control" else "control"
    made = Judgment(case=case, first=first, second=second, winner=None, score_second=share_second)
    if share_second is None:
        made = replace(made, outcome="unparseable")
    return replace(made, **more)  # type: ignore[arg-type] # passed on as given


def swapped(case: str, share: float | None, **more: object) -> tuple[Judgment, Judgment]:
    """Return both orders of a case in which the treatment has this share."""
    other = None if share is None else 1.0 - share
    return judgment(case, "control", share, **more), judgment(case, "treatment", other, **more)


def words(result: TallyResult) -> str:
    """Return the answer."""
    return " ".join(result.headline)


def test_eight_to_two_cannot_tell() -> None:
    """The first thing that a stranger asks."""
    result = tally_score("8-2")
    assert words(result) == (
        "8 won, 2 lost: 80% [44, 97]. Cannot tell: a prompt that changes nothing looks this good in 1 of 18 runs; "
        'the rule "ship if win rate > 50%" ships a coin flip 38% of the time at n = 10'
    )
    assert result.chance.as_extreme == pytest.approx(binom.sf(7, 10, 0.5))
    assert result.chance.ships_coin_flip == pytest.approx(binom.sf(5, 10, 0.5))
    assert result.cases_needed is not None
    assert result.cases_needed > 10
    assert (result.judge, result.axes, result.judgments, result.judges) == (None, None, None, ())


@pytest.mark.parametrize(
    ("score", "start"),
    [
        ("40-2", "40 won, 2 lost: 95% [84, 99]. Better than a coin flip: a prompt that changes nothing looks this "
         "good in 1 of 4.9 billion runs."),
        ("2-40", "2 won, 40 lost: 5% [1, 16]. Worse than a coin flip: a prompt that changes nothing looks this bad "
         "in 1 of 4.9 billion runs."),
        ("2-8", "2 won, 8 lost: 20% [3, 56]. Cannot tell: a prompt that changes nothing looks this bad in 1 of 18 "
         'runs; the rule "drop if win rate < 50%" drops a coin flip 38% of the time at n = 10'),
        ("1-0", "1 won, 0 lost: 100% [2, 100]. Cannot tell: a prompt that changes nothing looks this good in 50 of "
         '100 runs; the rule "ship if win rate > 50%" ships a coin flip 50% of the time at n = 1; fewer than 6 cases '
         "can prove nothing, whatever they say"),
        ("0-0-1", "0 won, 0 lost, 1 tied: 50% [1, 99]. Cannot tell: the one case was a tie; to see no difference is "
         "not to have shown that there is none"),
        ("0-0-5", "0 won, 0 lost, 5 tied: 50% [24, 76]. Cannot tell: all 5 cases were ties; to see no difference is "
         "not to have shown that there is none"),
        ("5-5", "5 won, 5 lost: 50% [19, 81]. Cannot tell: wins and losses balance; to see no difference is not to "
         "have shown that there is none"),
        ("60-40", "60 won, 40 lost: 60% [49.7, 69.7]. Cannot tell: a prompt that changes nothing looks this good in "
         '1 of 35 runs; the rule "ship if win rate > 50%" ships a coin flip 46% of the time at n = 100'),
        ("600-400-50", "600 won, 400 lost, 50 tied: 59.5% [56.5, 62.5]. Better than a coin flip: a prompt that "
         "changes nothing looks this good in 1 of 7.3 billion runs."),
        ("5000-4", "5,000 won, 4 lost: 99.92% [99.79, 99.98]. Better than a coin flip: a prompt that changes nothing "
         "looks this good in fewer than 1 of a million billion runs."),
    ],
)  # fmt: skip
def test_every_score_has_a_sentence_that_fits(score: str, start: str) -> None:
    """A certain win, a certain loss, one case, nothing but ties, a balance."""
    assert words(tally_score(score)) == start


def test_six_of_six_is_the_least_that_proves_anything() -> None:
    """Five of five is no proof at 95%; six of six is."""
    assert tally_score("5-0").win_rate_decision == "inconclusive"
    assert tally_score("6-0").win_rate_decision == "pass"
    assert tally_score("0-6").win_rate_decision == "fail"


@pytest.mark.parametrize("text", ["0-0", "0-0-0", "9999999-2", "8", "8-x", ""])
def test_what_is_no_score_is_refused(text: str) -> None:
    """A score of nothing, of too much, or none."""
    with pytest.raises(UsageError):
        from_score(text)


@pytest.mark.parametrize(("wins", "losses", "ties"), [(8, 2, 0), (7, 2, 4), (1, 0, 0), (400, 300, 7), (3, 3, 0)])
def test_the_naive_rule_is_a_binomial_tail(wins: int, losses: int, ties: int) -> None:
    """Ties stay ties under the null; the others are flipped coins."""
    decisive = wins + losses
    scores = from_score(f"{wins}-{losses}-{ties}").scores
    assert naive_rule_rate(scores) == pytest.approx(binom.sf(decisive // 2, decisive, 0.5), abs=1e-12)


def test_the_naive_rule_flips_clusters_whole_and_knows_no_balance_off_the_lattice() -> None:
    """Two clusters of two: three of four ways to flip them are no balance, half of those ship."""
    scores = np.array([1.0, 1.0, 0.0, 0.0])
    assert naive_rule_rate(scores, ["a", "a", "b", "b"]) == pytest.approx(0.25)
    assert naive_rule_rate(np.full(3, 0.5)) == 0.0
    uneven = np.random.default_rng(7).uniform(size=3000)
    assert naive_rule_rate(uneven) == 0.5


JUDGMENTS = st.lists(
    st.builds(
        lambda case, first, share, repeat, lengths: judgment(
            f"c{case}",
            first,
            share,
            repeat=repeat,
            cluster=f"k{case % 3}" if case < 4 else None,
            length_first=lengths[0],
            length_second=lengths[1],
            judge="j",
        ),
        st.integers(0, 7),
        st.sampled_from(["control", "treatment"]),
        st.sampled_from([0.0, 0.25, 0.5, 1.0, None]),
        st.integers(0, 2),
        st.sampled_from([(None, None), (10, 30), (30, 10), (20, 20)]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda one: (one.case, one.first, one.repeat),
)


@settings(max_examples=60)
@given(JUDGMENTS)
def test_columns_merge_as_judgments_do(judgments: list[Judgment]) -> None:
    """The score of a case and its bounds are those of a duel, in which every repeat was asked that was judged."""
    table = columns(judgments)
    found = merge(table, shares_of(table, control="control", treatment="treatment"))
    by_case = defaultdict(list)
    for one in judgments:
        by_case[one.case].append(one)
    expected = [
        merge_by_fractions(case, _renumbered(given), control="control", treatment="treatment")
        for case, given in by_case.items()
    ]
    np.testing.assert_allclose(found.scores, [one.score for one in expected], atol=1e-12)
    np.testing.assert_allclose(found.lows, [one.low for one in expected], atol=1e-12)
    np.testing.assert_allclose(found.highs, [one.high for one in expected], atol=1e-12)


def _renumbered(judgments: list[Judgment]) -> list[Judgment]:
    numbers: dict[int, int] = {}
    return [replace(one, repeat=numbers.setdefault(one.repeat, len(numbers))) for one in judgments]


@settings(max_examples=60)
@given(JUDGMENTS)
def test_columns_are_as_healthy_as_judgments(judgments: list[Judgment]) -> None:
    """A judge's health is the same whether it is read from a million columns or from a duel."""
    shares = shares_of(columns(judgments), control="control", treatment="treatment")
    found = judge_health(shares, model="j")
    expected = health_of_objects(judgments, treatment="treatment")
    for name in ("consistency", "first_slot_share", "position_effect", "length_controlled_win_rate"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None) == (other is None)
        if one is not None:
            assert (one.n, one.reason, one.interval is None) == (other.n, other.reason, other.interval is None)
            assert one.value == pytest.approx(other.value)
        if one is not None and one.interval is not None:
            assert (one.interval.low, one.interval.high) == pytest.approx((other.interval.low, other.interval.high))
    assert found.position_p_value == pytest.approx(expected.position_p_value)
    assert found.longer_wins == pytest.approx(expected.longer_wins)
    assert found.flips == expected.flips
    assert (found.unparseable, found.failed, found.fit) == (expected.unparseable, expected.failed, expected.fit)
    assert found.unfit_reasons == expected.unfit_reasons


def test_failed_judgments_are_told_from_unreadable_ones() -> None:
    """More than one in twenty of either makes a judge unfit."""
    given = [*swapped("c1", 1.0), *swapped("c2", None, outcome="failed"), *swapped("c3", None)]
    judge = tally_judgments(columns(given), source="x").judge
    assert judge is not None
    assert (judge.failed, judge.unparseable, judge.judgments) == (2, 2, 6)
    assert judge.unfit_reasons == (
        "2 of 6 judgments could not be read: more than 5%",
        "2 of 6 judgments failed: more than 5%",
    )


def test_a_proof_by_an_unfit_judge_says_so() -> None:
    """The verdict stands in the numbers; whether to trust it is said beside it."""
    given = [judgment(f"c{i}", "control", 1.0) for i in range(20)]
    result = tally_judgments(columns(given), source="x")
    assert result.win_rate_decision == "pass"
    assert result.headline[-1].startswith("But the judge is not fit to decide: consistency is unknown")
    assert "every case was judged in one order only: a preference for a place would look like one for an answer" in (
        result.notes
    )


def test_cases_in_one_order_are_counted() -> None:
    """Some cases in both orders, some not."""
    given = [*swapped("c1", 1.0), judgment("c2", "control", 1.0)]
    assert "1 of 2 cases were not read in both orders" in tally_judgments(columns(given), source="x").notes


def test_what_is_missing_can_take_a_proof_away() -> None:
    """All that was read was won; had the rest been lost, nothing would be proved."""
    given = [one for i in range(20) for one in swapped(f"c{i}", 1.0 if i < 14 else None)]
    result = tally_judgments(columns(given), source="x")
    assert result.win_rate_decision == "inconclusive"
    assert "Cannot tell: what is missing could change the verdict" in words(result)


def test_too_few_clusters_cannot_tell() -> None:
    """Five clusters prove nothing, however many cases they hold."""
    given = [one for i in range(50) for one in swapped(f"c{i}", 1.0, cluster=f"k{i % 5}")]
    result = tally_judgments(columns(given), source="x")
    assert result.win_rate.clusters == 5
    assert "Cannot tell: 5 clusters: no verdict from fewer than 6 at 95%" in words(result)


def test_several_judges_stand_beside_the_pooled_one() -> None:
    """Each has its own win rate and health; pooled, a case is still one unit."""
    given = [
        one
        for i in range(12)
        for judge, share in (("anna", 1.0), ("ben", float(i % 2)), ("", 1.0))
        for one in swapped(f"c{i}", share, judge=judge)
    ]
    result = tally_judgments(columns(given), source="x")
    assert [one.judge for one in result.by_judge] == ["anna", "ben", "unnamed judge"]
    assert [one.win_rate.value for one in result.by_judge] == [1.0, 0.5, 1.0]
    assert [one.decision for one in result.by_judge] == ["pass", "inconclusive", "pass"]
    assert result.win_rate.value == pytest.approx(5 / 6)
    assert result.judge is not None
    assert (result.judge.model, result.judge.judgments, len(result.judges)) == ("3 judges pooled", 72, 3)


def test_axes_are_paired_by_case() -> None:
    """Control's and treatment's points, whichever was shown first."""
    given = [
        judgment(f"c{i}", first, 1.0, axes={"clarity": AxisScores(first=points[0], second=points[1])})
        for i in range(8)
        for first, points in (("control", (2, 4)), ("treatment", (4, 2)))
    ]
    (axis,) = tally_judgments(columns(given), source="x").axes or ()
    assert (axis.name, axis.control, axis.treatment, axis.difference.value) == ("clarity", 2.0, 4.0, 2.0)
    assert axis.p_value == axis.p_adjusted == pytest.approx(2**-7)


def test_judgments_made_twice_are_told() -> None:
    """Two unnamed people on one case are repeats of it, not two cases."""
    given = [*swapped("c1", 1.0), *swapped("c1", 0.0), *swapped("c2", 1.0)]
    result = tally_judgments(columns(given), source="x")
    assert (result.cases, result.win_rate.value) == (2, 0.75)
    assert any(note.startswith("2 judgments are of a case, order, judge and repeat") for note in result.notes)


def test_a_win_that_may_be_length_says_so() -> None:
    """The longer answer wins, and the treatment's are longer: at equal lengths nothing is proved."""
    rng = np.random.default_rng(3)
    given = []
    for i, lead in enumerate(rng.integers(-100, 300, size=80).tolist()):
        won = float(rng.uniform() < 1.0 / (1.0 + np.exp(-lead / 60.0)))
        given += [
            judgment(f"c{i}", "control", won, length_first=300, length_second=300 + lead),
            judgment(f"c{i}", "treatment", 1.0 - won, length_first=300 + lead, length_second=300),
        ]
    result = tally_judgments(columns(given), source="x")
    assert result.win_rate_decision == "pass"
    assert result.judge is not None
    assert result.judge.length_controlled_win_rate is not None
    assert any(note.startswith("at equal lengths the win rate is") for note in result.notes)


@pytest.mark.parametrize(
    ("variants", "asked", "expected"),
    [
        (["a", "b"], (None, None), ("a", "b", "b is taken as the treatment and a as the control: --treatment NAME "
                                    "says so")),
        (["treatment", "control"], (None, None), ("control", "treatment", None)),
        (["treatment", "old"], (None, None), ("old", "treatment", "treatment is taken as the treatment and old as the "
                                              "control: --treatment NAME says so")),
        (["new", "control"], (None, None), ("control", "new", "new is taken as the treatment and control as the "
                                            "control: --treatment NAME says so")),
        (["a", "b"], ("b", None), ("b", "a", None)),
        (["a", "b", "c"], ("c", "a"), ("c", "a", None)),
    ],
)  # fmt: skip
def test_the_treatment_is_the_one_called_so_or_the_second(
    variants: list[str], asked: tuple[str | None, str | None], expected: tuple[str, str, str | None]
) -> None:
    """What was guessed is said."""
    assert choose_arms(variants, control=asked[0], treatment=asked[1]) == expected


@pytest.mark.parametrize(
    ("variants", "control", "treatment", "message"),
    [
        (["a", "b", "c"], None, None, "3 variants: a, b, c"),
        (["a", "b", "c"], None, "a", "3 variants: a, b, c"),
        (["a", "b"], None, "z", "treatment z: no such variant; there are a, b"),
        (["a", "b"], "a", "a", "control and treatment are both a: name two variants"),
        (["a"], None, None, "only one variant, a: there is nothing to compare it with"),
        (["\x1b[2J"], None, None, "only one variant, \\x1b[2J: there is nothing to compare it with"),
    ],
)
def test_unclear_arms_are_refused(
    variants: list[str], control: str | None, treatment: str | None, message: str
) -> None:
    """The variants are named."""
    with pytest.raises(UsageError) as error:
        choose_arms(variants, control=control, treatment=treatment)
    assert error.value.message == message


def test_other_variants_are_left_out_and_counted() -> None:
    """Two of three variants are compared; two that never met are refused."""
    other = Judgment(case="c1", first="control", second="third", winner="first")
    table = columns([*swapped("c1", 1.0), other])
    result = tally_judgments(table, source="x", control="control", treatment="treatment")
    assert "1 judgments of other variants are left out" in result.notes
    with pytest.raises(UsageError, match="no judgment compares treatment with third"):
        tally_judgments(table, source="x", control="treatment", treatment="third")


def scored(score: float | None) -> Scored:
    """Return a score; None: the call failed."""
    return Scored(passed=bool(score), score=score or 0.0, failed=score is None)


def test_scores_of_another_tool_are_compared_by_case() -> None:
    """The higher score wins; a failed call is its arm's loss; what was not run is not known."""
    pairs = [(0.2, 0.9), (1.0, 1.0), (0.5, 0.1), (None, 0.0), (1.0, None), (None, None)]
    cases = [{"a": scored(before), "b": scored(after)} for before, after in pairs]
    table = ScoredTable(variants=("a", "b"), cases=(*cases, {"a": scored(1.0)}), clusters=("k", "k", *[None] * 5))
    result = tally_scored(table, source="x")
    rate = result.win_rate
    assert (rate.wins, rate.losses, rate.ties, rate.cases, rate.clusters) == (2, 2, 3, 7, 6)
    assert rate.failed == {"control": 2, "treatment": 2}
    assert rate.interval is not None
    assert rate.worst_case.low < rate.interval.low
    assert [(one.name, one.role, one.cases, one.passed, one.failed) for one in result.variants] == [
        ("a", "control", 7, 5, 2),
        ("b", "treatment", 6, 3, 2),
    ]
    assert result.variants[0].mean_score == pytest.approx((0.2 + 1 + 0.5 + 1 + 1) / 5)
    assert "1 cases were run in one of the two variants alone: not known, 0 to 1" in result.notes


def test_a_variant_that_never_answered_has_no_mean_score() -> None:
    """No score is no number."""
    table = ScoredTable(variants=("a", "b"), cases=({"a": scored(1.0), "b": scored(None)},) * 7, clusters=(None,) * 7)
    result = tally_scored(table, source="x")
    assert result.variants[1].mean_score is None
    assert result.win_rate_decision == "fail"


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.5, "in 50 of 100 runs"), (0.0993, "in 1 of 10 runs"), (1 / 12345, "in 1 of 12,000 runs"),
     (3e-7, "in 1 of 3.3 million runs"), (2e-13, "in 1 of 5 trillion runs"),
     (0.0, "in fewer than 1 of a million billion runs")],
)  # fmt: skip
def test_probabilities_are_told_as_people_count(probability: float, text: str) -> None:
    """One in so many."""
    assert frequency(probability) == text


def test_a_half_is_shown_only_where_it_is_one() -> None:
    """49.98% is not 50%, and 99.96% not 100%."""
    assert [percent(share, 0) for share in (0.4998, 0.50004, 0.9996, 0.575, 1.0)] == [
        "49.98", "50.004", "99.96", "58", "100",
    ]  # fmt: skip


def test_a_win_that_flagged_answers_decide_is_none() -> None:
    """Eight of eight prove it; three of them may have asked for it: both counts, and cannot tell."""
    table = columns([one for case in range(8) for one in swapped(f"c{case}", 1.0)])
    table.flagged = [
        (2 * case, f"c{case}", (Flag(side="second", family="override", excerpt="ignore: all"),)) for case in range(3)
    ]
    result = tally_judgments(table, source="x")
    recount = result.flagged_recount
    assert result.judge is not None
    assert recount is not None
    assert [(answer.case, answer.excerpt) for answer in result.judge.flagged] == [
        (f"c{i}", "ignore: all") for i in range(3)
    ]
    assert (recount.cases, recount.win_rate.value, recount.decision, recount.changes_verdict) == (
        3, 0.625, "inconclusive", True,
    )  # fmt: skip
    assert (result.win_rate.value, result.win_rate_decision, result.cases_needed) == (1.0, "inconclusive", None)
    assert "Cannot tell: suspected prompt injection could change the verdict; a prompt" in words(result)


def test_flags_count_against_the_arm_that_carries_them() -> None:
    """The control's flag counts for the treatment, both say nothing, and a third variant's is not of this tally."""
    judgments = [one for case in range(30) for one in swapped(f"c{case}", 1.0)]
    table = columns([*judgments, replace(judgments[4], second="elsewhere")])
    control, other = (Flag(side=side, family="override", excerpt="a") for side in get_args(Side))
    table.flagged = [(0, "c0", (control, other)), (2, "c1", (control,)), (60, "c2", (control, other))]
    result = tally_judgments(table, source="x", control="control", treatment="treatment")
    assert result.flagged_recount is not None
    assert result.flagged_recount.win_rate.value == pytest.approx(29.5 / 30)
    assert (result.flagged_recount.changes_verdict, result.win_rate_decision) == (False, "pass")
