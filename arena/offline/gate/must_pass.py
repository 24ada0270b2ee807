"""The cases of which none may fail."""

from collections.abc import Iterable, Sequence

from arena.records.answered import Answered
from arena.records.case import Case
from arena.records.gate import MustPass


def must_pass(
    tags: Sequence[str], cases: Sequence[Case], answered: Iterable[Answered], *, treatment: str, alpha: float
) -> tuple[MustPass, ...]:
    """Return, for each tag, which of its cases the treatment failed.

    A case fails when its call fails or any of its checks does, in any repeat. A check that could not be made says
    nothing of the answer: the case is unknown.

    Args:
        tags: that must pass.
        cases: that were asked.
        answered: what came back.
        treatment: whose answers count.
        alpha: two-sided level; 0 of n failures leaves at most 1 − (α/2)^(1/n), one-sided (Clopper & Pearson 1934).
    """
    rows: dict[str, list[Answered]] = {}
    for row in answered:
        if row.variant == treatment:
            rows.setdefault(row.case, []).append(row)
    return tuple(_of_tag(tag, [case.id for case in cases if tag in case.tags], rows, alpha) for tag in tags)


def _of_tag(tag: str, ids: Sequence[str], rows: dict[str, list[Answered]], alpha: float) -> MustPass:
    failed = tuple(each for each in ids if any(map(_failed, rows.get(each, ()))))
    unknown = tuple(each for each in ids if each not in failed and not _all_known(rows.get(each, ())))
    at_most = None if failed or unknown or not ids else 1.0 - (alpha / 2.0) ** (1.0 / len(ids))
    return MustPass(tag=tag, cases=len(ids), failed=failed, unknown=unknown, at_most=at_most)


def _failed(row: Answered) -> bool:
    return row.completion is None or any(score.passed is False for score in row.scores)


def _all_known(rows: Sequence[Answered]) -> bool:
    return bool(rows) and all(row.scores and all(score.passed for score in row.scores) for row in rows)
