"""The command line: every command in its panel, and what an exit code means."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Annotated, Any, Never

import typer
from typer.core import TyperGroup

from arena import __version__
from arena.cli import (
    aa,
    audit,
    cache,
    check,
    duel,
    gate,
    init_command,
    label,
    looks,
    rank,
    report,
    runs,
    schema,
    show,
    size,
    tally,
)
from arena.cli.crash import Unforeseen, carrying_the_unforeseen, report_crash
from arena.cli.refusals import hint_of, message_of
from arena.cli.screen import say
from arena.errors import ArenaError, Interrupted

SCREEN_OFFLINE = "Screen offline"
TRUST = "Trust the judge"
PLAN = "Plan a live test"
HOUSEKEEPING = "Housekeeping"

#: Every command in the order of the overview, each with the one line that it has there.
OVERVIEW: Mapping[str, str] = {
    "duel": "Is the treatment better on my golden set?",
    "rank": "Which of several variants is best?",
    "gate": "May this prompt ship?",
    "tally": "What do these judgments, or a score such as 8-2, say?",
    "aa": "How often would my gate, or my own rule, raise a false alarm?",
    "label": "What do people say, shown both answers blind?",
    "audit": "Can I trust the judge?",
    "size": "How much traffic, or how many cases, does a test need?",
    "looks": "When may a running test be looked at?",
    "init": "Write a small experiment that runs at once, without a key.",
    "check": "Name every mistake of every file; send nothing.",
    "runs": "List past runs, newest first.",
    "show": "Show a run's cases, or both answers of one case.",
    "report": "Print the report of a past run again.",
    "schema": "Print the JSON Schema of a file.",
    "cache": "What is stored, and is it intact?",
}


class Overview(TyperGroup):
    """The commands in the order of `OVERVIEW`, each on one line of it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        places = list(OVERVIEW)
        return sorted(super().list_commands(ctx), key=places.index)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is meant."""
        with carrying_the_unforeseen():
            return super().invoke(ctx)


app = typer.Typer(
    name="arena",
    cls=Overview,
    help="Prove that a prompt is better, or say honestly that it cannot be proved.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"arena {__version__}")
        raise typer.Exit


@app.callback()
def _arena(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", hidden=True, help="Show the traceback of a crash.")
    ] = False,  # hidden: the line that tells of a crash names it
) -> None:
    """Prove that a prompt is better, or say honestly that it cannot be proved."""


app.command("duel", rich_help_panel=SCREEN_OFFLINE, short_help=OVERVIEW["duel"])(duel.duel)
app.command("gate", rich_help_panel=SCREEN_OFFLINE, short_help=OVERVIEW["gate"])(gate.gate)
app.command("rank", rich_help_panel=SCREEN_OFFLINE, short_help=OVERVIEW["rank"])(rank.rank)
app.command("tally", rich_help_panel=SCREEN_OFFLINE, short_help=OVERVIEW["tally"])(tally.tally)
app.command("aa", rich_help_panel=SCREEN_OFFLINE, short_help=OVERVIEW["aa"])(aa.aa)
app.command("label", rich_help_panel=TRUST, short_help=OVERVIEW["label"])(label.label)
app.command("audit", rich_help_panel=TRUST, short_help=OVERVIEW["audit"])(audit.audit)
app.add_typer(size.app, name="size", rich_help_panel=PLAN, short_help=OVERVIEW["size"])
app.add_typer(looks.app, name="looks", rich_help_panel=PLAN, short_help=OVERVIEW["looks"])
app.command("init", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["init"])(init_command.init)
app.command("check", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["check"])(check.check)
app.command("runs", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["runs"])(runs.runs)
app.command("show", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["show"])(show.show)
app.command("report", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["report"])(report.report)
app.command("schema", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["schema"])(schema.schema)
app.add_typer(cache.app, name="cache", rich_help_panel=HOUSEKEEPING, short_help=OVERVIEW["cache"])


def main() -> Never:
    """Run the command line as a process of its own.

    A run of thousands of answers takes a tenth of a second to take apart, object by object, for nobody:
    what must happen at the end happens, and the process is gone.
    """
    code = 0
    # Looking for cycles among modules that all stay takes an eighth of a short command's CPU.
    gc.disable()
    # A stream that was closed (`>&-`) is none; nobody reads it, and the exit code still says what there is to say.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - pathlib would be loaded for it
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - pathlib would be loaded for it
    try:
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    with suppress(OSError):  # the reader of a pipe may be gone
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    # Coverage, and what libraries keep for the end. Private, but as old as the module: nothing public runs these
    # functions without waiting for threads that nobody needs any more.
    atexit._run_exitfuncs()
    os._exit(code)


def run() -> Never:
    """Run the command line and leave with the exit code of the contract; neither mistake nor crash has a traceback."""
    # A pool of BLAS threads costs a tenth of a second and serves nobody here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(standalone_mode=True)
    except ArenaError as error:
        sys.exit(_report(error))
    except Unforeseen as unforeseen:
        sys.exit(report_crash(unforeseen.error))
    except Exception as error:  # noqa: BLE001 - of the command line itself; 1 would be a refuted gate
        sys.exit(report_crash(error))
    sys.exit(0)


def _interrupt(number: int, frame: FrameType | None) -> Never:
    raise Interrupted("stopped before anything was sent", exit_code=128 + number)


def _report(error: ArenaError) -> int:
    message, hint = message_of(error), hint_of(error)
    prefix = "" if error.exit_code in (2, 130, 143) and "\n" in message else "error: "
    say(f"{prefix}{message}")
    if hint:
        say(f"hint: {hint}")
    return error.exit_code
