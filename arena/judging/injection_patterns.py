"""The families of texts that talk to a judge, from injection_patterns.toml.

Almost no text holds any of the words that a pattern cannot match without, so those are looked for first: searching for
every pattern takes 5 ms for an answer of 500 characters; ruled out by their words, a twentieth of that.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_PART = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class PrefilteredPattern:
    """One pattern, and the words of which a text must hold one; none: the pattern is always searched for."""

    source: str
    words: tuple[str, ...]
    by_line: bool  # whether it speaks of the ends of lines

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled pattern; most are never asked for it."""
        return _compiled(self.source)

    def search(self, lines: str, joined: str, lower: str) -> re.Match[str] | None:
        """Return the first match in a text, given by lines, on one line, and that in lower case.

        A phrase may run over a line's end, so a pattern that does not speak of lines is searched on one.
        """
        for word in self.words:
            if word in lower:
                break
        else:
            if self.words:
                return None
        return (self.pattern.search(lines) if self.by_line else None) or self.pattern.search(joined)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _patterns() -> dict[str, tuple[PrefilteredPattern, ...]]:
    data = tomllib.loads(resources.files("arena.judging").joinpath("injection_patterns.toml").read_text("utf-8"))
    parts: dict[str, str] = {}
    for name, source in data["parts"].items():
        parts[name] = _whole(source, parts)
    return {
        family: tuple(_prefiltered(_whole(each["pattern"], parts), each.get("words", ())) for each in entries)
        for family, entries in data["families"].items()
    }


def _whole(source: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda found: parts[found[1]], source)


def _prefiltered(source: str, words: list[str]) -> PrefilteredPattern:
    return PrefilteredPattern(source, tuple(words), any(sign in source for sign in ("\\n", "^", "$")))


PATTERNS = _patterns()
