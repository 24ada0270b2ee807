"""All variants on one scale, with every interval and rank set holding at once; or why there is no such scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, sqrt
from statistics import NormalDist

import numpy as np

from arena.evidence.merge import Comparisons
from arena.planning.cases_needed import POWER
from arena.records.ranking import RankedPair, RankedVariant, RankFault
from arena.stats.contests import Contests, DisconnectedVariants, SeparatedVariants, TiesUnidentified
from arena.stats.paired_comparison import Ranking, Strength, bradley_terry, davidson

DAVIDSON = "Davidson (1970): Bradley–Terry with ties"
HALVES = "Bradley–Terry, a tie half a win for each"
BY_PAIRS = "pair by pair: no strengths"
MOST_CASES_NEEDED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The variants in order, strongest first, and what that order rests on."""

    variants: tuple[RankedVariant, ...]
    method: str
    fault: RankFault | None
    ranking: Ranking | None  # its strengths in the order of the variants


def put_on_scale(
    compared: Comparisons,
    pairs: Sequence[RankedPair],
    *,
    mean_win_rates: Mapping[str, float | None],
    failed: Mapping[str, int],
    level: float,
    rng: np.random.Generator,
) -> Scale:
    """Return every variant's strength and rank set.

    Where no strengths exist, or no intervals of them, the rank sets come from the pairs alone: a variant's best rank
    is below those that are proven better, its worst above those that are proven worse.

    Args:
        compared: what each case says.
        pairs: compared by themselves.
        mean_win_rates: of each variant over those that it was compared with.
        failed: calls for each variant's answers.
        level: of all intervals and rank sets together, in (0, 1).
        rng: where the draws of the simultaneous intervals come from.
    """
    ranking, method, fault = _fitted(compared, pairs, level=level, rng=rng)
    strengths = {one.variant: one for one in ranking.strengths} if ranking else {}
    by_pairs = _rank_sets(compared.variants, pairs)
    reason = (ranking.reason if ranking else fault.message if fault else None) or None
    variants = {
        name: _ranked(name, strengths.get(name), by_pairs[name], mean_win_rates[name], failed.get(name, 0), reason)
        for name in compared.variants
    }
    order = list(strengths) or sorted(variants, key=lambda name: _place(variants[name]))
    return Scale(variants=tuple(variants[name] for name in order), method=method, fault=fault, ranking=ranking)


def contests_of(compared: Comparisons) -> Contests:
    """Return what each case says as contests, its unit as the case; the variants are in the order of their names."""
    order = sorted(range(len(compared.variants)), key=compared.variants.__getitem__)
    place = np.argsort(np.array(order, dtype=np.intp))
    return Contests(
        variants=tuple(compared.variants[number] for number in order),
        first=place[compared.treatment],
        second=place[compared.control],
        wins=compared.wins,
        losses=compared.losses,
        ties=1.0 - compared.wins - compared.losses,
        cases=np.unique(compared.units, return_inverse=True)[1].astype(np.intp),
    )


def _fitted(
    compared: Comparisons, pairs: Sequence[RankedPair], *, level: float, rng: np.random.Generator
) -> tuple[Ranking | None, str, RankFault | None]:
    contests = contests_of(compared)
    try:
        try:
            return davidson(contests, rng=rng, level=level), DAVIDSON, None
        except TiesUnidentified:
            return bradley_terry(contests, rng=rng, level=level), HALVES, None
    except SeparatedVariants as error:
        return None, BY_PAIRS, _separated(error, pairs)
    except DisconnectedVariants as error:
        return None, BY_PAIRS, _disconnected(error)


