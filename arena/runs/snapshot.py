"""The experiment as a run keeps it, so that every report and `arena show` works from the folder alone."""

from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from arena.records.codec import Undecodable, from_json, to_json
from arena.records.experiment import Experiment
from arena.records.variant import Variant


def experiment_to_json(experiment: Experiment) -> dict[str, Any]:
    """Return the whole experiment as plain JSON, without the path of anybody's home folder in it."""
    root = PurePath(experiment.root)
    portable = replace(
        experiment,
        root="",
        transcript=None if experiment.transcript is None else _below(root, experiment.transcript),
        variants={name: _portable(each, root) for name, each in experiment.variants.items()},
    )
    data: dict[str, Any] = to_json(portable, sort=False)
    return data


def experiment_from_json(data: Any, root: Path) -> Experiment:
    """Return the experiment that a run keeps, anchored at `root` again.

    Raises:
        Undecodable: it is no experiment.
    """
    if isinstance(data, dict) and "outcome_within_s" not in (data.get("live") or ()):
        data = data | {"live": None}  # an older run kept what its author wrote there, and no command has read it
    experiment = from_json(Experiment, data)
    if len({judge.id for judge in experiment.judges}) < len(experiment.judges):
        raise Undecodable(
            "two of its judges have one name, as judges of one model had in earlier versions: run it again"
        )
    return replace(
        experiment,
        root=str(root),
        transcript=None if experiment.transcript is None else str(root / experiment.transcript),
        variants={name: _anchored(each, root) for name, each in experiment.variants.items()},
    )


def _portable(variant: Variant, root: PurePath) -> Variant:
    if variant.target is None:
        return variant
    return replace(variant, target=replace(variant.target, file=_below(root, variant.target.file)))


def _anchored(variant: Variant, root: Path) -> Variant:
    if variant.target is None:
        return variant
    return replace(variant, target=replace(variant.target, file=str(root / variant.target.file)))


def _below(root: PurePath, path: str) -> str:
    return PurePath(path).relative_to(root).as_posix() if PurePath(path).is_relative_to(root) else path
