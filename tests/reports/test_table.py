"""The table of reports: every kind of result in every format, and nothing foreign obeyed in any of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from xml.etree.ElementTree import fromstring

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

import sample_kinds
import sample_results
from arena.records.codec import from_json, to_json
from arena.records.ranking import RankResult
from arena.reports.document import Document
from arena.reports.report import Found, Page
from arena.reports.table import ENDINGS, REPORTS, Drawn, Later
from browser import chromium
from command_line import arena
from detailed_cases import details
from hostile_text import DANGEROUS, HOSTILE, everywhere
from report_pages import FAINT, WIDER
from reported import on, reported

READ = ("text", "json", "markdown", "html")
MARKUP = (
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)> @everyone #1 https://e.x ``` | **x** [l](y)"
)
#: Fields in which arena's own words choose a layout, or that are no text.
OURS = frozenset({"advice", "what", "kind", "status", "headline", "unit", "criteria_of", "reason_kind"})
#: Names of the arms, by which the answers of a run's cases are found.
NAMES = frozenset({"control", "treatment"})


def cells() -> Iterator[Any]:
    """Yield every cell of the table with each sample of its kind."""
    seen: dict[str, int] = {}
    for result in sample_kinds.every():
        seen[result.kind] = seen.get(result.kind, 0) + 1
        for name in REPORTS[result.kind]:
            yield pytest.param(result, name, id=f"{result.kind}{seen[result.kind]}-{name}")


CELLS = list(cells())


def shown(result: Any, name: str, page: Page | None = None) -> str:
    """Return a report as its command would show it."""
    has_run = result.kind in ("duel", "gate", "rank")
    cases = [details(number) for number in range(3)] if result.kind in ("duel", "gate") else ()
    return reported(result, name, page=page, facts=sample_results.facts() if has_run else None, cases=cases)


def hostile(result: Any, text: str) -> Any:
    """Return a result with `text` in every foreign field; of a ranking in the name of one variant too."""
    if not isinstance(result, RankResult):
        return everywhere(result, text, but=OURS | NAMES)
    name = result.variants[0].name
    renamed = from_json(RankResult, _renamed(to_json(result), name, text))
    return everywhere(renamed, text, but=OURS | {"name", "first", "second", "better", "pairs", "variants", "cycles"})


def _renamed(data: Any, name: str, text: str) -> Any:
    match data:
        case str():
            return data.replace(name, text)
        case dict():
            return {_renamed(key, name, text): _renamed(value, name, text) for key, value in data.items()}
        case list():
            return [_renamed(each, name, text) for each in data]
        case _:
            return data


def test_every_kind_has_a_sample() -> None:
    """So that no cell goes unseen."""
    assert {result.kind for result in sample_kinds.every()} == set(REPORTS)


@pytest.mark.parametrize("kind", REPORTS)
def test_every_result_is_text_json_markdown_and_a_page(kind: str) -> None:
    """JUnit and annotations besides, where something is decided; each format has an ending, but for annotations."""
    assert set(READ) <= set(REPORTS[kind])
    assert set(REPORTS[kind]) - {"github"} <= set(ENDINGS.values())
    assert ("junit" in REPORTS[kind]) == (kind in ("gate", "audit"))


@pytest.mark.parametrize(
    "cell", {str(cell): cell for kind in REPORTS.values() for cell in kind.values()}.values(), ids=str
)
def test_every_report_has_the_one_signature(cell: Any) -> None:
    """(found, page) to text; a document is made of what was found alone."""
    made_by = [cell.place] if isinstance(cell, Later) else [cell.place, cell.by]
    functions = [
        getattr(import_module(f"arena.reports.{place.split(':')[0]}"), place.split(":")[1]) for place in made_by
    ]
    hints = [get_type_hints(each) for each in functions]
    assert get_origin(hints[0]["found"]) is Found
    assert get_args(hints[0]["found"])
    if isinstance(cell, Drawn):
        assert (list(signature(functions[0]).parameters), hints[0]["return"]) == (["found"], Document)
        assert (hints[1]["document"], hints[1]["page"], hints[1]["return"]) == (Document, Page, str)
    else:
        assert (list(signature(functions[0]).parameters), hints[0]["return"]) == (["found", "page"], str)
        assert hints[0]["page"] is Page


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(("result", "name"), [cell for cell in CELLS if cell.values[1] == "text"])
def test_text_keeps_to_its_columns(result: Any, name: str, width: int) -> None:
    """In Unicode and in ASCII alone; a plain page has no colour codes, a coloured one reads the same without them."""
    text = shown(result, name, on(width))
    assert text.strip()
    assert max(cell_len(line) for line in text.splitlines()) <= width
    ascii_text = shown(result, name, on(width, unicode=False))
    assert ascii_text.isascii()
    assert max(map(len, ascii_text.splitlines())) <= width
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(result, name, on(width, colour=True))) == text


@pytest.mark.parametrize(("result", "name"), CELLS)
def test_every_cell_renders_and_says_the_same_again(result: Any, name: str) -> None:
    """The same result and page give the same bytes; JSON and XML can be read by whoever reads them."""
    text = shown(result, name)
    assert text == shown(result, name)
    assert text.endswith("\n")
    if name == "json":
        assert json.loads(text)["kind"] == result.kind
    elif name in ("junit", "svg"):
        fromstring(text.encode())
    elif name == "markdown":
        assert MarkdownIt("commonmark").enable("table").render(text)


@pytest.mark.parametrize(("result", "name"), CELLS)
def test_nothing_foreign_is_obeyed(result: Any, name: str) -> None:
    """Escape codes, invisible characters, markup, mentions and links are text, whichever field they come in."""
    for attack in (HOSTILE, MARKUP):
        text = shown(hostile(result, attack), name)
        assert not DANGEROUS.search(text)
        assert name not in ("html", "junit", "svg") or "<script>alert" not in text
        if name == "markdown":
            drawn = MarkdownIt("commonmark").enable("table").render(text)
            assert not re.search(r"<(script|img|a) ", drawn)
            assert "@everyone" not in re.sub(r"<code.*?</code>", "", drawn, flags=re.DOTALL)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_page_opens_at_every_width_in_light_and_dark(tmp_path: Path, width: int, dark: bool) -> None:
    """Nothing runs, nothing is asked for, nothing is wider than the window, no text is too faint to read."""
    file = tmp_path / "report.html"
    with chromium(width=width, dark=dark) as opened:
        for result in sample_kinds.every():
            if result.kind in ("duel", "gate"):  # whose pages have a script, and tests of their own
                continue
            file.write_text(shown(result, "html"), encoding="utf-8")
            assert "default-src 'none'; style-src 'sha256-" in file.read_text()
            opened.page.goto(file.as_uri())
            assert not opened.page.evaluate(WIDER), result.kind
            assert opened.page.evaluate(FAINT) == [], result.kind
            assert opened.page.locator("h1").inner_text().strip()
            assert opened.page.evaluate("document.scripts.length") == 0
        assert (opened.complaints, opened.requests) == ([], [])


def test_a_hostile_page_is_as_harmless(tmp_path: Path) -> None:
    """Markup in every field adds no element to the page."""
    with chromium() as opened:
        for result in (sample_kinds.ranking(), sample_kinds.tallied(), sample_kinds.audit(), sample_kinds.sized()):
            file = tmp_path / "report.html"
            file.write_text(shown(hostile(result, MARKUP), "html"), encoding="utf-8")
            opened.page.goto(file.as_uri())
            assert opened.page.evaluate("document.querySelectorAll('script, img, a').length") == 0
        assert (opened.complaints, opened.requests) == ([], [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("tally", "8-2"),
        ("size", "rate", "--baseline", "0.6", "--mde", "0.05"),
        ("looks", "plan", "--looks", "4"),
        ("runs",),
    ],
)
def test_all_formats_are_known_before_the_first_is_written(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """`-o a.html -o b.bad` is exit 2 and leaves no file; `-o a.html -o b.md` leaves both."""
    (tmp_path / "pyproject.toml").touch()
    refused = arena(tmp_path, *arguments, "-o", "a.html", "-o", "b.bad")
    assert (refused.code, refused.out) == (2, "")
    assert "-o b.bad: cannot tell the format from its ending" in refused.err
    assert not (tmp_path / "a.html").exists()
    assert arena(tmp_path, *arguments, "-o", "a.html", "-o", "b.md", "--output-format", "json").code == 0
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "b.md").read_text().startswith("## ")


def test_an_audit_below_its_policy_fails_for_the_ci_server_too() -> None:
    """And one that agrees often enough passes; so say the annotations."""
    below, enough = sample_kinds.audit(), sample_kinds.trusted()
    assert len(fromstring(reported(below, "junit").encode()).findall(".//failure")) == 1
    assert not fromstring(reported(enough, "junit").encode()).findall(".//failure")
    assert reported(below, "github").startswith("::error title=arena audit::agreement 75.0%25 < policy 80.0%25")
    assert reported(replace(enough, policy=0.5), "github").startswith("::notice title=arena audit::")
