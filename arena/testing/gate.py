"""The gate inside a test: it passes only where `arena gate` would, and fails with the gate's report."""

import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from arena.errors import Interrupted
from arena.records.run_options import RunOptions

if TYPE_CHECKING:
    from arena.engine.finish import Finished
    from arena.records.gate import GateResult

WIDTH = 100  # columns of the report in an AssertionError
SIGINT = 130
DEFAULTS = RunOptions()


def assert_not_worse(
    experiment: str | os.PathLike[str],
    *,
    inconclusive: Literal["pass", "fail"] = "fail",
    unchanged: Literal["pass", "inconclusive"] = "inconclusive",
    offline: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    root: str | os.PathLike[str] | None = None,
    options: RunOptions = DEFAULTS,
) -> "GateResult":
    """Assert that the treatment of an experiment passes its gate, as `arena gate EXPERIMENT` decides it.

    Every criterion of the experiment must be proved: a result that is open is no pass. Answers come from the cache
    where it has them, so a test that ran before costs nothing.

    Args:
        experiment: the file, or the folder that holds experiment.yaml.
        inconclusive: what an open verdict counts as.
        unchanged: what arms that do not differ at all are worth, as they are once the treatment is merged.
        offline: answer from the cache alone.
        cache_dir: of completions; None: `.arena/cache` of the project.
        environment: where keys and addresses are read from; None: the process environment.
        root: of the project; None: the nearest parent of the experiment with .git or pyproject.toml.
        options: what else is asked of the run, as `arena gate` takes it: `max_cost_usd`, `against`, `allow_code` …

    Returns:
        The result, where it passed.

    Raises:
        AssertionError: with the gate's report, where the verdict is fail, or open.
        UsageError: a file is wrong, or cannot be followed; nothing was sent.
        CannotRun: the run cannot be done: a key, a model, the disk, the cost cap, an answer that is not in the cache.
        KeyboardInterrupt: Ctrl-C; what was paid for is kept.

    ```python
    def test_the_new_prompt_may_ship():
        assert_not_worse(Path(__file__).parent / "experiment.yaml", offline=True)
    ```
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    finished = _decide(
        Path(experiment),
        replace(options, offline=offline or options.offline),
        unchanged,
        cache_dir=None if cache_dir is None else Path(cache_dir),
        environment=dict(os.environ if environment is None else environment),
        root=None if root is None else Path(root),
    )
    for warning in finished.warnings:
        warnings.warn(warning, stacklevel=2)
    result = finished.result
    if result.decision == "fail" or (result.decision == "inconclusive" and inconclusive == "fail"):
        raise AssertionError(
            f"{result.duel.experiment.name}: {result.decision}, {result.verdict.advice}\n\n{_report(finished)}"
        )
    return result


def _decide(
    experiment: Path,
    options: RunOptions,
    unchanged: Literal["pass", "inconclusive"],
    *,
    cache_dir: Path | None,
    environment: Mapping[str, str],
    root: Path | None,
) -> "Finished[GateResult]":
    from arena.engine.prepare import prepare_duel
    from arena.engine.runtime import Runtime
    from arena.offline.procedures import gate

    __tracebackhide__ = True
    plan = prepare_duel(experiment, options, root=root, environment=environment, purpose="gate")
    runtime = Runtime(clock=_now, seconds=time.monotonic, cache_dir=cache_dir)
    try:
        return gate(plan, runtime, unchanged=unchanged)
    except Interrupted as stopped:
        if stopped.exit_code == SIGINT:  # a test runner that took it for a failure would go on with the next test
            raise KeyboardInterrupt(stopped.message) from stopped
        raise


def _report(finished: "Finished[GateResult]") -> str:
    from arena.reports.report import Found, Page
    from arena.reports.table import REPORTS

    found = Found(result=finished.result, facts=finished.facts)
    return REPORTS["gate"]["text"](found, Page(width=WIDTH, colour=False, unicode=True))


def _now() -> datetime:
    return datetime.now().astimezone()
