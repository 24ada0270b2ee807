"""The labelling page in a real browser: what a colleague meets who knows nothing of arena."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import labelled_runs
from arena.records.call import ToolCall
from arena.records.case import Document, Message
from browser import Opened, chromium
from command_line import arena
from hostile_text import DANGEROUS, HOSTILE
from labelled_runs import ARMS, answered, winner_of

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '<img src=x onerror="alert(3)">',
    "<a href='javascript:alert(4)'>here</a><iframe src='https://example.com'></iframe>",
    "<style>@import url(https://example.com/a.css)</style><link rel=stylesheet href=https://example.com/b.css>",
    "<!--<script>",
    f"${{x}} $data ]]> &lt;b&gt; {HOSTILE}",
)
ASKS_BEFORE_LEAVING = "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
SIZES = ((1440, 900), (390, 844))


def page_of(root: Path, *arguments: str) -> Path:
    """Write the page of the latest run."""
    done = arena(root, "label", "--page", "labels.html", *arguments)
    assert done.code == 0, done.err
    return root / "labels.html"


def begin(page: Page, file: Path, rater: str = "Anna") -> None:
    """Open the page and say who labels."""
    page.goto(file.as_uri())
    page.locator("#rater").fill(rater)
    page.keyboard.press("Enter")
    page.locator("#case").wait_for()


def count(page: Page) -> str:
    """Return what the bar says."""
    return page.locator("#count").inner_text()


def download(page: Page, button: str = "#download") -> tuple[str, list[dict[str, Any]]]:
    """Return the downloaded file's name and rows."""
    with page.expect_download() as waiting:
        page.locator(button).click()
    text = Path(waiting.value.path()).read_text(encoding="ascii")
    return waiting.value.suggested_filename, [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a run of 20 cases and its page."""
    folder = tmp_path_factory.mktemp("page")
    labelled_runs.run(folder, labelled_runs.cases(20, context=(Document(id="policy", text="Be fair."),)))
    page_of(folder)
    return folder


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Return a wide browser."""
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_twenty_labels_by_keyboard_go_back_in(root: Path, tmp_path: Path, width: int, height: int) -> None:
    """Made by keys alone, downloaded, imported, audited: the file says whom a rater preferred, the page never did."""
    rater = f"Anna {width}"
    keys = ("ArrowLeft", "ArrowRight", "t", "1", "2", "T")
    means = ("first", "second", "tie", "first", "second", "tie")
    with chromium(width=width, height=height) as browser:
        page = browser.page
        begin(page, root / "labels.html", rater)
        shown: list[tuple[str, str, str]] = []
        for i in range(20):
            texts = (page.locator(place).inner_text() for place in ("#name", "#answer-1", "#answer-2"))
            shown.append(tuple(texts))  # type: ignore[arg-type]  # three of them
            assert count(page).startswith(f"{i} of 20")
            page.keyboard.press(keys[i % 6])
        assert page.locator("#summary").inner_text() == "20 cases labelled"
        name, rows = download(page, "#download-all")
        html = page.content()
        wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (browser.complaints, browser.requests, wider) == ([], [], False)
    assert name == f"labels-Anna-{width}.jsonl"
    assert not any(arm in html for arm in ARMS)
    assert [row["case"] for row in rows] == [case for case, _, _ in shown]
    assert [winner_of(row) for row in rows] == [means[i % 6] for i in range(20)]
    for row, (case, first, second) in zip(rows, shown, strict=True):
        said = {arm: f"What {arm[:4]} says to {case}." for arm in ARMS}
        other = next(arm for arm in ARMS if arm != row["first"])
        assert (first, second) == (said[row["first"]], said[other])
    file = tmp_path / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = arena(root, "label", "--import", str(file), "--output-format", "json").json
    assert found["imported"] == {"new": 20, "replaced": 0, "known already": 0, "unverified": 0}
    assert [(each["labelled"], each["left"]) for each in found["raters"] if each["rater"] == rater] == [(20, 0)]
    audit = arena(root, "audit", str(file), "--run", "latest", "--output-format", "json")
    for_treatment = sum(row["winner"] == "treatment" for row in rows)
    assert audit.json["agreement"]["value"] == for_treatment / 20


def test_the_file_names_no_variant_to_whoever_looks_into_it(root: Path) -> None:
    """Neither names nor answers stand in it as text; it allows its own script and style, and nothing else."""
    text = (root / "labels.html").read_text(encoding="ascii", errors="surrogateescape")
    assert not any(word in text for word in (*ARMS, "What cont", "Question 1"))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    parts = r"default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; "
    assert re.fullmatch(parts + "base-uri 'none'; form-action 'none'", policy[1])
    assert not re.search(r"https?:|url\(|\bsrc=|\bstyle=|\bon\w+=", text)


def test_every_rater_has_an_order(root: Path, opened: Opened) -> None:
    """The same name sees the same order on every machine, another name another one, and both sides are met."""
    orders: dict[str, list[tuple[str, str]]] = {}
    for rater in ("Anna", "Ben", "Anna"):
        begin(opened.page, root / "labels.html", rater)
        opened.page.evaluate("localStorage.clear()")
        order = []
        for _ in range(20):
            order.append((opened.page.locator("#name").inner_text(), opened.page.locator("#answer-1").inner_text()))
            opened.page.keyboard.press("t")
        assert orders.setdefault(rater, order) == order
    assert [case for case, _ in orders["Anna"]] != [case for case, _ in orders["Ben"]]
    assert 3 <= sum("What cont" in text for _, text in orders["Anna"]) <= 17
    assert opened.complaints == []


def test_skip_undo_and_note(root: Path, opened: Opened) -> None:
    """Skips come back at the end and are no labels; a note goes with its label; whatever was done can be undone."""
    page = opened.page
    begin(page, root / "labels.html", "Cara")
    first = page.locator("#name").inner_text()
    page.keyboard.press("u")
    page.get_by_text("Nothing to undo").wait_for()
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.type('t12 "quoted" \u202e\U0001f600')
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert count(page).startswith("1 of 20")
    page.keyboard.press("u")
    assert page.locator("#words").input_value() == 't12 "quoted" \u202e\U0001f600'
    page.keyboard.press("ArrowLeft")
    for _ in range(18):
        page.keyboard.press("t")
    assert page.locator("#summary").inner_text() == "19 cases labelled, 1 skipped"
    _, rows = download(page)
    assert first not in {row["case"] for row in rows}
    assert [row.get("note") for row in rows] == ['t12 "quoted" \u202e\U0001f600'] + [None] * 18
    page.locator("#review").click()
    assert page.locator("#name").inner_text() == first
    page.keyboard.press("1")
    assert page.locator("#summary").inner_text() == "20 cases labelled"
    page.locator("#back").click()
    page.keyboard.press("s")
    assert page.locator("#summary").inner_text() == "19 cases labelled, 1 skipped"
    assert opened.complaints == []


def test_work_goes_on_where_it_stopped(root: Path, opened: Opened) -> None:
    """The browser keeps labels by rater; another rater begins at the beginning."""
    page = opened.page
    begin(page, root / "labels.html", "Dana")
    page.keyboard.press("1")
    page.keyboard.press("s")
    name = page.locator("#name").inner_text()
    begin(page, root / "labels.html", "Dana")
    assert (count(page)[:7], page.locator("#name").inner_text()) == ("1 of 20", name)
    page.keyboard.press("u")
    page.keyboard.press("u")
    assert count(page).startswith("0 of 20")
    begin(page, root / "labels.html", "Eve")
    assert count(page).startswith("0 of 20")
    assert opened.complaints == []


def test_a_browser_that_keeps_nothing_says_so(root: Path, opened: Opened) -> None:
    """Without storage the page works, and asks before it is left with labels that were not downloaded."""
    page = opened.page
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})")
    begin(page, root / "labels.html")
    page.get_by_text("This browser keeps nothing").wait_for()
    page.keyboard.press("1")
    assert page.evaluate(ASKS_BEFORE_LEAVING)
    _, rows = download(page)
    assert len(rows) == 1
    assert not page.evaluate(ASKS_BEFORE_LEAVING)
    assert opened.complaints == []


