"""The ledger of gates on this machine: how often the same cases were asked to decide.

Trying until the gate is green is optional stopping: each new attempt on the same cases is another chance of a false
pass. The ledger cannot see other machines, so where it starts empty the number of attempts is unknown.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arena.records.codec import Undecodable, dumps, loads
from arena.records.run import Attempts
from arena.runs.home import HOME, prepare_home
from arena.runs.storage import storage_errors

LEDGER = "attempts.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One verdict on some evidence about some cases."""

    cases: str  # digest of the cases that decide
    evidence: str  # digest of experiment, answers and judgments: the same evidence decided again is no new attempt
    experiment: str
    decision: str
    run: str


def record(root: Path, attempt: Attempt, *, alpha: float, clock: Callable[[], datetime]) -> Attempts:
    """Add an attempt to the project's ledger and return what is known of those before.

    Args:
        root: of the project.
        attempt: the verdict now.
        alpha: two-sided level of the gate; one attempt passes falsely with a chance of at most half of it.
        clock: the time of day, with its zone.

    Raises:
        StorageFailed: the ledger cannot be written.
    """
    prepare_home(root)
    path = root / HOME / LEDGER
    before, unreadable = _read(path)
    line = dumps({**asdict(attempt), "time": clock().astimezone(UTC).isoformat(timespec="seconds")})
    with storage_errors(path, "write"):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    if not before and not unreadable:
        note = "attempts before this one: unknown (this machine's ledger starts here)"
        return Attempts(known=None, false_pass=None, note=note)
    same = {row.get("evidence") for row in before if row.get("cases") == attempt.cases}
    known = len(same | {attempt.evidence})
    false_pass = 1.0 - (1.0 - alpha / 2.0) ** known
    note = f"attempt {known} on these cases on this machine"
    if known > 1:
        note += f": with nothing to find, one of {known} passes with a chance of up to {100 * false_pass:.1f}%"
    if unreadable:
        note += f"; {unreadable} lines of the ledger cannot be read"
    return Attempts(known=known, false_pass=false_pass, note=note)


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the ledger's rows, and how many lines are none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return [], 0
    except OSError:
        return [], 1
    rows = [row for line in lines if (row := _row(line)) is not None]
    return rows, len(lines) - len(rows)


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = loads(line)
    except Undecodable:
        return None
    return row if isinstance(row, dict) else None
