"""The control from elsewhere: the treatment as it read at a commit, or as a past run answered."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from arena.errors import Refused, UsageError
from arena.files import experiments
from arena.files.reading.sources import GitTree, merge_base
from arena.records.experiment import Experiment
from arena.records.variant import RecordedOutput, Variant
from arena.runs.find import find
from arena.runs.saved import SavedRun, load


def against(
    experiment: Experiment, reference: str, *, columns: Mapping[str, str] | None = None
) -> tuple[Experiment, tuple[str, ...]]:
    """Return the experiment with its control taken from a run or a commit, and what to tell of it.

    Golden set, rubric, judge, checks and gate stay those of the working tree.

    Args:
        experiment: as it stands in the working tree.
        reference: a run (folder, beginning of a name, `latest`) or a git revision; a run is tried first.
        columns: field to column of the golden set, where it is a table.

    Returns:
        The experiment, and one note for each part of it that was different at the base.

    Raises:
        UsageError: neither a run nor a revision, or there is no treatment at the base.
    """
    run = _run_named(reference, Path(experiment.root))
    return _against_run(experiment, run) if run is not None else _against_commit(experiment, reference, columns)


def _run_named(reference: str, root: Path) -> SavedRun | None:
    try:
        folder = find(reference, root=root)
    except UsageError:
        return None
    return load(folder)


def _against_run(experiment: Experiment, run: SavedRun) -> tuple[Experiment, tuple[str, ...]]:
    treatment = run.result.treatment
    outputs: dict[str, list[RecordedOutput]] = {}
    for row in run.completions:
        if row.variant == treatment and row.completion is not None:
            outputs.setdefault(row.case, []).append(
                RecordedOutput(
                    text=row.completion.text, latency_s=row.completion.latency_s, cost_usd=row.completion.cost_usd
                )
            )
    control = Variant(
        name=_control_name(experiment),
        outputs={case: tuple(texts) for case, texts in outputs.items()},
        sources={"outputs": f"run {run.id}, {treatment}"},
    )
    return _with_control(experiment, control), (f"control: what {treatment} answered in run {run.id}",)


def _against_commit(
    experiment: Experiment, reference: str, columns: Mapping[str, str] | None
) -> tuple[Experiment, tuple[str, ...]]:
    root = Path(experiment.root)
    commit = merge_base(root, reference)
    try:
        base = experiments.load(
            root / experiment.path, root=root, source=GitTree(root, commit), mapping=columns, single_variant=True
        )
    except UsageError as error:
        raise Refused(f"at {commit[:12]}, {error.message}", argument="against", value=reference) from None
    if experiment.treatment not in base.variants:
        raise Refused(
            f"{experiment.path} has no variant '{experiment.treatment}' at {commit[:12]}",
            argument="against",
            value=reference,
            hint="without a treatment at the base there is nothing to compare with",
        )
    control = replace(base.variants[experiment.treatment], name=_control_name(experiment))
    notes = (f"control: {experiment.treatment} as it read at {commit[:12]}", *_drifted(experiment, base, commit))
    return _with_control(experiment, control), notes


def _with_control(experiment: Experiment, control: Variant) -> Experiment:
    treatment = experiment.variants[experiment.treatment]
    return experiments.rehashed(
        replace(experiment, control=control.name, variants={control.name: control, treatment.name: treatment})
    )


def _control_name(experiment: Experiment) -> str:
    """Return the control's name; an experiment of one variant has none of its own."""
    if experiment.control != experiment.treatment:
        return experiment.control
    return "base" if experiment.treatment == "control" else "control"


def _drifted(now: Experiment, base: Experiment, commit: str) -> tuple[str, ...]:
    parts = {
        "golden set": (now.golden.cases, base.golden.cases),
        "rubric": (now.rubric.sha256, base.rubric.sha256),
        "judge": (now.judges, base.judges),
        "checks": (now.checks, base.checks),
        "gate": (now.gate, base.gate),
        "metrics": (now.metrics, base.metrics),
    }
    return tuple(
        f"{name}: the working tree's, which differs from {commit[:12]}"
        for name, (here, there) in parts.items()
        if here != there
    )
