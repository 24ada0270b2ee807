"""A project of so many support cases whose answers and judgments are made up, all read from a transcript.

No model gave them: they have the shape and the size of real ones, for measuring and for pictures.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "support-bot.yaml"
BEFORE = "You are the support desk of an online shop.\nBe helpful and polite.\nAnswer in one paragraph."
AFTER = (
    "You are the support desk of an online shop.\nBe helpful and polite, and name the policy that you go by.\n"
    "Address the customer by name.\nAnswer in one paragraph."
)
CLOSINGS = (
    "Please let me know if there is anything else.",
    "I will gladly look into it for you.",
    "Somebody will come back to you soon.",
)
WINS, INCONSISTENT = 0.68, 0.1  # of the treatment; shares


def write_project(folder: Path, *, cases: int, seed: int = 7) -> Path:
    """Write experiment, golden set, prompts and transcript; return the experiment.

    Args:
        folder: of the project.
        cases: 119 at most are different from each other.
        seed: of the made-up outcomes.
    """
    chosen = list(_cases(cases))
    (folder / "pyproject.toml").touch()
    (folder / "control.md").write_text(BEFORE)
    (folder / "treatment.md").write_text(AFTER)
    (folder / "golden.jsonl").write_text("".join(f"{json.dumps(case)}\n" for case in chosen))
    lines = [{"transcript": 1, "models": {}, "authored": False, "note": "Made up: no model gave these."}]
    lines += _transcript(chosen, np.random.default_rng(seed))
    (folder / "transcript.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump(_experiment(), sort_keys=False))
    return path


def _experiment() -> dict[str, Any]:
    return {
        "name": "support-bot-names-its-policy",
        "hypothesis": "Replies that name the policy and address the customer serve customers better.",
        "golden": "golden.jsonl",
        "model": "replay:transcript.jsonl",
        "judge": "replay:transcript.jsonl",
        "variants": {"control": {"system": {"file": "control.md"}}, "treatment": {"system": {"file": "treatment.md"}}},
        "checks": [{"not_regex": "(?i)as an ai"}, {"max_words": 75}],
        "metrics": [
            {"name": "win_rate", "role": "primary", "above": 0.5},
            {"name": "latency_s_p95", "role": "guardrail", "max_increase": "500ms"},
            {"name": "check_pass_rate", "role": "guardrail", "max_drop": "5pp"},
            {"name": "output_tokens_mean", "role": "guardrail", "max_increase": "25%"},
        ],
        "gate": {"must_pass": ["safety"]},
    }


def _cases(number: int) -> Iterator[dict[str, Any]]:
    known = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))["cases"]
    single = [case for case in known if "input" in case]
    for i in range(number):
        case, again = single[i % len(single)], i // len(single)
        yield {
            "id": case["id"] if not again else f"{case['id']}-{again + 1}",
            "input": case["input"] if not again else f"{case['input']} ({again + 1})",
            "reference": case.get("reference", ""),
            "tags": [tag if isinstance(tag, str) else str(tag) for tag in case.get("tags", [])],
            "vars": {"customer": (case.get("vars") or {}).get("customer", "Sam")},
        }


def _transcript(cases: list[dict[str, Any]], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for case in cases:
        better = rng.random() < WINS
        for variant, slower in (("control", 1.0), ("treatment", 1.08)):
            text = _answer(case, named=variant == "treatment", full=better == (variant == "treatment"), rng=rng)
            tokens = max(round(len(text) / 4.4), 1)
            latency = round(slower * (0.4 + tokens * 0.012) * float(rng.lognormal(0.0, 0.22)), 3)
            usage = {"input_tokens": 180, "output_tokens": tokens}
            yield {"case": case["id"], "variant": variant, "text": text, "usage": usage, "latency_s": latency}
        agrees = rng.random() >= INCONSISTENT
        for first, second in (("control", "treatment"), ("treatment", "control")):
            wins = (better if agrees or first == "control" else not better) == (second == "treatment")
            yield {
                "case": case["id"],
                "first": first,
                "second": second,
                "text": json.dumps(_judgment(wins, named=first == "treatment", rng=rng)),
            }


def _answer(case: Mapping[str, Any], *, named: bool, full: bool, rng: np.random.Generator) -> str:
    sentences = [part.strip() for part in str(case["reference"]).split(". ") if part.strip()]
    kept = sentences if full else sentences[: max(1, len(sentences) // 2)]
    body = ". ".join(kept).rstrip(".") + "."
    close = CLOSINGS[int(rng.integers(len(CLOSINGS)))]
    if named:
        return f"Hello {case['vars']['customer']}, our policy for {case['tags'][0]} says: {body} {close}"
    return f"Thank you for your message, I understand that this is frustrating. {body} {close}"


def _judgment(second_wins: bool, *, named: bool, rng: np.random.Generator) -> dict[str, Any]:
    winner, loser = ("B", "A") if second_wins else ("A", "B")
    treatment = "A" if named else "B"
    said = "names the policy and " if winner == treatment else ""
    reason = f"{winner} {said}answers the whole question; {loser} leaves out what the customer has to do next."
    axes = {
        name: {winner: int(rng.integers(3, 6)), loser: int(rng.integers(lowest, lowest + 3))}
        for name, lowest in (("correctness", 2), ("helpfulness", 1), ("clarity", 3))
    }
    return {"reason": reason, "axes": axes, "winner": winner}
