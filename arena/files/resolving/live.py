"""The live part of an experiment from its authored shape, and the rules between its keys and the rest of the file."""

from datetime import date

from arena.files.reading.file_model import did_you_mean
from arena.files.reading.located import Mistakes
from arena.files.reading.reader import OpenFile
from arena.files.shapes.experiment_file import ExperimentFile
from arena.files.shapes.live_file import ColumnsEntry, LiveFile, LooksEntry, StageEntry
from arena.kinds.quantities import named
from arena.records.experiment import Experiment
from arena.records.live import EventColumns, GateRun, GuardrailAction, LivePlan, LookPlan, Stage, Switchback
from arena.text.printable import printable


def resolve_live(live: LiveFile) -> LivePlan:
    """Return what is registered: durations in seconds, dates as dates, shares as numbers."""
    by, gate = live.randomize_by, live.gate_run
    return LivePlan(
        randomize_by=by.unit or Switchback(block_s=by.block or 0.0, washout_s=by.washout),
        salt=live.salt,
        units=live.units,
        stages=tuple(map(_stage, live.stages)),
        ends=live.ends,
        outcome_within_s=live.outcome_within,
        overrides=live.overrides,
        looks=_looks(live.looks) if live.looks else None,
        burn_in_days=live.burn_in_days,
        segments=tuple(live.segments),
        guardrails={
            name: GuardrailAction(windows=each.windows, action=each.action) for name, each in live.guardrails.items()
        },
        columns=_columns(live.columns, by.unit) if live.columns else None,
        gate_run=GateRun(run=gate.run, skipped=gate.skip) if gate else None,
    )


def _stage(entry: StageEntry) -> Stage:
    kind, exposure = entry.exposure
    return Stage(kind=kind, share=exposure.share, starts=entry.from_, skipped=exposure.skip)


def _looks(entry: LooksEntry) -> LookPlan:
    z = None if entry.z is None else tuple(entry.z)
    return LookPlan(fractions=tuple(entry.fractions), spending=entry.spending, z=z)


def _columns(entry: ColumnsEntry, randomized_by: str | None) -> EventColumns:
    return EventColumns(
        unit=entry.unit or randomized_by or "unit",
        variant=entry.variant,
        time=entry.time,
        trace_id=entry.trace_id,
        arm_hash=entry.arm_hash,
        cluster=entry.cluster,
        shown_first=entry.shown_first,
        cache_state=entry.cache_state,
        pre=entry.pre,
        segments=entry.segments,
    )


def check_live(experiment: Experiment, authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> None:
    """Note what the live part says against itself or the rest of the experiment."""
    if authored.live is not None:
        _check_guardrails(experiment, authored.live, at, mistakes)
        _check_overrides(experiment, authored.live, at, mistakes)
        _check_dates(authored.live, at, mistakes)


def _check_guardrails(experiment: Experiment, live: LiveFile, at: OpenFile, mistakes: Mistakes) -> None:
    declared = {metric.name: metric for metric in experiment.metrics if metric.tag is None}
    for name in live.guardrails:
        metric = declared.get(name)
        if metric is None or not metric.limits:
            hint = did_you_mean(name, declared) if metric is None else ""
            known = "is a known metric but" if metric is None and named(name) else ""
            message = f"'{printable(name)}' {known} has no limit in 'metrics'{hint}".replace("  ", " ")
            mistakes.add(at.located, ("live", "guardrails", name), message)


def _check_overrides(experiment: Experiment, live: LiveFile, at: OpenFile, mistakes: Mistakes) -> None:
    known = tuple(experiment.variants)
    for unit, variant in live.overrides.items():
        if variant not in known:
            hint = did_you_mean(variant, known) or f" (known: {', '.join(map(printable, known))})"
            mistakes.add(at.located, ("live", "overrides", unit), f"no variant '{printable(variant)}'{hint}")


def _check_dates(live: LiveFile, at: OpenFile, mistakes: Mistakes) -> None:
    """Note a stage that does not begin after the one before it, and an end that is not after the last."""
    begun: date | None = None
    for index, stage in enumerate(live.stages):
        if stage.from_ is not None:
            if begun is not None and stage.from_ <= begun:
                message = f"begins on {stage.from_}: expected a day after {begun}, when the stage before it begins"
                mistakes.add(at.located, ("live", "stages", index, "from"), message)
            begun = stage.from_
    if live.ends is not None and begun is not None and live.ends <= begun:
        message = f"expected a day after {begun}, when the last stage begins, found {live.ends}"
        mistakes.add(at.located, ("live", "ends"), message)
