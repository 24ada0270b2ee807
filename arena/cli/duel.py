"""`arena duel`: is the treatment better on my golden set?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli import options as shared
from arena.cli.deliver import check_formats, deliver, deliver_finished, telling_junit
from arena.cli.environment import read_environment
from arena.cli.project import run_reference
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.records.run_options import Only

OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only",
        metavar="lost|failed|flipped",
        help="Ask only the cases that the last run lost, failed, or judged differently in the two orders: exploratory.",
        rich_help_panel=shared.CHOICE,
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="GITREF|RUN",
        help="Compare with the treatment as it reads at the merge base with GITREF, or as RUN answered.",
        rich_help_panel=shared.CHOICE,
    ),
]


def duel(
    experiment: shared.ExperimentPath = Path("experiment.yaml"),
    limit: shared.Limit = None,
    tag: shared.Tag = None,
    case: shared.CaseId = None,
    only: OnlyOption = None,
    repeats: shared.Repeats = None,
    against: Against = None,
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
    """Is the treatment better on my golden set?"""
    from arena.cli.running import runtime_of
    from arena.engine.prepare import prepare_duel
    from arena.engine.preview import preview
    from arena.engine.run import run
    from arena.offline.procedures import DUEL
    from arena.records.run_options import RunOptions

    files = output or []
    check_formats("plan" if dry_run else "duel", output_format, files)
    asked = RunOptions(
        limit=limit,
        tags=tuple(tag or ()),
        cases=tuple(case or ()),
        only=_only(only),
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
    with telling_junit(str(experiment), output_format, files):
        environment = read_environment(env_file)
        columns = shared.columns_of(map_)
        plan = prepare_duel(experiment, asked, root=root, environment=environment, columns=columns)
        if dry_run:
            deliver(Found(result=preview(plan)), output_format=output_format, files=files)
            return
        finished = run(plan, DUEL, runtime_of(cache_dir=cache_dir, quiet=quiet, verbose=verbose))
        reference = run_reference("latest", plan.design.root, start=Path.cwd())
        deliver_finished(finished, reference, output_format=output_format, files=files)


def _only(value: str | None) -> "Only | None":
    match value:
        case None | "lost" | "failed" | "flipped":
            return value
        case _:
            raise UsageError(f"--only {value}: expected lost, failed or flipped")
