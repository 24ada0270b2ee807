"""What the command line adds to a report: how its reader may go on, and what an open verdict counts as."""

from dataclasses import dataclass
from typing import Literal

CountedAs = Literal["pass", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a report was asked for; no part of the run."""

    reference: str = "latest"  # how the next command may name the run
    counted_as: CountedAs | None = None  # --inconclusive, where a verdict is open
