"""Which labels a duel may use: the experiment's own, else those of an earlier run of the same experiment."""

from dataclasses import replace
from pathlib import Path

from arena.engine.plan import DuelPlan
from arena.errors import UsageError
from arena.records.label import Label
from arena.runs.home import run_folders, runs_folder
from arena.runs.labels import LABELS, LabelBook

OWN = "the experiment's labels"


def with_labels(plan: DuelPlan, *, run: Path | None = None) -> DuelPlan:
    """Return a plan with the labels that people gave to such answers; whether to these is seen when they are there.

    Labels of an earlier run hold for the texts that their digests name; one without a digest stays with its run.

    Args:
        plan: of a duel.
        run: the folder of the run that is decided again, whose own labels come before those of others.

    Raises:
        UsageError: the gate asks for agreement with people, and there is no label.
    """
    experiment = plan.experiment
    source, labels = OWN, experiment.labels
    if plan.options.against is not None:  # the control is another one than that of the file
        labels = _verifiable(labels)
    if not labels:
        source, labels = _of_run(run) if run is not None else ("", ())
    if not labels:
        source, labels = _of_earlier_run(plan)
    if experiment.gate.min_human_agreement is not None and experiment.judges and not labels:
        raise UsageError(
            f"{experiment.path}: gate.min_human_agreement asks for people's labels, and there are none",
            hint="write `labels: FILE` beside golden, with what arena label RUN wrote",
        )
    return replace(plan, labels=labels, labels_source=source if labels else None)


def _of_earlier_run(plan: DuelPlan) -> tuple[str, tuple[Label, ...]]:
    """Return the labels of the latest run of this experiment that has any."""
    if not any(runs_folder(plan.root).glob(f"*/{LABELS}")):  # most projects: no manifest needs to be read
        return "", ()
    for folder, facts in run_folders(plan.root):
        if facts.experiment.hash == plan.experiment.hash:
            source, labels = _of_run(folder)
            if labels := _verifiable(labels):
                return source, labels
    return "", ()


def _of_run(folder: Path) -> tuple[str, tuple[Label, ...]]:
    return f"the labels of run {folder.name}", LabelBook(folder).labels()


def _verifiable(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    return tuple(label for label in labels if label.answers is not None)
