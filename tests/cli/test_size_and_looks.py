"""`arena size` and `arena looks` as their user meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena_command import Arena, arena_in
from patience import HANG_S

REPORT = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("LOADED " + " ".join(sorted({n.partition(".")[0] for n in sys.modules}))))
"""
LOADED = f"""{REPORT}
from arena.cli.main import run
run()
"""
BARE = f"""{REPORT}
import typer
app = typer.Typer()
@app.command()
def size(baseline: float = 0.5) -> None:
    typer.echo(baseline)
app()
"""
HEAVY = {"numpy", "scipy", "yaml", "pydantic", "jinja2", "openai", "anthropic", "diskcache"}


def loaded(script: str, folder: Path, *arguments: str) -> set[str]:
    """Return the packages that a script loads in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("LOADED ")[1].split())


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Arena:
    """Return the command line in an empty folder."""
    return arena_in(tmp_path, monkeypatch, capsys)


def found(arena: Arena, *arguments: str) -> dict[str, object]:
    """Return what a command gives as JSON."""
    done = arena(*arguments, "--output-format", "json")
    assert done.exit_code == 0, done.err
    result: dict[str, object] = json.loads(done.out)
    assert result["schema_version"] == 1
    return result


RATE = ("size", "rate", "--baseline", "0.60", "--mde", "0.05")


def test_a_size_in_plain_words(arena: Arena) -> None:
    """Per arm, in total, full weeks; the formula; a curve with the plan marked on it."""
    done = arena(*RATE, "--per-day", "210", "--share", "0.5")
    assert done.exit_code == 0
    first = " ".join(done.out.split()).split(" 80.0%")[0]
    assert first == ("1,471 conversations per arm, 2,942 in total; at 210 a day and half the traffic, five full weeks")
    assert "pooled variance" in done.out
    assert any("█" in line and "80.0%" in line and "the plan" in line for line in done.out.splitlines())


def test_a_size_for_machines(arena: Arena) -> None:
    """The keys of the contract."""
    result = found(arena, *RATE)
    assert result["per_arm"] == {"control": 1471, "treatment": 1471}
    assert (result["total"], result["days"]) == (2942, None)
    curve = result["power_curve"]
    assert isinstance(curve, list)
    assert any(size == 1471 and round(power, 3) == 0.8 for size, power in curve)


def test_looks_inflate_a_size(arena: Arena) -> None:
    """Four O'Brien–Fleming looks cost 2%."""
    result = found(arena, *RATE, "--looks", "4")
    inputs = result["inputs"]
    assert isinstance(inputs, dict)
    assert inputs["inflation"] == pytest.approx(1.0196, abs=1e-4)
    assert result["total"] == 2 * 1500


def test_sizes_of_every_kind(arena: Arena) -> None:
    """Unequal arms and their names, percentages of traffic, one week, exact, means and duels."""
    unequal = arena(*RATE, "--ratio", "0.5", "--per-day", "20000", "--share", "0.9")
    assert "in control and" in unequal.out
    assert "90% of the traffic, one full week" in " ".join(unequal.out.split())
    assert "thirteen" not in arena(*RATE, "--per-day", "10").out
    assert found(arena, "size", "rate", "--baseline", "0.1", "--mde", "0.4", "--exact")["total"] == 46
    assert found(arena, "size", "rate", "--baseline", "0.6", "--margin", "0.05")["total"] == 3010
    assert found(arena, "size", "mean", "--sd", "1", "--mde", "0.5")["total"] == 128
    assert found(arena, "size", "duel", "--win-rate", "0.75")["total"] == 30
    assert arena("size", "duel", "--win-rate", "0.75").out.startswith("30 cases\n")


def test_looks_are_planned(arena: Arena) -> None:
    """Boundaries, error spent, and cost; by number or by fractions."""
    done = arena("looks", "plan", "--looks", "4")
    assert [word for word in ("4.333", "2.963", "2.359", "2.014", "1.020") if word not in done.out] == []
    result = found(arena, "looks", "plan", "--fractions", "5%,0.5,1", "--spending", "obrien-fleming")
    looks = result["looks"]
    assert isinstance(looks, list)
    assert set(looks[0]) == {"fraction", "z", "p_nominal", "alpha_spent"}
    assert round(looks[0]["z"], 3) == 9.955
    assert "2e-23" in arena("looks", "plan", "--fractions", "0.05,0.5,1").out
    assert "<1e-300" in arena("looks", "plan", "--fractions", "0.001,1").out


def test_a_schedule_is_checked(arena: Arena) -> None:
    """The warning stands in the text, and beside the JSON on stderr."""
    typed = ("looks", "check", "--fractions", "0.25,0.5,0.75,1", "--z", "3.47 2.45 2.14 2.01")
    done = arena(*typed)
    assert done.exit_code == 0
    assert done.out.startswith("true alpha .0626, above the intended .05\n")
    assert "1 of 16" in " ".join(done.out.split())
    machine = arena(*typed, "--output-format", "json")
    assert round(json.loads(machine.out)["alpha"], 4) == 0.0626
    assert machine.err.startswith("warning: the true alpha is 0.0626, not 0.05")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("size", "rate", "--baseline", "0.6"), "--mde"),
        ((*RATE, "--output-format", "xml"), "no such format"),
        ((*RATE, "--exact", "--margin", "0.1"), "stands alone"),
        ((*RATE, "--looks", "3", "--spending", "luck"), "no such design"),
        (("size", "duel", "--win-rate", "0.4"), "--win-rate"),
        (("looks", "plan"), "say one of them"),
        (("looks", "plan", "--looks", "2", "--output-format", "xml"), "there are text, json"),
        (("looks", "check", "--z", "2"), "has both"),
        (("looks", "check", "--fractions", "1", "--z", "two"), "expected numbers"),
        (("looks", "check", "--fractions", "1", "--z", "nan"), "not a number"),
    ],
    ids=["no change", "format", "exact", "design", "win rate", "no looks", "looks format", "half", "word", "nan"],
)
def test_a_users_mistake_is_one_line(arena: Arena, arguments: tuple[str, ...], message: str) -> None:
    """Exit 2, no traceback, nothing on stdout."""
    done = arena(*arguments)
    assert (done.exit_code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_size_of_a_rate_loads_nothing_heavy(tmp_path: Path) -> None:
    """Neither numpy nor scipy nor yaml; pydantic only where Typer itself reads a number with it."""
    typer_alone = loaded(BARE, tmp_path, "--baseline", "0.6")
    assert typer_alone & HEAVY <= {"pydantic"}
    for output in ("text", "json"):
        ours = loaded(LOADED, tmp_path, *RATE, "--per-day", "210", "--output-format", output)
        assert (ours - typer_alone) & HEAVY == set()
