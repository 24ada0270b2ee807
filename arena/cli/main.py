"""The command line: every command in its panel, and what an exit code means."""

import atexit
import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Annotated, Never

import typer

from arena import __version__
from arena.cli import aa, cache, check, duel, init_command, looks, report, runs, schema, show, size, tally
from arena.cli.screen import say
from arena.errors import ArenaError, Interrupted

SCREEN_OFFLINE = "Screen offline"
PLAN = "Plan a live test"
HOUSEKEEPING = "Housekeeping"

app = typer.Typer(
    name="arena",
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
) -> None:
    """Prove that a prompt is better, or say honestly that it cannot be proved."""


app.command("duel", rich_help_panel=SCREEN_OFFLINE)(duel.duel)
app.command("tally", rich_help_panel=SCREEN_OFFLINE)(tally.tally)
app.command("aa", rich_help_panel=SCREEN_OFFLINE)(aa.aa)
app.add_typer(size.app, name="size", rich_help_panel=PLAN)
app.add_typer(looks.app, name="looks", rich_help_panel=PLAN)
app.command("init", rich_help_panel=HOUSEKEEPING)(init_command.init)
app.command("check", rich_help_panel=HOUSEKEEPING)(check.check)
app.command("runs", rich_help_panel=HOUSEKEEPING)(runs.runs)
app.command("show", rich_help_panel=HOUSEKEEPING)(show.show)
app.command("report", rich_help_panel=HOUSEKEEPING)(report.report)
app.command("schema", rich_help_panel=HOUSEKEEPING)(schema.schema)
app.add_typer(cache.app, name="cache", rich_help_panel=HOUSEKEEPING)


def main() -> Never:
    """Run the command line as a process of its own.

    A run of thousands of answers takes a tenth of a second to take apart, object by object, for nobody:
    what must happen at the end happens, and the process is gone.
    """
    code = 0
    try:
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    with suppress(OSError):  # the reader of a pipe may be gone
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    atexit._run_exitfuncs()  # coverage, and what libraries keep for the end
    os._exit(code)


def run() -> Never:
    """Run the command line and leave with the exit code of the contract; a user's mistake has no traceback."""
    # A pool of BLAS threads costs a tenth of a second and serves nobody here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Looking for cycles among modules that all stay takes an eighth of a short command's CPU.
    gc.disable()
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(standalone_mode=True)
    except ArenaError as error:
        sys.exit(_report(error))
    except BrokenPipeError:
        _leave_quietly()
    sys.exit(0)


def _interrupt(number: int, frame: FrameType | None) -> Never:
    raise Interrupted("stopped before anything was sent", exit_code=128 + number)


def _report(error: ArenaError) -> int:
    prefix = "" if error.exit_code in (2, 130, 143) and "\n" in error.message else "error: "
    say(f"{prefix}{error.message}")
    if error.hint:
        say(f"hint: {error.hint}")
    return error.exit_code


def _leave_quietly() -> Never:
    """End as other tools do when the reader of a pipe went away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
