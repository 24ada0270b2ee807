"""The scorecard."""

from collections.abc import Mapping
from dataclasses import dataclass

#: Of every axis, from worst to best.
LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One question of the scorecard with its anchored levels, 1 to 5."""

    name: str
    question: str
    levels: Mapping[int, str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """A named, versioned scorecard."""

    name: str
    version: str | None
    axes: tuple[Axis, ...]
    instructions: str | None = None
    sha256: str = ""
    path: str | None = None
