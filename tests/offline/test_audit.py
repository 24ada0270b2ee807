"""An audit: how far a judge agrees with people, counted by hand."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arena.errors import UsageError
from arena.evidence.labelled import of_shares
from arena.evidence.matching import majority
from arena.offline.audit.drift import drift
from arena.offline.audit.policy import ruling
from arena.records.audit import AuditResult
from arena.records.judgment import Judgment
from arena.records.label import Label
from arena.stats.differences import newcombe_interval
from arena.stats.estimate import Estimate
from arena.stats.proportions import wilson_interval
from audit_parts import FOUR, FOUR_LABELS, C, T, audited, both, judged, label
from command_line import arena
from merged import evidence_from


def test_agreement_is_the_mean_over_cases_of_the_share_of_presentations_that_name_the_label() -> None:
    """Two right in both orders, one in one, one in none: (1 + ½ + 1 + 0)/4; right in both orders: 2 of 4."""
    found = audited(FOUR, FOUR_LABELS)
    assert (found.agreement.value, found.agreement.n) == (0.625, 4)
    assert (found.agreement_both_orders.value, found.agreement_both_orders.n) == (0.5, 4)
    assert found.agreement.interval is not None
    assert found.agreement_both_orders.interval is not None
    assert found.agreement.interval.method == "gaffke"
    assert found.agreement_both_orders.interval.method == "wilson"
    assert (found.cases, found.judgments, found.unread) == (4, 8, 0)


def test_coefficients_beyond_chance() -> None:
    """Of eight pairs five agree.

    Labels are 4 and 4, the judge's winners 5 and 3, so chance is ½ and kappa ¼. Alpha: 9 and 7 of 16 ratings give an
    expected disagreement of 126/240, observed 3/8. The orders: 3 of 4 alike, chance ½. PABAK: 2·.625 − 1.
    """
    found = audited(FOUR, FOUR_LABELS)
    assert found.kappa.value == pytest.approx(0.25)
    assert found.krippendorff_alpha.value == pytest.approx(1 - 0.375 / 0.525)
    assert found.order_kappa.value == pytest.approx(0.5)
    assert found.pabak.value == pytest.approx(0.25)
    common = (9 / 16, 7 / 16)
    chance = sum(share * (1 - share) for share in common)
    assert found.ac1.value == pytest.approx((0.625 - chance) / (1 - chance))
    assert found.kappa.interval is not None
    assert found.kappa.interval.method == "case bootstrap"
    assert found.order_kappa.interval is not None
    assert found.order_kappa.interval.method.startswith("fleiss-cohen-everitt")
    assert {found.kappa.n, found.krippendorff_alpha.n, found.order_kappa.n} == {4}


def test_confusion_counts_judgments_and_prevalence_weighs_cases() -> None:
    """Rows are what people say, columns what the judge says."""
    found = audited(FOUR, FOUR_LABELS)
    assert found.confusion == {C: {C: 2, T: 2}, T: {C: 1, T: 3}}
    assert found.prevalence == {"labels": {C: 0.5, T: 0.5}, "judge": {C: 0.375, T: 0.625}}


def test_the_same_evidence_gives_the_same_result() -> None:
    """Chance is a seed."""
    assert audited(FOUR, FOUR_LABELS) == audited(FOUR, FOUR_LABELS)


def test_ties_are_a_winner_of_their_own() -> None:
    """A tie that people see and the judge does not is a disagreement, as is a win that people do not see."""
    said = [judged("c1", "tie"), judged("c2", T), judged("c3", "tie")]
    found = audited(said, [label("c1", "tie"), label("c2", "tie"), label("c3", T)])
    assert found.agreement.value == pytest.approx(1 / 3)
    assert found.confusion["tie"] == {C: 0, T: 1, "tie": 1}


@pytest.mark.parametrize("failed", [False, True])
def test_a_judgment_that_could_not_be_read_agrees_with_nobody_and_is_counted(failed: bool) -> None:
    """Three of four judgments name the label, one says nothing: 75%, and 100% of those that were read."""
    said = [*both("c1", T, T), *both("c2", C, None, failed=failed)]
    found = audited(said, [label("c1", T), label("c2", C)])
    assert found.agreement.value == 0.75
    assert found.agreement_both_orders.value == 0.5
    assert found.confusion == {C: {C: 1, T: 0}, T: {C: 0, T: 2}}
    assert (found.unread, found.failed) == (1, int(failed))
    assert found.notes[0] == (
        "1 judgment of a labelled case could not be read, and counts as not agreeing; among those that were read the "
        "agreement is 100.0%"
    )
    assert found.order_kappa.n == 1  # one pair was read in both orders
    assert found.kappa.value is not None
    assert found.kappa.value < 1.0


def test_nothing_that_was_read_leaves_coefficients_without_a_number() -> None:
    """No judgment names a winner: agreement is 0, the kappa of the orders unknown."""
    found = audited(both("c1", None, None), [label("c1", T)])
    assert found.agreement.value == 0.0
    assert (found.order_kappa.value, found.order_kappa.reason) == (None, "no labelled case was judged in both orders")
    assert found.prevalence["judge"] == {}


def test_one_order_alone_says_nothing_of_both() -> None:
    """Null with the reason, not zero."""
    found = audited([judged("c1", T, C), judged("c2", T, C)], [label("c1", T), label("c2", C)])
    assert found.agreement_both_orders.value is None
    assert found.agreement_both_orders.reason == "no labelled case was judged in both orders"
    assert found.order_kappa.reason == "no labelled case was judged in both orders"


def test_a_judge_that_names_one_winner_only_is_no_better_than_chance() -> None:
    """Where people and judge say the same of every case there is nothing to correct by: null with the reason."""
    found = audited([judged("c1", T), judged("c2", T)], [label("c1", T), label("c2", T)])
    assert found.agreement.value == 1.0
    assert found.kappa.value is None
    assert found.krippendorff_alpha.value is None
    assert found.kappa.reason is not None
    orders = audited([*both("c1", T, T), *both("c2", T, T)], [label("c1", T), label("c2", T)])
    assert orders.kappa.value is None
    assert "one category only" in str(orders.kappa.reason)


def test_a_label_holds_for_every_repeat_unless_it_names_one() -> None:
    """Two repeats, judged T and C: a label T of the case agrees with half; one of repeat 1 with none of its own."""
    said = [judged("c1", T, C), judged("c1", C, C, repeat=1)]
    assert audited(said, [label("c1", T)]).agreement.value == 0.5
    one = audited(said, [label("c1", T, repeat=1)])
    assert (one.agreement.value, one.judgments) == (0.0, 1)


def test_a_label_of_other_answers_is_not_used_and_named() -> None:
    """Its digest is that of no repeat; one whose digest is a repeat's counts for that repeat alone."""
    said = [judged("c1", T), judged("c1", C, repeat=1), judged("c2", T)]
    labels = [label("c1", C, answers="b" * 16), label("c2", T, answers="f" * 16), label("c2", T, "ben")]
    digests = {"c1": {0: "a" * 16, 1: "b" * 16}, "c2": {0: "c" * 16}}
    found = audited(said, labels, fields={"digests": digests})
    assert (found.agreement.value, found.judgments) == (1.0, 2)
    assert (found.labels.given, found.labels.used, found.labels.other_answers) == (3, 2, ("c2",))
    assert "1 case was labelled for other answers than these, and that is not used: c2" in found.notes


