"""The report that machines read: what was found, and the facts of the run, in one object."""

from collections.abc import Mapping
from typing import Any

from arena.records.ranking import RankResult
from arena.records.result import Result
from arena.runs.codec import dumps, to_json

FOR_PEOPLE = "reference"  # how the next command names the run: for reports that show one


def render(result: Result | RankResult, manifest: Mapping[str, Any]) -> str:
    """Return result and manifest merged as indented JSON; the result's own keys come first and stand.

    Args:
        result: what was found.
        manifest: the facts of the run; keys that the result has too are the result's.
    """
    found = to_json(result)
    kept = {key: value for key, value in manifest.items() if key not in found and key != FOR_PEOPLE}
    facts = to_json(kept, sort=False)
    return dumps(found | facts, indent=2) + "\n"
