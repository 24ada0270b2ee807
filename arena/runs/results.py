"""result.json: what a run found, of whichever kind."""

from typing import Any

from arena.records.codec import Undecodable, from_json, to_json
from arena.records.gate import DuelOrGate, GateResult, MustPass, Verdict
from arena.records.ranking import RankResult
from arena.records.result import DuelResult


def result_to_json(result: DuelOrGate | RankResult) -> dict[str, Any]:
    """Return a result as plain JSON: a gate's is its duel's, with the verdict's keys after it."""
    if not isinstance(result, GateResult):
        found: dict[str, Any] = to_json(result)
        return found
    verdict = result.verdict
    return result_to_json(result.duel) | {
        "kind": "gate",
        "decision": verdict.decision,
        "advice": verdict.advice,
        "reasons": to_json(verdict.reasons),
        "must_pass": to_json(result.must_pass),
        "sent": result.sent,
        "sealed": result.sealed,
    }


def duel_or_gate_from_json(data: Any) -> DuelOrGate:
    """Return the duel, or the gate, that result.json tells of.

    Raises:
        Undecodable: something of it is missing or of another kind.
    """
    if kind_of(data) != "gate":
        return from_json(DuelResult, data)
    return GateResult(
        duel=from_json(DuelResult, data | {"kind": "duel"}),
        verdict=from_json(Verdict, data),
        must_pass=from_json(tuple[MustPass, ...], data.get("must_pass")),
        sent=from_json(bool, data.get("sent")),
        sealed=from_json(bool, data.get("sealed")),
    )


def kind_of(data: Any) -> Any:
    """Return which kind of result it is.

    Raises:
        Undecodable: it is no object.
    """
    if not isinstance(data, dict):
        raise Undecodable("expected an object")
    return data.get("kind")
