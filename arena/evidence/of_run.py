"""What a run of two variants holds: its judgments as one table, and each case's comparison."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from arena.evidence.merge import Comparisons, Panel, merge
from arena.evidence.run_table import columns_of, failed_calls
from arena.evidence.shares import Shares, shares_of
from arena.files.judgments import JudgmentColumns
from arena.records.answered import Answered
from arena.records.case import Case
from arena.records.judgment import Comparison, Judgment
from arena.runs.saved import SavedRun


@dataclass(frozen=True)  # not slotted: its comparisons are listed once
class Evidence:
    """Judgments of two variants: as they came, as shares of the treatment, and merged by case."""

    control: str
    treatment: str
    table: JudgmentColumns
    shares: Shares
    merged: Comparisons
    configs: Mapping[str, str]  # the digest of each judge's configuration, by the judge's id

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Return one comparison a case, in the order of the cases that were asked."""
        return self.merged.records(self.table)


def evidence_of(
    cases: Sequence[Case],
    answered: Iterable[Answered],
    judgments: Sequence[Judgment],
    *,
    control: str,
    treatment: str,
    repeats: int,
    panel: Panel,
) -> Evidence:
    """Return what a run says of its cases, whatever failed in it.

    Args:
        cases: that were asked.
        answered: every answer and failure, in any order; those of other cases and variants are left out.
        judgments: of these cases and variants, in any order.
        control: variant name.
        treatment: variant name.
        repeats: completions a case and variant that were asked for.
        panel: how the verdicts of several judges become one.

    Raises:
        ValueError: a judgment is of another case or of other variants.
    """
    table = columns_of((control, treatment), cases, judgments)
    shares = shares_of(table, control=control, treatment=treatment)
    merged = merge(table, shares, failed_calls(answered, table), panel=panel, repeats=repeats)
    configs = {one.judge: one.judge_config for one in judgments}
    return Evidence(control=control, treatment=treatment, table=table, shares=shares, merged=merged, configs=configs)


def evidence_of_run(run: SavedRun) -> Evidence:
    """Return what a finished run of two variants says of the cases that it asked."""
    result, asked = run.result, {row.case for row in run.completions}
    return evidence_of(
        [case for case in run.experiment.golden.cases if case.id in asked],
        run.completions,
        run.judgments,
        control=result.control,
        treatment=result.treatment,
        repeats=result.repeats,
        panel=run.experiment.panel,
    )
