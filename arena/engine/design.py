"""What a run is about: everything that its result follows from, besides what comes back."""

from dataclasses import dataclass
from pathlib import Path

from arena.engine.differences import declared_differences
from arena.records.experiment import Experiment
from arena.records.label import Label
from arena.records.result import ArmDifference
from arena.records.run import Purpose
from arena.records.run_options import RunOptions
from arena.records.selection import Selection
from arena.records.variant import Variant
from arena.runs.saved import SavedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What people said of such answers, and where that was read."""

    rows: tuple[Label, ...] = ()
    source: str | None = None  # None: there are none


NO_LABELS = Labels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The design of a run: what is compared, on which cases, how often, and to what end."""

    experiment: Experiment
    selection: Selection
    repeats: int
    seed: int
    differences: tuple[ArmDifference, ...]  # declared, between control and treatment; none where more are ranked
    purpose: Purpose = "duel"
    notes: tuple[str, ...] = ()
    labels: Labels = NO_LABELS
    until_decided: bool = False  # cases count one after the other, up to the one that decides

    @property
    def root(self) -> Path:
        """Return the project root."""
        return Path(self.experiment.root)

    @property
    def control(self) -> Variant:
        """Return the control arm."""
        return self.experiment.variants[self.experiment.control]

    @property
    def treatment(self) -> Variant:
        """Return the treatment arm."""
        return self.experiment.variants[self.experiment.treatment]


def make_design(
    experiment: Experiment,
    options: RunOptions,
    selection: Selection,
    *,
    purpose: Purpose,
    labels: Labels = NO_LABELS,
    notes: tuple[str, ...] = (),
) -> Design:
    """Return the design of a run that is asked for.

    Args:
        experiment: the resolved experiment; two variants, or more for a ranking of every pair.
        options: what the user asked of this run.
        selection: the cases to ask.
        purpose: what the run is for.
        labels: of people, about such answers.
        notes: sentences for the report, found while preparing.
    """
    arms = (experiment.variants[experiment.control], experiment.variants[experiment.treatment])
    return Design(
        experiment=experiment,
        selection=selection,
        repeats=options.repeats or experiment.repeats,
        seed=experiment.seed if options.seed is None else options.seed,
        differences=() if purpose == "rank" else declared_differences(*arms),
        purpose=purpose,
        notes=(*experiment.warnings, *notes),
        labels=labels,
        until_decided=options.until_decided,
    )


def design_of(run: SavedRun) -> Design:
    """Return the design under which a finished run is summarised again: its own cases, repeats and variants."""
    asked = {row.case for row in run.completions}
    experiment = run.experiment
    return Design(
        experiment=experiment,
        selection=Selection(cases=tuple(case for case in experiment.golden.cases if case.id in asked)),
        repeats=run.ranking.repeats if run.is_ranking else run.result.repeats,
        seed=experiment.seed,
        differences=() if run.is_ranking else run.result.differences,
        purpose="rank" if run.is_ranking else "duel",
    )
