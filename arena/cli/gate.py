"""`arena gate`: may this prompt ship?"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli import options as shared
from arena.cli.deliver import check_formats, deliver, found_in, telling_junit
from arena.cli.environment import read_environment
from arena.cli.project import project_root, run_reference
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.engine.forecast import Forecast
    from arena.engine.plan import DuelPlan
    from arena.records.gate import GateResult
    from arena.records.metric import Decision
    from arena.records.run_options import RunOptions
    from arena.reports.report import CountedAs

    _Decided = tuple[Found[GateResult], Path | None]

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
            found, folder = _again(experiment, root, columns, same)
        else:
            from arena.engine.prepare import prepare_duel

            environment = read_environment(env_file)
            plan, expected = prepare_duel(
                path, asked, root=root, environment=environment, columns=columns, purpose="gate"
            )
            if dry_run:
                from arena.cli.running import give_plan

                give_plan(plan, expected, output_format=output_format, files=files)
                raise typer.Exit(EXIT_CODES["inconclusive"])  # what is only planned proves nothing
            running = {"cache_dir": cache_dir, "environment": environment, "quiet": quiet, "verbose": verbose}
            found, folder = _decide(plan, expected, same, running)
        if found.result.decision == "inconclusive":
            found = replace(found, counted_as=open_counts_as)
        deliver(found, output_format=output_format, files=files, folder=folder)
    raise typer.Exit(EXIT_CODES[found.counted_as or found.result.decision])


def _decide(plan: "DuelPlan", expected: "Forecast", unchanged: "Decision", running: Mapping[str, Any]) -> "_Decided":
    """Decide without a call where that can be done, else run the plan and decide on what came back.

    Returns:
        What was found, and the folder of the run; None where nothing was asked.
    """
    from arena.offline.gate.beforehand import known_beforehand, unsent

    known = known_beforehand(plan, unchanged=unchanged)
    if known is not None:
        return Found(result=unsent(plan, known)), None
    from arena.cli.running import run_gate
    from arena.runs.home import runs_folder
    from arena.runs.saved import SavedRun

    finished = run_gate(plan, expected, **running)
    run = SavedRun(runs_folder(plan.root) / finished.facts.run)
    reference = run_reference("latest", plan.root, start=Path.cwd())
    return found_in(run, finished.result, facts=finished.facts, reference=reference), run.path


def _again(run: str, root: Path | None, columns: Mapping[str, str] | None, unchanged: "Decision") -> "_Decided":
    from arena.cli.running import now
    from arena.offline.gate.again import decide_again
    from arena.runs.find import find
    from arena.runs.saved import load

    here = Path.cwd()
    folder = project_root(root, start=here)
    saved = load(find(run, root=folder))
    found = decide_again(saved, columns=columns, unchanged=unchanged, clock=now)
    reference = run_reference(run, folder, start=here)
    return found_in(saved, found.result, facts=found.facts, reference=reference), saved.path


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
