"""`arena gate`: may this prompt ship?"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli import options as shared
from arena.cli.deliver import check_formats, deliver, deliver_finished, telling_junit
from arena.cli.environment import read_environment
from arena.cli.project import project_root, run_reference
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.engine.finish import Finished
    from arena.records.gate import GateResult
    from arena.records.metric import Decision
    from arena.records.run_options import RunOptions
    from arena.reports.report import CountedAs

VERDICT = "Verdict"
EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}

ExperimentOrRun = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT|RUN",
        help="The experiment to run and decide, or a past run to decide on: a folder, its name's beginning, latest.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="GITREF|RUN",
        help="The control is the treatment as it reads at the merge base with GITREF, or as RUN answered.",
        rich_help_panel=shared.CHOICE,
    ),
]
Inconclusive = Annotated[
    str | None,
    typer.Option(
        "--inconclusive",
        metavar="pass|fail",
        help="Leave with the exit code of a pass or of a fail where nothing is proved; said in the report.",
        rich_help_panel=VERDICT,
    ),
]
Unchanged = Annotated[
    str | None,
    typer.Option(
        "--unchanged",
        metavar="pass",
        help="Pass where the arms do not differ at all; said in the report.",
        rich_help_panel=VERDICT,
    ),
]


def gate(
    experiment: ExperimentOrRun = "experiment.yaml",
    against: Against = None,
    inconclusive: Inconclusive = None,
    unchanged: Unchanged = None,
    repeats: shared.Repeats = None,
    map_: shared.Map = None,
    until_decided: shared.UntilDecided = False,
    seed: shared.Seed = None,
    dry_run: shared.DryRun = False,
    max_cost: shared.MaxCost = None,
    offline: shared.Offline = False,
    refresh: shared.Refresh = False,
    concurrency: shared.Concurrency = 16,
    deadline: shared.Deadline = 240.0,
    rpm: shared.RequestRate = None,
    tpm: shared.TokenRate = None,
    allow_host: shared.AllowHost = None,
    allow_code: shared.AllowCode = False,
    cache_dir: shared.CacheDir = None,
    env_file: shared.EnvFile = None,
    root: shared.Root = None,
    output_format: shared.OutputFormat = "text",
    output: shared.OutputFile = None,
    quiet: shared.Quiet = False,
    verbose: shared.Verbose = False,
) -> None:
    """May this prompt ship? Exit code 0 only for a proven pass; 1 for a fail, 3 where nothing is proved."""
    from arena.records.run_options import RunOptions

    files = output or []
    check_formats("plan" if dry_run else "gate", output_format, files)
    open_counts_as = _inconclusive(inconclusive)
    same = _unchanged(unchanged)
    columns = shared.columns_of(map_)
    asked = RunOptions(
        repeats=repeats,
        seed=seed,
        against=against,
        until_decided=until_decided,
        offline=offline,
        refresh=refresh,
        max_cost_usd=max_cost,
        concurrency=concurrency,
        allow_hosts=shared.allowed_hosts(allow_host),
        allow_code=allow_code,
        deadline_s=deadline,
        requests_per_minute=rpm,
        tokens_per_minute=tpm,
    )
    with telling_junit(experiment, output_format, files):
        path = _experiment_path(experiment)
        if path is None:
            _check_nothing_is_asked(experiment, asked, dry_run=dry_run)
            finished, reference = _again(experiment, root, columns, same)
        else:
            from arena.cli.running import runtime_of
            from arena.engine.prepare import prepare_duel
            from arena.engine.preview import preview
            from arena.offline.procedures import gate as decide

            environment = read_environment(env_file)
            plan = prepare_duel(path, asked, root=root, environment=environment, columns=columns, purpose="gate")
            if dry_run:
                deliver(Found(result=preview(plan)), output_format=output_format, files=files)
                raise typer.Exit(EXIT_CODES["inconclusive"])  # what is only planned proves nothing
            runtime = runtime_of(cache_dir=cache_dir, quiet=quiet, verbose=verbose)
            finished = decide(plan, runtime, unchanged=same)
            reference = run_reference("latest", plan.design.root, start=Path.cwd())
        decision = finished.result.decision
        counted_as = open_counts_as if decision == "inconclusive" else None
        deliver_finished(finished, reference, output_format=output_format, files=files, counted_as=counted_as)
    raise typer.Exit(EXIT_CODES[counted_as or decision])


def _again(
    run: str, root: Path | None, columns: Mapping[str, str] | None, unchanged: "Decision"
) -> "tuple[Finished[GateResult], str]":
    from arena.cli.running import now
    from arena.offline.procedures import gate_again
    from arena.runs.find import find
    from arena.runs.saved import load

    here = Path.cwd()
    folder = project_root(root, start=here)
    finished = gate_again(load(find(run, root=folder)), columns=columns, unchanged=unchanged, clock=now)
    return finished, run_reference(run, folder, start=here)


def _experiment_path(given: str) -> Path | None:
    """Return the experiment that is meant; None for a run: `latest`, its folder or the beginning of its name."""
    path = Path(given)
    if path.is_file() or (path / "experiment.yaml").is_file() or path.suffix in (".yaml", ".yml"):
        return path
    return None


def _check_nothing_is_asked(run: str, asked: "RunOptions", *, dry_run: bool) -> None:
    """Refuse what a past run could follow only by asking: a verdict that left it out would answer another question."""
    given = {
        "--against": asked.against is not None,
        "--repeats": asked.repeats is not None,
        "--seed": asked.seed is not None,
        "--until-decided": asked.until_decided,
        "--refresh": asked.refresh,
        "--dry-run": dry_run,
    }
    if names := [name for name, is_given in given.items() if is_given]:
        raise UsageError(
            f"{', '.join(names)}: {run} is a past run, which is decided as it was asked",
            hint="arena gate EXPERIMENT asks anew",
        )


def _inconclusive(value: str | None) -> "CountedAs | None":
    match value:
        case None | "pass" | "fail":
            return value
        case _:
            raise UsageError(f"--inconclusive {value}: expected pass or fail")


def _unchanged(value: str | None) -> "Decision":
    match value:
        case None:
            return "inconclusive"
        case "pass":
            return "pass"
        case _:
            raise UsageError(f"--unchanged {value}: expected pass")
