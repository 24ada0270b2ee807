"""What an audit of a judge returns: how it stands to what people said of the same answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from arena.records.result import ExperimentRef, JudgeHealth
from arena.stats.estimate import Estimate

Action = Literal["recalibrate judge", "enable trend monitoring"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """Which labels went into an audit, and which did not: case ids, each named."""

    given: int  # labels, after the last word of each rater on each case
    used: int
    relabelled: int  # lines that a later one replaces
    other_variants: int  # labels that name variants which are not audited
    unknown: tuple[str, ...]  # cases that nobody judged and nobody was asked
    unjudged: tuple[str, ...]  # cases that were asked and have no judgment
    other_answers: tuple[str, ...]  # cases whose label is of other texts than these
    split: tuple[str, ...]  # cases on which raters disagree without a majority


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementGroup:
    """Agreement over some judgments: where a judge errs, and where it does not."""

    kind: Literal["order", "preferred place", "preferred length", "people", "tag"]
    name: str
    agreement: Estimate
    judgments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAgreement:
    """Agreement of one judge with the labels, or of the judges with one rater's."""

    name: str
    agreement: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterPair:
    """How two raters agree over the cases that both labelled."""

    first: str
    second: str
    agreement: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """This audit's agreement against an earlier one's."""

    earlier: str  # where it is from
    agreement: Estimate  # of the earlier audit
    difference: Estimate  # this − earlier
    significant: bool | None  # None: no interval of the difference


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """Whether a judge may be trusted, measured by people's labels."""

    schema_version: int
    kind: Literal["audit"]
    experiment: ExperimentRef | None
    run: str | None
    source: str  # the file of labels
    control: str
    treatment: str
    judges: tuple[str, ...]
    cases: int  # with a label and a judgment
    judgments: int  # of these cases
    unread: int  # of these judgments: they could not be read, or failed; each counts as not agreeing
    failed: int  # of the unread: the call failed
    labels: LabelCount
    agreement: Estimate
    agreement_both_orders: Estimate
    kappa: Estimate
    krippendorff_alpha: Estimate
    order_kappa: Estimate
    ac1: Estimate
    pabak: Estimate
    prevalence: Mapping[str, Mapping[str, float]]  # {"labels": {winner: share}, "judge": {winner: share}}
    confusion: Mapping[str, Mapping[str, int]]  # label -> judge -> judgments that were read
    policy: float
    decision: Action
    decided: bool  # whether the interval keeps to one side of the policy
    decision_note: str | None  # what would settle it
    labels_needed: int | None
    groups: tuple[AgreementGroup, ...]
    by_judge: tuple[NamedAgreement, ...]  # where there are several
    by_rater: tuple[NamedAgreement, ...]  # where there are several
    rater_pairs: tuple[RaterPair, ...]
    rater_alpha: Estimate | None
    judged_win_rate: Estimate | None  # by the judge, over all judged cases
    corrected_win_rate: Estimate | None  # by the labels, sharpened by the judge
    shifted_win_rate: Estimate | None  # where the labelled cases are no random sample of all: Rogan and Gladen's
    drift: Drift | None
    judge: JudgeHealth | None
    notes: tuple[str, ...] = field(default=())
