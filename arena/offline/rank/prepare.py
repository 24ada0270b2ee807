"""From an experiment file to a plan that asks every pair of its variants."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from arena.engine.design import Design, make_design
from arena.engine.differences import declared_differences
from arena.engine.plan import Plan, make_plan
from arena.engine.prepare import check_columns
from arena.engine.preview import clusters_of, preview
from arena.engine.select import select_cases
from arena.engine.work import Work
from arena.errors import UsageError
from arena.files import experiments
from arena.records.experiment import Experiment
from arena.records.preview import Feasibility, RunPreview
from arena.records.run_options import RunOptions
from arena.stats.preference import fewest_clusters


def prepare_rank(
    path: Path,
    options: RunOptions,
    *,
    root: Path | None,
    environment: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
) -> Plan:
    """Read an experiment and plan the duels of all its pairs as one; nothing is sent.

    Args:
        path: the experiment file, or the folder that holds experiment.yaml.
        options: of the command.
        root: the project root; None: the nearest parent with .git or pyproject.toml.
        environment: where vendors' addresses may be rebound.
        columns: field to column of a golden set in .csv or .jsonl.

    Returns:
        The plan, each variant asked once, every pair's judgments counted.

    Raises:
        FileError: mistakes in the files, all at once.
        UsageError: no judge is configured, options cannot be followed, or a cap cannot be kept for want of a price.
        BudgetExceeded: even the lowest guess of the cost is above the cap.
    """
    experiment = experiments.load(path, root=root, mapping=columns)
    check_columns(experiment, columns)
    if not experiment.judges:
        raise UsageError(
            f"{path}: a ranking compares answers, and no judge is configured",
            hint="declare `judge: vendor:model`; without a judge, `arena duel` decides by the checks of two variants",
        )
    selection = select_cases(experiment, options)
    design = make_design(experiment, options, selection, purpose="rank", notes=tuple(_alike(experiment)))
    return make_plan(design, options, environment)


def _alike(experiment: Experiment) -> Iterator[str]:
    for one, other in combinations(experiment.variants.values(), 2):
        if not declared_differences(one, other):
            yield f"{one.name} and {other.name} are the same: what tells them apart is chance"


def pairs_of(design: Design, work: Work) -> Iterator[tuple[Design, Work]]:
    """Yield the duel of each pair of variants; together they ask what the ranking asks.

    Each is the duel of an experiment with these two variants alone. The pairs that come first share no variant, so
    that checks, which are of one answer alone, need be made in them only: later pairs have none.
    """
    names = tuple(design.experiment.variants)
    opening = list(zip(names[::2], names[1::2], strict=False))
    graded: set[str] = set()
    for pair in (*opening, *(each for each in combinations(names, 2) if each not in opening)):
        of_pair = _of_pair(design, work, pair)
        yield _without_checks(*of_pair) if graded.issuperset(pair) else of_pair
        graded.update(pair)


def _of_pair(design: Design, work: Work, pair: tuple[str, str]) -> tuple[Design, Work]:
    whole = design.experiment
    control = whole.control if whole.control in pair else pair[0]
    treatment = pair[1] if control == pair[0] else pair[0]
    variants = {name: whole.variants[name] for name in pair}
    experiment = replace(whole, variants=variants, control=control, treatment=treatment)
    tasks = tuple(task for task in work.tasks if task.variant.name in pair)
    return replace(design, experiment=experiment), replace(work, tasks=tasks)


def _without_checks(design: Design, work: Work) -> tuple[Design, Work]:
    tasks = tuple(replace(task, case=replace(task.case, checks=())) for task in work.tasks)
    return replace(design, experiment=replace(design.experiment, checks=())), replace(work, tasks=tasks)


def preview_ranking(plan: Plan) -> RunPreview:
    """Return what is known of a ranking before it is sent."""
    design = plan.design
    variants = tuple(design.experiment.variants)
    pairs = len(variants) * (len(variants) - 1) // 2
    units = clusters_of(design.selection.cases) or len(design.selection.cases)
    fewest = fewest_clusters(design.experiment.gate.alpha / pairs)
    noun = "clusters" if clusters_of(design.selection.cases) else "cases"
    needs = f"one variant better than another, {pairs} pairs at once: needs ≥ {fewest} {noun}, each of them won"
    reach = Feasibility(message=needs + (f", you have {units}" if units < fewest else ""), within_reach=units >= fewest)
    return replace(preview(plan), variants=variants, provable=(reach,))
