"""The report as a page, in a real browser: what a reviewer does with it on a desk, on a phone and on paper."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from arena.records.call import CallFailure, FailureKind
from arena.records.run import GitState
from browser import chromium
from command_line import arena
from detailed_cases import answered, details
from duel_files import cases, write_experiment
from hostile_text import DANGEROUS, HOSTILE, everywhere
from loopback import Loopback
from report_pages import FAINT, WIDER, write
from sample_gates import decided, gate, with_duel
from sample_results import attempts, people

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror="alert(3)">',
    "<a href='javascript:alert(4)'>here</a><iframe src='https://example.com'></iframe>",
    "<style>@import url(https://example.com/a.css)</style><svg onload=alert(5)>",
    "<!--<script> --> ]]> &lt;b&gt; $data ${x}",
    HOSTILE,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a gate's run of 12 cases and its page, made by the real command."""
    folder = tmp_path_factory.mktemp("page")
    tagged = [{**case, "tags": [("billing", "safety")[i % 2]]} for i, case in enumerate(cases(12))]
    write_experiment(folder, cases=tagged, checks=[{"max_words": 40}], hypothesis="Kindness wins.")
    with Loopback() as server:
        done = arena(folder, "gate", "-q", "-o", "report.html", environment=server.environment)
    assert done.code in (0, 1, 3), done.err
    return folder


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_page_of_a_real_gate_is_read_on_any_screen(project: Path, width: int, height: int) -> None:
    """Nothing is asked for, nothing complains, nothing scrolls sideways; every case opens by the keyboard."""
    with chromium(width=width, height=height) as browser:
        page = browser.page
        page.goto((project / "report.html").as_uri())
        assert re.search("PASS|FAIL|INCONCLUSIVE", page.locator("h1").inner_text())
        assert page.locator("#win-rate .figure").inner_text().count("%") == 1
        assert page.locator("#strip i").count() == 12
        seen = []
        for _ in range(12):
            page.keyboard.press("j")
            seen.append(page.locator(".case:has(.body) .case-name").inner_text())
            assert page.locator(".case .answer").count() == 2
            assert page.locator(".case .judgment").count() == 2
        assert sorted(seen) == sorted(f"c{i}" for i in range(12))
        assert not page.evaluate(WIDER)
        assert (browser.complaints, browser.requests) == ([], [])


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(tmp_path: Path, *, dark: bool) -> None:
    """Every text has the contrast that WCAG 2.2 asks for at level AA, 4.5 to 1, in light and in dark."""
    address = write(tmp_path, with_duel(decided("fail"), people=people()), [details(i) for i in range(8)])
    with chromium(dark=dark) as browser:
        page = browser.page
        page.goto(address)
        page.keyboard.press("j")
        page.wait_for_timeout(50)
        assert page.evaluate(FAINT) == []


def test_every_report_of_the_run_has_the_same_cases(project: Path) -> None:
    """`arena report` and a gate decided again show the same cases of the same run."""
    for command in ("report", "gate"):
        assert arena(project, command, "latest", "-o", f"{command}.html").code in (0, 1, 3)
    pages = [(project / f"{name}.html").read_text() for name in ("report", "gate")]
    data = [re.search(r'id="data">(.*?)</script>', page) for page in pages]
    assert data[0] is not None
    assert data[1] is not None
    assert data[0][1] == data[1][1]
    assert '"name":"c11"' in data[0][1]


