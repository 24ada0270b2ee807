"""From an experiment file and the options of a command to a plan that may be sent."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from arena.engine import until_decided
from arena.engine.against import against
from arena.engine.design import make_design
from arena.engine.labels import labels_for
from arena.engine.plan import Plan, make_plan
from arena.engine.previous import cases_by_outcome
from arena.engine.select import select_cases
from arena.errors import Refused, UsageError
from arena.files import experiments
from arena.records.experiment import Experiment
from arena.records.run import Purpose
from arena.records.run_options import RunOptions
from arena.records.selection import Part
from arena.runs.find import find
from arena.runs.saved import load

#: Endings of golden sets that have columns.
TABLES = (".csv", ".jsonl", ".ndjson")


def prepare_duel(
    path: Path,
    options: RunOptions,
    *,
    root: Path | None,
    environment: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
    purpose: Purpose = "duel",
) -> Plan:
    """Read an experiment and plan its duel; nothing is sent.

    Args:
        path: the experiment file, or the folder that holds experiment.yaml.
        options: of the command.
        root: the project root; None: the nearest parent with .git or pyproject.toml.
        environment: where vendors' addresses may be rebound.
        columns: field to column of a golden set in .csv or .jsonl.
        purpose: a duel tunes on the dev part of a split, a gate decides on the rest.

    Raises:
        FileError: mistakes in the files, all at once.
        UsageError: options that cannot be followed, or a cap that cannot be kept for want of a price.
        BudgetExceeded: even the lowest guess of the cost is above the cap.
    """
    experiment = experiments.load(path, root=root, mapping=columns, single_variant=options.against is not None)
    check_columns(experiment, columns)
    if options.until_decided:
        until_decided.check(experiment, options)
    notes: tuple[str, ...] = ()
    if options.against is not None:
        experiment, notes = against(experiment, options.against, columns=columns)
    _check_two(experiment, path)
    part: Part = "gate" if purpose == "gate" else "dev"
    selection = select_cases(experiment, options, chosen_by_outcome=_chosen(experiment, options), part=part)
    labels = labels_for(experiment, other_control=options.against is not None)
    design = make_design(experiment, options, selection, purpose=purpose, labels=labels, notes=notes)
    return make_plan(design, options, environment)


def check_columns(experiment: Experiment, columns: Mapping[str, str] | None) -> None:
    """Check that a golden set whose fields are mapped to columns has columns.

    Raises:
        UsageError: it has none.
    """
    if columns and not (experiment.golden.path or "").endswith(TABLES):
        where = experiment.golden.path or experiment.path
        raise Refused(f"{where} has no columns; only .csv and .jsonl have", argument="columns")


def _check_two(experiment: Experiment, path: Path) -> None:
    names = tuple(experiment.variants)
    if len(names) != 2:
        raise UsageError(
            f"{path}: a duel compares two variants, this experiment has {len(names)}: {', '.join(names)}",
            hint=f"`arena rank {shlex.quote(str(path))}` compares them all; or keep the two that you mean",
        )


def _chosen(experiment: Experiment, options: RunOptions) -> frozenset[str] | None:
    if options.only is None:
        return None
    run = load(find("latest", root=Path(experiment.root)))
    return cases_by_outcome(run, experiment, options.only)