def test_names_that_are_none_are_refused(root: Path, opened: Opened) -> None:
    """A rater is named before anything is shown; keys mean nothing yet."""
    page = opened.page
    page.goto((root / "labels.html").as_uri())
    for name, said in (("   ", "Please write your name."), ("an\u200bna", "Your name holds an invisible character.")):
        page.locator("#rater").fill(name)
        page.keyboard.press("Enter")
        page.get_by_text(said).wait_for()
    page.locator("#start h1").click()
    page.keyboard.press("t")
    page.keyboard.press("?")
    assert page.locator("#case").is_hidden()
    assert page.locator("#keys").is_hidden()


def test_help_and_differences(root: Path, opened: Opened) -> None:
    """Both are a key and a button; keys do not label behind the open help."""
    page = opened.page
    begin(page, root / "labels.html", "Finn")
    page.keyboard.press("?")
    page.get_by_text("Tie: both are equally good").wait_for()
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    assert count(page).startswith("0 of 20")
    page.keyboard.press("d")
    marks = [page.locator(f"#answer-{side} mark").all_inner_texts() for side in (1, 2)]
    assert sorted(marks) == [["cont"], ["trea"]]
    page.locator("#differences").click()
    assert page.locator("mark").count() == 0
    assert opened.complaints == []


