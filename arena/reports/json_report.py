"""The report that machines read: what was found, and the facts of the run, in one object."""

from collections.abc import Mapping
from typing import Any

from arena.records.codec import dumps, to_json
from arena.records.gate import GateResult
from arena.reports.report import Found, Page, Result
from arena.runs.facts import facts_to_json
from arena.runs.results import result_to_json

#: Plans keep what they were asked in the order in which it was asked.
IN_ORDER = ("size", "looks_plan", "looks_check", "cache")
#: What a gate's report says of a run that there was none of.
NOTHING_ASKED: Mapping[str, Any] = {
    "run": None,
    "attempts": None,
    "calls": {"made": 0, "cached": 0, "failed": 0},
    "paid_usd": 0.0,
}


def render(found: Found[Result], page: Page) -> str:
    """Return result and facts merged as indented JSON; the result's own keys come first and stand."""
    kind = found.result.kind
    result: dict[str, Any] = (
        result_to_json(found.result)
        if isinstance(found.result, GateResult)
        else to_json(found.result, sort=kind not in IN_ORDER)
    )
    facts = facts_to_json(found.facts) if found.facts else NOTHING_ASKED if kind == "gate" else {}
    said = {"counted_as": found.counted_as} if found.counted_as else {}
    return dumps(result | {**facts, **said} | result, indent=2) + "\n"