def _separated(error: SeparatedVariants, pairs: Sequence[RankedPair]) -> RankFault:
    above, below = ", ".join(error.above), ", ".join(error.below)
    crossing = sum(pair.win_rate.cases for pair in pairs if (pair.first in error.above) != (pair.second in error.above))
    return RankFault(
        kind="separated",
        groups=(error.above, error.below),
        message=f"{above} won every one of {crossing:,} comparisons with {below}: how far above has no finite answer",
        hint="the order of the two groups stands in the win matrix; a distance needs cases that the weaker side wins: "
        "ask more and harder ones, or rank each group by itself",
    )


def _disconnected(error: DisconnectedVariants) -> RankFault:
    groups = [", ".join(names) for names in error.groups]
    return RankFault(
        kind="disconnected",
        groups=error.groups,
        message=f"nothing compares {' with '.join(groups)}: they have no common scale",
        hint=f"judge {error.groups[0][0]} against {error.groups[1][0]}, or rank each group by itself",
    )


def _rank_sets(names: Sequence[str], pairs: Sequence[RankedPair]) -> dict[str, tuple[int, ...]]:
    better = dict.fromkeys(names, 0)  # how many are proven better than it
    worse = dict.fromkeys(names, 0)
    for pair in pairs:
        if pair.better is not None:
            worse[pair.better] += 1
            better[pair.second if pair.better == pair.first else pair.first] += 1
    return {name: tuple(range(1 + better[name], len(names) - worse[name] + 1)) for name in names}


def _ranked(
    name: str,
    strength: Strength | None,
    by_pairs: tuple[int, ...],
    mean_win_rate: float | None,
    failed: int,
    reason: str | None,
) -> RankedVariant:
    ranks = strength.ranks if strength else None
    return RankedVariant(
        name=name,
        rating=strength.elo if strength else None,
        interval=strength.elo_interval if strength else None,
        rank_set=tuple(range(ranks[0], ranks[1] + 1)) if ranks else by_pairs,
        log_strength=strength.log_strength if strength else None,
        standard_error=strength.standard_error if strength else None,
        mean_win_rate=mean_win_rate,
        failed=failed,
        reason=reason,
    )


def _place(variant: RankedVariant) -> tuple[float, ...]:
    """Return what variants without ratings are ordered by: the rank set, then the mean win rate; equals stay."""
    return (variant.rank_set[0], variant.rank_set[-1], -(variant.mean_win_rate or 0.0))


def cases_to_tell_the_best(scale: Scale, *, cases: int) -> tuple[int | None, str | None]:
    """Return how many cases would single out the best variant if the strengths stay, and that in words.

    They would be told apart with power .8, as a duel's cases are counted; the error of a difference falls with the root
    of the number of cases. Nothing where the best is known, or where
    nothing shows how unsure the strengths are.

    Args:
        scale: with the covariance of its strengths.
        cases: that there are.
    """
    ranking, leader, *others = scale.ranking, *scale.variants
    rivals = [place for place, one in enumerate(others, start=1) if 1 in one.rank_set]
    if ranking is None or ranking.covariance is None or ranking.pair_quantile is None or not rivals:
        return None, None
    needed = cases * max(_growth(ranking, ranking.covariance, ranking.pair_quantile, place) for place in rivals)
    if needed > MOST_CASES_NEEDED:
        closest = scale.variants[rivals[0]].name
        return None, f"{leader.name} and {closest} are too close for any reasonable number of cases to tell them apart"
    more = max(ceil(needed) - cases, 1)
    told = f"about {more:,} more case{'' if more == 1 else 's'} would tell {leader.name} from the rest"
    return cases + more, f"{told}, if the strengths stay as they are"


def _growth(ranking: Ranking, covariance: Sequence[Sequence[float]], quantile: float, place: int) -> float:
    """Return how many times as many cases set the first variant apart from the one at `place`."""
    variance = covariance[0][0] + covariance[place][place] - 2.0 * covariance[0][place]
    apart = ranking.strengths[0].log_strength - ranking.strengths[place].log_strength
    return inf if apart <= 0.0 else ((quantile + NormalDist().inv_cdf(POWER)) * sqrt(variance) / apart) ** 2