def test_labels_that_cannot_be_compared_are_named() -> None:
    """Cases that nobody knows, cases that were asked and not judged, and cases on which raters are split."""
    labels = [label("c1", T), label("lost", T), label("elsewhere", C)]
    labels += [label("c2", T, "anna"), label("c2", C, "ben"), label("c1", T, "ben"), label("c1", C, "cem")]
    asked = frozenset({"c1", "c2", "lost"})
    found = audited([judged("c1", T), judged("c2", T)], labels, fields={"asked": asked})
    count = found.labels
    assert (count.unknown, count.unjudged, count.split) == (("elsewhere",), ("lost",), ("c2",))
    assert (count.given, count.used, found.cases) == (7, 5, 1)
    assert "1 case is unknown, so its labels are not used: elsewhere" in found.notes
    assert "1 case was not judged, so its labels are not used: lost" in found.notes
    assert "1 case has no majority of raters, and is left out of the agreement: c2" in found.notes
    repeat = audited([judged("c1", T), judged("c2", T)], [label("c1", T), label("c2", T, repeat=3)])
    assert repeat.labels.unjudged == ("c2",)


def test_no_label_that_fits_is_a_mistake_of_the_user() -> None:
    """It says which cases the labels are of."""
    with pytest.raises(UsageError, match=r"no label can be compared with a judgment; 1 case is unknown.*: other"):
        audited([judged("c1", T)], [label("other", T)])
    with pytest.raises(UsageError, match="there is no label"):
        audited([judged("c1", T)], [])


