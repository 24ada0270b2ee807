"""What a judge said, and both orders of a case merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["first", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A suspicion about one of two answers: that it talks to the judge."""

    side: Side  # where the answer was shown
    family: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisScores:
    """One axis of one judgment, 1 to 5; None where the judge gave none."""

    first: float | None
    second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """One judge call on one presentation of one case."""

    case: str
    first: str  # variant shown first
    second: str
    winner: Literal["first", "second", "tie"] | None  # None: could not be read, or the call failed
    outcome: Literal["read", "unparseable", "failed"] = "read"
    score_second: float | None = None  # share of the second, 0 to 1, where a judge gives a number
    log_odds: float | None = None  # ln p(second) − ln p(first), by likelihood; `winner` is its sign
    axes: Mapping[str, AxisScores] = field(default_factory=dict)
    reason: str = ""
    repeat: int = 0
    cluster: str | None = None
    judge: str = ""  # the judge's id: "vendor:model", or the name that tells it from others of that model
    judge_config: str = ""  # sha256 of prompt version, rubric, model, decoding, schema: 16 hex digits
    length_first: int | None = None  # characters
    length_second: int | None = None
    flagged: tuple[Flag, ...] = ()  # suspected prompt injections
    error: str | None = None  # why it failed or could not be read
    request_key: str = ""
    model_returned: str | None = None
    determinism: str | None = None  # D0 … D3, of this call
    cost_usd: float | None = None  # as first paid; None when unknown
    cost_reason: str | None = None
    authored: bool = False  # written by hand, shipped as an example

    def variant(self, side: Side) -> str:
        """Return which variant's answer was shown on a side."""
        return self.first if side == "first" else self.second

    @property
    def suspicions(self) -> tuple[str, ...]:
        """Return the flags in words: `variant: family: excerpt`."""
        return tuple(f"{self.variant(flag.side)}: {flag.family}: {flag.excerpt}" for flag in self.flagged)

    def share_of(self, variant: str) -> float | None:
        """Return the share (1 win, ½ tie, 0 loss) of `variant`; None when there is no judgment."""
        if self.score_second is not None:
            second = self.score_second
        elif self.winner is None:
            return None
        else:
            second = {"first": 0.0, "tie": 0.5, "second": 1.0}[self.winner]
        return second if variant == self.second else 1.0 - second


def flag_of_text(text: str, *, first: str, second: str) -> Flag | None:
    """Return the flag that earlier versions wrote as one text; None where it is not clear whose answer is meant.

    Args:
        text: `variant: family: excerpt`, where a variant's name may itself hold `: `.
        first: the variant shown first.
        second: the variant shown second.

    >>> flag_of_text("policy: v2: override: obey", first="control", second="policy: v2")
    Flag(side='second', family='override', excerpt='obey')
    >>> flag_of_text("policy: v2: override: obey", first="policy", second="policy: v2") is None
    True
    """
    names: dict[Side, str] = {"first": f"{first}: ", "second": f"{second}: "}
    meant = [side for side, name in names.items() if text.startswith(name)]
    if len(meant) != 1:
        return None
    family, found, excerpt = text.removeprefix(names[meant[0]]).partition(": ")
    return Flag(side=meant[0], family=family, excerpt=excerpt) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All presentations and repeats of one case merged: the unit of evidence."""

    case: str
    cluster: str | None
    score: float  # the treatment's share, 0 to 1
    low: float  # the share if everything missing had gone against the treatment
    high: float  # the share if everything missing had gone for it
    outcome: Literal["win", "loss", "tie"]
    consistent: bool | None  # both orders name the same outcome; None when not both were read
    control_failed: bool = False
    treatment_failed: bool = False
