"""The report that machines read: what was found, and the facts of the run, in one object."""

from collections.abc import Mapping
from typing import Any

from arena.records.gate import GateResult
from arena.records.ranking import RankResult
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.runs.codec import dumps, to_json
from arena.runs.facts import facts_to_json

#: What a gate's report says of a run that there was none of.
NOTHING_ASKED: Mapping[str, Any] = {
    "run": None,
    "attempts": None,
    "calls": {"made": 0, "cached": 0, "failed": 0},
    "paid_usd": 0.0,
}


def render(result: DuelResult | RankResult, facts: RunFacts | None, *, counted_as: str | None = None) -> str:
    """Return result and facts merged as indented JSON; the result's own keys come first and stand.

    Args:
        result: what was found.
        facts: of the run; keys that the result has too are the result's. None where nothing was asked.
        counted_as: what the command line made of an open verdict.
    """
    found = to_json(result)
    of_run = facts_to_json(facts) if facts else NOTHING_ASKED if isinstance(result, GateResult) else {}
    said = {"counted_as": counted_as} if counted_as else {}
    return dumps(found | {**of_run, **said} | found, indent=2) + "\n"
