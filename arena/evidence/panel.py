"""Several judges of the same cases: how far they agree, and where one of them is missing."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean

from arena.evidence.merge import Panel, by_judge, mean, outcome_of, shares_of
from arena.records.judgment import Judgment
from arena.records.result import PanelAgreement
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.estimate import Estimate


def panel_agreement(
    judgments: Mapping[str, Sequence[Judgment]], *, treatment: str, rule: Panel, judges: int, level: float = 0.95
) -> PanelAgreement:
    """Return how far the judges of a panel name the same outcome.

    A case's agreement is the share of its pairs of judges that name the same outcome (win, loss or tie, of the
    mean over a judge's orders and repeats). Judges of whom nothing could be read are left out of the pairs; how
    many cases that concerns is counted, and `merge` gives such a judge bounds, so that the case still counts.

    Args:
        judgments: by case, of all judges.
        treatment: variant name.
        rule: how the panel's verdicts become one.
        judges: how many the panel has.
        level: of the interval, in (0, 1).

    >>> def said(judge: str, winner: str) -> Judgment:
    ...     return Judgment(case="c1", first="old", second="new", winner=winner, judge=judge)
    >>> found = panel_agreement({"c1": [said("x", "second"), said("y", "second"), said("z", "tie")]},
    ...                         treatment="new", rule="majority", judges=3)
    >>> round(found.agreement.value, 3), found.split, found.incomplete
    (0.333, 1, 0)
    """
    agreed, clusters = [], []
    split = incomplete = 0
    for of_case in judgments.values():
        outcomes = _outcomes(of_case, treatment)
        incomplete += len(of_case) > 0 and len(outcomes) < judges
        split += len(set(outcomes)) > 1
        pairs = list(combinations(outcomes, 2))
        if pairs:
            agreed.append(fmean(one == other for one, other in pairs))
            clusters.append(of_case[0].cluster)
    return PanelAgreement(
        rule=rule,
        judges=judges,
        agreement=_share(agreed, clusters, level),
        split=split,
        incomplete=incomplete,
    )


def _outcomes(judgments: Iterable[Judgment], treatment: str) -> Sequence[str]:
    """Return the outcome of each judge who gave anything that could be read."""
    found = []
    for of_judge in by_judge(judgments).values():
        by_repeat: dict[int, list[Judgment]] = {}
        for judgment in of_judge:
            by_repeat.setdefault(judgment.repeat, []).append(judgment)
        shares = [share for one in by_repeat.values() for share in shares_of(one, treatment) if share is not None]
        if shares:
            found.append(outcome_of(mean(shares)))
    return found


def _share(values: Sequence[float], clusters: Sequence[str | None], level: float) -> Estimate:
    if not values:
        reason = "no case was read by two judges"
        return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=reason)
    interval = clustered_gaffke_interval(values, clusters, level=level)
    return Estimate(value=fmean(values), interval=interval, n=len(values), unit_of_measure="share")
