"""Text that tries to do something to whoever shows it, and a way to put it everywhere."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

HOSTILE = "\x1b[31m\x1b]0;title\x07\x9b2J\u202e\u200b\u2066[red]退货 ::set-output:: \x00\x7f\ud800[/red]"

#: What must never reach a terminal: C0 but line feeds, DEL, C1, bidi, zero-width, lone surrogates.
DANGEROUS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

#: Fields that arena fills with words of its own choice.
OURS = frozenset(
    {"unit_of_measure", "unit", "role", "kind", "decision", "win_rate_decision", "determinism", "outcome", "winner"}
)


def everywhere(value: Any, text: str, *, but: frozenset[str] = frozenset()) -> Any:
    """Return a record with `text` in every text of it, but for fields of our own words and those named in `but`."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(everywhere(each, text, but=but) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    foreign = [each.name for each in fields(value) if each.name not in OURS | but]
    return replace(value, **{name: everywhere(getattr(value, name), text, but=but) for name in foreign})
