"""A real headless Chromium for pages that people open: what it logs, asks for and downloads."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Page, sync_playwright

from patience import HANG_S

#: No connection of the browser's own: a test must see the page's alone.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Opened:
    """One page in a browser, and everything that it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)  # console errors, uncaught exceptions, dialogs
    requests: list[str] = field(default_factory=list)  # addresses, the page's own file and inline data aside


@contextmanager
def chromium(*, width: int = 1440, height: int = 900, dark: bool = False) -> Iterator[Opened]:
    """Open a browser with one empty page of this size."""
    path = os.environ.get("ARENA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            page.set_default_timeout(1000 * HANG_S)
            yield _watched(page)
        finally:
            browser.close()


def _watched(page: Page) -> Opened:
    opened = Opened(page)

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            opened.complaints.append(message.text)

    def asked(dialog: Dialog) -> None:
        opened.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", said)
    page.on("dialog", asked)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("request", lambda request: None if _own(request.url) else opened.requests.append(request.url))
    return opened


def _own(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:", "about:"))
