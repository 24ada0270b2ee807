"""Foreign text on its way into a message: one line, no control bytes, no byte of any key."""

import re
from collections.abc import Iterable

#: Longest message kept of a provider's own words.
LIMIT = 300

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x9b[0-?]*[ -/]*[@-~]")
# C0 and C1 controls, zero-width and bidirectional marks, tags, private use, surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f]"
)
_MASK = re.compile(r"[*•●█xX]{3,}|\*{2,}|\.{3}|…")
_SHORTEST = 6  # characters of a key that are telling on their own


def one_line(text: str, secrets: Iterable[str] = ()) -> str:
    r"""Return foreign text as one safe line, keys replaced by `***`, at most `LIMIT` characters.

    A key is found whole, in part (6 characters or more) and in the masked form in which servers echo it.

    Args:
        text: What a provider or a user's function said.
        secrets: Keys that must not appear.

    >>> one_line("Incorrect API key provided:\n sk-ab***************wxyz.", ["sk-abcdefghijklmnopqrstuvwxyz"])
    'Incorrect API key provided: ***'
    """
    line = " ".join(_INVISIBLE.sub("", _ESCAPES.sub("", text)).split())
    for secret in secrets:
        line = " ".join("***" if _tells(word, secret) else word for word in line.split(" "))
    return line if len(line) <= LIMIT else line[: LIMIT - 1] + "…"


def _tells(word: str, secret: str) -> bool:
    """Return whether a word shows a part of the secret."""
    word, secret = word.lower(), secret.lower()
    if len(secret) < _SHORTEST:
        return bool(secret) and secret in word
    if any(secret[start : start + _SHORTEST] in word for start in range(len(secret) - _SHORTEST + 1)):
        return True
    return any(_shows_end(word, mask, secret) for mask in _MASK.finditer(word))


def _shows_end(word: str, mask: re.Match[str], secret: str) -> bool:
    before = re.split(r"[^\w-]", word[: mask.start()])[-1]
    after = re.split(r"[^\w-]", word[mask.end() :])[0]
    return (len(before) >= 2 and secret.startswith(before)) or (len(after) >= 2 and secret.endswith(after))
