"""What is allowed but looks unintended: fields that nothing uses, near-duplicates that claim to be independent."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from arena.records.case import Case
from arena.records.experiment import Judge
from arena.records.variant import Variant
from arena.templates.template import undeclared
from arena.text.printable import printable

#: Two cases whose words overlap this much (Jaccard) are hardly two pieces of evidence.
NEAR = 0.8
#: More cases than this are compared for equal words only: all pairs of a large set take too long at start.
MOST_COMPARED = 2000
_WORD = re.compile(r"[^\W\d_]+")


def unused_fields(cases: Sequence[Case], variants: Sequence[Variant], judges: Sequence[Judge]) -> Iterator[str]:
    """Yield a warning for each case field that no template, target or judge reads."""
    if any(variant.target is not None for variant in variants):
        return  # a target is given the whole case
    asked = [variant for variant in variants if variant.model is not None]
    read = set(undeclared([text for v in asked for text in (v.system, v.user) if text is not None]))
    if not _context_is_read(read, asked, judges):
        yield from _unused("'context'", [case.id for case in cases if case.context], "no template and no judge")
    for name in dict.fromkeys(name for case in cases for name in case.vars):
        if not read & {"vars", name}:
            ids = [case.id for case in cases if name in case.vars]
            yield from _unused(f"'vars.{printable(name)}'", ids, "no template")
    if not asked:
        yield from _unused("'messages'", [case.id for case in cases if case.messages], "no variant")


def _context_is_read(read: Collection[str], asked: Sequence[Variant], judges: Sequence[Judge]) -> bool:
    """Return whether a template fills in the cases' own context, or a judge sees it."""
    own = any(variant.context is None and variant.context_by_case is None for variant in asked)
    return ("context" in read and own) or any(judge.sees_context for judge in judges)


def _unused(field: str, ids: Sequence[str], by: str) -> Iterator[str]:
    if ids:
        of = f"case '{printable(ids[0])}'" if len(ids) == 1 else f"{len(ids):,} cases"
        yield f"{field} of {of} is used by {by}"


def near_duplicates(cases: Sequence[Case]) -> Iterator[str]:
    """Yield one warning when cases without a cluster, or of different ones, are nearly the same."""
    pairs = _near_pairs([_words(case) for case in cases])
    found = [(i, j) for i, j in pairs if cases[i].cluster is None or cases[i].cluster != cases[j].cluster]
    if found:
        first, second = (printable(cases[index].id) for index in found[0])
        more = f", and {len(found) - 1} more pairs" if len(found) > 1 else ""
        alike = f"cases '{first}' and '{second}' are nearly the same{more}"
        yield f"{alike}: give cases that depend on each other one 'cluster'"


def _words(case: Case) -> frozenset[str]:
    text = " ".join(turn.content for turn in case.messages) if case.messages else case.input
    return frozenset(_WORD.findall(text.lower()))


def _near_pairs(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Return, for each set, the first earlier one that is near; beyond MOST_COMPARED sets, that is equal."""
    if len(sets) <= MOST_COMPARED:
        return _similar_pairs(sets)
    first: dict[frozenset[str], int] = {}
    return [(first[words], i) for i, words in enumerate(sets) if words and first.setdefault(words, i) != i]


def _similar_pairs(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Return, for each set, the first earlier one with a Jaccard index of at least NEAR.

    Prefix filtering (Chaudhuri, Ganti & Kaushik 2006, "A primitive operator for similarity joins in data cleaning"):
    two such sets share a word among the rarest |s| − ⌈NEAR·|s|⌉ + 1 of each, so only those are indexed.
    """
    frequency = Counter(word for words in sets for word in words)
    index: dict[str, list[int]] = {}
    pairs: list[tuple[int, int]] = []
    for i, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (frequency[word], word))
        prefix = rarest[: len(words) - math.ceil(NEAR * len(words)) + 1]
        candidates = sorted({j for word in prefix for j in index.get(word, ())})
        near = next((j for j in candidates if len(words & sets[j]) >= NEAR * len(words | sets[j])), None)
        if near is not None:
            pairs.append((near, i))
        for word in prefix:
            index.setdefault(word, []).append(i)
    return pairs
