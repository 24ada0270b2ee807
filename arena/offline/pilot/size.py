"""How many cases would prove what an experiment decides, if they were like those of a finished run."""

from collections.abc import Sequence

import numpy as np

from arena.deciding.wording import quantity
from arena.engine.paired_cases import paired_cases_of
from arena.errors import Refused
from arena.offline.pilot.rules import Rules
from arena.planning.duel_size import decisive
from arena.planning.pilot import DRAWS, Pilot, size_by_pilot, tilted
from arena.records.experiment import Experiment
from arena.records.plans import SizePlan
from arena.runs.saved import SavedRun
from arena.stats.clusters import Floats, has_labels
from arena.stats.intra_cluster import intra_cluster
from arena.stats.preference import fewest_clusters

_FEW = 30  # cases below which a pilot's own numbers are hardly known


def size_from_run(
    run: SavedRun,
    *,
    experiment: Experiment | None = None,
    win_rate: float | None = None,
    alpha: float | None = None,
    power: float = 0.8,
    seed: int = 0,
    draws: int = DRAWS,
) -> SizePlan:
    """Return the cases with which a duel like a run proves all that its experiment decides.

    Args:
        run: a finished one; nothing is asked.
        experiment: whose criteria are to be proved; None: the run's.
        win_rate: the true one, where it should be another than the run's; ties and orders then follow it.
        alpha: two-sided level; None: the experiment's.
        power: chance that all criteria pass.
        seed: of the samples.
        draws: samples at the number of cases that is chosen.

    Raises:
        UsageError: nothing is decided, or an argument is outside its domain.
    """
    found = paired_cases_of(run)
    design = found.design
    decides = experiment or design.experiment
    level = decides.gate.alpha if alpha is None else alpha
    comparisons = found.evidence.comparisons if design.experiment.judges else ()
    clusters = [case.cluster for case in found.cases]
    scores = np.array([one.score for one in comparisons])
    if win_rate is not None and not comparisons:
        raise Refused(f"run {run.id} was not judged, so that it has none", argument="win_rate")
    pilot = Pilot(len(clusters), clusters) if win_rate is None else tilted(scores, clusters, win_rate)
    rules = Rules(pilot, found, comparisons, level, fewest_clusters(level) if has_labels(clusters) else 1)
    observed = [rules.of(metric, criterion) for metric, criterion in decisive(decides.metrics)]
    return size_by_pilot(
        pilot,
        observed,
        alpha=level,
        power=power,
        seed=seed,
        draws=draws,
        inputs={"from_run": run.id, "pilot_cases": len(clusters), **_facts(pilot, scores, clusters, run)},
        notes=_notes(run, pilot, scores, clusters, win_rate),
    )


def _facts(
    pilot: Pilot, scores: Floats, clusters: Sequence[str | None], run: SavedRun
) -> dict[str, float | int | str | bool | None]:
    alike = intra_cluster(scores, clusters) if len(scores) else None
    judge = run.result.judge
    share = pilot.mean(scores) if len(scores) else None
    return {
        "win_rate": share,
        "ties": pilot.mean((scores == 0.5).astype(np.float64)) if len(scores) else None,
        "score_sd": None if share is None else pilot.mean((scores - share) ** 2) ** 0.5,
        "first_slot_share": None if judge is None else judge.first_slot_share.value,
        "consistency": None if judge is None else judge.consistency.value,
        "clusters": len(pilot.sizes) if pilot.labelled else None,
        "icc": None if alike is None else alike.icc,
        "design_effect": None if share is None or not pilot.labelled else _effect(pilot, scores),
    }


def _effect(pilot: Pilot, scores: Floats) -> float | None:
    alone = pilot.mean((scores - pilot.mean(scores)) ** 2)
    return None if alone <= 0.0 else pilot.spread(scores) ** 2 / alone


def _notes(
    run: SavedRun, pilot: Pilot, scores: Floats, clusters: Sequence[str | None], win_rate: float | None
) -> tuple[str, ...]:
    notes = []
    cases = len(clusters)
    if len(scores):
        facts = _facts(pilot, scores, clusters, run)
        tied, sd = float(facts["ties"] or 0.0), float(facts["score_sd"] or 0.0)
        share = float(facts["win_rate"] or 0.0)
        plain = max(share * (1.0 - share) - tied / 4.0, 0.0) ** 0.5
        drawn = " (drawn so that it is the win rate asked for)" if win_rate is not None else ""
        notes.append(
            f"run {run.id}: {cases:,} cases, win rate {quantity(share, 'share')}{drawn}, {quantity(tied, 'share')} tied"
        )
        notes.append(f"a score's standard deviation is {sd:.3f}, where one order alone would have {plain:.3f}")
        judge = run.result.judge
        if judge is not None and judge.first_slot_share.value is not None and judge.consistency.value is not None:
            notes.append(
                f"the answer shown first has {quantity(judge.first_slot_share.value, 'share')}, both orders agree in "
                f"{quantity(judge.consistency.value, 'share')} of cases"
            )
        if pilot.labelled:
            notes.append(_about_clusters(pilot, scores, clusters))
        if win_rate is None and run.result.win_rate is not None and run.result.win_rate.interval is not None:
            low, high = run.result.win_rate.interval.low, run.result.win_rate.interval.high
            between = f"between {quantity(low, 'share')} and {quantity(high, 'share')}"
            notes.append(f"the true win rate may be anywhere {between}: --win-rate plans for another one")
    if run.result.selection is not None:
        notes.append(f"cases of the run: {run.result.selection}")
    if cases < _FEW:
        notes.append(f"{cases:,} cases tell little of what the next ones will be like")
    return tuple(notes)


def _about_clusters(pilot: Pilot, scores: Floats, clusters: Sequence[str | None]) -> str:
    alike, effect = intra_cluster(scores, clusters), _effect(pilot, scores)
    size = f"{len(pilot.sizes):,} clusters of {pilot.sizes.mean():.3g} cases"
    if alike is None or effect is None:
        return f"{size}: too few to tell how alike their cases are"
    return f"{size}, ICC {alike.icc:.2f}: {effect:.3g} times the cases that independent ones would need"
