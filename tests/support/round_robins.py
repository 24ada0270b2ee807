"""Judgments of several variants whose true strengths are known, as records and as a file."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]


def round_robin(strengths: Mapping[str, float], cases: int, *, seed: int = 0, ties: float = 0.1) -> list[Row]:
    """Return judgments of every pair in both orders; a case's answers are better or worse for all judgments of it."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(cases):
        quality = {name: strength + rng.normal() * 0.7 for name, strength in strengths.items()}
        for pair in itertools.combinations(strengths, 2):
            for first, second in (pair, pair[::-1]):
                lead = quality[second] - quality[first] + rng.normal() * 0.4
                winner = "tie" if abs(lead) < ties else "second" if lead > 0 else "first"
                rows.append({"case": f"c{number}", "first": first, "second": second, "winner": winner})
    return rows


def decided(wins: Sequence[tuple[str, str]], *, case: str = "c0") -> list[Row]:
    """Return judgments of one case, both orders, in which the first of each pair wins."""
    return [
        {"case": case, "first": first, "second": second, "winner": "first" if first == winner else "second"}
        for winner, loser in wins
        for first, second in ((winner, loser), (loser, winner))
    ]


def circle(names: Sequence[str], cases: int, *, share: float = 0.85, seed: int = 0) -> list[Row]:
    """Return judgments in which each name beats the next, and the last one the first, in about `share` of the cases."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(cases):
        for winner, loser in zip(names, (*names[1:], names[0]), strict=True):
            pair = (winner, loser) if rng.random() < share else (loser, winner)
            rows += decided([pair], case=f"c{number}")
    return rows


def write(path: Path, rows: Iterable[Row]) -> Path:
    """Write judgments, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
