"""The authored shape of an experiment's `live` part."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from arena.files.reading.amounts import parse_day, parse_duration
from arena.files.reading.file_model import FileModel, Identifier, Share, one_of
from arena.records.live import StageKind

_TEXT: dict[str, Any] = {"type": "string"}

#: `30m`, `24h`, `7d`: seconds.
Duration = Annotated[float, BeforeValidator(parse_duration), WithJsonSchema(_TEXT)]
#: `2026-11-02`, in quotes.
Day = Annotated[date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
#: A reason, a name: anything but nothing.
Words = Annotated[str, Field(min_length=1)]


class RandomizeBy(FileModel):
    """What is assigned, and counted: a unit, or blocks of time (a switchback)."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (_TEXT,)

    unit: Identifier | None = Field(None, description="The unit, e.g. conversation_id, user_id, or a cluster.")
    block: Annotated[Duration, Field(gt=0)] | None = Field(None, description="How long everybody stays in one arm.")
    washout: Duration = Field(0.0, description="The beginning of each block that is left out.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return value if isinstance(value, dict) else {"unit": value}

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "unit", "block"):
            yield "expected a unit such as conversation_id, or {block: 30m, washout: 5m}"

    @model_validator(mode="after")
    def _shorter_than_a_block(self) -> Self:
        if self.block is not None and self.washout >= self.block:
            raise ValueError("'washout' must be shorter than 'block'")
        return self


class GateRunEntry(FileModel):
    """The offline gate that was passed first, or why there was none."""

    short: ClassVar[str | None] = "run"

    run: Words | None = Field(None, description="The run that was passed.")
    skip: Words | None = Field(None, description="Why it is left out.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "run", "skip"):
            yield "expected a run, or {skip: REASON}"


class Exposure(FileModel):
    """How much is exposed, or why a stage is left out."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": ["number", "string"]},)

    share: Share | None = Field(None, description="A share of the units, e.g. 5%.")
    skip: Words | None = Field(None, description="Why the stage is left out.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return value if isinstance(value, dict) else {"share": value}

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "share", "skip"):
            yield "expected a share such as 5%, or {skip: REASON}"


class StageEntry(FileModel):
    """One stage of exposure: exactly one of shadow, canary, ab."""

    shadow: Exposure | None = Field(None, description="Share of traffic answered in the shadow, or {skip: reason}.")
    canary: Exposure | None = Field(None, description="Share of units in the canary, or {skip: reason}.")
    ab: Exposure | None = Field(None, description="Share of units in the treatment, or {skip: reason}.")
    from_: Day | None = Field(None, alias="from", description="The day on which it begins.")

    @property
    def exposure(self) -> tuple[StageKind, Exposure]:
        """Return which stage it is, and how much it exposes."""
        kinds: tuple[StageKind, ...] = ("shadow", "canary", "ab")
        return next((kind, found) for kind in kinds if (found := getattr(self, kind)) is not None)

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        kinds = written.keys() & {"shadow", "canary", "ab"}
        if len(kinds) > 1 or (not kinds and written.keys() <= {"from"}):  # else a key is misspelt, and named as such
            yield "a stage has exactly one of 'shadow', 'canary', 'ab'"


def _rising(fractions: list[float]) -> list[float]:
    if any(later <= earlier for earlier, later in pairwise(fractions)):
        raise ValueError("fractions must rise")
    if fractions and fractions[-1] != 1:
        raise ValueError("the last fraction must be 1.0, the end of the test")
    return fractions


class LooksEntry(FileModel):
    """When the data may be looked at, and what each look costs."""

    fractions: Annotated[list[Annotated[float, Field(gt=0, le=1)]], AfterValidator(_rising)] = Field(
        description="Shares of the planned data at each look, rising to 1.0.", min_length=1
    )
    spending: Literal["obrien-fleming", "pocock", "hwang-shih-decani", "power"] = Field(
        "obrien-fleming", description="The alpha-spending function."
    )
    z: list[float] | None = Field(None, description="Registered boundaries instead of a spending function.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        match written:
            case {"z": list(z), "fractions": list(fractions)} if len(z) != len(fractions):
                yield "'z' needs one boundary for each fraction"


class LiveGuardrail(FileModel):
    """What happens when a metric breaks its limit while users are exposed."""

    windows: int = Field(2, ge=1, description="Consecutive windows that must break the limit.")
    action: Words = Field(description="What is done then, e.g. pause or rollback.")


class ColumnsEntry(FileModel):
    """Which columns of the event table hold what."""

    unit: str | None = Field(None, description="The unit that was randomised; by default the column of its name.")
    variant: str = Field(description="The arm the unit was in.")
    time: str = Field(description="When it was observed.")
    trace_id: str | None = Field(None, description="Links an observation to its trace.")
    arm_hash: str | None = Field(None, description="Of the arm as it was served.")
    cluster: str | None = Field(None, description="Units that depend on each other.")
    shown_first: str | None = Field(None, description="What was shown first, for order effects.")
    cache_state: str | None = Field(None, description="warm or cold.")
    pre: dict[str, str] = Field(default_factory=dict, description="Metric to its value before the test (CUPED).")
    segments: dict[str, str] = Field(default_factory=dict, description="Segment to its column.")


class LiveFile(FileModel):
    """The same experiment, on users."""

    randomize_by: RandomizeBy = Field(description="The unit, e.g. conversation_id, or {block: 30m, washout: 5m}.")
    salt: Words | None = Field(None, description="Keeps this test apart from others.")
    units: int | None = Field(None, ge=2, description="Units planned in all: a look's fraction is of these.")
    stages: list[StageEntry] = Field(default_factory=list, description="Stages of exposure, in order.")
    ends: Day | None = Field(None, description="The day on which the test ends.")
    outcome_within: Annotated[Duration, Field(gt=0)] | None = Field(
        None, description="How long an outcome may take: a unit counts once it is this old."
    )
    overrides: dict[Identifier, str] = Field(
        default_factory=dict, description="Unit to variant, for testers: served, never analysed."
    )
    looks: LooksEntry | None = Field(None, description="Planned looks at the data.")
    burn_in_days: int = Field(0, ge=0, description="Days left out at the start.")
    segments: list[Identifier] = Field(default_factory=list, description="Segments to report.")
    guardrails: dict[str, LiveGuardrail] = Field(
        default_factory=dict, description="Metric to action; limits: see metrics."
    )
    columns: ColumnsEntry | None = Field(None, description="Columns of the event table.")
    gate_run: GateRunEntry | None = Field(
        None, description="The offline gate that was passed first, or {skip: reason}."
    )
