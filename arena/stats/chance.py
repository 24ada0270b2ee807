"""Chance from a name: the same draw on every machine and for ever, whatever else is drawn."""

import hashlib


def fraction(key: str, salt: str) -> float:
    """Return a number in [0, 1) that depends on `key` and `salt` alone: the first 48 bits of their sha256.

    >>> 0 <= fraction("late-package", "support-bot") < 1
    True
    """
    digest = hashlib.sha256(f"{salt}\x00{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
