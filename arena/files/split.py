"""Which part of a split a case falls in: by a salted hash, the same on every machine and for ever."""

import hashlib
from typing import Literal

from arena.records.experiment import Split


def fraction(key: str, salt: str) -> float:
    """Return a number in [0, 1) that depends on `key` and `salt` alone: the first 48 bits of their sha256.

    >>> 0 <= fraction("late-package", "support-bot") < 1
    True
    """
    digest = hashlib.sha256(f"{salt}\x00{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def part_of(key: str, split: Split) -> Literal["dev", "gate"]:
    """Return the part in which a case falls.

    Args:
        key: The case's cluster where it has one, so that cases that depend on each other fall together; else its id.
        split: Shares and salt.

    >>> part_of("late-package", Split(dev=1.0, gate=0.0, salt="s"))
    'dev'
    """
    return "dev" if fraction(key, split.salt) < split.dev else "gate"
