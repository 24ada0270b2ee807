"""`arena aa`: how often would my gate, or my own rule, raise a false alarm?"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat, Quiet, Root, RunArgument
from arena.cli.progress import showing_progress
from arena.cli.project import project_root
from arena.cli.screen import screen_of
from arena.reports.report import Found

PolicyRule = Annotated[
    str | None,
    typer.Option("--policy", metavar="RULE", help="A rule of your own, measured beside it: 'win_rate > 0.5'."),
]
Draws = Annotated[int, typer.Option("--draws", min=100, max=100_000, help="Random label swaps.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the swaps.")]


def aa(
    run: RunArgument = "latest",
    policy: PolicyRule = None,
    draws: Draws = 1000,
    seed: Seed = 0,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    quiet: Quiet = False,
    root: Root = None,
) -> None:
    """How often would my gate, or my own rule, raise a false alarm?"""
    import numpy as np

    from arena.offline.aa import false_alarms, read_policy
    from arena.runs.find import find
    from arena.runs.saved import load

    files = output or []
    check_formats("aa", output_format, files)
    rule = None if policy is None else read_policy(policy)
    saved = load(find(run, root=project_root(root, start=Path.cwd())))
    with showing_progress(screen_of(sys.stderr, os.environ), quiet=quiet) as progress:
        result = false_alarms(saved, policy=rule, draws=draws, rng=np.random.default_rng(seed), progress=progress)
    deliver(Found(result=result), output_format=output_format, files=files)
