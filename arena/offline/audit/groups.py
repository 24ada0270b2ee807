"""Where a judge errs: agreement by the order shown, by place and length of the answer people prefer, and by tag."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from arena.evidence.agreement import share
from arena.evidence.labelled import Labelled
from arena.evidence.matching import LabelledCase, Pair
from arena.files.labels import TIE
from arena.records.audit import AgreementGroup

KINDS = ("order", "people", "preferred place", "preferred length", "tag")
FEWEST = 2  # groups of one kind: a single one is the whole


def agreement_groups(cases: Sequence[LabelledCase], evidence: Labelled, *, level: float) -> tuple[AgreementGroup, ...]:
    """Return the agreement in every group of judgments, of each kind that tells any two apart.

    Args:
        cases: labelled and judged.
        evidence: what the tags are, and which variant is which.
        level: of the intervals, in (0, 1).
    """
    found: dict[tuple[str, str], dict[str, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        for pair in case.pairs:
            for kind, name in _groups_of(pair, evidence):
                found[kind, name][case.case].append(pair)
    clusters = {case.case: case.cluster for case in cases}
    return tuple(
        _group(kind, name, found[kind, name], clusters, level)
        for kind in KINDS
        if len(names := sorted(name for each, name in found if each == kind)) >= FEWEST or (kind == "tag" and names)
        for name in names
    )


def _group(
    kind: str, name: str, pairs: dict[str, list[Pair]], clusters: dict[str, str | None], level: float
) -> AgreementGroup:
    values = [sum(pair.agrees for pair in given) / len(given) for given in pairs.values()]
    return AgreementGroup(
        kind=kind,  # type: ignore[arg-type] # one of KINDS
        name=name,
        agreement=share(values, [clusters[case] for case in pairs], level=level, reason="no judgment"),
        judgments=sum(map(len, pairs.values())),
    )


def _groups_of(pair: Pair, evidence: Labelled) -> Iterator[tuple[str, str]]:
    """Yield every group that a judgment belongs to."""
    judged, label = pair.judged, pair.label
    if judged.first is not None:
        yield "order", f"{judged.first} shown first"
    yield "people", "called it a tie" if label == TIE else f"preferred {label}"
    if label != TIE and judged.first is not None:
        yield "preferred place", "shown first" if label == judged.first else "shown second"
    if label != TIE and judged.lead is not None:
        longer = judged.lead if label == evidence.treatment else -judged.lead
        yield "preferred length", "the longer answer" if longer > 0 else "the shorter answer" if longer else "as long"
    for tag in evidence.tags.get(judged.case, ()):
        yield "tag", tag
