"""Which cases a run asks, and how they were chosen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from arena.records.case import Case
from arena.records.run_options import Only

Part = Literal["dev", "gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """One part of a split golden set: dev cases tune, gate cases decide."""

    part: Part
    cases: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A random sample of the cases that were left."""

    cases: int
    of: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The chosen cases in the order of the file, and each step by which they were chosen, in its order."""

    cases: tuple[Case, ...]
    split: SplitPart | None = None
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    only: Only | None = None  # chosen by the outcome of the last run
    sample: Sample | None = None

    @property
    def is_exploratory(self) -> bool:
        """Return whether outcomes chose the cases: then they decide nothing."""
        return self.only is not None

    @property
    def sentence(self) -> str | None:
        """Return how the cases were chosen, in words; None for all of them.

        >>> split = SplitPart(part="dev", cases=36, of=60)
        >>> Selection(cases=(), split=split, sample=Sample(cases=10, of=36, seed=7)).sentence
        'dev part of the split (36 of 60 cases); random sample of 10 of 36 cases, seed 7'
        """
        return "; ".join(self._steps()) or None

    def _steps(self) -> Iterator[str]:
        if self.split is not None:
            yield f"{self.split.part} part of the split ({self.split.cases} of {self.split.of} cases)"
        if self.tags:
            yield f"tag {' or '.join(self.tags)}"
        if self.ids:
            yield f"case {', '.join(self.ids)}"
        if self.only is not None:
            yield f"exploratory: cases chosen by outcome, no verdict ({self.only})"
        if self.sample is not None:
            yield f"random sample of {self.sample.cases} of {self.sample.of} cases, seed {self.sample.seed}"
