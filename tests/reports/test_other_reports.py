"""JSON for machines, the table of formats, the list of runs, numbers and safe text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from rich.cells import cell_len

import sample_results
import sample_runs
from arena.cli.deliver import check_formats
from arena.errors import UsageError
from arena.records.metric import Limit
from arena.records.run_options import RunOptions
from arena.reports import numbers
from arena.reports.bars import difference_bar, share_bar
from arena.reports.metric_table import limit_text
from arena.reports.safe_text import safe, safe_line
from arena.reports.table import REPORTS
from arena.runs.folder import open_run
from arena.runs.history import past_runs
from arena.stats.estimate import Interval
from hostile_text import DANGEROUS, HOSTILE, everywhere
from reported import on, reported


def test_json_is_the_result_and_the_facts_of_its_run() -> None:
    """One object; a key that both have is the result's."""
    merged = json.loads(reported(sample_results.result(), "json", facts=sample_results.facts(schema_version=99)))
    assert merged["schema_version"] == 1
    assert merged["experiment"] == {"name": "support-bot-cites-policy", "hash": "c0ffee" * 10}
    assert merged["calls"] == {"made": 240, "cached": 0, "failed": 0}
    assert merged["run"] == "20261122-1104-support-bot-cites-policy"
    assert merged["win_rate"]["interval"] == {"low": 0.605, "high": 0.8125, "level": 0.95, "method": "gaffke"}


def test_json_cannot_do_anything_to_a_terminal_either() -> None:
    """It is printable ASCII, and says the same as before."""
    result = everywhere(sample_results.result(), HOSTILE)
    text = reported(result, "json", facts=sample_results.facts())
    assert text.isascii()
    assert not DANGEROUS.search(text)
    assert json.loads(text)["hypothesis"] == HOSTILE


def test_an_unknown_format_lists_those_there_are() -> None:
    """Before any work is done; which there are depends on what is found."""
    known = {"gate": "text, json, markdown, html, github, junit", "runs": ", ".join(REPORTS["runs"])}
    for kind, there_are in known.items():
        with pytest.raises(UsageError) as raised:
            check_formats(kind, "markdwon")
        assert raised.value.message == f"--output-format markdwon: no such format; there are {there_are}"


def test_the_ending_of_a_file_means_a_format() -> None:
    """Capitals or not; an ending that means none is a usage error."""
    check_formats("gate", "text", [Path(name) for name in ("a.txt", "b.JSON", "c.md", "d.html", "e.xml")])
    with pytest.raises(UsageError) as raised:
        check_formats("gate", "text", [Path("a.html"), Path("report.pdf")])
    assert raised.value.message == snapshot(
        "-o report.pdf: cannot tell the format from its ending; there are .txt, .json, .md, .html, .htm, .xml"
    )


def test_past_runs_are_a_table_that_fits(tmp_path: Path) -> None:
    """Newest first; what is not finished says so."""
    sample_runs.finished_run(tmp_path)
    sample_runs.finished_run(tmp_path, minutes=1, result=sample_results.without_judge(), name="checks-only")
    sample_runs.finished_run(tmp_path, minutes=2, result=sample_results.result(win_rate=None, metrics=()), name="退货")
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=1), clock=sample_runs.clock(3)):
        pass
    runs = past_runs(tmp_path)
    text = reported(runs, page=on(90))
    assert text == snapshot("""\
 Run                          cases                    found                  paid
   20261122-1107-support-bot                     interrupted
   20261122-1106-experiment      60                                          $0.01
 ✓ 20261122-1105-checks-only     60  check_pass_rate +16.0pp  [+3.0, +29.0]  $0.01
 ✓ 20261122-1104-support-bot      3           win rate 71.7%  [60.5, 81.3]   $0.01
""")
    assert all(cell_len(line) <= 90 for line in text.splitlines())
    assert [each["run"] for each in json.loads(reported(runs, "json"))["runs"]] == [each.run for each in runs.runs]


def test_a_hostile_run_cannot_do_anything_to_the_list(tmp_path: Path) -> None:
    """Names come from folders and manifests that anyone may have written."""
    sample_runs.finished_run(tmp_path)
    runs = everywhere(past_runs(tmp_path), HOSTILE, but=frozenset({"kind", "status", "headline"}))
    assert not DANGEROUS.search(reported(runs))


