"""Draw the pictures of docs/html-report.md: the page of a made-up run of 90 cases, wide and light, narrow and dark.

python -m benchmarks.report_images
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.made_up_run import write_project

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
CASES = 90


def main() -> None:
    """Make the run by the real command, open its page and write the pictures."""
    path = os.environ.get("ARENA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        write_project(Path(name), cases=CASES)
        command = [sys.executable, "-m", "arena", "gate", "-q", "-o", "report.html"]
        subprocess.run(command, cwd=name, stdout=subprocess.DEVNULL, check=False)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        wide = browser.new_page(viewport={"width": 1440, "height": 1640})
        wide.goto((Path(name) / "report.html").as_uri())
        wide.screenshot(path=IMAGES / "report-1440.png")
        wide.set_viewport_size({"width": 1440, "height": 1070})
        wide.keyboard.press("j")
        wide.keyboard.press("j")
        wide.evaluate("document.activeElement.blur(); document.querySelector('#cases').scrollIntoView()")
        wide.screenshot(path=IMAGES / "report-cases.png")
        narrow = browser.new_page(viewport={"width": 390, "height": 1500}, color_scheme="dark")
        narrow.goto((Path(name) / "report.html").as_uri())
        narrow.screenshot(path=IMAGES / "report-390.png")
        browser.close()


if __name__ == "__main__":
    main()
