"""CONTRIBUTING's "Add an aggregate", followed to the letter in a copy of the package."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import arena

ROOT = Path(arena.__file__).parent
EXPERIMENT = """
model: replay:none.jsonl
judge: replay:none.jsonl
variants: {control: Be helpful., treatment: Be kind.}
cases: [Where is my parcel?]
metrics:
  - {name: latency_s_p75, role: guardrail, max_increase: 300ms}
  - {name: slow, source: ttft_s, aggregate: p75}
"""


def run(folder: Path, *arguments: str) -> str:
    """Run the command line of the copy."""
    command = [sys.executable, "-c", "from arena.cli.main import run; run()", *arguments]
    environment = {"PYTHONPATH": str(folder), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_quantile_more_is_one_line(tmp_path: Path) -> None:
    """Its names are read, the schema knows it, and what it takes to prove a limit is told."""
    recipe = (ROOT.parent / "CONTRIBUTING.md").read_text("utf-8").partition("## Add an aggregate")[2]
    found = re.search(r"```python\n(.*?)```", recipe, re.DOTALL)
    assert found is not None
    shutil.copytree(ROOT, tmp_path / "arena", ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "arena" / "kinds" / "table.py"
    before, opening, after = table.read_text("utf-8").partition("AGGREGATES: dict[str, Kind] = {\n")
    table.write_text(before + opening + found[1] + after, "utf-8")
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT)
    (tmp_path / "none.jsonl").touch()
    run(tmp_path, "check", "experiment.yaml")
    schema = json.loads(run(tmp_path, "schema", "experiment"))
    aggregates = schema["$defs"]["MetricEntry"]["properties"]["aggregate"]["anyOf"][0]["enum"]
    assert {"p75", "p90", "mean"} <= set(aggregates)
    assert "latency_s_p75 max_increase 300ms: needs ≥ " in run(tmp_path, "duel", "experiment.yaml", "--dry-run")
