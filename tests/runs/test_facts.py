"""The facts of a run: manifest.json as it always was, and as a type inside."""

from collections.abc import Callable
from typing import Any

import pytest

from arena.records.codec import Undecodable, dumps
from arena.runs.facts import facts_from_json, facts_to_json

RUNNING: dict[str, Any] = {
    "schema_version": 1,
    "run": "20261122-1104-support-bot",
    "status": "running",
    "started": "2026-11-22T11:04:00.000000+00:00",
    "finished": None,
    "experiment": {"name": "support-bot", "hash": "cafe" * 16, "path": "experiment.yaml"},
    "files": {"prompts/new.md": "02" * 32, "experiment.yaml": "01" * 32},
    "versions": {"arena": "0.1.0", "python": "3.11.7", "openai": "2.9.0"},
    "git": {"commit": "ab" * 20, "dirty": True},
    "options": {"limit": 3, "tags": ["hard"], "only": "lost", "against": "main", "until_decided": True},
}
COMPLETE: dict[str, Any] = {
    **RUNNING,
    "status": "complete",
    "finished": "2026-11-22T11:05:00.000000+00:00",
    "git": None,
    "options": {"seed": 7, "command": "gate"},
    "attempts": None,
    "attempts_note": "attempts before this one: unknown (this machine's ledger starts here)",
    "attempts_false_pass": None,
    "contents": {"completions.jsonl": "03" * 32, "judgments.jsonl": "04" * 32},
    "models_requested": {"control": ["gpt-6-luna"], "treatment": []},
    "models_returned": {"control": ["gpt-6-luna-2026-09-01"], "treatment": []},
    "decoding": {
        "control": [{"name": "stop", "requested": ["\n"], "sent": None, "honoured": "not_supported"}],
        "treatment": [],
    },
    "calls": {"made": 9, "cached": 1, "failed": 2},
    "paid_usd": None,
    "seconds": 4.2,
    "replay": "live",
}


@pytest.mark.parametrize("manifest", [RUNNING, COMPLETE], ids=["running", "complete"])
def test_a_manifest_is_the_same_bytes_after_it_was_read(manifest: dict[str, Any]) -> None:
    """Runs that are there already, and one that is taken up again, keep every key in its place."""
    assert dumps(facts_to_json(facts_from_json(manifest))) == dumps(manifest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.pop("run"), "run is missing"),
        (lambda one: one.update(status="done"), "status: expected one of running, complete"),
        (lambda one: one.update(options={"command": "dance"}), "purpose: expected one of duel, gate, rank"),
        (lambda one: one.update(calls=[]), "spending: expected an object"),
        (lambda one: one.pop("calls"), "calls is missing"),
        (lambda one: one["calls"].pop("made"), "made is missing"),
        (lambda one: one.update(paid_usd="much"), "paid_usd: expected float"),
        (lambda one: one.update(contents=None), "contents: expected an object"),
    ],
)
def test_what_is_no_manifest_is_refused(change: Callable[[dict[str, Any]], None], said: str) -> None:
    """A misspelt or damaged key is an error where it is read, and never an empty place in a report."""
    manifest = COMPLETE | {"calls": dict(COMPLETE["calls"])}
    change(manifest)
    with pytest.raises(Undecodable, match=said):
        facts_from_json(manifest)
