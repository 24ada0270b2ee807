"""What a report is: a function of what was found and of the page it stands on, to text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from arena.records.case_details import CaseDetails
    from arena.records.run import RunFacts

CountedAs = Literal["pass", "fail"]


class Result(Protocol):
    """What a procedure returns: it says which kind of result it is."""

    @property
    def kind(self) -> str:
        """Return the kind, by which its reports are found."""
        ...


R = TypeVar("R", bound=Result, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[R]):
    """What a report is made of."""

    result: R
    facts: "RunFacts | None" = None  # of the run; None where nothing was asked
    reference: str = "latest"  # how the next command may name the run
    counted_as: CountedAs | None = None  # --inconclusive, where a verdict is open
    details: "Callable[[], Sequence[CaseDetails]]" = tuple  # the run's cases, read when a report shows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a report stands on; a format that breaks its own lines has no use for it."""

    width: int  # columns; no line of text is longer
    colour: bool  # with colour codes; every mark reads without them
    unicode: bool  # False: ASCII alone


class Report(Protocol):
    """A report in one format."""

    def __call__(self, found: Found[Any], page: Page) -> str:
        """Return the report; nothing is estimated in it."""
        ...
