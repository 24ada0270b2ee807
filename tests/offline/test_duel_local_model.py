"""A duel of a real model in this process: SmolLM2 through the extra `local`."""

from pathlib import Path

from command_line import Done, arena
from duel_files import result_bytes, rows, write_experiment


def duel(folder: Path, *arguments: str) -> Done:
    """Run the folder's duel."""
    return arena(folder, "duel", "experiment.yaml", "--output-format", "json", "-q", *arguments)


def texts(folder: Path) -> list[str]:
    """Return the answers of the latest run, by case and variant."""
    return [row["text"] for row in rows(folder, "completions.jsonl")]


def test_a_real_model_answers_once_and_the_same_again(tmp_path: Path) -> None:
    """A second run makes no call and writes the same bytes; --refresh asks again and gets the same answers."""
    write_experiment(
        tmp_path,
        model="local:smollm2-135m-instruct",
        price=None,
        judge=None,
        decoding={"temperature": 0, "seed": 7, "max_tokens": 16},
        variants={"control": "Be helpful.", "treatment": "Answer in at most five words."},
        cases=["Where is my parcel?", "How do I return a shoe?"],
        checks=[{"empty": False}],
    )
    first = duel(tmp_path)
    assert first.code == 0, first.err
    answers, result = texts(tmp_path), result_bytes(tmp_path)
    again = duel(tmp_path)
    assert again.json["calls"] == {"made": 0, "cached": 4, "failed": 0}
    assert result_bytes(tmp_path) == result
    fresh = duel(tmp_path, "--refresh")
    assert fresh.json["calls"]["made"] == 4
    assert texts(tmp_path) == answers
    assert all(answers)
    assert first.json["determinism"] == "D1"
    assert first.json["cost_usd"] == 0
