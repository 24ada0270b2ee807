"""Small experiments on disk, against the loopback server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

JUDGE = {"model": "openai:judge-1", "price": {"input": 1.0, "output": 2.0}}
MODEL = {"model": "openai:model-1", "price": {"input": 1.0, "output": 2.0}}


def write_experiment(folder: Path, **keys: Any) -> Path:
    """Write experiment.yaml: two prompts whose answers differ in hidden quality, and what `keys` say otherwise.

    A key with the value None is left out.
    """
    experiment: dict[str, Any] = {
        "name": "loopback",
        "model": MODEL["model"],
        "price": MODEL["price"],
        "judge": JUDGE,
        "variants": {"control": "Be helpful. quality=0.45", "treatment": "Be helpful and kind. quality=0.55"},
        "cases": cases(12),
    } | keys
    (folder / "pyproject.toml").touch()
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in experiment.items() if v is not None}, sort_keys=False))
    return path


def cases(number: int, **fields: Any) -> list[dict[str, Any]]:
    """Return so many different cases."""
    return [{"id": f"c{i}", "input": f"Question {i}: where is my order {i * 7919}?", **fields} for i in range(number)]


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of a file of the latest run."""
    runs = sorted((folder / ".arena" / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns)
    return [json.loads(line) for line in (runs[-1] / name).read_text().splitlines()]


def without_times(value: Any) -> Any:
    """Return JSON with every field in seconds masked."""
    if isinstance(value, Mapping):
        return {key: None if key.endswith("_s") else without_times(part) for key, part in value.items()}
    return [without_times(part) for part in value] if isinstance(value, list) else value


def result_bytes(folder: Path) -> bytes:
    """Return result.json of the latest finished run."""
    runs = sorted((folder / ".arena" / "runs").iterdir(), key=lambda run: (run / "manifest.json").stat().st_mtime_ns)
    return (runs[-1] / "result.json").read_bytes()
