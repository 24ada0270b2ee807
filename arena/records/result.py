"""What a procedure returns: the exact shape of result.json.

Everything here follows from experiment, completions and judgments alone; times of day, run names,
calls made now and seconds spent stand in the manifest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from arena.records.metric import WIN_RATE, Criterion, Decision, Limit, Role, labelled
from arena.records.run_options import Only
from arena.stats.estimate import Estimate, Interval

SCHEMA_VERSION = 1
#: Of a field that is written only where it is set: most results have nothing to say there.
ONLY_WHERE_SET: Mapping[str, bool] = {"only_where_set": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRef:
    """Which experiment a result is of."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """The win rate if everything missing had gone one way: bounds of the interval's two ends."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRate:
    """An Estimate of the treatment's share, with how it came about."""

    value: float | None
    interval: Interval | None
    n: int
    unit_of_measure: str
    reason: str | None
    standard_error: float | None
    p_value: float | None
    p_method: str  # "exact sign-flip", "sign-flip by enumeration", "sign-flip, saddlepoint approximation"
    cases: int
    clusters: int | None
    wins: int
    losses: int
    ties: int
    failed: Mapping[str, int]  # {"control": 0, "treatment": 0}
    worst_case: WorstCase


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisResult:
    """One axis of the rubric: arm means and the paired difference."""

    name: str
    control: float | None
    treatment: float | None
    difference: Estimate
    p_value: float | None
    p_adjusted: float | None
    better: float | None = None  # P(treatment > control) + ½ P(equal)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """One metric: arm values, the paired difference and what is decided."""

    name: str
    role: Role
    unit: str
    control: float | None
    treatment: float | None
    difference: Estimate  # treatment − control, or relative where the limit is
    limit: Limit | None
    decision: Decision | None  # None: nothing was declared to be decided
    p_value: float | None = None
    p_adjusted: float | None = None
    note: str | None = None  # what would settle it, or why it is undefined
    level: Estimate | None = None  # of the treatment alone, where the limit is on it
    message: str | None = None  # what was decided and why, in one line
    direction: Literal["up", "down"] = "up"  # which way is better
    source: str | None = field(default=None, metadata=ONLY_WHERE_SET)  # of a metric that has a name of its own
    tag: str | None = field(default=None, metadata=ONLY_WHERE_SET)  # of the cases that it is of, where not of all
    checks: tuple[str, ...] = field(default=(), metadata=ONLY_WHERE_SET)  # that it is of, where not of all

    @property
    def label(self) -> str:
        """Return its name, and its tag where it has one."""
        return labelled(self.name, self.tag)

    @property
    def is_win_rate(self) -> bool:
        """Return whether it is the share of comparisons that the treatment wins, whatever its name."""
        return (self.source or self.name) == WIN_RATE

    @property
    def is_headline(self) -> bool:
        """Return whether it is the win rate of all cases, which a result tells first and at length."""
        return self.is_win_rate and self.tag is None

    @property
    def criterion(self) -> Criterion | None:
        """Return what was to be decided; None without a limit."""
        return None if self.limit is None else Criterion(metric=self, limit=self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedAnswer:
    """An answer in which prompt injection is suspected."""

    case: str
    variant: str
    family: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeHealth:
    """Whether the judge can be trusted."""

    model: str
    config: str
    consistency: Estimate
    first_slot_share: Estimate
    position_p_value: float | None
    length_controlled_win_rate: Estimate | None
    longer_wins: float | None  # share of decided judgments that went to the longer answer
    judgments: int
    unparseable: int
    failed: int
    distinct_answers: Mapping[str, int]  # {"control": 5, "treatment": 5}
    flagged: tuple[FlaggedAnswer, ...]
    fit: bool
    unfit_reasons: tuple[str, ...]
    flips: int | None = None  # pairs of orders that name different outcomes; None: not counted
    position_effect: Estimate | None = None  # half of what an answer's share rises by being shown first
    self_preference: Estimate | None = None  # how much more it favours its own family's answers; or why unknown

    @property
    def suspects(self) -> tuple[FlaggedAnswer, ...]:
        """Return the first sign of each flagged answer: one answer may show several."""
        first: dict[tuple[str, str], FlaggedAnswer] = {}
        for flag in self.flagged:
            first.setdefault((flag.case, flag.variant), flag)
        return tuple(first.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAgreement:
    """How far several judges of the same cases agree."""

    rule: Literal["mean", "majority"]  # by which their verdicts become one
    judges: int
    agreement: Estimate  # share of pairs of judges that name the same outcome of a case, averaged over cases
    split: int  # cases in which two judges name different outcomes
    incomplete: int  # cases in which nothing could be read of one judge or more: they count, with bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedRecount:
    """The win rate if every answer with suspected prompt injection had lost."""

    cases: int  # with a flagged answer
    win_rate: Estimate
    decision: Decision | None
    changes_verdict: bool  # then there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAgreement:
    """How a duel's judges stand to what people said of the same answers."""

    source: str  # the file of labels, or the run whose labels they are
    labels: int  # that were used
    raters: int
    cases: int  # with a label and a judgment
    agreement: Estimate
    agreement_both_orders: Estimate
    kappa: Estimate
    corrected_win_rate: Estimate | None
    least: float | None  # gate.min_human_agreement
    enough: bool | None  # whether the agreement reaches it; None: nothing is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmDifference:
    """One thing in which the arms differ: a prompt (with both texts) or a setting."""

    what: str  # "system", "model", "decoding.temperature" …
    control: str | None
    treatment: str | None
    declared: bool = True
    source: str | None = None  # the file that the treatment's text was read from, where it is one of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCase:
    """A case that the treatment lost, worst first."""

    case: str
    score: float | None
    margin: float | None  # mean axis difference, for the order
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStop:
    """Where a run that stops once it is decided stood at its end."""

    stopped_at: int  # cases: the first of the recorded random order
    calls_saved: int  # of those that all cases would have taken; 0 where all were asked
    planned: int  # cases
    decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelResult:
    """What a duel found."""

    schema_version: int
    kind: Literal["duel", "gate"]
    experiment: ExperimentRef
    hypothesis: str | None
    control: str  # variant names
    treatment: str
    cases: int
    repeats: int
    models: Mapping[str, str | None]  # {"control": "openai:…", "treatment": …}
    differences: tuple[ArmDifference, ...]
    win_rate: WinRate | None
    win_rate_decision: Decision | None
    axes: tuple[AxisResult, ...] | None
    metrics: tuple[MetricResult, ...]
    judge: JudgeHealth | None
    judges: tuple[JudgeHealth, ...]  # all, where there is a panel
    outcomes: Mapping[str, Mapping[str, int]]  # variant -> {"stop": 10, "empty": 1, "failed:timeout": 2}
    lost: tuple[LostCase, ...]
    cost_usd: float | None  # as first paid
    cost_reason: str | None
    determinism: str  # D0 … D3
    determinism_reason: str
    cases_needed: int | None
    cases_needed_note: str | None
    early_stop: EarlyStop | None
    selection: str | None  # "exploratory: …", "10 of 60 cases, seed 7", "dev split" …
    flagged_recount: FlaggedRecount | None = None  # None: no answer is suspected
    people: HumanAgreement | None = None  # None: there are no labels of these answers
    notes: tuple[str, ...] = field(default=())
    panel: PanelAgreement | None = None  # where there are several judges
    exploratory: Only | None = field(
        default=None, metadata={"only_where_set": True}
    )  # outcomes chose the cases: no verdict
