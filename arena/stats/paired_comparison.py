"""Strengths of several variants from comparisons of two at a time: Bradley and Terry's model, and Davidson's ties."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax

from arena.stats.clusters import Floats
from arena.stats.contests import Contest, Contests, Numbers, arrange, require_finite
from arena.stats.estimate import Interval
from arena.stats.student import labelled

#: The mean strength is put at 1000, and odds of 10 to 1 at 400 points.
ELO_CENTRE, ELO_POINTS = 1000.0, 400.0 / math.log(10.0)
METHOD = "simultaneous max |t|"
_NOTHING = 1e-9  # a standard error of a log-strength that rounding alone explains


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How strong one variant is, against the mean of all (log-strengths sum to 0)."""

    variant: str
    log_strength: float  # two variants without ties: odds of winning = exp(difference)
    standard_error: float | None
    interval: Interval | None  # of the log-strength; all variants' hold at once with the level's confidence
    elo: float  # 1000 + 400·log10(strength): a display scale, not a rating in any other league
    elo_interval: Interval | None
    ranks: tuple[int, int] | None  # best and worst rank that the data leave open, all variants' at once; 1 is strongest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Variants by strength, and how sure their order is."""

    strengths: tuple[Strength, ...]  # strongest first, equals by name
    log_ties: float | None  # log ν of Davidson's model; None where ties are not modelled or none was seen (ν = 0)
    covariance: tuple[tuple[float, ...], ...] | None  # of the log-strengths, in the order of `strengths`
    cases: int  # independent units of evidence
    pair_quantile: float | None = None  # ranks are told apart this many standard errors apart, all pairs at once
    reason: str | None = None  # why there are no intervals and ranks, or no strengths


def bradley_terry(
    contests: Iterable[Contest] | Contests, *, rng: np.random.Generator, draws: int = 20_000, level: float = 0.95
) -> Ranking:
    """Return the strengths of Bradley and Terry's model (Biometrika 1952), a tie counting half a win for each.

    P(i beats j) = πᵢ/(πᵢ + πⱼ) by maximum likelihood. Errors are the sandwich over cases, scaled by G/(G − p) for G
    cases and p parameters: contests of one case are never counted as independent. Intervals and rank sets take the
    quantile of the largest |t| on G − p degrees of freedom, over variants and over pairs of them (rank sets: Mogstad,
    Romano, Shaikh & Wilhelm, Rev Econ Stud 2024).

    Args:
        contests: the outcomes, any number of rows a pair or case; or the same as arrays, for a million of them.
        rng: where the draws come from that the simultaneous quantiles are read from.
        draws: how many.
        level: of the simultaneous two-sided intervals, in (0, 1).

    Returns:
        Without contests: no strengths, with the reason. Without more cases than parameters or without any variation:
        strengths alone, with the reason.

    Raises:
        DisconnectedVariants: no chain of contests compares all variants.
        SeparatedVariants: some variants never lost to or tied with the rest.
        ValueError: a contest that cannot be (see `arrange`), or a level outside (0, 1).

    >>> played = [Contest(first="A", second="B", wins=3, losses=1), Contest(first="B", second="C", wins=2, losses=2)]
    >>> ranking = bradley_terry(played, rng=np.random.default_rng(0))
    >>> [(strength.variant, round(strength.elo)) for strength in ranking.strengths]
    [('A', 1127), ('B', 936), ('C', 936)]
    >>> ranking.reason
    'intervals need at least 3 cases here, not 2'
    """
    return _rank(arrange(contests), ties_modelled=False, rng=rng, draws=draws, level=level)


def davidson(
    contests: Iterable[Contest] | Contests, *, rng: np.random.Generator, draws: int = 20_000, level: float = 0.95
) -> Ranking:
    """Return the strengths of Davidson's model (JASA 1970), in which ties have a share of their own.

    P(i beats j) ∝ πᵢ, P(j beats i) ∝ πⱼ, P(tie) ∝ ν√(πᵢπⱼ) by maximum likelihood, where ν is `log_ties`; the rest is as
    in `bradley_terry`, which it equals when nothing tied.

    Args:
        contests: the outcomes, any number of rows a pair or case; or the same as arrays, for a million of them.
        rng: where the draws come from that the simultaneous quantiles are read from.
        draws: how many.
        level: of the simultaneous two-sided intervals, in (0, 1).

    Returns:
        Without contests: no strengths, with the reason. Without more cases than parameters or without any variation:
        strengths alone, with the reason.

    Raises:
        DisconnectedVariants: no chain of contests compares all variants.
        SeparatedVariants: some variants never lost to or tied with the rest.
        TiesUnidentified: ties prevail so that their share has no finite estimate, as when everything tied.
        ValueError: a contest that cannot be (see `arrange`), or a level outside (0, 1).

    >>> played = [Contest(first="A", second="B", wins=4, losses=1, ties=2)]
    >>> ranking = davidson(played, rng=np.random.default_rng(0))
    >>> round(math.exp(ranking.strengths[0].log_strength - ranking.strengths[1].log_strength), 6)  # wins / losses
    4.0
    >>> round(math.exp(ranking.log_ties), 6)  # ties / √(wins · losses)
    1.0
    """
    return _rank(arrange(contests), ties_modelled=True, rng=rng, draws=draws, level=level)


