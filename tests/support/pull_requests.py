"""Pull requests whose truth is known, decided by the real command on a loopback server.

A pull request is an experiment with two prompts whose answers differ in hidden quality, evenly spread around the
quality that each prompt wishes for; the judge sees the quality and is consistent. With wishes a share δ of the spread
apart the better prompt wins a case with probability 1 − (1 − δ)²/2: the difference of two even spreads is a triangle.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from command_line import arena
from duel_files import cases, write_experiment
from loopback import Loopback

SPREAD = 0.5


def wishes(win_rate: float) -> tuple[float, float]:
    """Return the qualities that two prompts wish for, so that the second wins so often."""
    apart = SPREAD * (1.0 - (2.0 * (1.0 - win_rate)) ** 0.5)
    return 0.5 - apart / 2.0, 0.5 + apart / 2.0


def decisions(folder: Path, *, number: int, size: int, win_rate: float) -> "Counter[str]":
    """Decide so many pull requests of so many cases, each with prompts and answers of its own.

    Args:
        folder: where the projects are made.
        number: of pull requests.
        size: cases of each.
        win_rate: the truth, in [0.5, 1).
    """
    with Loopback(spread=SPREAD) as server:
        return Counter(_decided(folder, server, number, size, win_rate))


def _decided(folder: Path, server: Loopback, number: int, size: int, win_rate: float) -> Iterator[str]:
    low, high = wishes(win_rate)
    for request in range(number):
        project = folder / str(request)
        project.mkdir()
        variants = {
            "control": f"Be helpful. Request {request}. quality={low:.6f}",
            "treatment": f"Be kind. Request {request}. quality={high:.6f}",
        }
        write_experiment(project, variants=variants, cases=cases(size))
        done = arena(project, "gate", "-q", "--output-format", "json", environment=server.environment)
        found = done.json
        assert done.code == {"pass": 0, "fail": 1, "inconclusive": 3}[found["decision"]]
        yield found["decision"]