def test_the_majority_of_raters_is_the_label() -> None:
    """Two of three; of two who differ there is none."""
    votes = [label("c", T, "anna"), label("c", C, "ben"), label("c", T, "cem")]
    assert majority(votes) == T
    assert majority(votes[:2]) is None
    assert majority([]) is None


def test_raters_are_compared_with_each_other_and_with_the_judge() -> None:
    """Anna and Ben agree on 3 of 4: margins 2-2 and 1-3, chance ½, kappa ½; the judge sides with Anna always."""
    winners = {"anna": (T, T, C, C), "ben": (T, T, T, C)}
    labels = [label(f"c{i}", winner, rater) for rater, given in winners.items() for i, winner in enumerate(given)]
    found = audited([judged(f"c{i}", winner) for i, winner in enumerate(winners["anna"])], labels)
    (pair,) = found.rater_pairs
    assert (pair.first, pair.second, pair.agreement.value, pair.agreement.n) == ("anna", "ben", 0.75, 4)
    assert pair.kappa.value == pytest.approx(0.5)
    assert [(each.name, each.agreement.value) for each in found.by_rater] == [("anna", 1.0), ("ben", 0.75)]
    assert found.rater_alpha is not None
    assert found.rater_alpha.value == pytest.approx(1 - 0.25 / (2 * 3 * 5 / 56))
    assert (found.cases, found.labels.split) == (3, ("c2",))
    assert audited(FOUR, FOUR_LABELS).rater_pairs == ()


def test_a_rater_whose_labels_fit_nothing_has_no_number() -> None:
    """Ben labelled a case that nobody judged."""
    found = audited([judged("c1", T)], [label("c1", T, "anna"), label("c9", T, "ben")])
    ben = found.by_rater[1]
    assert (ben.name, ben.agreement.value, ben.kappa.value) == ("ben", None, None)
    assert ben.agreement.reason == ben.kappa.reason == "no label is of a case that was judged"
    assert found.rater_pairs[0].agreement.reason == "no case has both ratings"


def test_each_judge_of_several_is_audited_alone() -> None:
    """One is always right, one never."""
    said = [judged(case, winner, judge=name) for case in ("c1", "c2") for name, winner in (("a", T), ("", C))]
    found = audited(said, [label("c1", T), label("c2", T)])
    assert found.agreement.value == 0.5
    assert [(each.name, each.agreement.value) for each in found.by_judge] == [("a", 1.0), ("unnamed judge", 0.0)]


def test_where_the_judge_errs() -> None:
    """By the order shown, the preferred answer's place and length, what people said, and tags."""
    said = [*both("c1", T, C, lead=5.0), *both("c2", T, C, lead=-5.0), *both("c3", C, C, lead=0.0)]
    labels = [label("c1", T), label("c2", T), label("c3", C)]
    found = audited(said, labels, fields={"tags": {"c1": ("hard",), "c3": ("hard", "new")}})
    shares = {(one.kind, one.name): one.agreement.value for one in found.groups}
    assert shares == {
        ("order", "control shown first"): 1.0,
        ("order", "treatment shown first"): pytest.approx(1 / 3),
        ("people", "preferred control"): 1.0,
        ("people", "preferred treatment"): 0.5,
        ("preferred place", "shown first"): pytest.approx(1 / 3),
        ("preferred place", "shown second"): 1.0,
        ("preferred length", "as long"): 1.0,
        ("preferred length", "the longer answer"): 0.5,
        ("preferred length", "the shorter answer"): 0.5,
        ("tag", "hard"): 0.75,
        ("tag", "new"): 1.0,
    }
    assert all(one.agreement.interval is not None for one in found.groups)


def test_cases_of_one_cluster_are_one_unit() -> None:
    """Four cases of two customers: n is 2, and the interval is that of clusters, not Wilson's."""
    labels = [label(f"c{i}", T) for i in range(4)]
    said = [judged(f"c{i}", T if i < 3 else C) for i in range(4)]
    found = audited(said, labels, fields={"clusters": {"c0": "k", "c1": "k", "c2": "m", "c3": "m"}})
    assert (found.agreement.value, found.agreement.n, found.cases) == (0.75, 2, 4)
    assert found.agreement.interval is not None
    assert found.agreement.interval.method == "gaffke"
    assert found.krippendorff_alpha.n == 2
    assert found.shifted_win_rate is None


