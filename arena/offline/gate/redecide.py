"""A verdict on a run that is there already: nothing is asked, and nothing that changed since is decided on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from arena.engine.design import Design, make_design
from arena.engine.execute import RunEvidence, watch_of
from arena.engine.finish import Finished
from arena.engine.labels import labels_for
from arena.engine.select import select_cases
from arena.errors import StorageFailed, UsageError
from arena.files import experiments
from arena.offline.gate.decide import decide
from arena.offline.gate.ledger import attempts_of
from arena.offline.gate.precheck import precheck, skipped_result
from arena.records.experiment import Experiment
from arena.records.gate import GateResult
from arena.records.metric import Decision
from arena.records.result import DuelResult
from arena.runs.saved import SavedRun


def redecide(
    run: SavedRun,
    *,
    summarise: Callable[[Design, RunEvidence], DuelResult],
    columns: Mapping[str, str] | None = None,
    unchanged: Decision = "inconclusive",
    clock: Callable[[], datetime],
) -> Finished[GateResult]:
    """Decide on a finished run from its answers and judgments.

    Args:
        run: of a duel or a gate.
        summarise: what the run found, as a duel.
        columns: field to column of the golden set, where it is a table.
        unchanged: what arms that do not differ at all are worth.
        clock: the time of day, with its zone, for the ledger of attempts.

    Raises:
        UsageError: the run's files are not what they were, or its cases are not those that decide.
        StorageFailed: the run's answers or judgments were changed, or some are missing.
        FileError: mistakes in the experiment as it is now.
    """
    design = _design(run, reload_experiment(run, columns))
    known = precheck(design, unchanged=unchanged)
    if known is not None:
        return Finished(result=skipped_result(design, known), facts=run.facts, run=run)
    run.check_contents()
    collected = _collected(run, design)
    result = decide(design, collected, summarise(design, collected))
    facts = replace(run.facts, attempts=attempts_of(design, result, collected, run=run.id, clock=clock))
    return Finished(result=result, facts=facts, run=run)


def reload_experiment(run: SavedRun, columns: Mapping[str, str] | None) -> Experiment:
    """Return a run's experiment as its files say it now, which must be what they said then.

    The control of a run against another commit or run is the run's own: it is not in these files.

    Raises:
        UsageError: something that can change a result is different now; the message names the files.
    """
    path = Path(run.path.parent.parent.parent) / run.facts.experiment.path
    if not path.is_file():
        raise UsageError(f"run {run.id}: its experiment {run.facts.experiment.path} is gone")
    against = run.facts.options.against is not None
    now = experiments.load(path, root=run.path.parent.parent.parent, mapping=columns, single_variant=against)
    if against:
        control = run.experiment.variants[run.experiment.control]
        variants = {control.name: control, now.treatment: now.variants[now.treatment]}
        now = experiments.rehashed(replace(now, control=control.name, variants=variants))
    if now.hash != run.facts.experiment.hash:
        changed = _changed(run, now)
        raise UsageError(
            f"run {run.id} no longer matches its files: {changed}",
            hint=f"arena gate {run.facts.experiment.path} decides on what they say now",
        )
    return now


def _changed(run: SavedRun, now: Experiment) -> str:
    then = run.facts.files
    files = [file.path for file in now.files if then.get(file.path) != file.sha256]
    gone = [path for path in then if path not in {file.path for file in now.files}]
    names = [*(f"{path} changed" for path in files), *(f"{path} is not used any more" for path in gone)]
    return "; ".join(names) or "the experiment means something else now"


def _design(run: SavedRun, experiment: Experiment) -> Design:
    options = run.facts.options
    if options.only is not None:
        raise UsageError(f"run {run.id} chose its cases by their outcome (`only` {options.only}): no verdict")
    if options.limit is not None or options.tags or options.cases:
        raise UsageError(
            f"run {run.id} asked some of the cases ({run.result.selection}): a gate decides on all of them",
            hint=f"arena gate {experiment.path} asks the others and pays for nothing twice",
        )
    if experiment.split is not None and run.facts.purpose != "gate":
        raise UsageError(
            f"run {run.id} was made on the dev cases of a split: those tune, the others decide",
            hint=f"arena gate {experiment.path} asks the gate cases",
        )
    return make_design(
        experiment,
        options,
        select_cases(experiment, options, part="gate"),
        purpose=run.facts.purpose,
        labels=labels_for(experiment, other_control=options.against is not None, run=run.path),
    )


def _collected(run: SavedRun, design: Design) -> RunEvidence:
    """Return what a run has, which must be all that it asked."""
    asked = {row.case for row in run.completions}
    counted = None
    if design.until_decided:
        watch = watch_of(design)
        order = watch.order
        counted = tuple(case for case in order if case.id in asked)
        if counted != order[: len(counted)]:
            raise StorageFailed(f"run {run.id}: answers are missing in between: nothing is decided on it")
    cases = design.selection.cases if counted is None else counted
    _check_rows(run, design, [case.id for case in cases])
    decided = counted is not None and bool(run.result.early_stop and run.result.early_stop.decided)
    return RunEvidence(answered=run.completions, judgments=run.judgments, counted=counted, decided=decided)


def _check_rows(run: SavedRun, design: Design, cases: list[str]) -> None:
    arms = (design.control.name, design.treatment.name)
    wanted = {(case, arm, repeat) for case in cases for arm in arms for repeat in range(design.repeats)}
    there = {(row.case, row.variant, row.repeat): row for row in run.completions}
    missing = sorted(wanted - there.keys())
    if missing or there.keys() - wanted:
        what = f"{len(missing)} answers are missing" if missing else "there are answers that nobody asked for"
        raise StorageFailed(f"run {run.id}: {what}: nothing is decided on it")
    pairs = sum(
        all(there[case, arm, repeat].completion is not None for arm in arms)
        for case in cases
        for repeat in range(design.repeats)
    )
    per_pair = sum(2 if judge.presentations == "both" else 1 for judge in design.experiment.judges)
    if len(run.judgments) != pairs * per_pair:
        raise StorageFailed(
            f"run {run.id}: {pairs * per_pair} judgments were asked and {len(run.judgments)} are there: "
            "nothing is decided on it"
        )
