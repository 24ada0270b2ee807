"""The options that a run was asked for on the command line."""

from dataclasses import dataclass, fields
from typing import Literal

Only = Literal["lost", "failed", "flipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the user asked of this run, besides the experiment itself.

    The options down to `until_decided` choose what is asked, so two runs with equal ones are one run when the first
    was interrupted; those below it only say how.
    """

    limit: int | None = None  # a recorded random sample of so many cases
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    only: Only | None = None  # chosen by the outcome of the last run: exploratory
    repeats: int | None = None  # None: the experiment's
    seed: int | None = None  # None: the experiment's
    against: str | None = None  # a git revision or a run: its treatment becomes the control
    refresh: bool = False
    until_decided: bool = False  # the interval holds at any stop, and the run stops once the win rate is decided

    offline: bool = False
    max_cost_usd: float | None = None  # None: the experiment's
    concurrency: int = 16
    allow_hosts: tuple[tuple[str, str], ...] = ()  # (host, environment variable that holds its key)
    deadline_s: float = 240.0
    allow_code: bool = False  # run what a model wrote, where a check does
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None

    @property
    def identifying(self) -> "RunOptions":
        """Return the options that choose what is asked, with the others at their defaults."""
        names = [each.name for each in fields(self)]
        return RunOptions(**{name: getattr(self, name) for name in names[: names.index("until_decided") + 1]})
