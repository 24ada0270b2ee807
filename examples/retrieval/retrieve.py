"""Retrieve paragraphs of the shop's policies for each question, and write one context file for each k.

    python examples/retrieval/retrieve.py

Ranks by BM25 (Robertson & Zaragoza 2009, "The probabilistic relevance framework", eq. 3.15) with k1 = 1.2, b = 0.75.
"""

import json
import math
import re
from collections import Counter
from pathlib import Path

from arena.files.golden import load

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "golden"
SIZES = (3, 5)
K1, B = 1.2, 0.75
STOP = frozenset(
    re.findall(
        r"\w+",
        """a after all also am an and any are as at be by can do does for from has have how i if in is it its me my not
        of on or so that the them they this to was what when which who will with you your""",
    )
)


def words(text: str) -> list[str]:
    """Return a text's words without the commonest, plural and past endings cut."""
    found = re.findall(r"[a-z0-9.]+", text.lower())
    return [re.sub(r"(?<=\w{3})(ies|es|s|ed|ing)$", "", word.strip(".")) for word in found if word not in STOP]


def paragraphs() -> dict[str, str]:
    """Return each paragraph of the policies by its id: file and number, the address line being number 1."""
    found = {}
    for file in sorted((GOLDEN / "policies").glob("*.md")):
        for number, text in enumerate(file.read_text(encoding="utf-8").strip().split("\n\n"), start=1):
            if number > 1:
                found[f"{file.stem}-{number}"] = text
    return found


def ranked(question: str, passages: dict[str, str]) -> list[str]:
    """Return the ids of all passages, the best match first; equal scores in order of the id."""
    counts = {name: Counter(words(text)) for name, text in passages.items()}
    mean = sum(sum(each.values()) for each in counts.values()) / len(counts)
    score = dict.fromkeys(counts, 0.0)
    for word in set(words(question)):
        holding = sum(word in each for each in counts.values())
        rarity = math.log(1 + (len(counts) - holding + 0.5) / (holding + 0.5))
        for name, each in counts.items():
            tf = each[word]
            score[name] += rarity * tf * (K1 + 1) / (tf + K1 * (1 - B + B * sum(each.values()) / mean))
    return sorted(score, key=lambda name: (-round(score[name], 9), name))


def contexts() -> dict[int, str]:
    """Return the text of a context file for each k."""
    passages = paragraphs()
    order = {case.id: ranked(case.input, passages) for case in load(GOLDEN / "policy-questions.yaml").cases}
    return {k: "".join(line(case, names[:k], passages) for case, names in order.items()) for k in SIZES}


def line(case: str, names: list[str], passages: dict[str, str]) -> str:
    """Return one case's line of a context file."""
    return json.dumps({"case": case, "context": [{"id": name, "text": passages[name]} for name in names]}) + "\n"


if __name__ == "__main__":
    for k, text in contexts().items():
        (HERE / f"k{k}.jsonl").write_text(text, encoding="utf-8")
