"""A real model of 135 million parameters as judge: by label it is called unfit, by likelihood it runs."""

import json
from pathlib import Path
from typing import Any

from command_line import Done, arena
from duel_files import rows, write_experiment

GOOD = "Paris is the capital of France."
BAD = "I do not know."


def duel(folder: Path, method: str) -> Done:
    """Run a duel of recorded answers whose judge is the packaged model."""
    folder.mkdir()
    judge: dict[str, Any] = {
        "model": "local:smollm2-135m-instruct",
        "method": method,
        "axes": "none",
        "decoding": {"temperature": 0, "seed": 1} | ({"max_tokens": 48} if method == "label" else {}),
    }
    (folder / "rubric.yaml").write_text("axes: [{name: truth, question: Is it true?, levels: {1: 'No.', 5: 'Yes.'}}]\n")
    for arm, text in (("control", BAD), ("treatment", GOOD)):
        (folder / f"{arm}.jsonl").write_text(json.dumps({"case": "capital", "output": text}))
    write_experiment(
        folder,
        model=None,
        price=None,
        judge=judge,
        rubric="rubric.yaml",
        variants={arm: {"outputs": f"{arm}.jsonl"} for arm in ("control", "treatment")},
        cases=[{"id": "capital", "input": "What is the capital of France?"}],
    )
    return arena(folder, "duel", "experiment.yaml", "--output-format", "json", "-q")


def test_small_model_is_unfit_by_label_and_runs_by_likelihood(tmp_path: Path) -> None:
    """It names the same slot in both orders, or nothing that can be read; its odds still give the case a verdict."""
    by_label = duel(tmp_path / "label", "label")
    assert by_label.code in (0, 1), by_label.err
    assert by_label.json["judge"]["fit"] is False
    assert not by_label.json["judge"]["consistency"]["value"]
    by_odds = duel(tmp_path / "odds", "likelihood")
    assert by_odds.code in (0, 1), by_odds.err
    assert by_odds.json["calls"] == {"made": 2, "cached": 0, "failed": 0}
    assert by_odds.json["judge"]["unparseable"] == 0
    found = rows(tmp_path / "odds", "judgments.jsonl")
    assert all(isinstance(row["log_odds"], float) for row in found)
    assert by_odds.json["win_rate"]["value"] in (0.0, 0.5, 1.0)
