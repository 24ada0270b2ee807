"""Every error that a user can meet, and the exit code that each one means.

ArenaError
├── UsageError            2   the command line or a file is wrong; nothing was sent
│   ├── Refused           2   an argument cannot be followed; the command line shows it as its option
│   └── FileError         2   one or many located mistakes in files that people write
├── NotTrustworthy        3   what was found cannot carry the answer that was asked for
├── CannotRun             4   the run could not be done or finished
│   ├── ProviderUnusable  4   key refused, model unknown, provider down, wait too long
│   ├── BudgetExceeded    4   the next call would pass the cost cap
│   ├── CacheMiss         4   --offline, and an answer is not in the cache
│   └── StorageFailed     4   disk full, folder read-only, cache unreadable
└── Interrupted     130/143   SIGINT or SIGTERM; what was paid for is kept

A failed call is not an error of the run: it is a `CallFailure` record. Where a message or a hint speaks of an argument
by the way, it stands in backticks, `max_cost_usd`: the command line shows its option instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


class ArenaError(Exception):
    """Report a mistake or a fault in one plain message, never a traceback."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ArenaError):
    """Report a wrong command line; nothing was sent."""

    exit_code = 2


class Refused(UsageError):
    """Report an argument that cannot be followed, by its name in Python.

    >>> str(Refused("must lie between alpha and 1", argument="power", value="2"))
    'power 2: must lie between alpha and 1'
    """

    def __init__(
        self, problem: str, *, argument: str | Sequence[str], value: object = None, hint: str | None = None
    ) -> None:
        self.arguments = (argument,) if isinstance(argument, str) else tuple(argument)
        self.value = value
        self.problem = problem
        super().__init__(self.told(str), hint=hint)

    def told(self, named: Callable[[str], str]) -> str:
        """Return the message, each argument called what `named` says."""
        names = (" and " if len(self.arguments) == 2 else ", ").join(map(named, self.arguments))
        return f"{names}: {self.problem}" if self.value is None else f"{names} {self.value}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake at one place of a file that somebody wrote."""

    file: str  # as the user would type it, relative to the project root where possible
    line: int | None  # 1-based; None when the file as a whole is meant
    column: int | None  # 1-based
    where: str  # dotted path inside the file, "" for the whole file
    message: str  # what was found, what was expected, what to do

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class FileError(UsageError):
    """Report every mistake of the files at once, each with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class NotTrustworthy(ArenaError):
    """Report that the data are there, and cannot carry the answer that was asked for."""

    exit_code = 3


class CannotRun(ArenaError):
    """Report that the run could not be done or finished."""


class ProviderUnusable(CannotRun):
    """Report a provider that refuses every call: key, model, outage or a wait that is too long."""


class BudgetExceeded(CannotRun):
    """Report that the next call would pass the cost cap."""


class CacheMiss(CannotRun):
    """Report, under --offline, an answer that the cache does not hold."""


class StorageFailed(CannotRun):
    """Report a disk that is full, a folder that is read-only or a cache that cannot be read."""


class Interrupted(ArenaError):
    """Report SIGINT (130) or SIGTERM (143); what was paid for is kept."""

    def __init__(self, message: str, *, exit_code: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
