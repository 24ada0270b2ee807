"""The authored shape of an experiment's `live` part."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from arena.files.reading.authored import Authored, Identifier, Share, one_of


class GateRun(Authored):
    """The offline gate that was passed first, or why there was none."""

    short: ClassVar[str | None] = "run"

    run: Annotated[str, Field(min_length=1)] | None = Field(None, description="The run that was passed.")
    skip: Annotated[str, Field(min_length=1)] | None = Field(None, description="Why it is left out.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "run", "skip"):
            yield "expected a run, or {skip: REASON}"


class Exposure(Authored):
    """How much is exposed, or why a stage is left out."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": ["number", "string"]},)

    share: Share | None = Field(None, description="A share of the units, e.g. 5%.")
    skip: Annotated[str, Field(min_length=1)] | None = Field(None, description="Why the stage is left out.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return value if isinstance(value, dict) else {"share": value}

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "share", "skip"):
            yield "expected a share such as 5%, or {skip: REASON}"


class StageEntry(Authored):
    """One stage of exposure: exactly one of shadow, canary, ab."""

    shadow: Exposure | None = Field(None, description="Share of traffic answered in the shadow, or {skip: reason}.")
    canary: Exposure | None = Field(None, description="Share of units in the canary, or {skip: reason}.")
    ab: Exposure | None = Field(None, description="Share of units in the treatment, or {skip: reason}.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if len(written) != 1:
            yield "a stage has exactly one of 'shadow', 'canary', 'ab'"


def _rising(fractions: list[float]) -> list[float]:
    if any(later <= earlier for earlier, later in pairwise(fractions)):
        raise ValueError("fractions must rise")
    if fractions and fractions[-1] != 1:
        raise ValueError("the last fraction must be 1.0, the end of the test")
    return fractions


class LooksEntry(Authored):
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


class LiveGuardrail(Authored):
    """What happens when a metric breaks its limit while users are exposed."""

    windows: int = Field(2, ge=1, description="Consecutive windows that must break the limit.")
    action: Annotated[str, Field(min_length=1)] = Field(description="What is done then, e.g. pause or rollback.")


class ColumnsEntry(Authored):
    """Which columns of the event table hold what."""

    unit: str = Field(description="The unit that was randomised.")
    variant: str = Field(description="The arm the unit was in.")
    time: str = Field(description="When it was observed.")
    trace_id: str | None = Field(None, description="Links an observation to its trace.")
    cluster: str | None = Field(None, description="Units that depend on each other.")
    shown_first: str | None = Field(None, description="What was shown first, for order effects.")
    cache_state: str | None = Field(None, description="warm or cold.")
    pre: dict[str, str] = Field(default_factory=dict, description="Metric to its value before the test (CUPED).")
    segments: dict[str, str] = Field(default_factory=dict, description="Segment to its column.")


class LiveFile(Authored):
    """The same experiment, on users."""

    randomize_by: Identifier = Field(description="The unit of randomisation, e.g. conversation_id or user_id.")
    salt: Annotated[str, Field(min_length=1)] | None = Field(None, description="Keeps this test apart from others.")
    stages: list[StageEntry] = Field(default_factory=list, description="Stages of exposure, in order.")
    looks: LooksEntry | None = Field(None, description="Planned looks at the data.")
    burn_in_days: int = Field(0, ge=0, description="Days left out at the start.")
    segments: list[Identifier] = Field(default_factory=list, description="Segments to report.")
    guardrails: dict[str, LiveGuardrail] = Field(
        default_factory=dict, description="Metric to action; limits: see metrics."
    )
    columns: ColumnsEntry | None = Field(None, description="Columns of the event table.")
    gate_run: GateRun | None = Field(None, description="The offline gate that was passed first, or {skip: reason}.")
