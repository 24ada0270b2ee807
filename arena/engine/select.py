"""Which cases a run asks."""

from collections.abc import Collection

from arena.errors import Refused, UsageError
from arena.records.experiment import Experiment
from arena.records.run_options import RunOptions
from arena.records.selection import Part, Sample, Selection, SplitPart
from arena.stats.chance import fraction


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
        The cases, in the order of the golden set, and how they were chosen.

    Raises:
        UsageError: an id is unknown, or nothing is left to ask.
    """
    cases = list(experiment.golden.cases)
    split: SplitPart | None = None
    if experiment.split is not None:
        cases = [case for case in cases if experiment.split.part_of(case.cluster or case.id) == part]
        split = SplitPart(part=part, cases=len(cases), of=len(experiment.golden.cases))
    if options.tags:
        cases = [case for case in cases if set(options.tags) & set(case.tags)]
    if options.cases:
        _check_known(experiment, options.cases)
        cases = [case for case in cases if case.id in options.cases]
    if chosen_by_outcome is not None:
        cases = [case for case in cases if case.id in chosen_by_outcome]
    sample: Sample | None = None
    if options.limit is not None and options.limit < len(cases):
        seed = experiment.seed if options.seed is None else options.seed
        sample = Sample(cases=options.limit, of=len(cases), seed=seed)
        kept = {case.id for case in sorted(cases, key=lambda case: fraction(case.id, f"sample {seed}"))[: sample.cases]}
        cases = [case for case in cases if case.id in kept]
    selection = Selection(
        cases=tuple(cases), split=split, tags=options.tags, ids=options.cases, only=options.only, sample=sample
    )
    if not cases:
        hint = "arena show lists the cases of the last run"
        raise UsageError(f"no case is left to ask: {selection.sentence}", hint=hint)
    _check_tags(experiment, selection)
    return selection


def _check_tags(experiment: Experiment, selection: Selection) -> None:
    """Refuse a limit on the cases of a tag of which none is chosen: nothing would be known of it."""
    tags = {tag for case in selection.cases for tag in case.tags}
    for metric in experiment.metrics:
        decides = metric.limits and metric.role != "secondary" and not selection.is_exploratory
        if metric.tag is not None and metric.tag not in tags and decides:
            raise UsageError(
                f"{experiment.path}: metrics: '{metric.name}' is of the tag '{metric.tag}', which none of the chosen "
                f"cases has ({selection.sentence})"
            )


def _check_known(experiment: Experiment, ids: tuple[str, ...]) -> None:
    known = {case.id for case in experiment.golden.cases}
    unknown = [one for one in ids if one not in known]
    if unknown:
        some = ", ".join(sorted(known)[:5])
        raise Refused(f"no such case in {experiment.golden.name} (it has {some} …)", argument="cases", value=unknown[0])
