"""Cases chosen by what the last run found: the loop of trying again what was lost."""

from arena.errors import Refused
from arena.records.experiment import Experiment
from arena.records.judgment import Comparison
from arena.records.run_options import Only
from arena.runs.saved import SavedRun


def cases_by_outcome(run: SavedRun, experiment: Experiment, only: Only) -> frozenset[str]:
    """Return the ids of the cases that a run lost, failed, or judged differently in the two orders.

    Args:
        run: a finished run of an experiment of the same name.
        experiment: as it stands now; the run is read with the variants that it had then.
        only: `lost` (score below ½, or a check failed where no judge decides), `failed` (a call of
            either arm failed), `flipped` (the two orders disagree).

    Raises:
        UsageError: the run is of another experiment, or no case of it is of this kind.
    """
    if run.result.experiment.name != experiment.name:
        raise Refused(
            f"the last run, {run.id}, is of {run.result.experiment.name}, not of {experiment.name}",
            argument="only",
            value=only,
        )
    if only == "failed":
        found = {row.case for row in run.completions if row.failure is not None}
    elif not run.judgments:
        found = _failed_checks(run) if only == "lost" else set()
    else:
        from arena.evidence.of_run import evidence_of_run  # only here, for few runs are chosen by an outcome

        found = {one.case for one in evidence_of_run(run).comparisons if _is(one, only)}
    if not found:
        raise Refused(f"no case of run {run.id} is {only}", argument="only", value=only)
    return frozenset(found)


def _is(comparison: Comparison, only: Only) -> bool:
    return comparison.outcome == "loss" if only == "lost" else comparison.consistent is False


def _failed_checks(run: SavedRun) -> set[str]:
    treatment = run.result.treatment
    return {
        row.case for row in run.completions if row.variant == treatment and any(s.passed is False for s in row.scores)
    }