def _rank(contests: Contests, *, ties_modelled: bool, rng: np.random.Generator, draws: int, level: float) -> Ranking:
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    if not contests.variants:
        return Ranking(strengths=(), log_ties=None, covariance=None, cases=0, reason="nothing was compared")
    require_finite(contests, ties_modelled=ties_modelled)
    likelihood = _Likelihood(contests, ties_modelled=ties_modelled and bool(contests.ties.any()))
    fitted = _maximise(likelihood)
    logs = likelihood.centred @ fitted
    order = np.lexsort((np.arange(len(logs)), -np.round(logs, 12)))
    covariance, reason = _covariance(likelihood, fitted)
    rows, quantile = None, None
    if covariance is None:
        strengths = tuple(_alone(contests.variants[place], float(logs[place])) for place in order)
    else:
        likely = _Spread(covariance, contests.case_count - likelihood.size, rng, draws, level)
        strengths = tuple(_strength(contests, likely, logs, place) for place in order)
        rows = tuple(tuple(map(float, row)) for row in covariance[np.ix_(order, order)])
        quantile = likely.pair_quantile
    log_ties = float(fitted[-1]) if likelihood.ties_modelled else None
    return Ranking(
        strengths=strengths,
        log_ties=log_ties,
        covariance=rows,
        cases=contests.case_count,
        pair_quantile=quantile,
        reason=reason,
    )


class _Likelihood:
    """The likelihood as a multinomial logit: win, loss and tie have logits d/2, −d/2 and log ν, d = log πᵢ − log πⱼ.

    Parameters: log-strengths of all variants but the first, which is 0 until they are centred, then log ν if modelled.
    """

    def __init__(self, contests: Contests, *, ties_modelled: bool) -> None:
        self.contests = contests
        self.ties_modelled = ties_modelled
        many = len(contests.variants)
        self.size = many - 1 + ties_modelled
        self.centred = np.zeros((many, self.size))
        self.centred[:, : many - 1] = (np.eye(many) - 1.0 / many)[:, 1:]
        first, second = np.nonzero(np.triu(contests.won + contests.won.T + contests.tied))
        self.slopes = self._slopes(first, second)
        won, lost, tied = contests.won[first, second], contests.won[second, first], contests.tied[first, second]
        self.counts = self._outcomes(won, lost, tied)

    def _outcomes(self, won: Floats, lost: Floats, tied: Floats) -> Floats:
        if self.ties_modelled:
            return np.column_stack((won, lost, tied))
        return np.column_stack((won + tied / 2.0, lost + tied / 2.0))

    def _slopes(self, first: Numbers, second: Numbers) -> Floats:
        """Return the derivative of each outcome's logit by each parameter: pairs × outcomes × parameters."""
        signs = np.eye(len(self.contests.variants))
        half = (signs[first] - signs[second])[:, 1:] / 2.0
        slopes = np.zeros((len(first), 2 + self.ties_modelled, self.size))
        slopes[:, 0, : half.shape[1]], slopes[:, 1, : half.shape[1]] = half, -half
        slopes[:, 2:, half.shape[1] :] = 1.0
        return slopes

    def log(self, parameters: Floats) -> float:
        """Return the log-likelihood."""
        logits = self.slopes @ parameters
        return float((self.counts * (logits - logsumexp(logits, axis=1, keepdims=True))).sum())

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return its gradient and its information, minus the second derivative."""
        shares = softmax(self.slopes @ parameters, axis=1)
        sizes = self.counts.sum(axis=1)
        gradient = np.einsum("po,pok->k", self.counts - sizes[:, None] * shares, self.slopes)
        mean = np.einsum("po,pok->pk", shares, self.slopes)
        deviation = self.slopes - mean[:, None, :]
        information = np.einsum("p,po,poj,pok->jk", sizes, shares, deviation, deviation, optimize=True)
        return gradient, information

    def case_gradients(self, parameters: Floats) -> Floats:
        """Return each case's part of the gradient: cases × parameters."""
        contests = self.contests
        outcomes = self._outcomes(contests.wins, contests.losses, contests.ties)
        logs = np.concatenate(([0.0], parameters[: len(contests.variants) - 1]))
        half = (logs[contests.first] - logs[contests.second]) / 2.0
        logits = np.column_stack((half, -half, *([np.full(len(half), parameters[-1])] * self.ties_modelled)))
        left = outcomes - outcomes.sum(axis=1, keepdims=True) * softmax(logits, axis=1)
        by_strength = (left[:, 0] - left[:, 1]) / 2.0
        gradients = np.zeros((contests.case_count, len(logs) + self.ties_modelled))
        np.add.at(gradients, (contests.cases, contests.first), by_strength)
        np.add.at(gradients, (contests.cases, contests.second), -by_strength)
        if self.ties_modelled:
            np.add.at(gradients[:, -1], contests.cases, left[:, 2])
        return gradients[:, 1:]


