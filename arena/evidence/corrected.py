"""The win rate as people would see it: from their labels, sharpened by the judge's scores of every case."""

from collections.abc import Mapping
from statistics import fmean

from arena.evidence.labelled import Labelled
from arena.evidence.matching import Matched
from arena.stats.estimate import Estimate
from arena.stats.misclassification import rogan_gladen
from arena.stats.prediction_powered import corrected_mean


def judge_scores(evidence: Labelled) -> dict[str, float]:
    """Return the judge's share of the treatment by case: as given, else the mean of its judgments, unread ones ½."""
    if evidence.scores is not None:
        return dict(evidence.scores)
    shares: dict[str, list[float]] = {}
    for one in evidence.judged:
        shares.setdefault(one.case, []).append(0.5 if one.share is None else one.share)
    return {case: fmean(given) for case, given in shares.items()}


def corrected_win_rate(
    matched: Matched, scores: Mapping[str, float], clusters: Mapping[str, str], *, level: float
) -> Estimate:
    """Return the win rate of all cases by people: right where the labelled cases are a random sample of them.

    Args:
        matched: what people said.
        scores: the judge's share of the treatment, of every case.
        clusters: of the cases that have one.
        level: of the interval, in (0, 1).
    """
    labelled = [case for case in matched.people if case in scores]
    rest = [score for case, score in scores.items() if case not in matched.people]
    return corrected_mean(
        [matched.people[case] for case in labelled],
        [scores[case] for case in labelled],
        rest,
        clusters=[clusters.get(case) for case in labelled],
        level=level,
    )


def shifted_win_rate(
    matched: Matched, scores: Mapping[str, float], clusters: Mapping[str, str], *, level: float
) -> Estimate | None:
    """Return the win rate of the unlabelled cases, corrected for how often the judge errs (Rogan and Gladen).

    It holds where the labelled cases are no random sample of all, as long as the judge errs on cases of one outcome as
    often among them as elsewhere.

    Returns:
        None where it doesn't apply: a label or a score that is neither a win nor a loss, clusters, or no case without
        a label.
    """
    labelled = {case: (people, scores[case]) for case, people in matched.people.items() if case in scores}
    rest = [score for case, score in scores.items() if case not in matched.people]
    two_outcomes = all(value in (0.0, 1.0) for pair in labelled.values() for value in pair)
    if not rest or not labelled or not two_outcomes or not all(score in (0.0, 1.0) for score in rest) or clusters:
        return None
    won = [judge for people, judge in labelled.values() if people == 1.0]
    lost = [1.0 - judge for people, judge in labelled.values() if people == 0.0]
    return rogan_gladen(
        fmean(rest),
        len(rest),
        sensitivity=fmean(won) if won else 0.0,
        positives=len(won),
        specificity=fmean(lost) if lost else 0.0,
        negatives=len(lost),
        level=level,
    )
