"""What is registered: hashed and immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from arena.records.case import Check, GoldenSet
from arena.records.label import Label
from arena.records.live import LivePlan
from arena.records.metric import Metric
from arena.records.rubric import Rubric
from arena.records.variant import Decoding, Model, Variant
from arena.stats.chance import fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """A judge's instructions in the user's own words: a template of `rubric`, `data_rule` and `reply_rule`."""

    text: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One judge's whole configuration."""

    model: Model
    decoding: Decoding
    presentations: Literal["both", "single"] = "both"
    axes: Literal["pairwise", "pointwise", "none"] = "pairwise"
    sees_context: bool = True
    sees_reference: bool = True
    method: Literal["label", "likelihood"] = "label"  # what the judge writes, or log p(B) − log p(A)
    scores: Literal["stated", "expected"] = "stated"  # axis levels as written, or their mean by likelihood
    prompt: JudgePrompt | None = None  # of comparisons; None: arena's own
    pointwise_prompt: JudgePrompt | None = None  # of answers scored alone
    name: str | None = None  # by the user; else made where a panel has several judges of one model

    @property
    def id(self) -> str:
        """Return what every judgment of this judge carries: its name, else `vendor:model`."""
        return self.name or str(self.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Which share of the cases tunes and which decides; shares add up to 1."""

    dev: float
    gate: float
    salt: str

    def part_of(self, key: str) -> Literal["dev", "gate"]:
        """Return the part in which a case falls.

        Args:
            key: The case's cluster where it has one, so that dependent cases fall together; else its id.

        >>> Split(dev=1.0, gate=0.0, salt="s").part_of("late-package")
        'dev'
        """
        return "dev" if fraction(key, self.salt) < self.dev else "gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What the gate asks besides the metrics' limits."""

    alpha: float = 0.05
    min_consistency: float = 0.7
    min_human_agreement: float | None = None
    must_pass: tuple[str, ...] = ()  # tags


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file that the experiment was read from."""

    path: str  # relative to the project root
    sha256: str
    recorded: bool = False  # answers that stand in for a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """An experiment, fully resolved: every file read in, every default made explicit."""

    name: str
    hypothesis: str | None
    golden: GoldenSet
    rubric: Rubric
    variants: Mapping[str, Variant]  # in the order of the file
    control: str
    treatment: str  # the only other variant; the first other one when there are more
    judges: tuple[Judge, ...]  # empty: the checks decide
    checks: tuple[Check, ...]  # for every case
    metrics: tuple[Metric, ...]
    gate: GateRules
    repeats: int
    seed: int
    max_cost_usd: float
    max_cost_declared: bool  # by the user, not the default
    split: Split | None
    transcript: str | None  # absolute path: recorded answers, used where a model cannot be called
    live: LivePlan | None  # the same experiment, on users
    root: str  # absolute project root
    path: str  # of the experiment file, relative to root
    hash: str  # sha256 over everything that can change a result
    panel: Literal["mean", "majority"] = "mean"  # how several judges' verdicts on a case become one
    labels: tuple[Label, ...] = ()  # what people said of such answers
    files: tuple[SourceFile, ...] = ()
    warnings: tuple[str, ...] = field(default=())
