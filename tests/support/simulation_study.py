"""Run the simulation study and write docs/simulation-study.md.

python tests/support/simulation_study.py [--share 1.0] [--page FILE]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from simulations.corrected_means import CORRECTED_MEANS
from simulations.differences import BOUNDED, COSTS, TAILS
from simulations.errors import Family
from simulations.independent_arms import ARMS
from simulations.page import page
from simulations.sequences import LOOKED_AT, LOOKED_AT_CLUSTERS, STOPPED
from simulations.win_rates import CLUSTERED_CASES, INDEPENDENT_CASES, JUDGED_CASES

FAMILIES: Sequence[Family] = (
    INDEPENDENT_CASES,
    JUDGED_CASES,
    CLUSTERED_CASES,
    LOOKED_AT,
    LOOKED_AT_CLUSTERS,
    STOPPED,
    BOUNDED,
    TAILS,
    CORRECTED_MEANS,
    COSTS,
    ARMS,
)
PAGE = Path(__file__).parents[2] / "docs" / "simulation-study.md"


def main() -> None:
    """Simulate every point, telling how far it is, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the runs of each point")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    results = []
    for family in FAMILIES:
        started = time.perf_counter()
        points = [(task, task.run(max(1, int(task.runs * options.share)))) for task in family.tasks]
        results.append((family, points))
        sys.stderr.write(f"{family.name}: {len(points)} points, {time.perf_counter() - started:.0f} s\n")
    options.page.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
