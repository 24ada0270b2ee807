"""Errors as the command line tells them: arguments by the names of their options."""

import re

from arena.errors import ArenaError, Refused

#: Arguments whose option is called otherwise, and those of which messages speak by the way.
OPTIONS = {
    "allow_hosts": "--allow-host",
    "cases": "--case",
    "columns": "--map",
    "max_cost_usd": "--max-cost",
    "requests_per_minute": "--rpm",
    "tags": "--tag",
} | {
    name: f"--{name.replace('_', '-')}"
    for name in (
        *(
            "allow_code",
            "cache_dir",
            "cluster_size",
            "concurrency",
            "control",
            "env_file",
            "exact",
            "from_run",
            "icc",
            "judgments",
        ),
        *("limit", "offline", "only", "per_day", "root", "treatment", "until_decided"),
    )
}
_IN_BACKTICKS = re.compile(r"`([a-z_]+)`")


def option_of(argument: str) -> str:
    """Return the option that gives an argument.

    >>> option_of("max_cost_usd"), option_of("win_rate")
    ('--max-cost', '--win-rate')
    """
    return OPTIONS.get(argument, f"--{argument.replace('_', '-')}")


def message_of(error: ArenaError) -> str:
    """Return what an error says, arguments named as options."""
    return in_options(error.told(option_of) if isinstance(error, Refused) else error.message)


def hint_of(error: ArenaError) -> str | None:
    """Return what an error advises, arguments named as options."""
    return None if error.hint is None else in_options(error.hint)


def in_options(text: str) -> str:
    """Return a message with the arguments that stand in backticks named as options.

    >>> in_options("`max_cost_usd` raises the cap; `arena check` reads the file")
    '--max-cost raises the cap; `arena check` reads the file'
    """
    return _IN_BACKTICKS.sub(lambda match: OPTIONS.get(match[1], match[0]), text)
