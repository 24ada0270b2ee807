"""What a run will ask, cost and be able to prove, before anything is sent."""

from dataclasses import dataclass

from arena.records.result import ArmDifference, ExperimentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A low and a high guess of one quantity."""

    low: float
    high: float

    def __add__(self, other: "Band") -> "Band":
        return Band(low=self.low + other.low, high=self.high + other.high)

    def times(self, factor: float) -> "Band":
        """Return the band of so many of the same.

        >>> Band(low=1.0, high=2.0).times(3)
        Band(low=3.0, high=6.0)
        """
        return Band(low=self.low * factor, high=self.high * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The calls of a run, their tokens and their price if nothing were cached."""

    calls: int
    models: tuple[str, ...]  # in the order in which they are met
    input_tokens: Band
    output_tokens: Band
    usd: Band | None  # None: a model has no known price
    unpriced: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """Whether so many cases could prove one criterion at best."""

    message: str
    within_reach: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPreview(Forecast):
    """A planned run."""

    schema_version: int
    kind: str  # "plan"
    experiment: ExperimentRef
    control: str
    treatment: str
    cases: int
    repeats: int
    differences: tuple[ArmDifference, ...]
    cap_usd: float
    cap_enforced: bool
    provable: tuple[Feasibility, ...]
    selection: str | None
    notes: tuple[str, ...]
    variants: tuple[str, ...] = ()  # of a ranking, which has no control and no treatment
