"""What a finished run says of one metric, for a live test of it."""

from dataclasses import dataclass

import numpy as np

from arena.deciding.wording import quantity
from arena.engine.paired_cases import paired_cases_of
from arena.errors import Refused
from arena.kinds.quantities import named
from arena.runs.saved import SavedRun
from arena.stats.intra_cluster import IntraCluster, intra_cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOfRun:
    """What a run says of one metric, for a live test of it."""

    metric: str
    unit: str
    mean: float  # of control
    sd: float | None  # of control, one case; None: one case alone
    cases: int
    alike: IntraCluster | None

    def sentence(self, run: str) -> str:
        """Return where the numbers come from, in words."""
        spread = "" if self.sd is None else f", standard deviation {quantity(self.sd, self.unit)}"
        text = f"run {run}: {self.metric} of control {quantity(self.mean, self.unit)}{spread} in {self.cases:,} cases"
        if self.alike is None:
            return text
        return f"{text}; ICC {self.alike.icc:.2f} in clusters of {self.alike.cluster_size:.3g}"


def metric_of_run(run: SavedRun, name: str | None, *, rate: bool) -> MetricOfRun:
    """Return what a run says of a metric.

    Args:
        run: a finished one.
        name: the metric's; None: the only one that fits.
        rate: a share is wanted; else a mean.

    Raises:
        UsageError: no such metric, or several and no name, or it was not measured, or it is of the wrong kind.
    """
    found = paired_cases_of(run)
    kind = "rate" if rate else "mean"
    declared = {metric.name: metric for metric in found.design.experiment.metrics}
    names = list(dict.fromkeys([*declared, *(each.name for each in run.result.metrics)]))
    metrics = {one: declared.get(one) or named(one) for one in names}
    fitting = {
        one: metric for one, metric in metrics.items() if metric and not metric.is_win_rate and metric.aggregate == kind
    }
    if name is None and len(fitting) != 1:
        raise Refused(f"say which; run {run.id} has {', '.join(fitting) or f'no {kind}'}", argument="metric")
    chosen = next(iter(fitting)) if name is None else name
    metric = fitting.get(chosen) or named(chosen)
    if metric is None or metric.aggregate != kind or metric.is_win_rate:
        raise Refused(
            f"no {kind} of run {run.id}; it has {', '.join(fitting) or 'none'}", argument="metric", value=chosen
        )
    values = found.values(metric)
    if values is None or not values.control:
        raise Refused(f"not measured in run {run.id}", argument="metric", value=chosen)
    control = np.array(values.control)
    return MetricOfRun(
        metric=chosen,
        unit=metric.unit,
        mean=float(control.mean()),
        sd=float(control.std(ddof=1)) if len(control) > 1 else None,
        cases=len(control),
        alike=intra_cluster(control, values.clusters),
    )