@pytest.mark.parametrize(
    ("right", "n", "policy", "action", "decided", "needed"),
    [
        (6, 8, 0.8, "recalibrate judge", False, 246),  # 3.8415 · .16 / .05²
        (8, 10, 0.8, "enable trend monitoring", False, None),  # at the policy: no number tells
        (16, 16, 0.8, "enable trend monitoring", True, None),  # sixteen perfect labels prove 80%
        (15, 15, 0.8, "enable trend monitoring", False, 16),
        (10, 100, 0.8, "recalibrate judge", True, None),
    ],
)
def test_the_policy_decides_by_the_agreement_and_says_how_sure_it_is(
    right: int, n: int, policy: float, action: str, decided: bool, needed: int | None
) -> None:
    """Below the policy recalibrate; where the interval holds the policy, say what would settle it."""
    share = Estimate(value=right / n, interval=wilson_interval(right, n), n=n, unit_of_measure="share")
    found = ruling(share, policy)
    assert (found.action, found.decided, found.needed) == (action, decided, needed)
    assert (found.note is None) == decided


def test_few_labels_correct_the_win_rate_by_themselves() -> None:
    """Three labels: 2 of 3 with the exact interval; the judge's own win rate stands beside it."""
    said = [judged(f"c{i}", T) for i in range(9)]
    found = audited(said, [label("c0", T), label("c1", T), label("c2", C)])
    assert found.judged_win_rate is not None
    assert found.corrected_win_rate is not None
    assert found.corrected_win_rate.interval is not None
    assert found.judged_win_rate.value == 1.0
    assert found.corrected_win_rate.value == pytest.approx(2 / 3)
    assert found.corrected_win_rate.interval.method == "gaffke"
    assert "a random sample of all 9" in found.notes[-1]


def test_many_labels_are_sharpened_by_the_judge() -> None:
    """With 400 labels of 2,000 cases the judge's scores narrow what the labels alone say."""
    rng = np.random.default_rng(3)
    truth = [T if won else C for won in rng.random(2000) < 0.6]
    said = [
        judged(f"c{i}", winner if rng.random() < 0.9 else (C if winner == T else T)) for i, winner in enumerate(truth)
    ]
    labels = [label(f"c{i}", truth[i]) for i in range(400)]
    found = audited(said, labels).corrected_win_rate
    alone = audited(said[:400], labels).corrected_win_rate
    assert found is not None
    assert alone is not None
    assert found.interval is not None
    assert alone.interval is not None
    assert found.interval.method == "ppi++, bounded"
    assert found.interval.high - found.interval.low < alone.interval.high - alone.interval.low


def test_a_sample_that_is_not_random_is_corrected_by_how_often_the_judge_errs() -> None:
    """The judge passes 4 of 5 good cases and 1 of 5 bad ones, and 7 of 10 others: (.7 + .8 − 1)/.6."""
    people = [T] * 5 + [C] * 5
    judge = [T, T, T, T, C, T, C, C, C, C] + [T] * 7 + [C] * 3
    said = [judged(f"c{i}", winner) for i, winner in enumerate(judge)]
    labels = [label(f"c{i}", winner) for i, winner in enumerate(people)]
    shifted = audited(said, labels).shifted_win_rate
    assert shifted is not None
    assert shifted.value == pytest.approx(0.5 / 0.6)
    assert audited(said[:10], labels).shifted_win_rate is None  # no case without a label
    useless = audited(said, [label("c0", T), label("c5", C)]).shifted_win_rate
    assert useless is not None
    assert (useless.value, "hardly tells" in str(useless.reason)) == (None, True)
    one_kind = audited(said, [label("c0", T)]).shifted_win_rate
    assert one_kind is not None
    assert one_kind.reason == "calibration needs both good and bad labelled cases"


def test_raters_who_are_split_still_count_in_the_win_rate() -> None:
    """One for, one against: ½ of a win by people."""
    labels = [label("c0", T, "anna"), label("c0", C, "ben"), label("c1", T, "anna")]
    found = audited([judged("c0", T), judged("c1", T)], labels)
    assert found.corrected_win_rate is not None
    assert found.corrected_win_rate.value == 0.75


