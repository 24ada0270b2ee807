"""Which labels a duel may use: the experiment's own, else those of an earlier run of the same experiment."""

from pathlib import Path

from arena.engine.design import Labels
from arena.errors import UsageError
from arena.records.experiment import Experiment
from arena.records.label import Label
from arena.runs.home import run_folders, runs_folder
from arena.runs.labels import LABELS, LabelBook

OWN = "the experiment's labels"


def labels_for(experiment: Experiment, *, other_control: bool, run: Path | None = None) -> Labels:
    """Return the labels that people gave to such answers; whether to these is seen when they are there.

    Labels of an earlier run hold for the texts that their digests name; one without a digest stays with its run.

    Args:
        experiment: whose arms are compared.
        other_control: the control is another one than that of the file.
        run: the folder of the run that is decided again, whose own labels come before those of others.

    Raises:
        UsageError: the gate asks for agreement with people, and there is no label.
    """
    source, rows = OWN, experiment.labels
    if other_control:
        rows = _verifiable(rows)
    if not rows:
        source, rows = _of_run(run) if run is not None else ("", ())
    if not rows:
        source, rows = _of_earlier_run(experiment)
    if experiment.gate.min_human_agreement is not None and experiment.judges and not rows:
        raise UsageError(
            f"{experiment.path}: gate.min_human_agreement asks for people's labels, and there are none",
            hint="write `labels: FILE` beside golden, with what arena label RUN wrote",
        )
    return Labels(rows=rows, source=source if rows else None)


def _of_earlier_run(experiment: Experiment) -> tuple[str, tuple[Label, ...]]:
    """Return the labels of the latest run of this experiment that has any."""
    if not any(runs_folder(Path(experiment.root)).glob(f"*/{LABELS}")):  # most projects: no manifest needs to be read
        return "", ()
    for folder, facts in run_folders(Path(experiment.root)):
        if facts.experiment.hash == experiment.hash:
            source, labels = _of_run(folder)
            if labels := _verifiable(labels):
                return source, labels
    return "", ()


def _of_run(folder: Path) -> tuple[str, tuple[Label, ...]]:
    return f"the labels of run {folder.name}", LabelBook(folder).labels()


def _verifiable(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    return tuple(label for label in labels if label.answers is not None)
