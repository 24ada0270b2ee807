"""Which label belongs to which judgment, and which labels belong to none."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from arena.evidence.labelled import Judged, Labelled
from arena.files.labels import TIE, Labels
from arena.records.audit import LabelCount
from arena.records.label import Label

SHARES = {TIE: 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A judgment, and what people said of the same two answers."""

    label: str  # a variant's name, or "tie"
    judged: Judged

    @property
    def agrees(self) -> bool:
        """Return whether the judge named the label; what could not be read named nothing."""
        return self.judged.winner == self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCase:
    """One case with labels and judgments: the unit of evidence."""

    case: str
    cluster: str | None
    pairs: tuple[Pair, ...]

    @property
    def agreement(self) -> float:
        """Return the share of the verdicts that name the label."""
        return sum(pair.agrees for pair in self.verdicts) / len(self.verdicts)

    @property
    def verdicts(self) -> tuple[Pair, ...]:
        """Return what the judge decided: each judgment by itself, but one verdict of both orders by likelihood.

        Both orders by likelihood are one, as `evidence.merge` has it: alone, an order by likelihood is mostly the
        judge's bias towards a slot.
        """
        found: dict[object, Pair] = {}
        for place, pair in enumerate(self.pairs):
            one = pair.judged
            if not one.joint:
                found[place] = pair
            elif (one.repeat, one.judge) not in found:
                found[one.repeat, one.judge] = replace(pair, judged=replace(one, winner=one.verdict, first=None))
        return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Labelled cases, in the order of the labels, and what became of every label."""

    cases: tuple[LabelledCase, ...]
    people: Mapping[str, float]  # judged case -> the treatment's share by its labels, averaged over raters
    count: LabelCount


def match(evidence: Labelled, file: Labels | None = None, *, rater: str | None = None) -> Matched:
    """Join labels and judgments.

    A label holds for the texts that its digest names, else for its repeat, else for every repeat of the case. Where
    several raters labelled one pair of answers, the label is the winner that most of them named; where no winner has
    more votes than every other, the pair has no label.

    Args:
        evidence: judgments and labels.
        file: what was read besides the labels, for the count.
        rater: only this rater's labels; None: everybody's.
    """
    judged: dict[str, list[Judged]] = defaultdict(list)
    for one in evidence.judged:
        judged[one.case].append(one)
    labels: dict[str, list[Label]] = defaultdict(list)
    for label in evidence.labels:
        if rater is None or label.rater == rater:
            labels[label.case].append(label)
    cases: list[LabelledCase] = []
    lost: dict[str, list[str]] = {"unknown": [], "unjudged": [], "other": [], "split": []}
    people: dict[str, float] = {}
    used = 0
    for case, said in labels.items():
        fitting = [label for label in said if _repeats(label, evidence) != frozenset()]
        if len(fitting) < len(said):
            lost["other"].append(case)
        if case not in judged:
            lost["unjudged" if case in evidence.asked else "unknown"].append(case)
            continue
        pairs, votes = _pairs(judged[case], fitting, evidence)
        if votes:
            used += len(votes)
            people[case] = fmean(SHARES.get(vote.winner, float(vote.winner == evidence.treatment)) for vote in votes)
        if pairs:
            cases.append(LabelledCase(case=case, cluster=evidence.clusters.get(case), pairs=tuple(pairs)))
        elif fitting:
            lost["split" if votes else "unjudged"].append(case)
    count = LabelCount(
        given=sum(map(len, labels.values())),
        used=used,
        relabelled=file.relabelled if file else 0,
        other_variants=file.others if file else 0,
        unknown=tuple(lost["unknown"]),
        unjudged=tuple(lost["unjudged"]),
        other_answers=tuple(lost["other"]),
        split=tuple(lost["split"]),
    )
    return Matched(cases=tuple(cases), people=people, count=count)


def _repeats(label: Label, evidence: Labelled) -> frozenset[int] | None:
    """Return the repeats that a label holds for; None: all of them."""
    if label.answers is not None and evidence.digests is not None and label.case in evidence.asked:
        known = evidence.digests.get(label.case, {})
        return frozenset(repeat for repeat, digest in known.items() if digest == label.answers)
    return None if label.repeat is None else frozenset((label.repeat,))


def _pairs(judged: Sequence[Judged], labels: Sequence[Label], evidence: Labelled) -> tuple[list[Pair], list[Label]]:
    """Return each judgment with its label, where most raters agree on one, and the labels of what was judged."""
    pairs: list[Pair] = []
    used: dict[Label, None] = {}
    by_repeat: dict[int, tuple[str | None, list[Label]]] = {}
    for one in judged:
        if one.repeat not in by_repeat:
            votes = [label for label in labels if (held := _repeats(label, evidence)) is None or one.repeat in held]
            by_repeat[one.repeat] = majority(votes), votes
        winner, votes = by_repeat[one.repeat]
        if winner is not None:
            pairs.append(Pair(label=winner, judged=one))
        used.update(dict.fromkeys(votes))
    return pairs, list(used)


def majority(votes: Sequence[Label]) -> str | None:
    """Return the winner with more votes than any other; None where there is none.

    >>> majority([Label(case="c", winner="a"), Label(case="c", winner="b", rater="ben")]) is None
    True
    """
    counts = Counter(vote.winner for vote in votes).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def of_judge(cases: Sequence[LabelledCase], judge: str) -> list[LabelledCase]:
    """Return the cases that one judge judged, with its judgments alone."""
    alone = ((case, tuple(pair for pair in case.pairs if pair.judged.judge == judge)) for case in cases)
    return [LabelledCase(case=case.case, cluster=case.cluster, pairs=pairs) for case, pairs in alone if pairs]
