"""Several judges of the same cases: how far they agree, and where one of them is missing."""

from statistics import fmean

import numpy as np

from arena.evidence.merge import Panel
from arena.evidence.shares import Shares, counted_shares, labels, means, repeats_of
from arena.records.result import PanelAgreement
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.estimate import Estimate


def panel_agreement(shares: Shares, *, rule: Panel, judges: int, level: float = 0.95) -> PanelAgreement:
    """Return how far the judges of a panel name the same outcome.

    A case's agreement is the share of its pairs of judges that name the same outcome (win, loss or tie, of the
    mean over a judge's orders and repeats). Judges of whom nothing could be read are left out of the pairs; how
    many cases that concerns is counted, and `merge` gives such a judge bounds, so that the case still counts.

    Args:
        shares: the judgments of two variants, of all judges.
        rule: how the panel's verdicts become one.
        judges: how many the panel has.
        level: of the interval, in (0, 1).
    """
    counted = counted_shares(shares, repeats_of(shares)[2])
    read = ~np.isnan(counted)
    among = int(shares.judge.max(initial=0)) + 1
    said, vote = np.unique(shares.case[read] * among + shares.judge[read], return_inverse=True)
    case = said // among
    outcome = np.sign(means(counted[read], vote, len(said)) - 0.5).astype(np.int64)
    named = np.stack([np.bincount(case[outcome == each], minlength=shares.cases) for each in (-1, 0, 1)])
    speakers = named.sum(axis=0)
    several = speakers > 1
    agreed = (named * (named - 1)).sum(axis=0)[several] / (speakers * (speakers - 1))[several]
    clusters = labels(shares.case_cluster[several])
    return PanelAgreement(
        rule=rule,
        judges=judges,
        agreement=_share(agreed.tolist(), clusters, level),
        split=int(((named > 0).sum(axis=0) > 1).sum()),
        incomplete=int((speakers < judges).sum()),
    )


def _share(values: list[float], clusters: list[int | None] | None, level: float) -> Estimate:
    if not values:
        reason = "no case was read by two judges"
        return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=reason)
    interval = clustered_gaffke_interval(values, clusters, level=level)
    return Estimate(value=fmean(values), interval=interval, n=len(values), unit_of_measure="share")
