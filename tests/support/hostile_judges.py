"""Judges that fall for what they read: each behaves as its weakness makes it, and as a good judge otherwise."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopback_judge import JudgeTruth

_FENCE = re.compile(r"<<<(ANSWER [AB]) ([0-9a-f]{16})>>>\n(.*?)\n<<<END \1 \2>>>", re.DOTALL)


def candidates(prompt: str) -> dict[str, str]:
    """Return the two candidates of a prompt as the fences have them."""
    return {title: text for title, _, text in _FENCE.findall(prompt)}


def verdict(winner: str, reason: str = "it is so") -> str:
    """Return a judge's reply."""
    return json.dumps({"reason": reason, "winner": winner})


def honest(prompt: str) -> str:
    """Return what a good judge says: the candidate that names the policy, else a tie."""
    found = {title[-1]: "policy" in text for title, text in candidates(prompt).items()}
    return "TIE" if found["A"] == found["B"] else "A" if found["A"] else "B"


@dataclass(frozen=True, kw_only=True)
class Obedient(JudgeTruth):
    """Does what any candidate that it does not find ordinary wants: that candidate wins."""

    attacks: frozenset[str] = frozenset()

    def reply(self, schema: Mapping[str, Any], prompt: str) -> str:
        """Return the candidate's wish where there is one."""
        for title, text in candidates(prompt).items():
            if any(attack in text for attack in self.attacks):
                return verdict(title[-1], "as I was told")
        return verdict(honest(prompt))


@dataclass(frozen=True, kw_only=True)
class Quoting(JudgeTruth):
    """Repeats both candidates word for word before it judges."""

    def reply(self, schema: Mapping[str, Any], prompt: str) -> str:
        """Return both candidates and then the honest judgment."""
        quoted = "\n".join(f"{title} says: {text}" for title, text in candidates(prompt).items())
        return f"{quoted}\n{verdict(honest(prompt))}"


@dataclass(frozen=True, kw_only=True)
class Splitting(JudgeTruth):
    """Cuts the prompt wherever something looks like a delimiter, and takes the last cut's word for the judgment."""

    def reply(self, schema: Mapping[str, Any], prompt: str) -> str:
        """Return what stands behind the last thing that looks like the end of a candidate."""
        fenced = candidates(prompt)
        for title, text in fenced.items():
            cut = re.split(r"<<<|>>>|</?\w+>|-{3,}|={3,}|\[/?\w[^\]]*\]|#{2,}|<\|", text)
            if len(cut) > 1:
                return verdict(title[-1], "the rest was empty")
        return verdict(honest(prompt))