def test_the_page_allows_its_own_script_and_style_alone(tmp_path: Path) -> None:
    """No remote address, no inline handler, no style attribute, and a policy of hashes."""
    write(tmp_path, gate(), [details(i) for i in range(3)])
    text = (tmp_path / "report.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    parts = r"default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; "
    assert re.fullmatch(parts + "base-uri 'none'; form-action 'none'", policy[1])
    assert not re.search(r"https?:|url\(|\bsrc=|\bstyle=|\bon\w+=|eval\(|innerHTML", text)


def test_hostile_text_is_text(tmp_path: Path) -> None:
    """Markup, scripts, bidi and escapes in every place that a model or a file fills: shown, never obeyed."""
    with chromium() as browser:
        page = browser.page
        for attack in ATTACKS:
            page.goto(_page_of(tmp_path, attack))
            page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
            seen = [page.locator("main").text_content() or ""]
            for _ in range(5):
                page.keyboard.press("j")
                seen.append(page.locator(".body").inner_text())
            page.keyboard.press("/")
            page.keyboard.type("alert")
            assert page.locator("main :is(script, img, iframe, style, link, a, object)").count() == 0
            assert (browser.complaints, browser.requests) == ([], [])
            assert not any(DANGEROUS.search(text) for text in seen)
            assert attack == HOSTILE or all(attack in text for text in seen)


def _page_of(folder: Path, attack: str) -> str:
    ours = frozenset({"advice", "what", "variant", "control", "treatment"})
    found = with_duel(everywhere(gate(), attack, but=ours), people=everywhere(people(), attack))
    failure = CallFailure(request_key="k", kind=FailureKind.TIMEOUT, message=attack)
    lost = replace(answered(9, "treatment"), answer=failure)
    some = [details(i, text=attack) for i in range(4)]
    some.append(details(9, answers={"control": (answered(9, "control", attack),), "treatment": (lost,)}))
    git = GitState(commit=attack, dirty=True)
    return write(folder, found, some, run=attack, attempts=attempts(attack), files={attack: attack}, git=git)


def test_search_and_filters_leave_what_they_say(tmp_path: Path) -> None:
    """Outcome, tag and words narrow the list together; keys are letters while somebody writes."""
    address = write(tmp_path, gate(), [details(i) for i in range(40)])
    with chromium() as browser:
        page = browser.page
        page.goto(address)
        assert page.locator("#count").inner_text() == "40 cases"
        assert page.locator("#filters button").all_inner_texts() == [
            "All 40",
            "▼ Lost 10",
            "= Tied 10",
            "▲ Won 20",
            "Orders differ 10",
        ]
        page.locator("#filters button", has_text="Lost").click()
        assert page.locator("#count").inner_text() == "10 of 40 cases"
        page.locator("#tags").select_option("hard")
        assert page.locator("#count").inner_text() == "0 of 40 cases"
        page.keyboard.press("Escape")
        page.locator("#filters button", has_text="Won").click()
        page.keyboard.press("/")
        page.keyboard.type("case 1 again")
        page.get_by_text("3 of 40 cases").wait_for()
        page.keyboard.type("jd?")
        page.get_by_text("0 of 40 cases").wait_for()
        assert page.locator("#keys").is_hidden()
        page.keyboard.press("Escape")
        page.locator("#strip i").nth(0).click()
        assert page.locator("#count").inner_text() == "40 cases"
        assert page.locator(".case:has(.body) .case-name").inner_text() == "case-0"
        assert browser.complaints == []


def test_the_keyboard_goes_through_the_cases(tmp_path: Path) -> None:
    """J and K, arrows, D, ? and Esc; the lost cases come first, and going on makes the rows that are not there yet."""
    address = write(tmp_path, gate(), [details(i) for i in range(40)])
    with chromium() as browser:
        page = browser.page
        page.goto(address)
        name = page.locator(".case:has(.body) .case-name")
        for key, expected in (("j", "case-0"), ("ArrowRight", "case-4"), ("k", "case-0"), ("ArrowLeft", "case-0")):
            page.keyboard.press(key)
            assert name.inner_text() == expected
        assert page.locator(".body mark").all_inner_texts() == ["Control", "Treatment"]
        page.keyboard.press("d")
        assert page.locator(".body mark").count() == 0
        page.keyboard.press("?")
        page.get_by_text("Open the next case").wait_for()
        page.keyboard.press("j")
        page.keyboard.press("Escape")
        assert name.inner_text() == "case-0"
        page.keyboard.press("Escape")
        assert name.count() == 0
        assert page.evaluate("document.activeElement.className") == "case-head"
        page.keyboard.press("Enter")
        assert name.inner_text() == "case-0"
        assert page.locator(".case").count() == 15
        for _ in range(16):
            page.keyboard.press("j")
        assert page.locator(".case").count() == 40
        assert browser.complaints == []


@pytest.mark.parametrize("width", [390, 800, 1440])
def test_nothing_is_too_long_for_a_screen(tmp_path: Path, width: int) -> None:
    """Four hundred letters without a break in every name and text scroll nothing sideways."""
    word = "W" * 400
    ours = frozenset({"advice", "variant", "control", "treatment"})
    found = with_duel(everywhere(gate(), word, but=ours), people=everywhere(people(), word))
    address = write(tmp_path, found, [details(i, text=word) for i in range(3)], run=word, files={word: word})
    with chromium(width=width) as browser:
        page = browser.page
        page.goto(address)
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
        page.keyboard.press("j")
        assert not page.evaluate(WIDER)


def test_two_thousand_cases_open(tmp_path: Path) -> None:
    """The strip shows all, the list begins with a few, and the search finds the last one."""
    address = write(tmp_path, gate(), [details(i) for i in range(2000)])
    with chromium(width=390, height=844) as browser:
        page = browser.page
        page.goto(address)
        assert page.locator("#strip i").count() == 2000
        assert page.locator(".case").count() == 15
        page.locator("#more").click()
        assert page.locator(".case").count() == 115
        page.locator("#search").fill("order 1998?")
        page.get_by_text("1 of 2000 cases").wait_for()
        page.locator(".case-head").click()
        assert "Because of control in case 1998." in page.locator(".judgments").inner_text()
        assert not page.evaluate(WIDER)
        assert (browser.complaints, browser.requests) == ([], [])


def test_without_script_and_on_paper_the_verdict_is_there(tmp_path: Path) -> None:
    """A viewer that runs no script shows all but the cases; a printer shows no controls."""
    address = write(tmp_path, gate(), [details(i) for i in range(4)])
    with chromium() as browser:
        assert browser.page.context.browser is not None
        bare = browser.page.context.browser.new_context(java_script_enabled=False).new_page()
        bare.goto(address)
        assert "INCONCLUSIVE" in bare.locator("h1").inner_text()
        assert bare.get_by_text("which was not run").is_visible()
        browser.page.goto(address)
        browser.page.keyboard.press("j")
        browser.page.emulate_media(media="print", color_scheme="dark")
        assert browser.page.evaluate(FAINT) == []
        ground = browser.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert browser.page.locator("#filters").is_hidden()
        assert browser.page.locator("#win-rate").is_visible()
