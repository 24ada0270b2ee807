"""Which answers of a run people can compare."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from arena.engine.work import context_of
from arena.errors import Refused, UsageError
from arena.files.labels import ambiguous_name
from arena.records.answered import Answered
from arena.records.case import Case, Document
from arena.records.labelling import AnswerPair
from arena.runs.saved import SavedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """A run's pairs in the order of the golden set, and the cases that have none because an answer failed."""

    pairs: tuple[AnswerPair, ...]
    without_pair: tuple[str, ...]


def comparable(run: SavedRun) -> Comparable:
    """Return one pair of answers for each case that both variants of a run answered.

    With several repeats it is the first in which both answered.

    Raises:
        UsageError: there is not one pair, or a variant is called as a tie is.
    """
    arms = (run.result.control, run.result.treatment)
    if ambiguous := ambiguous_name(arms):
        raise UsageError(f"run {run.id} cannot be labelled: {ambiguous}")
    by_case: dict[str, dict[int, dict[str, Answered]]] = {}
    for row in run.completions:
        if row.variant in arms:
            by_case.setdefault(row.case, {}).setdefault(row.repeat, {})[row.variant] = row
    pairs, without = [], []
    for case in run.experiment.golden.cases:
        if case.id not in by_case:
            continue
        pair = _first_pair(run, case, by_case[case.id])
        if pair is None:
            without.append(case.id)
        else:
            pairs.append(pair)
    if not pairs:
        cases = f"{len(without)} case{'s' if len(without) != 1 else ''}"
        why = f"an answer failed in each of its {cases}" if without else "it has no answers"
        raise UsageError(
            f"run {run.id} has nothing to label: {why}",
            hint=f"arena show {run.id} lists them",
        )
    return Comparable(pairs=tuple(pairs), without_pair=tuple(without))


def _first_pair(run: SavedRun, case: Case, repeats: dict[int, dict[str, Answered]]) -> AnswerPair | None:
    arms = (run.result.control, run.result.treatment)
    for repeat, rows in sorted(repeats.items()):
        completions = {arm: rows[arm].completion for arm in arms if arm in rows}
        answered = {arm: each for arm, each in completions.items() if each is not None}
        if len(answered) == len(arms):
            return AnswerPair(
                case=case,
                answers={arm: each.text for arm, each in answered.items()},
                tool_calls={arm: each.tool_calls for arm, each in answered.items()},
                context=_documents(run, case),
                repeat=repeat,
            )
    return None


def _documents(run: SavedRun, case: Case) -> tuple[Document, ...]:
    """Return what either variant was shown: which of them saw a document would tell them apart."""
    variants = (run.experiment.variants.get(arm) for arm in (run.result.control, run.result.treatment))
    shown = [document for each in variants if each is not None for document in context_of(case, each)]
    return tuple(dict.fromkeys(shown)) or case.context


def choose(pairs: Sequence[AnswerPair], *, tags: Collection[str], cases: Collection[str]) -> tuple[AnswerPair, ...]:
    """Return the pairs whose case has one of `tags` and is one of `cases`; an empty choice leaves all.

    Raises:
        UsageError: a case is unknown or has no pair, or nothing is left.
    """
    known = [pair.case.id for pair in pairs]
    for one in cases:
        if one not in known:
            some = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
            raise Refused(f"no such case with two answers in this run (it has {some})", argument="cases", value=one)
    left = [pair for pair in pairs if not tags or set(tags) & set(pair.case.tags)]
    left = [pair for pair in left if not cases or pair.case.id in cases]
    if not left:
        names = sorted({tag for pair in pairs for tag in pair.case.tags})
        there = f"the tags are {', '.join(names)}" if names else "no case has a tag"
        raise Refused(f"no case is left to label; {there}", argument="tags", value=f"{', '.join(tags)}")
    return tuple(left)
