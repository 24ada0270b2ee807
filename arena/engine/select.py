"""Which cases a run asks."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from arena.errors import UsageError
from arena.records.case import Case
from arena.records.experiment import Experiment
from arena.records.run_options import RunOptions
from arena.stats.chance import fraction

Part = Literal["dev", "gate"]
EXPLORATORY = "exploratory: cases chosen by outcome, no verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The chosen cases in the order of the file, and how they were chosen (None: all of them)."""

    cases: tuple[Case, ...]
    how: str | None


def select_cases(
    experiment: Experiment,
    options: RunOptions,
    *,
    chosen_by_outcome: Collection[str] | None = None,
    part: Part = "dev",
) -> Selection:
    """Choose the cases of a run: one part of a split, then tags, ids, outcome and limit.

    Args:
        experiment: the resolved experiment.
        options: `tags`, `cases`, `only` and `limit` narrow the choice, in this order.
        chosen_by_outcome: ids that `--only` found in the last run; None without `--only`.
        part: of the split: dev cases tune, gate cases decide; all cases without a split.

    Returns:
        The cases, in the order of the golden set, and a sentence that says how they were chosen.

    Raises:
        UsageError: an id is unknown, or nothing is left to ask.
    """
    cases = list(experiment.golden.cases)
    how = []
    if experiment.split is not None:
        cases = [case for case in cases if experiment.split.part_of(case.cluster or case.id) == part]
        how.append(f"{part} part of the split ({len(cases)} of {len(experiment.golden.cases)} cases)")
    if options.tags:
        cases = [case for case in cases if set(options.tags) & set(case.tags)]
        how.append(f"tag {' or '.join(options.tags)}")
    if options.cases:
        _check_known(experiment, options.cases)
        cases = [case for case in cases if case.id in options.cases]
        how.append(f"case {', '.join(options.cases)}")
    if chosen_by_outcome is not None:
        cases = [case for case in cases if case.id in chosen_by_outcome]
        how.append(f"{EXPLORATORY} ({options.only})")
    if options.limit is not None and options.limit < len(cases):
        seed = experiment.seed if options.seed is None else options.seed
        drawn = sorted(cases, key=lambda case: fraction(case.id, f"sample {seed}"))[: options.limit]
        how.append(f"random sample of {options.limit} of {len(cases)} cases, seed {seed}")
        kept = {case.id for case in drawn}
        cases = [case for case in cases if case.id in kept]
    if not cases:
        raise UsageError(f"no case is left to ask: {'; '.join(how)}", hint="arena show lists the cases of the last run")
    return Selection(cases=tuple(cases), how="; ".join(how) or None)


def _check_known(experiment: Experiment, ids: tuple[str, ...]) -> None:
    known = {case.id for case in experiment.golden.cases}
    unknown = [one for one in ids if one not in known]
    if unknown:
        some = ", ".join(sorted(known)[:5])
        raise UsageError(f"--case {unknown[0]}: no such case in {experiment.golden.name} (it has {some} …)")
