"""What a run will do: its design and the work that follows from it, made once and whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from arena.engine.checks import check_prerequisites, embedding_models
from arena.engine.design import Design
from arena.engine.forecast import forecast
from arena.engine.work import Work, make_work
from arena.errors import BudgetExceeded, UsageError
from arena.kinds.quantities import is_measured_in
from arena.providers.table import unavailable
from arena.records.metric import Metric
from arena.records.preview import Forecast
from arena.records.run_options import RunOptions
from arena.records.variant import Model
from arena.records.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Who is called, what that should cost, and what it may cost."""

    models: tuple[tuple[Model, str | None], ...]  # each that is called, with the reason why it cannot be called here
    forecast: Forecast
    cap_usd: float
    cap_enforced: bool  # False: a model has no known price, and no cap was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is known before the first call."""

    design: Design
    work: Work
    budget: Budget


def make_plan(design: Design, options: RunOptions, environment: Mapping[str, str]) -> Plan:
    """Plan the work of a design: every request, what it should cost, and whether it can be done here.

    Args:
        design: of the run.
        options: what the user asked of this run.
        environment: where keys are read from and addresses of vendors may be rebound.

    Raises:
        UsageError: a setting that a model does not take, a check that may not run here, a provider that is unknown, a
            host to which no key may go, or a price that is needed and not known.
        BudgetExceeded: even the lowest guess of the cost is above the cap.
    """
    work = make_work(design, options, environment)
    check_prerequisites(design, work.workspace, allow_code=options.allow_code)
    models = _models(design, options, work.workspace)
    absent = {model for model, missing in models if missing is not None}
    expected = forecast(design, work.tasks, recorded=absent if design.experiment.transcript is not None else ())
    cap = design.experiment.max_cost_usd if options.max_cost_usd is None else options.max_cost_usd
    _check_cap(design, options, expected, cap)
    budget = Budget(models=models, forecast=expected, cap_usd=cap, cap_enforced=expected.usd is not None)
    return Plan(design=design, work=work, budget=budget)


def _models(design: Design, options: RunOptions, workspace: Workspace) -> tuple[tuple[Model, str | None], ...]:
    """Return each model that is called, with the reason why it cannot be called here; None where it can.

    Not by name: two arms may ask models of one name at two addresses, with a key for one of them.
    """
    experiment = design.experiment
    models = [variant.model for variant in experiment.variants.values() if variant.model is not None]
    models += [judge.model for judge in experiment.judges]
    models += dict.fromkeys(embedding_models(design))
    allowed = dict(options.allow_hosts)
    reasons = (unavailable(model, workspace.environment, allow_hosts=allowed, root=design.root) for model in models)
    return tuple(zip(models, reasons, strict=True))


def _check_cap(design: Design, options: RunOptions, expected: Forecast, cap: float) -> None:
    """Check what a run should cost against its cap.

    A model without a known price starts with the cap not enforced, unless the cap, or a metric, asks
    for the cost.
    """
    if expected.usd is None:
        if needs := _needs_a_price(design, options):
            raise UsageError(
                f"{', '.join(expected.unpriced)}: the price is not known, and {needs} needs it",
                hint="declare it beside the model: price: {input: 2.50, output: 10.00}  (USD per million tokens)",
            )
    elif expected.usd.low > cap:
        raise BudgetExceeded(
            f"{expected.calls} calls cost ${expected.usd.low:.2f} or more; the cap is ${cap:.2f}: nothing was sent",
            hint="`limit` asks fewer cases; `max_cost_usd` raises the cap",
        )


def _needs_a_price(design: Design, options: RunOptions) -> str | None:
    if options.max_cost_usd is not None:
        return "`max_cost_usd`"
    if design.experiment.max_cost_declared:
        return "max_cost_usd"
    return next((f"metric {metric.name}" for metric in design.experiment.metrics if _is_of_cost(metric)), None)


def _is_of_cost(metric: Metric) -> bool:
    return metric.is_offline and is_measured_in(metric.source, "USD")