def test_drift_is_the_difference_of_two_agreements_with_its_interval() -> None:
    """From 90 of 100 to 60 of 100: −30pp, Newcombe's interval, beyond chance; from itself nothing."""
    now, before = (
        Estimate(value=k / 100, interval=wilson_interval(k, 100), n=100, unit_of_measure="share") for k in (60, 90)
    )
    found = drift(now, before, earlier="may.json")
    expected = newcombe_interval(60, 100, 90, 100)
    assert found.difference.interval is not None
    assert found.difference.value == pytest.approx(-0.3)
    assert (found.difference.interval.low, found.difference.interval.high) == pytest.approx(
        (expected.low, expected.high)
    )
    assert (found.significant, drift(now, now, earlier="x").significant) == (True, False)


def test_drift_without_numbers_is_unknown() -> None:
    """No value, or no interval, of either audit: null, and no word on significance."""
    share = Estimate(value=0.5, interval=wilson_interval(5, 10), n=10, unit_of_measure="share")
    nothing = Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason="no label")
    found = drift(share, nothing, earlier="x")
    assert (found.difference.value, found.difference.reason, found.significant) == (None, "no label", None)
    bare = drift(share, replace(share, interval=None), earlier="x")
    assert (bare.difference.value, bare.significant) == (0.0, None)


def by_likelihood(case: str, control_first: float | None, treatment_first: float | None) -> list[Judgment]:
    """Return both presentations with their log-odds towards the treatment; None could not be read."""
    shown = ((C, T, control_first, 1.0), (T, C, treatment_first, -1.0))
    return [
        Judgment(
            case=case,
            first=first,
            second=second,
            winner=None if odds is None else "second" if odds * sign > 0 else "first",
            outcome="unparseable" if odds is None else "read",
            log_odds=None if odds is None else odds * sign,
            judge="local:m",
        )
        for first, second, odds, sign in shown
    ]


def audited_run(judgments: Sequence[Judgment], labels: Sequence[Label]) -> AuditResult:
    """Return the audit of a run's judgments."""
    found = evidence_from(judgments)
    scores = {one.case: one.score for one in found.comparisons}
    return audited(of_shares(found.table, found.shares), labels, fields={"scores": scores})


def test_a_judge_by_likelihood_gives_one_verdict_of_both_orders() -> None:
    """Its bias towards a slot adds to one order what it takes from the other: the sign of the mean log-odds decides."""
    said = [*by_likelihood("c1", -3.0, 4.0), *by_likelihood("c2", -4.0, 3.0), *by_likelihood("c3", -2.0, 2.0)]
    labels = [label("c1", T), label("c2", C), label("c3", T)]
    found = audited_run(said, labels)
    assert found.agreement.value == pytest.approx(2 / 3)  # c3 leans to nobody: a tie, which is not the label
    assert found.confusion[T][T] == 1
    assert found.agreement_both_orders.value == 0.0
    assert found.judged_win_rate is not None
    assert found.judged_win_rate.value == pytest.approx((1.0 + 0.0 + 0.5) / 3)


def test_one_order_by_likelihood_stays_a_judgment() -> None:
    """Where the other order could not be read there is nothing to cancel the bias with."""
    said = [*by_likelihood("c1", 2.0, None), *by_likelihood("c2", 1.0, 1.0)]
    found = audited_run(said, [label("c1", T), label("c2", T)])
    assert found.agreement.value == pytest.approx((0.5 + 1.0) / 2)


def test_a_file_of_likelihoods_is_audited_like_a_run(tmp_path: Path) -> None:
    """`log_odds` of a row is towards its second answer."""
    rows = [
        {"case": "c1", "first": C, "second": T, "winner": "first", "log_odds": -1.0, "judge": "m"},
        {"case": "c1", "first": T, "second": C, "winner": "first", "log_odds": -3.0, "judge": "m"},
    ]
    (tmp_path / "judgments.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "labels.jsonl").write_text(json.dumps({"case": "c1", "winner": T}) + "\n")
    done = arena(tmp_path, "audit", "labels.jsonl", "--judgments", "judgments.jsonl", "--output-format", "json")
    assert done.json["agreement"]["value"] == 1.0
