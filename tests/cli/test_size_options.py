"""Every option of `arena size` as its user meets it."""

import json
from pathlib import Path

import pytest

from arena_command import Arena, arena_in
from pilot_runs import PilotCase, write_pilot

RATE = ("size", "rate", "--baseline", "0.60", "--mde", "0.05")
RATIO = ("size", "mean", "--ratio-of", "12", "6", "4", "1.5", "--correlation", "0.5")


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Arena:
    """Return the command line in an empty folder."""
    return arena_in(tmp_path, monkeypatch, capsys)


def total(arena: Arena, *arguments: str) -> int:
    """Return the units of a plan, all arms together."""
    done = arena(*arguments, "--output-format", "json")
    assert done.exit_code == 0, done.err
    found: int = json.loads(done.out)["total"]
    return found


def test_every_option_of_a_rate_changes_its_size(arena: Arena) -> None:
    """Each by what it multiplies or asks for, from 2,942."""
    assert total(arena, *RATE) == 2942
    assert total(arena, *RATE, "--alpha", "0.01") > 2942
    assert total(arena, *RATE, "--power", "0.9") > 2942
    assert total(arena, *RATE, "--ratio", "2") > 2942
    assert total(arena, "size", "rate", "--baseline", "0.60", "--margin", "0.05") == 3010
    assert total(arena, *RATE, "--arms", "3") == 3 * 1781
    assert total(arena, *RATE, "--arms", "3", "--correction", "dunnett") < 3 * 1781
    assert total(arena, *RATE, "--icc", "0.05", "--cluster-size", "10") == pytest.approx(1.45 * 2942, abs=4)
    assert total(arena, *RATE, "--icc", "0.05", "--cluster-size", "10", "--cluster-cv", "1") > 1.45 * 2942
    assert total(arena, *RATE, "--cuped-rho", "0.6") == pytest.approx(0.64 * 2942, abs=4)
    assert total(arena, *RATE, "--looks", "4", "--spending", "pocock") > total(arena, *RATE, "--looks", "4") > 2942
    assert total(arena, "size", "rate", "--baseline", "0.1", "--mde", "0.4", "--exact") == 46


def test_a_ratio_metric_is_sized(arena: Arena) -> None:
    """Numerator and denominator by unit; a change of 5% of the ratio; a margin too."""
    done = arena(*RATIO, "--mde", "0.05")
    assert "two ratios, z by the delta method" in done.out
    assert "the ratio is 3, its standard deviation by unit 1.352" in " ".join(done.out.split())
    assert total(arena, *RATIO, "--margin", "0.05") == total(arena, *RATIO, "--mde", "0.05")


def test_a_duel_is_sized_for_an_experiment(arena: Arena, tmp_path: Path) -> None:
    """All of its criteria, with the one that needs most marked; one that cannot be proved says so."""
    metrics = (
        {"name": "win_rate", "role": "primary", "above": 0.5},
        {"name": "check_pass_rate", "role": "guardrail", "max_drop": "10pp"},
    )
    file = str(write_pilot(tmp_path, [PilotCase()], metrics=metrics))
    done = arena("size", "duel", "--experiment", file, "--win-rate", "0.75", "--ties", "0.2", "--changed", "0.1")
    text = " ".join(done.out.split())
    assert "cases for all of it" in text
    assert "check_pass_rate max_drop 10pp: 104 cases" in text
    assert "← needs most" in text
    assert "no change on average; 10% of cases change by one; 36 at best" in text
    never = arena("size", "duel", "--experiment", file, "--win-rate", "0.5")
    assert never.exit_code == 0
    assert never.out.startswith("No number of cases proves it: win_rate above 50%: the true value is at the limit")
    assert "power by" not in never.out
    machine = arena("size", "duel", "--experiment", file, "--win-rate", "0.5", "--output-format", "json")
    assert json.loads(machine.out)["per_arm"] == {"cases": None}


def test_files_are_written_in_the_format_of_their_ending(arena: Arena, tmp_path: Path) -> None:
    """Several at once, beside what goes to stdout."""
    done = arena(*RATE, "-o", "out/curve.svg", "-o", "curve.HTML", "-o", "plan.json", "-o", "plan.txt")
    assert done.exit_code == 0
    assert done.out == arena(*RATE).out
    assert (tmp_path / "out" / "curve.svg").read_text().startswith('<?xml version="1.0"')
    assert (tmp_path / "curve.HTML").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "plan.json").read_text())["total"] == 2942
    assert (tmp_path / "plan.txt").read_text().startswith("1,471 conversations per arm")
    assert arena(*RATE, "--output-format", "svg").out == (tmp_path / "out" / "curve.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("size", "rate", "--mde", "0.05"), "--baseline: say the rate"),
        ((*RATE, "--alpha", "2"), "--alpha 2"),
        ((*RATE, "--alpha", "nan"), "--alpha nan"),
        ((*RATE, "--power", "1"), "--power 1"),
        ((*RATE, "--ratio", "0"), "--ratio 0"),
        ((*RATE, "--margin", "-1"), "--margin -1"),
        ((*RATE, "--arms", "1"), "--arms"),
        ((*RATE, "--correction", "tukey"), "--correction tukey"),
        ((*RATE, "--icc", "0.1"), "--icc and --cluster-size"),
        ((*RATE, "--icc", "2", "--cluster-size", "3"), "--icc, --cluster-size"),
        ((*RATE, "--cluster-cv", "1"), "--cluster-cv"),
        ((*RATE, "--cuped-rho", "1"), "--cuped-rho"),
        ((*RATE, "--looks", "0"), "--looks"),
        ((*RATE, "--looks", "2", "--spending", "luck"), "no such design"),
        ((*RATE, "--per-day", "0"), "--per-day"),
        ((*RATE, "--share", "0.5"), "--share"),
        ((*RATE, "--per-day", "9", "--share", "2"), "--share"),
        ((*RATE, "-o", "curve.png"), "-o curve.png: cannot tell the format"),
        (("size", "mean", "--mde", "1"), "--sd: say"),
        ((*RATIO, "--mde", "0.05", "--sd", "1"), "--ratio-of: stands alone"),
        ((*RATIO[:-2], "--mde", "0.05"), "--ratio-of and --correlation"),
        (("size", "mean", "--sd", "1", "--mde", "1", "--correlation", "0.5"), "--ratio-of and --correlation"),
        ((*RATIO, "--mde", "nan"), "--mde nan"),
        (("size", "duel"), "--win-rate: say"),
        (("size", "duel", "--win-rate", "0.5"), "--win-rate 0.5: must be above 0.5"),
        (("size", "duel", "--win-rate", "nan"), "--win-rate nan"),
        (("size", "duel", "--win-rate", "0.7", "--changed", "0.1"), "--changed: is about guardrails"),
        (("size", "duel", "--win-rate", "0.5001"), "more than 100,000 cases"),
        (("size", "duel", "--experiment", "missing.yaml", "--win-rate", "0.7"), "missing.yaml"),
        (("size", "duel", "--from-run", "latest"), "no runs yet"),
    ],
)
def test_a_users_mistake_is_one_message(arena: Arena, arguments: tuple[str, ...], message: str) -> None:
    """Exit 2, the option named, nothing on stdout."""
    done = arena(*arguments)
    assert (done.exit_code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err


@pytest.mark.parametrize("kind", ["rate", "mean", "duel"])
def test_the_page_of_help_names_every_panel(arena: Arena, kind: str) -> None:
    """Design, run and output, each under its own title."""
    done = arena("size", kind, "--help")
    assert done.exit_code == 0
    for panel in ("Design", "From a finished run", "Output"):
        assert panel in done.out
