"""What each rater sees first, and on which side: by salted hashes, so that a seed is the whole of the chance."""

import hashlib
import math
from collections.abc import Collection, Sequence

from arena.records.labelling import AnswerPair, SampleChoice
from arena.stats.chance import fraction


def seed_of(run: str, rater: str) -> int:
    """Return the seed of one rater's order in one run: the first 32 bits of a sha256.

    >>> seed_of("20261122-1104-support-bot", "anna") == seed_of("20261122-1104-support-bot", "ben")
    False
    """
    return int.from_bytes(hashlib.sha256(f"label\x00{run}\x00{rater}".encode()).digest()[:4], "big")


def shown_first(pair: AnswerPair, seed: int) -> str:
    """Return the variant that stands on the left: either one with probability ½, case by case."""
    names = sorted(pair.answers)
    return names[fraction(pair.case.id, f"side {seed}") < 0.5]


def in_order(pairs: Sequence[AnswerPair], seed: int) -> tuple[AnswerPair, ...]:
    """Return the pairs in a random order, so that labels made so far are a random part of all."""
    return tuple(sorted(pairs, key=lambda pair: fraction(pair.case.id, f"order {seed}")))


def draw(pairs: Sequence[AnswerPair], choice: SampleChoice) -> tuple[AnswerPair, ...]:
    """Draw cases stratified by their tags, each with probability exactly size/of.

    Systematic sampling (Madow & Madow 1944) of the cases sorted by tags and, within equal tags, by chance:
    every case stands on a line at one step, and the sample is what a comb of `size` teeth with a random start
    meets. A group of m cases with equal tags then has ⌊m·size/of⌋ or ⌈m·size/of⌉ cases in the sample.

    Args:
        pairs: in the order of the golden set.
        choice: `size` at most `of`, which is the number of pairs.

    Returns:
        The drawn pairs, in the order of the golden set.
    """
    salt = f"sample {choice.seed}"
    line = sorted(pairs, key=lambda pair: (sorted(pair.case.tags), fraction(pair.case.id, salt)))
    step = choice.of / choice.size
    start = fraction("start", salt) * step
    drawn = {line[min(math.floor(start + tooth * step), choice.of - 1)].case.id for tooth in range(choice.size)}
    return tuple(pair for pair in pairs if pair.case.id in drawn)


def queue(
    pairs: Sequence[AnswerPair], *, labelled: Collection[str], skipped: Collection[str], seed: int, again: bool = False
) -> tuple[AnswerPair, ...]:
    """Return what a rater still has to see: new cases, then skipped ones, then, with `again`, labelled ones."""
    ordered = in_order(pairs, seed)
    new = [pair for pair in ordered if pair.case.id not in labelled and pair.case.id not in skipped]
    waiting = [pair for pair in ordered if pair.case.id in skipped and pair.case.id not in labelled]
    known = [pair for pair in ordered if pair.case.id in labelled] if again else []
    return (*new, *waiting, *known)
