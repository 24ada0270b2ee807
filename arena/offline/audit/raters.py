"""Several raters: how they agree with each other, and the judge with each of them."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from arena.evidence.agreement import agreement, kappa
from arena.evidence.labelled import Labelled
from arena.evidence.matching import match
from arena.records.audit import NamedAgreement, RaterPair
from arena.records.label import Label
from arena.stats.agreement import cross_table, percent_agreement
from arena.stats.estimate import Estimate
from arena.stats.kappa import cohen_kappa
from arena.stats.krippendorff import krippendorff_alpha

#: What a rater labelled: the case, and which answers to it.
Item = tuple[str, int | None, str | None]


def rater_pairs(labels: Sequence[Label], categories: Sequence[str], *, level: float) -> tuple[RaterPair, ...]:
    """Return percent agreement and kappa of each two raters, over the answers that both labelled."""
    said = _by_rater(labels)
    return tuple(_pair(one, other, said, categories, level) for one, other in combinations(sorted(said), 2))


def _pair(one: str, other: str, said: dict[str, dict[Item, str]], categories: Sequence[str], level: float) -> RaterPair:
    both = [item for item in said[one] if item in said[other]]
    table = cross_table([said[one][item] for item in both], [said[other][item] for item in both], categories=categories)
    return RaterPair(
        first=named(one),
        second=named(other),
        agreement=percent_agreement(table, level=level),
        kappa=cohen_kappa(table, level=level).estimate,
    )


def rater_alpha(labels: Sequence[Label], *, rng: np.random.Generator, level: float) -> Estimate | None:
    """Return Krippendorff's alpha over all raters; None where there is one only."""
    said = _by_rater(labels)
    if len(said) < 2:
        return None
    items = list(dict.fromkeys(item for given in said.values() for item in given))
    ratings = [[given.get(item) for item in items] for given in said.values()]
    return krippendorff_alpha(ratings, rng=rng, clusters=[case for case, _, _ in items], level=level)


def by_rater(evidence: Labelled, *, rng: np.random.Generator, level: float) -> tuple[NamedAgreement, ...]:
    """Return the judge's agreement with each rater alone; nothing where there is one only."""
    names = sorted({label.rater for label in evidence.labels})
    if len(names) < 2:
        return ()
    found = [(name, match(evidence, rater=name).cases) for name in names]
    return tuple(
        NamedAgreement(
            name=named(name),
            agreement=agreement(cases, level=level),
            kappa=kappa(cases, evidence.categories, rng=rng, level=level),
        )
        for name, cases in found
    )


def named(rater: str) -> str:
    """Return what to call a rater."""
    return rater or "unnamed rater"


def _by_rater(labels: Sequence[Label]) -> dict[str, dict[Item, str]]:
    said: dict[str, dict[Item, str]] = {}
    for label in labels:
        said.setdefault(label.rater, {})[label.case, label.repeat, label.answers] = label.winner
    return said
