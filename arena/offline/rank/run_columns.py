"""The judgments and failures of a run as columns, the form in which a file of judgments is read."""

from collections.abc import Iterable, Sequence

from arena.files.judgments import NAN, JudgmentColumns
from arena.offline.rank.evidence import FailedCall
from arena.records.answered import Answered
from arena.records.case import Case
from arena.records.judgment import Judgment


def columns_of(
    variants: Iterable[str], cases: Sequence[Case], judgments: Sequence[Judgment]
) -> tuple[JudgmentColumns, dict[str, int]]:
    """Return the judgments of a run as columns, and the number of each of its cases.

    Args:
        variants: in the order in which they are numbered.
        cases: that were asked, in the order in which they are numbered.
        judgments: in any order.
    """
    table = JudgmentColumns()
    for name in variants:
        table.variants.number(name)
    numbers = {case.id: number for number, case in enumerate(cases)}
    table.case_cluster.extend(-1 if case.cluster is None else table.clusters.number(case.cluster) for case in cases)
    for one in sorted(judgments, key=lambda each: (each.case, each.repeat, each.judge, each.first, each.second)):
        share = one.share_of(one.second)
        known = one.length_first is not None and one.length_second is not None
        table.case.append(numbers[one.case])
        table.first.append(table.variants.number(one.first))
        table.second.append(table.variants.number(one.second))
        table.judge.append(table.judges.number(one.judge))
        table.repeat.append(one.repeat)
        table.share.append(NAN if share is None else share)
        table.failed.append(one.outcome == "failed")
        if one.log_odds is not None:
            table.odds_rows.append(len(table) - 1)
            table.odds.append(one.log_odds)
        table.lead.append((one.length_second or 0) - (one.length_first or 0) if known else NAN)
    return table, numbers


def failed_calls(answered: Iterable[Answered], variants: Sequence[str], cases: dict[str, int]) -> list[FailedCall]:
    """Return the calls for answers that failed, by the numbers of their cases and variants."""
    numbers = {name: number for number, name in enumerate(variants)}
    return [
        FailedCall(case=cases[one.case], repeat=one.repeat, variant=numbers[one.variant])
        for one in answered
        if one.failure is not None
    ]