@given(st.text())
def test_safe_text_holds_nothing_dangerous_whatever_it_is_made_of(text: str) -> None:
    """Line feeds stay; one line has none."""
    assert not DANGEROUS.search(safe(text))
    assert "\n" not in safe_line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext", "plain\ntext"),
        ("two\r\nlines\rback", "two\nlines␍back"),
        ("a\tb", "a    b"),
        ("\x1b]8;;http://x\x07link", "␛]8;;http://x␇link"),
        ("\x7f\x80", "␡⟨U+0080⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\U000e0041tag", "⟨U+E0041⟩tag"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("\udcff", "⟨U+DCFF⟩"),
        ("❤️ ✅", "❤️ ✅"),
        ("a\ufe0f\ufe0f", "a⟨U+FE0F⟩⟨U+FE0F⟩"),
        ("naïve 退货 עברית", "naïve 退货 עברית"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    """Readable text of any script stays as it is; nothing is dropped but the half of a line end."""
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.00049, "$0.00049"),
        (-0.5, "−$0.50"),
        (1e-9, "$0.0000000010"),
        (12.0, "$12.00"),
    ],
)
def test_money_is_never_rounded_to_nothing(value: float, shown: str) -> None:
    """Below a cent two significant digits stand."""
    assert numbers.usd(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0001, ".0001"), (0.04567, ".046"), (0.5, ".50"), (0.997, ">.99"), (0.9949, ".99"), (0.0, "<.0001")],
)
def test_a_p_value_has_two_digits_and_never_says_certainty_where_there_is_none(value: float, shown: str) -> None:
    """Only 1 is 1, and nothing is 0."""
    assert numbers.p_value(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.25, "−250 ms"), (-90.0, "−1 min 30 s"), (59.7, "1 min 0 s"), (0.9999, "1.0 s")]
)
def test_times_are_in_the_unit_that_people_say(value: float, shown: str) -> None:
    """Milliseconds, seconds, minutes, hours."""
    assert numbers.duration(value) == shown


def test_what_is_undefined_is_a_dash_with_no_interval() -> None:
    """Never a number."""
    for form in (numbers.usd, numbers.duration, numbers.share, numbers.whole_share, numbers.p_value):
        assert form(None) == "–"
    assert numbers.quantity(None, "s") == numbers.difference(None, "s") == "–"
    assert numbers.change(None, None, "s") == ("–", "")
    assert numbers.interval(None, "share") == numbers.whole_interval(None) == ""


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    """−0.0 would say that it fell."""
    assert numbers.difference(-0.00001, "share") == "0.0pp"
    assert numbers.difference(0.00001, "points") == "0.0"
    assert numbers.significant(0.0, 2) == "0"


def test_the_ends_of_an_interval_are_rounded_outward() -> None:
    """49.96% is below one half, and must not be printed as 50.0."""
    bounds = Interval(low=0.49996, high=0.50004, level=0.95, method="gaffke")
    assert numbers.interval(bounds, "share") == "[49.9, 50.1]"
    assert numbers.whole_interval(bounds) == "[49, 51]"
    assert numbers.interval(Interval(low=0.605, high=1.0, level=0.95, method="gaffke"), "share") == "[60.5, 100.0]"


@pytest.mark.parametrize("kind", ["above", "below", "max", "min", "max_increase", "max_drop", "not_worse"])
def test_every_limit_is_said_in_words(kind: str) -> None:
    """No kind is left out; none needs a sign that ASCII lacks."""
    limit = Limit(kind=kind, value=0.05)  # type: ignore[arg-type]  # each of the seven, as text
    assert limit_text(limit, "share").replace("−", "-").isascii()
    assert limit_text(None, "share") == ""


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(24, 200))
def test_the_bar_of_a_share_is_as_wide_as_asked_and_shows_the_value(a: float, b: float, c: float, width: int) -> None:
    """Whatever the interval, also one without width at either end."""
    low, value, high = sorted((a, b, c))
    bar = share_bar(value, Interval(low=low, high=high, level=0.95, method="gaffke"), width=width)
    assert cell_len(bar) == width
    assert bar.count("●") == 1


def test_a_share_without_an_interval_is_one_mark() -> None:
    """No line is drawn where nothing is known."""
    assert share_bar(0.9, None, width=30) == "0 ┈┈┈┈┈┈┈┈┈┈┈50┈┈┈┈┈┈┈┈●┈┈ 100"


@pytest.mark.parametrize(
    ("value", "bar"), [(9.0, "    ▕████"), (-9.0, "████▕    "), (0.001, "    ▕▌   "), (-0.3, "  ▐█▕    ")]
)
def test_the_bar_of_a_difference_stops_at_its_end_and_is_never_nothing(value: float, bar: str) -> None:
    """The smallest difference still shows its side."""
    assert difference_bar(value, scale=0.8) == bar
