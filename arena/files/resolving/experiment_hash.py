"""The hash of an experiment: equal for equal experiments, whatever their comments, paths and folders."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from arena.records.case import GoldenSet
from arena.records.experiment import Experiment
from arena.records.label import Label
from arena.records.live import LivePlan
from arena.records.rubric import Rubric
from arena.records.variant import Target, Variant

#: Where things lie and what they are called changes no result; neither does the cap on spending.
#: `live` has a hash of its own, so that a running test does not end an offline comparison, nor the reverse.
_LEFT_OUT: Mapping[type, frozenset[str]] = {
    Experiment: frozenset(
        {"name", "root", "path", "hash", "files", "warnings", "transcript", "live", "max_cost_usd", "max_cost_declared"}
    ),
    GoldenSet: frozenset({"name", "path", "sha256"}),
    Rubric: frozenset({"name", "path", "sha256"}),
    Variant: frozenset({"sources"}),
    Target: frozenset({"file"}),
    Label: frozenset({"note"}),
}


def experiment_hash(experiment: Experiment) -> str:
    """Return the sha256, 64 hex digits, of the canonical JSON of everything that can change a result.

    The files that recorded answers come from count by their bytes. Fields that hold their default are left out, so
    that a setting added later changes no hash.
    """
    recorded = sorted(file.sha256 for file in experiment.files if file.recorded)
    return _digest([_plain(experiment), recorded])


def live_hash(plan: LivePlan) -> str:
    """Return the sha256, 64 hex digits, of everything that is registered of a test on users.

    It is apart from the experiment's, so that a word in its hypothesis stops no running test. Fields that hold their
    default are left out here as well.

    >>> live_hash(LivePlan(randomize_by="user_id")) == live_hash(LivePlan(randomize_by="user_id", burn_in_days=0))
    True
    """
    return _digest(plan)


def _digest(value: Any) -> str:
    text = json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(record: Any) -> Any:
    """Return a record's fields but those that change nothing; json calls this for each record it meets."""
    if isinstance(record, date):
        return record.isoformat()
    left_out = _LEFT_OUT.get(type(record), frozenset())
    return {
        field.name: value
        for field in dataclasses.fields(record)
        if field.name not in left_out and not _is_default(field, value := getattr(record, field.name))
    }


def _is_default(field: "dataclasses.Field[Any]", value: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default)
    return field.default_factory is not dataclasses.MISSING and not value
