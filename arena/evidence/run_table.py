"""The judgments and failed calls of a run as columns, the form in which a file of judgments is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arena.files.judgments import NAN, JudgmentColumns, Names, origin_of
from arena.records.answered import Answered
from arena.records.case import Case
from arena.records.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCall:
    """One call for an answer that failed: numbers of the case and of the variant, and the repeat."""

    case: int
    repeat: int
    variant: int


def columns_of(variants: Iterable[str], cases: Sequence[Case], judgments: Iterable[Judgment]) -> JudgmentColumns:
    """Return the judgments of a run as columns.

    Args:
        variants: in the order in which they are numbered.
        cases: that were asked, in the order in which they are numbered.
        judgments: in any order.

    Raises:
        ValueError: a judgment is of another case or of other variants.
    """
    table = JudgmentColumns(cases=Names(case.id for case in cases))
    known = {name: table.variants.number(name) for name in variants}
    numbers = {case.id: number for number, case in enumerate(cases)}
    table.case_cluster.extend(-1 if case.cluster is None else table.clusters.number(case.cluster) for case in cases)
    for one in sorted(judgments, key=lambda each: (each.case, each.repeat, each.judge, each.first, each.second)):
        if one.case not in numbers or not {one.first, one.second} <= known.keys():
            raise ValueError(f"judgment of {one.case}, {one.first}/{one.second}: no such case or variant was asked")
        _add(table, one, numbers[one.case], known[one.first], known[one.second])
    return table


def _add(table: JudgmentColumns, one: Judgment, case: int, first: int, second: int) -> None:
    share = one.share_of(one.second)
    known = one.length_first is not None and one.length_second is not None
    if one.log_odds is not None:
        table.odds_rows.append(len(table))
        table.odds.append(one.log_odds)
    if one.flagged:
        table.flagged.append((len(table), one.case, one.flagged))
    table.case.append(case)
    table.first.append(first)
    table.second.append(second)
    table.judge.append(table.judges.number(one.judge))
    table.repeat.append(one.repeat)
    table.share.append(NAN if share is None else share)
    table.failed.append(one.outcome == "failed")
    table.lead.append((one.length_second or 0) - (one.length_first or 0) if known else NAN)
    table.origin.append(origin_of(authored=one.authored, determinism=one.determinism))


def failed_calls(answered: Iterable[Answered], table: JudgmentColumns) -> list[FailedCall]:
    """Return the calls for answers that failed, by the numbers of a run's table; those of others are left out."""
    variants = {name: number for number, name in enumerate(table.variants)}
    cases = {name: number for number, name in enumerate(table.cases or ())}
    return [
        FailedCall(case=cases[one.case], repeat=one.repeat, variant=variants[one.variant])
        for one in answered
        if one.failure is not None and one.case in cases and one.variant in variants
    ]