def test_hostile_text_is_text(tmp_path: Path) -> None:
    """Markup, scripts, bidi and escapes in every place that a model or a file fills: shown, never obeyed."""
    some = []
    for i, attack in enumerate(ATTACKS):
        case = labelled_runs.cases(i + 1)[i]
        turns = (Message(role="user", content=attack), Message(role="assistant", content=attack)) * (i % 2)
        documents = (Document(id=attack, text=attack),)
        some.append(
            replace(case, input=attack, messages=turns, context=documents, reference=attack, vars={attack: attack})
        )
    calls = (ToolCall(name=ATTACKS[0], arguments=ATTACKS[2]),)
    rows = [
        answered(case.id, arm, f"{attack} {arm[:4]}", tool_calls=calls)
        for case, attack in zip(some, ATTACKS, strict=True)
        for arm in ARMS
    ]
    labelled_runs.run(tmp_path, some, rows)
    file = page_of(tmp_path)
    with chromium(dark=True) as browser:
        page = browser.page
        begin(page, file)
        page.keyboard.press("d")
        seen = []
        for _ in ATTACKS:
            seen.append(page.locator("#case").inner_text())
            assert page.locator("#case :is(script, img, iframe, style, link, a)").count() == 0
            page.keyboard.press("ArrowLeft")
        _, labels = download(page)
        assert (browser.complaints, browser.requests) == ([], [])
    for attack in ATTACKS[:-1]:
        assert any(attack in text for text in seen)
    assert not any(DANGEROUS.search(text) for text in seen)
    assert len(labels) == len(ATTACKS)
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in labels))
    assert arena(tmp_path, "label", "--import", path.name).code == 0


def test_equal_and_empty_answers_are_named(tmp_path: Path) -> None:
    """Nobody looks for a difference that is not there; a single case is one."""
    some = labelled_runs.cases(2)
    rows = [answered("c00", arm, "Same.") for arm in ARMS]
    rows += [answered("c01", "control", " "), answered("c01", "treatment", "word " * 5000)]
    labelled_runs.run(tmp_path, some, rows)
    page_of(tmp_path, "--case", "c00", "--rater", "Anna")
    with chromium() as browser:
        page = browser.page
        page.goto((tmp_path / "labels.html").as_uri())
        assert page.locator("#size").inner_text() == "1 case"
        assert page.locator("#rater").input_value() == "Anna"
        page.keyboard.press("Enter")
        page.get_by_text("Both answers are the same.").wait_for()
        page_of(tmp_path, "--tag", "easy")
        begin(page, tmp_path / "labels.html")
        assert sum(page.locator(f"#answer-{side}").inner_text() == "(an empty answer)" for side in (1, 2)) == 1
        assert page.locator("#same").is_hidden()
        page.keyboard.press("d")
        assert browser.complaints == []
