"""Judgments and labels to audit, small enough to count by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from arena.evidence.labelled import Judged, Labelled
from arena.offline.audit.summarise import Subject, audit
from arena.records.audit import AuditResult
from arena.records.label import Label

C, T = "control", "treatment"
SHARES: Mapping[str | None, float | None] = {C: 0.0, "tie": 0.5, T: 1.0, None: None}


def judged(case: str, winner: str | None, first: str | None = None, **fields: Any) -> Judged:
    """Return one judgment."""
    return Judged(case=case, winner=winner, share=SHARES[winner], first=first, **fields)


def both(case: str, control_first: str | None, treatment_first: str | None, **fields: Any) -> list[Judged]:
    """Return both presentations of a case."""
    return [judged(case, control_first, C, **fields), judged(case, treatment_first, T, **fields)]


def label(case: str, winner: str, rater: str = "", **fields: Any) -> Label:
    """Return one rater's word."""
    return Label(case=case, winner=winner, rater=rater, **fields)


def evidence(said: Sequence[Judged], labels: Sequence[Label], **fields: Any) -> Labelled:
    """Return the evidence of two variants; every judged case was asked."""
    facts: dict[str, Any] = {"asked": frozenset(one.case for one in said)} | fields
    return Labelled(control=C, treatment=T, judged=said, labels=labels, **facts)


def audited(said: Sequence[Judged], labels: Sequence[Label], *, fields: Any = None, **options: Any) -> AuditResult:
    """Return the audit of such evidence."""
    found = evidence(said, labels, **(fields or {}))
    return audit(found, Subject(source="labels.jsonl"), rng=np.random.default_rng(0), **options)


#: Two cases judged rightly in both orders, one in one order, one in none.
FOUR = [*both("c1", T, T), *both("c2", T, C), *both("c3", C, C), *both("c4", T, T)]
FOUR_LABELS = [label("c1", T), label("c2", T), label("c3", C), label("c4", C)]
