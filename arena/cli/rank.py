"""`arena rank`: which of several variants is best?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arena.cli import options as shared
from arena.cli.deliver import check_formats, deliver, deliver_finished
from arena.cli.environment import read_environment
from arena.cli.project import run_reference
from arena.cli.screen import say
from arena.errors import NotTrustworthy, UsageError
from arena.reports.report import Found
from arena.reports.safe_text import safe_line

if TYPE_CHECKING:
    from arena.records.ranking import RankResult
    from arena.records.run_options import RunOptions

#: Endings of files of judgments; anything else is an experiment.
JUDGMENTS: Final = (".jsonl", ".ndjson")
#: What may be asked for where judgments are ranked: by the names of this command's parameters.
OF_JUDGMENTS: Final = frozenset({"what", "seed", "output_format", "output", "quiet", "verbose"})

What = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="EXPERIMENT|FILE",
        help="An experiment file, or its folder; or judgments of several variants: .jsonl, one file or more.",
        show_default="experiment.yaml",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Show calls, tokens, price and what n can prove; send nothing.", rich_help_panel=shared.CALLS
    ),
]


def rank(
    context: typer.Context,
    what: What = None,
    limit: shared.Limit = None,
    tag: shared.Tag = None,
    case: shared.CaseId = None,
    repeats: shared.Repeats = None,
    map_: shared.Map = None,
    seed: shared.Seed = None,
    dry_run: DryRun = False,
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
    """Which of several variants is best? Every pair is judged, and all stand on one scale."""
    from arena.records.run_options import RunOptions

    files = output or []
    check_formats("plan" if dry_run else "rank", output_format, files)
    paths = what or [Path("experiment.yaml")]
    if _are_judgments(paths):
        _refuse_options_of_runs(context)
        _rank_judgments(paths, seed=seed or 0, output_format=output_format, files=files)
        return
    asked = RunOptions(
        limit=limit,
        tags=tuple(tag or ()),
        cases=tuple(case or ()),
        repeats=repeats,
        seed=seed,
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
    running = _Running(cache_dir=cache_dir, root=root, quiet=quiet, verbose=verbose, dry_run=dry_run)
    environment, columns = read_environment(env_file), shared.columns_of(map_)
    _rank_experiment(paths[0], asked, running, environment, columns, output_format=output_format, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """How a run is carried out, besides what it asks."""

    cache_dir: Path | None
    root: Path | None
    quiet: bool
    verbose: bool
    dry_run: bool


def _rank_experiment(
    path: Path,
    asked: "RunOptions",
    running: _Running,
    environment: Mapping[str, str],
    columns: Mapping[str, str],
    *,
    output_format: str,
    files: Sequence[Path],
) -> None:
    from arena.cli.running import runtime_of
    from arena.engine.run import run
    from arena.offline.procedures import RANK
    from arena.offline.rank.prepare import prepare_rank, preview_ranking

    plan = prepare_rank(path, asked, root=running.root, environment=environment, columns=columns)
    if running.dry_run:
        deliver(Found(result=preview_ranking(plan)), output_format=output_format, files=files)
        return
    runtime = runtime_of(
        cache_dir=running.cache_dir, quiet=running.quiet, verbose=running.verbose, report="arena.reports.rank_report"
    )
    ranked = run(plan, RANK, runtime)
    reference = run_reference("latest", plan.design.root, start=Path.cwd())
    deliver_finished(ranked, reference, output_format=output_format, files=files)
    _raise_fault(ranked.result)


def _are_judgments(paths: Sequence[Path]) -> bool:
    """Return whether files of judgments are meant, and not an experiment.

    Raises:
        UsageError: both, or several experiments.
    """
    tables = [path.suffix.lower() in JUDGMENTS for path in paths]
    if all(tables):
        return True
    if len(paths) > 1:
        experiment = paths[tables.index(False)]
        raise UsageError(
            f"{experiment}: an experiment is ranked by itself, not with other files",
            hint="judgments stand in .jsonl files, and several of those are ranked together",
        )
    return False


def _refuse_options_of_runs(context: typer.Context) -> None:
    """Refuse options that choose what is asked or how: of judgments nothing is asked.

    Raises:
        UsageError: naming the first of them.
    """
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name not in OF_JUDGMENTS and source is not None and source.name == "COMMANDLINE":
            raise UsageError(f"{parameter.opts[0]}: judgments are ranked as they are, and nothing is asked")


def _rank_judgments(paths: Sequence[Path], *, seed: int, output_format: str, files: Sequence[Path]) -> None:
    import numpy as np

    from arena.files import judgments
    from arena.offline.rank.summarise import rank_judgments

    table = judgments.load(paths)
    for warning in table.warnings:
        say(f"warning: {warning}")
    source = ", ".join(str(path) for path in paths)
    result = rank_judgments(table, source=source, rng=np.random.default_rng(seed))
    deliver(Found(result=result), output_format=output_format, files=files)
    _raise_fault(result)


def _raise_fault(result: "RankResult") -> None:
    """End with exit code 3 where there is no common scale; the report is out, and says what there is.

    Raises:
        NotTrustworthy: separated or disconnected variants.
    """
    if result.fault is not None:
        message = safe_line(f"{result.fault.kind}: {result.fault.message}")
        raise NotTrustworthy(message, hint=safe_line(result.fault.hint))
