"""What a duel decides of a win rate that suspected prompt injection may have made."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from arena.evidence.of_run import Evidence
from arena.evidence.suspicions import DOUBT, against_flags, flagged_answers, recount
from arena.records.judgment import Comparison
from arena.records.result import FlaggedRecount, MetricResult
from arena.stats.preference import Preference


def doubted(
    lines: Sequence[MetricResult],
    evidence: Evidence,
    *,
    prefers: Callable[[Sequence[Comparison]], Preference],
    decide: Callable[[Preference, Sequence[Comparison]], Sequence[MetricResult]],
) -> tuple[tuple[MetricResult, ...], FlaggedRecount | None]:
    """Return the win rate's lines, inconclusive where the flagged answers decide them, and the count against them.

    Args:
        lines: the win rate against each of its limits.
        evidence: that they follow from; without a flagged answer nothing changes.
        prefers: comparisons to their win rate.
        decide: a win rate and its comparisons to all lines, in the same order.
    """
    flagged = flagged_answers(evidence.table)
    if not flagged or not lines:
        return tuple(lines), None
    lost = against_flags(evidence.merged, evidence.table).records(evidence.table)
    preference = prefers(lost)
    before, after = ([one.decision for one in each] for each in (lines, decide(preference, lost)))
    kept = (_doubtful(line) if one != other else line for line, one, other in zip(lines, before, after, strict=True))
    return tuple(kept), recount(flagged, preference, before, after)


def _doubtful(line: MetricResult) -> MetricResult:
    if line.decision == "inconclusive":
        return line
    return replace(line, decision="inconclusive", note=DOUBT, message=f"{line.label}: {DOUBT}")
