"""A mean of human labels on some cases, sharpened by a judge's scores on all: prediction-powered inference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group, has_labels
from arena.stats.estimate import Estimate, Interval

Values = Sequence[float] | npt.ArrayLike
METHOD = "ppi++"

#: From so many labels a tuned 95% interval covers about 95%: .937 to .952 simulated (scores 0, ½ and 1 with means of
#: .65 to .925, a judge right in 60% or 90%, 4,000 runs each); at 100 labels .91 to .95, at 30 .81 to .95.
TRUSTED_FROM = 300

#: From so many labels `corrected_mean` uses the judge, where that is narrower. Chosen by docs/simulation-study.md: from
#: here on every point covers at least .95, also where the narrower of both intervals is taken; with 100 labels and a
#: judge who says next to nothing that choice alone costs half a point of coverage.
CORRECTED_FROM = 200
BOUNDED = f"{METHOD}, bounded"


@dataclass(frozen=True, slots=True)
class PredictionPowered:
    """The corrected mean, and how much of the predictions went into it."""

    estimate: Estimate  # n is the number of labelled cases
    power: float | None  # λ: 0 uses the labels alone, 1 trusts the predictions fully
    standard_error: float | None


def prediction_powered_mean(
    labels: Values,
    predictions: Values,
    unlabelled: Values,
    *,
    power: float | None = None,
    small_sample: bool = True,
    unit: str = "share",
    level: float = 0.95,
) -> PredictionPowered:
    """Return the mean label over all cases from a random subset of labels and predictions for all.

    mean(Y − λf) + λ·mean(f̃), with variance Var(Y − λf)/n + λ²·Var(f̃)/N (PPI, Angelopoulos et al., Science 2023; PPI++,
    Angelopoulos, Duchi & Zrnic, arXiv 2311.01453). Tuned: λ = Cov(Y, f)/((1 + n/N)·Var(f, f̃)), cut to [0, 1]. Valid
    only where the labelled cases are a random sample of all; otherwise see `rogan_gladen`. Below
    `TRUSTED_FROM` labels the interval is too narrow where scores are skewed, and its method says so.

    Args:
        labels: Y, one a labelled case.
        predictions: f, the judge's score of the same cases, in the same order and unit.
        unlabelled: f̃, the judge's scores of the cases without a label.
        power: λ, in [0, 1]; None tunes it to the least variance.
        small_sample: take t quantiles on min(n, N) − 1 degrees of freedom and variances with ddof 1; False gives the
            papers' large-sample interval (normal quantiles, ddof 0), which is narrower still.
        unit: of the labels.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Value None with the reason without labels, or for λ > 0 without unlabelled cases (tuned, λ is then 0 and the
        labels stand alone). Interval None with the reason from fewer than two values or without any variation.

    Raises:
        ValueError: labels and predictions of different lengths, values that are not finite, λ or level out of range.

    >>> found = prediction_powered_mean([1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 1, 1, 0, 1], power=1)
    >>> round(found.estimate.value, 4)  # the judge's .6667, plus the .25 that it missed
    0.9167
    """
    y, f, rest = (np.asarray(values, dtype=np.float64) for values in (labels, predictions, unlabelled))
    _check(y, f, rest, power, level)
    if len(y) == 0:
        return _undefined(0, unit, "no case has a label")
    if len(rest) == 0 and power:
        return _undefined(len(y), unit, "no case without a label has a prediction")
    tuned = _tuned(y, f, rest) if power is None else power
    rectifier, share = y - tuned * f, tuned * rest
    value = float(rectifier.mean()) + (float(share.mean()) if tuned else 0.0)
    samples = [rectifier, share] if tuned else [rectifier]
    if min(len(sample) for sample in samples) < 2:
        return _without_interval(value, len(y), unit, tuned, "one value gives no interval")
    error = float(np.sqrt(sum(sample.var(ddof=int(small_sample)) / len(sample) for sample in samples)))
    if error <= 1e-12 * max(1.0, abs(value)):
        return _without_interval(
            value, len(y), unit, tuned, "the values do not vary: they say nothing of how sure it is"
        )
    tail, df = (1.0 + level) / 2.0, min(len(sample) for sample in samples) - 1
    half = float(stdtrit(df, tail) if small_sample else ndtri(tail)) * error
    interval = Interval(low=value - half, high=value + half, level=level, method=_method(small_sample, len(y)))
    return PredictionPowered(Estimate(value=value, interval=interval, n=len(y), unit_of_measure=unit), tuned, error)


def corrected_mean(
    labels: Values,
    judged_labelled: Values,
    judged_unlabelled: Values,
    *,
    clusters: Labels | None = None,
    level: float = 0.95,
    low: float = 0.0,
    high: float = 1.0,
    unit: str = "share",
) -> Estimate:
    """Return the mean label over all cases with an interval that covers at any number of labels.

    With `CORRECTED_FROM` labels or more the tuned mean of `prediction_powered_mean`. Each end of its interval imagines
    one more labelled case, as far to that side as label and score can be, as Gaffke's does: r₀ = low − λ·high below,
    high − λ·low above. With r₀ among the r = Y − λf: t on n − 1 degrees of freedom, and the variance
    Var(r)/(n + 1) + λ²·Var(f, f̃)/N. Without r₀, t covers .79 to .94 where few labels differ from the rest.

    With fewer labels, cases in clusters, a judge whose scores do not follow the labels (λ = 0), labels that are all
    alike, or where it is no wider: the labels' own mean and Gaffke's interval.

    Args:
        labels: one a labelled case, in [low, high]; the labelled cases are a random sample of all.
        judged_labelled: the judge's scores of the same cases, in the same order, unit and range.
        judged_unlabelled: the judge's scores of the cases without a label.
        clusters: one of each labelled case; None, for a case or for all, means a cluster of its own. Where one is
            named, unlabelled cases may share it, and the labels speak alone.
        level: of the two-sided interval, in (0, 1).
        low: the least value that a label or score can have.
        high: the greatest.
        unit: of the labels.

    Returns:
        Value and interval within [low, high]; its method tells which of the two it is. None, with the reason, without
        labels. `n` counts the labels, or their clusters.

    Raises:
        ValueError: labels, scores or clusters of different lengths, values outside [low, high], or level out of range.

    >>> corrected_mean([1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 1, 1, 0, 1]).interval.method
    'gaffke'
    """
    y, f, rest = (_shares(values, low, high) for values in (labels, judged_labelled, judged_unlabelled))
    _check(y, f, rest, None, level)
    groups = group(clusters, len(y))
    if len(y) == 0:
        return _undefined(0, unit, "no case has a label").estimate
    value, interval = float(y.mean()), clustered_gaffke_interval(y, clusters, level=level)
    alone = has_labels(clusters) or len(y) < CORRECTED_FROM or np.ptp(y) == 0.0
    if power := 0.0 if alone else _tuned(y, f, rest):
        corrected, bounded = _bounded(y, f, rest, power, level)
        if bounded.high - bounded.low < interval.high - interval.low:
            value, interval = corrected, bounded
    value, lower, upper = (low + (high - low) * share for share in (value, interval.low, interval.high))
    return Estimate(
        value=value,
        interval=Interval(low=lower, high=upper, level=level, method=interval.method),
        n=len(groups.sizes),
        unit_of_measure=unit,
    )


def _bounded(y: Floats, f: Floats, rest: Floats, power: float, level: float) -> tuple[float, Interval]:
    """Return the tuned mean of shares, and its interval with an imagined case at either end."""
    n, residual = len(y), y - power * f
    center, squares = float(residual.mean()), float(residual.var()) * n
    of_rest = power**2 * float(np.concatenate((f, rest)).var(ddof=1)) / len(rest)
    value = center + power * float(rest.mean())
    ends = []
    for side, imagined in ((-1.0, -power), (1.0, 1.0)):
        away = imagined - center
        of_labels = (squares + away**2 * n / (n + 1)) / n / (n + 1)
        half = float(stdtrit(n - 1, (1.0 + level) / 2.0)) * float(np.sqrt(of_labels + of_rest))
        ends.append(value + away / (n + 1) + side * half)
    value, lower, upper = (min(1.0, max(0.0, share)) for share in (value, *ends))
    return value, Interval(low=lower, high=upper, level=level, method=BOUNDED)


def _shares(values: Values, low: float, high: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if not low < high or not bool(np.all((array >= low) & (array <= high))):
        raise ValueError(f"labels and scores must lie between {low:g} and {high:g}")
    shares: Floats = (array - low) / (high - low)
    return shares


def _tuned(y: Floats, f: Floats, rest: Floats) -> float:
    """Return the λ of least variance, in [0, 1]; 0 where the predictions do not vary or are of labelled cases only."""
    if len(rest) == 0:
        return 0.0
    spread = float(np.concatenate((f, rest)).var(ddof=1))
    if spread <= 0.0:
        return 0.0
    together = float(((y - y.mean()) * (f - f.mean())).mean())
    return min(1.0, max(0.0, together / ((1.0 + len(y) / len(rest)) * spread)))


def _method(small_sample: bool, n: int) -> str:
    name = f"{METHOD}, t" if small_sample else f"{METHOD}, normal"
    return name if n >= TRUSTED_FROM else f"{name}, approximate below n = {TRUSTED_FROM}"


def _check(y: Floats, f: Floats, rest: Floats, power: float | None, level: float) -> None:
    if y.shape != f.shape:
        raise ValueError(f"{len(y)} labels for {len(f)} predictions of the same cases")
    if not all(np.isfinite(values).all() for values in (y, f, rest)):
        raise ValueError("labels and predictions must be finite numbers")
    if power is not None and not 0.0 <= power <= 1.0:
        raise ValueError(f"the power must lie between 0 and 1, not {power}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")


def _undefined(n: int, unit: str, reason: str) -> PredictionPowered:
    estimate = Estimate(value=None, interval=None, n=n, unit_of_measure=unit, reason=reason)
    return PredictionPowered(estimate, None, None)


def _without_interval(value: float, n: int, unit: str, power: float, reason: str) -> PredictionPowered:
    estimate = Estimate(value=value, interval=None, n=n, unit_of_measure=unit, reason=reason)
    return PredictionPowered(estimate, power, None)
