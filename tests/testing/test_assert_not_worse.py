"""The gate as an assertion of a team's own tests."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from arena.errors import CacheMiss, FileError
from arena.records.run_options import RunOptions
from arena.testing import assert_not_worse
from command_line import arena, clean
from duel_files import cases, write_experiment
from loopback import Loopback
from patience import HANG_S

BETTER = {"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.62"}
WORSE = {"control": BETTER["treatment"], "treatment": BETTER["control"]}
ALIKE = {"control": "Be helpful. quality=0.50", "treatment": "Be kind. quality=0.50"}
HEAVY = ("numpy", "scipy", "yaml", "pydantic", "openai", "diskcache", "typer", "rich")


def test_a_proof_passes_and_is_returned(tmp_path: Path) -> None:
    """The result is that of `arena gate`; asked again, the cache answers and nothing is sent."""
    path = write_experiment(tmp_path, variants=BETTER, cases=cases(40))
    with Loopback(spread=0.5) as server:
        result = assert_not_worse(path, environment=server.environment)
        asked = server.count
        again = assert_not_worse(tmp_path, environment=server.environment, offline=True)
        told = arena(tmp_path, "gate", "latest", "--output-format", "json").json
        assert server.count == asked
    assert (result.decision, again.decision, told["decision"]) == ("pass", "pass", "pass")
    assert told["win_rate"]["value"] == result.duel.win_rate.value if result.duel.win_rate else False


def test_a_refutation_fails_with_the_gates_report(tmp_path: Path) -> None:
    """The message is the report that the gate prints: its verdict, each criterion, and where the run is."""
    path = write_experiment(tmp_path, variants=WORSE, cases=cases(40))
    with Loopback(spread=0.5) as server, pytest.raises(AssertionError) as failed:
        assert_not_worse(path, environment=server.environment, inconclusive="pass")
    (run,) = (tmp_path / ".arena" / "runs").iterdir()
    report = str(failed.value)
    assert "FAIL" in report
    assert "above 50% is refuted" in report
    assert run.name in report
    assert "\x1b" not in report


def test_an_open_verdict_fails_unless_it_may_pass(tmp_path: Path) -> None:
    """Nothing but a proof passes by itself; `inconclusive="pass"` is explicit, and the result still says what it is."""
    path = write_experiment(tmp_path, variants=ALIKE, cases=cases(12))
    with Loopback(spread=0.5) as server:
        with pytest.raises(AssertionError, match="INCONCLUSIVE"):
            assert_not_worse(path, environment=server.environment)
        result = assert_not_worse(path, environment=server.environment, inconclusive="pass")
    assert result.decision == "inconclusive"


def test_arms_that_are_the_same_prove_nothing_unless_that_is_said(tmp_path: Path) -> None:
    """Once the treatment is merged there is nothing to compare, and nothing is asked."""
    path = write_experiment(tmp_path, variants=dict.fromkeys(BETTER, "Be helpful."), cases=cases(12))
    with pytest.raises(AssertionError, match="nothing to compare"):
        assert_not_worse(path, environment={})
    assert assert_not_worse(path, environment={}, unchanged="pass").decision == "pass"


def test_what_cannot_run_is_no_failed_assertion(tmp_path: Path) -> None:
    """A missing answer or a wrong file is told as itself."""
    path = write_experiment(tmp_path, variants=BETTER, cases=cases(40))
    with Loopback() as server, pytest.raises(CacheMiss):
        assert_not_worse(path, environment=server.environment, options=RunOptions(offline=True))
    path.write_text("name: [")
    with pytest.raises(FileError, match=r"experiment\.yaml:2:1: not YAML"):
        assert_not_worse(path)


def test_cache_and_root_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    """`cache_dir` and `root` are followed, and nothing is written beside the test."""
    folder = tmp_path / "project" / "prompts"
    folder.mkdir(parents=True)
    path = write_experiment(folder, variants=BETTER, cases=cases(40))
    cache = tmp_path / "cache"
    with Loopback(spread=0.5) as server:
        assert_not_worse(str(path), environment=server.environment, root=tmp_path / "project", cache_dir=str(cache))
    assert any(cache.iterdir())
    assert {each.name for each in (tmp_path / "project" / ".arena").iterdir()} >= {"attempts.jsonl", "runs"}
    assert not (folder / ".arena").exists()


def test_an_asynchronous_test_may_call_it(tmp_path: Path) -> None:
    """Where a loop runs already, the calls are made beside it."""
    path = write_experiment(tmp_path, variants=BETTER, cases=cases(40))

    async def test() -> str:
        with Loopback(spread=0.5) as server:
            return assert_not_worse(path, environment=server.environment).decision

    assert asyncio.run(test()) == "pass"


def test_pytest_shows_the_report_at_the_line_of_the_test(tmp_path: Path) -> None:
    """Without a terminal: one failed test, the report in it, and no line of ours."""
    write_experiment(tmp_path, variants=WORSE, cases=cases(40))
    (tmp_path / "test_prompt.py").write_text(
        "from pathlib import Path\n"
        "from arena.testing import assert_not_worse\n"
        "def test_prompt():\n"
        '    assert_not_worse(Path(__file__).parent / "experiment.yaml")\n'
    )
    with Loopback(spread=0.5) as server:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
            cwd=tmp_path,
            env=clean(server.environment),
            capture_output=True,
            encoding="utf-8",
            timeout=HANG_S,
            check=False,
        )
    assert done.returncode == 1, done.stdout
    assert "FAILED test_prompt.py::test_prompt - AssertionError: loopback: fail" in done.stdout
    assert "above 50% is refuted" in done.stdout
    assert "arena/testing" not in done.stdout


def test_importing_it_loads_nothing_heavy() -> None:
    """A test file that imports it is collected at once."""
    script = f"import arena.testing, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", timeout=HANG_S, check=True
    )
    assert done.stdout.strip() == "[]"