def _maximise(likelihood: _Likelihood) -> Floats:
    """Return the maximum by Newton's method, halving steps that overshoot; the likelihood is concave."""
    parameters = np.zeros(likelihood.size)
    for _ in range(200):
        gradient, information = likelihood.derivatives(parameters)
        step = np.linalg.solve(information, gradient)
        if gradient @ step < 1e-20:  # squared distance to the maximum, in standard errors
            break
        now = likelihood.log(parameters)
        while likelihood.log(parameters + step) < now and np.abs(step).max() > 1e-12:
            step = step / 2.0
        parameters = parameters + step
    return parameters


def _covariance(likelihood: _Likelihood, fitted: Floats) -> tuple[Floats | None, str | None]:
    """Return the sandwich covariance of the centred log-strengths, or the reason why there is none to trust."""
    cases, size = likelihood.contests.case_count, likelihood.size
    if cases <= size:
        return None, f"intervals need at least {size + 1} cases here, not {cases}"
    gradients = likelihood.case_gradients(fitted)
    influence = gradients @ np.linalg.inv(likelihood.derivatives(fitted)[1]) @ likelihood.centred.T
    covariance = influence.T @ influence * cases / (cases - size)
    if np.sqrt(_pair_variances(covariance)[~np.eye(len(covariance), dtype=bool)]).min() < _NOTHING:
        return None, "two variants compare the same way in every case: nothing shows how unsure their distance is"
    return covariance, None


class _Spread:
    """How far log-strengths scatter, one at a time and all at once."""

    def __init__(self, covariance: Floats, df: int, rng: np.random.Generator, draws: int, level: float) -> None:
        self.errors = np.sqrt(np.diag(covariance))
        self.pair_errors = np.sqrt(_pair_variances(covariance))
        self.level = level
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        scatter = rng.standard_normal((draws, len(values))) @ root.T
        scatter /= np.sqrt(rng.chisquare(df, draws) / df)[:, None]
        self.quantile = self._highest((np.abs(scatter) / self.errors).max(axis=1))
        self.pair_quantile = self._highest(self._largest_difference(scatter))

    def _largest_difference(self, scatter: Floats) -> Floats:
        largest = np.zeros(len(scatter))
        for place in range(1, scatter.shape[1]):
            apart = np.abs(scatter[:, :place] - scatter[:, place, None]) / self.pair_errors[place, :place]
            np.maximum(largest, apart.max(axis=1), out=largest)
        return largest

    def _highest(self, sizes: Floats) -> float:
        return float(np.quantile(sizes, self.level, method="higher"))


def _pair_variances(covariance: Floats) -> Floats:
    variances = np.diag(covariance)
    return np.maximum(variances[:, None] + variances[None, :] - 2.0 * covariance, 0.0)


def _strength(contests: Contests, likely: _Spread, logs: Floats, place: int) -> Strength:
    value, error = float(logs[place]), float(likely.errors[place])
    half = likely.quantile * error
    method = labelled(METHOD, contests.case_count)
    lead = (logs - value) - likely.pair_quantile * likely.pair_errors[place]
    trail = (value - logs) - likely.pair_quantile * likely.pair_errors[place]
    better, worse = np.delete(lead > 0.0, place), np.delete(trail > 0.0, place)
    return Strength(
        variant=contests.variants[place],
        log_strength=value,
        standard_error=error,
        interval=Interval(low=value - half, high=value + half, level=likely.level, method=method),
        elo=_elo(value),
        elo_interval=Interval(low=_elo(value - half), high=_elo(value + half), level=likely.level, method=method),
        ranks=(1 + int(better.sum()), len(logs) - int(worse.sum())),
    )


def _alone(variant: str, value: float) -> Strength:
    return Strength(
        variant=variant,
        log_strength=value,
        standard_error=None,
        interval=None,
        elo=_elo(value),
        elo_interval=None,
        ranks=None,
    )


def _elo(log_strength: float) -> float:
    return ELO_CENTRE + ELO_POINTS * log_strength
