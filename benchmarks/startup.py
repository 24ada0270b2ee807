"""How much CPU `arena --help` takes, as a ratio to an empty Typer application with as many commands.

python benchmarks/startup.py [--runs 15]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

EMPTY = """
import typer
app = typer.Typer(name="empty", no_args_is_help=True)
def make(name):
    def command(path: str = typer.Argument("."), flag: bool = typer.Option(False, "--flag")) -> None:
        "Do nothing."
    app.command(name)(command)
for i in range({commands}):
    make(f"command-{{i}}")
app()
"""


def cpu_seconds(command: list[str]) -> float:
    """Return the CPU seconds of one run of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure both in turn and print the ratio of their medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    from arena.cli.main import app

    commands = len(app.registered_commands) + len(app.registered_groups)
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY.format(commands=commands))
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(cpu_seconds([sys.executable, "-m", "arena", "--help"]))
            theirs.append(cpu_seconds([sys.executable, str(empty), "--help"]))
    arena, bare = statistics.median(ours), statistics.median(theirs)
    print(f"arena --help {arena:.3f} s CPU, empty application {bare:.3f} s: {arena / bare:.2f}×")


if __name__ == "__main__":
    main()
