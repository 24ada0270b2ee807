"""From an experiment file and the options of a command to a plan that may be sent."""

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from arena.engine import until_decided
from arena.engine.against import against
from arena.engine.forecast import Forecast, forecast
from arena.engine.graded import check_means, embedding_models
from arena.engine.labels import with_labels
from arena.engine.plan import DuelPlan, plan_duel
from arena.engine.previous import cases_by_outcome
from arena.engine.select import select_cases
from arena.errors import BudgetExceeded, UsageError
from arena.files import experiments
from arena.kinds.quantities import quantity_of
from arena.providers.table import unavailable
from arena.records.experiment import Experiment
from arena.records.metric import Metric
from arena.records.run import Purpose
from arena.records.run_options import RunOptions
from arena.records.selection import Part
from arena.records.variant import Model
from arena.runs.find import find
from arena.runs.saved import load

#: Endings of golden sets that have columns.
TABLES = (".csv", ".jsonl", ".ndjson")


def prepare_duel(
    path: Path,
    options: RunOptions,
    *,
    root: Path | None,
    environment: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
    purpose: Purpose = "duel",
) -> tuple[DuelPlan, Forecast]:
    """Read an experiment and plan its duel; nothing is sent.

    Args:
        path: the experiment file, or the folder that holds experiment.yaml.
        options: of the command.
        root: the project root; None: the nearest parent with .git or pyproject.toml.
        environment: where vendors' addresses may be rebound.
        columns: field to column of a golden set in .csv or .jsonl.
        purpose: a duel tunes on the dev part of a split, a gate decides on the rest.

    Returns:
        The plan, and what it will ask and cost.

    Raises:
        FileError: mistakes in the files, all at once.
        UsageError: options that cannot be followed, or a cap that cannot be kept for want of a price.
        BudgetExceeded: even the lowest guess of the cost is above the cap.
    """
    experiment = experiments.load(path, root=root, mapping=columns, single_variant=options.against is not None)
    check_columns(experiment, columns)
    if options.until_decided:
        until_decided.check(experiment, options)
    notes: tuple[str, ...] = ()
    if options.against is not None:
        experiment, notes = against(experiment, options.against, columns=columns)
    _check_two(experiment, path)
    part: Part = "gate" if purpose == "gate" else "dev"
    plan = plan_duel(
        experiment,
        options,
        select_cases(experiment, options, chosen_by_outcome=_chosen(experiment, options), part=part),
        environment=environment,
        notes=notes,
    )
    plan = with_labels(replace(plan, purpose=purpose))
    check_means(plan)
    callable_models(plan)
    return capped(plan, forecast(plan))


def check_columns(experiment: Experiment, columns: Mapping[str, str] | None) -> None:
    """Check that a golden set whose fields are mapped to columns has columns.

    Raises:
        UsageError: it has none.
    """
    if columns and not (experiment.golden.path or "").endswith(TABLES):
        where = experiment.golden.path or experiment.path
        raise UsageError(f"--map: {where} has no columns; only .csv and .jsonl have")


def _check_two(experiment: Experiment, path: Path) -> None:
    names = tuple(experiment.variants)
    if len(names) != 2:
        raise UsageError(
            f"{path}: a duel compares two variants, this experiment has {len(names)}: {', '.join(names)}",
            hint=f"`arena rank {shlex.quote(str(path))}` compares them all; or keep the two that you mean",
        )


def callable_models(plan: DuelPlan) -> list[tuple[Model, str | None]]:
    """Return each model of a plan, with the reason why it cannot be called here; None where it can.

    Raises:
        UsageError: a provider is unknown, or a file names a host to which no key may go: nothing was sent.
    """
    variants = (variant.model for variant in plan.experiment.variants.values())
    models = [*(model for model in variants if model is not None), *(judge.model for judge in plan.experiment.judges)]
    models += dict.fromkeys(embedding_models(plan))
    allowed = dict(plan.options.allow_hosts)
    # Not by name: two arms may ask models of one name at two addresses, with a key for one of them.
    return [(model, unavailable(model, plan.environment, allow_hosts=allowed, root=plan.root)) for model in models]


def _chosen(experiment: Experiment, options: RunOptions) -> frozenset[str] | None:
    if options.only is None:
        return None
    run = load(find("latest", root=Path(experiment.root)))
    return cases_by_outcome(run, experiment, options.only)


def capped(plan: DuelPlan, expected: Forecast) -> tuple[DuelPlan, Forecast]:
    """Check a plan against its cap.

    A model without a known price starts with the cap not enforced, unless the cap, or a metric, asks
    for the cost.

    Raises:
        UsageError: a price is needed and not known.
        BudgetExceeded: even the lowest guess of the cost is above the cap.
    """
    if expected.usd is None:
        needs = _needs_a_price(plan)
        if needs:
            raise UsageError(
                f"{', '.join(expected.unpriced)}: the price is not known, and {needs} needs it",
                hint="declare it beside the model: price: {input: 2.50, output: 10.00}  (USD per million tokens)",
            )
        return replace(plan, cap_enforced=False), expected
    cap = cap_of(plan)
    if expected.usd.low > cap:
        raise BudgetExceeded(
            f"{expected.calls} calls cost ${expected.usd.low:.2f} or more; the cap is ${cap:.2f}: nothing was sent",
            hint="--limit asks fewer cases; --max-cost raises the cap",
        )
    return plan, expected


def cap_of(plan: DuelPlan) -> float:
    """Return the cost cap in USD: the command line's, else the experiment's."""
    asked = plan.options.max_cost_usd
    return plan.experiment.max_cost_usd if asked is None else asked


def _needs_a_price(plan: DuelPlan) -> str | None:
    if plan.options.max_cost_usd is not None:
        return "--max-cost"
    if plan.experiment.max_cost_declared:
        return "max_cost_usd"
    return next((f"metric {metric.name}" for metric in plan.experiment.metrics if _is_of_cost(metric)), None)


def _is_of_cost(metric: Metric) -> bool:
    quantity = quantity_of(metric.source)
    return metric.is_offline and quantity is not None and quantity.unit == "USD"
