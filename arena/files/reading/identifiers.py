"""Ids that people and machines can tell apart: no invisible characters, no look-alikes."""

import unicodedata
from collections.abc import Iterable

from arena.text.confusables import LIKE_LATIN

LONGEST = 200


def mistake_in(identifier: str) -> str | None:
    """Return what is wrong with an id, or None.

    >>> mistake_in("late-package") is None
    True
    >>> mistake_in("late ")
    'starts or ends with a blank: remove it'
    """
    if not identifier:
        return "is empty: give it a name"
    if identifier != identifier.strip():
        return "starts or ends with a blank: remove it"
    if len(identifier) > LONGEST:
        return f"is longer than {LONGEST} characters"
    for character in identifier:
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"):
            return f"holds an invisible character, U+{ord(character):04X}: remove it"
        if character.isspace() and character != " ":
            return f"holds an unusual blank, U+{ord(character):04X}: write a plain blank"
    return _mixed(identifier)


def skeleton(identifier: str) -> str:
    """Return the id as it looks: two ids with one skeleton cannot be told apart by eye.

    >>> skeleton("с1") == skeleton("c1")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier).translate(LIKE_LATIN))


def look_alikes(identifiers: Iterable[str]) -> dict[str, str]:
    """Return each id that looks like an earlier, different one, with that one."""
    first: dict[str, str] = {}
    alike: dict[str, str] = {}
    for identifier in identifiers:
        shape = identifier if identifier.isascii() else skeleton(identifier)
        earlier = first.setdefault(shape, identifier)
        if earlier != identifier:
            alike[identifier] = earlier
    return alike


def spelled(identifier: str) -> str:
    r"""Return the id with every character outside ASCII spelled out, so that look-alikes differ in print.

    >>> spelled("с1")
    '\\u04411'
    """
    return identifier.encode("ascii", "backslashreplace").decode()


def _mixed(identifier: str) -> str | None:
    if identifier.isascii():
        return None
    odd = [c for c in identifier if c.translate(LIKE_LATIN) != c]
    if odd and any(c.isascii() and c.isalpha() for c in identifier):
        script = unicodedata.name(odd[0]).split()[0].capitalize()
        looks = odd[0].translate(LIKE_LATIN)
        return f"mixes Latin letters with the {script} letter U+{ord(odd[0]):04X}, which looks like '{looks}'"
    return None
