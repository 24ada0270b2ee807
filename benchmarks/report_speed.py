"""How long it takes to decide on a run of 5,000 cases and to write every report of it, and to open the page of 2,000.

    python -m benchmarks.report_speed [--cases 5000] [--page-cases 2000]

The run is made up, and made by the real command; then a process of its own decides on it again from its answers and
judgments and writes text, JSON, markdown, page, JUnit and workflow commands. The page is opened in the Chromium that
the system has, from the start of the navigation to the frame after the one in which its cases can be read.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.made_up_run import write_project

REPORTS = ("r.txt", "r.json", "r.md", "r.html", "r.xml")
#: Resolves with the milliseconds since the navigation began, once the finished page was painted.
OPENED = """new Promise((done) => {
  const look = () => {
    if (document.querySelector("#tools:not([hidden])")) requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})"""


def arena(folder: Path, *arguments: str) -> float:
    """Run a command to its end and return its seconds, start-up included; a command that could not run ends all."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "arena", *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"arena {' '.join(arguments)} failed:\n{done.stderr.decode(errors='replace')}")
    return time.perf_counter() - started


def decided(folder: Path, cases: int) -> tuple[float, float, Path]:
    """Return the seconds of all reports together and of the verdict alone as JSON, and the page."""
    write_project(folder, cases=cases)
    arena(folder, "gate", "-q")
    files = [part for report in REPORTS for part in ("-o", report)]
    every = min(arena(folder, "gate", "latest", "-q", "--output-format", "github", *files) for _ in range(3))
    alone = min(arena(folder, "gate", "latest", "-q", "--output-format", "json") for _ in range(3))
    return every, alone, folder / "r.html"


def opened(page: Path) -> float:
    """Return the seconds until the page can be read, the best of five."""
    path = os.environ.get("ARENA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        seconds = []
        for _ in range(5):
            tab = browser.new_page()
            tab.goto(page.as_uri(), wait_until="commit")
            seconds.append(float(tab.evaluate(OPENED)) / 1e3)
            assert tab.locator("#strip i").count() > 0
            tab.close()
        browser.close()
    return min(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--page-cases", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / part for part in ("reports", "page")]
        for folder in folders:
            folder.mkdir()
        every, alone, page = decided(folders[0], asked.cases)
        size = page.stat().st_size / 1e6
        _, _, smaller = decided(folders[1], asked.page_cases)
        seconds = opened(smaller)
        smaller_size = smaller.stat().st_size / 1e6
    print(f"decide on {asked.cases:,} cases, all six reports: {every:.2f} s; the verdict as JSON alone: {alone:.2f} s")
    print(f"page of {asked.cases:,} cases: {size:.1f} MB; of {asked.page_cases:,}: {smaller_size:.1f} MB", end="")
    print(f", open after {seconds:.2f} s")


if __name__ == "__main__":
    main()
