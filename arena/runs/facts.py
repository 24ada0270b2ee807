"""manifest.json: the facts of a run, flat as people and other programs read them."""

from typing import Any

from arena.records.codec import Undecodable, from_json, to_json
from arena.records.run import RunFacts

_TELLS_THE_END = ("contents", "models_requested", "models_returned", "decoding")
_CALLS = ("made", "cached", "failed")


def facts_to_json(facts: RunFacts) -> dict[str, Any]:
    """Return the facts of a run as plain JSON, in the order in which a reader asks for them."""
    command = {} if facts.purpose == "duel" else {"command": facts.purpose}
    return {
        "schema_version": facts.schema_version,
        "run": facts.run,
        "status": facts.status,
        "started": facts.started,
        "finished": facts.finished,
        "experiment": to_json(facts.experiment),
        "files": to_json(facts.files, sort=False),
        "versions": to_json(facts.versions, sort=False),
        "git": to_json(facts.git),
        "options": to_json(facts.options, defaults=False) | command,
        **_attempts(facts),
        **_end(facts),
    }


def _attempts(facts: RunFacts) -> dict[str, Any]:
    found = facts.attempts
    if found is None:
        return {}
    return {"attempts": found.known, "attempts_note": found.note, "attempts_false_pass": to_json(found.false_pass)}


def _end(facts: RunFacts) -> dict[str, Any]:
    if facts.spending is None:
        return {}
    spent: dict[str, Any] = to_json(facts.spending)
    calls = {name: spent.pop(name) for name in _CALLS}
    return {name: to_json(getattr(facts, name)) for name in _TELLS_THE_END} | {"calls": calls} | spent


def facts_from_json(data: Any) -> RunFacts:
    """Return the facts that a manifest tells.

    Raises:
        Undecodable: something of it is missing or of another kind.
    """
    if not isinstance(data, dict):
        raise Undecodable("expected an object")
    if data.get("status") == "complete" and "calls" not in data:
        raise Undecodable("calls is missing")
    options, calls = data.get("options"), data.get("calls")
    parts: dict[str, Any] = {
        "purpose": options.get("command", "duel") if isinstance(options, dict) else "duel",
        "spending": data | calls if isinstance(calls, dict) else calls,
        "attempts": None,
    }
    if "attempts_note" in data:
        known, false_pass = data.get("attempts"), data.get("attempts_false_pass")
        parts["attempts"] = {"known": known, "false_pass": false_pass, "note": data["attempts_note"]}
    return from_json(RunFacts, data | parts)
