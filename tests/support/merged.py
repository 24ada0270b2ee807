"""Judgments of one case, or of several, as evidence."""

from collections.abc import Collection, Iterable, Sequence

from arena.evidence.merge import Panel
from arena.evidence.of_run import Evidence, evidence_of
from arena.records.answered import Answered
from arena.records.call import CallFailure, FailureKind
from arena.records.case import Case
from arena.records.judgment import Comparison, Judgment


def evidence_from(
    judgments: Sequence[Judgment],
    *,
    control: str = "control",
    treatment: str = "treatment",
    cases: Iterable[str] | None = None,
    cluster: str | None = None,
    repeats: int = 1,
    failed: Iterable[tuple[str, str, int]] = (),
    panel: Panel = "mean",
) -> Evidence:
    """Return judgments, and failed (case, variant, repeat), as the evidence of a run of two variants.

    The cases are those that the judgments name, in their order, with the clusters that they name; or those given.
    """
    clusters = {one.case: one.cluster for one in reversed(judgments)}
    names = dict.fromkeys(one.case for one in judgments) if cases is None else cases
    late = CallFailure(request_key="", kind=FailureKind.TIMEOUT, message="late")
    return evidence_of(
        [Case(id=name, input="?", cluster=clusters.get(name, cluster)) for name in names],
        [Answered(case=case, variant=variant, repeat=repeat, answer=late) for case, variant, repeat in failed],
        judgments,
        control=control,
        treatment=treatment,
        repeats=repeats,
        panel=panel,
    )


def merge_case(
    case: str,
    judgments: Iterable[Judgment],
    *,
    control: str = "control",
    treatment: str = "treatment",
    cluster: str | None = None,
    repeats: int = 1,
    control_failed: Collection[int] = (),
    treatment_failed: Collection[int] = (),
    panel: Panel = "mean",
) -> Comparison:
    """Return one case's comparison."""
    failed = [(case, control, repeat) for repeat in control_failed]
    failed += [(case, treatment, repeat) for repeat in treatment_failed]
    (found,) = evidence_from(
        list(judgments),
        control=control,
        treatment=treatment,
        cases=[case],
        cluster=cluster,
        repeats=repeats,
        failed=failed,
        panel=panel,
    ).comparisons
    return found
