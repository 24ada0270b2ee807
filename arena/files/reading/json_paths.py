"""JSONPath, the part of RFC 9535 that picks values by name and place.

    $                     the whole value
    .name  ['na me']      a member of an object
    [0]  [-1]             an element of an array, from its start or its end
    [1:3]  [::2]  [::-1]  a slice of an array
    .*  [*]               every member, every element
    ..name  ..[0]  ..*    the same at any depth
    ['a','b',0]           several at once

Filters (`[?@.price < 10]`) and functions are not part of it. Values come in the order of RFC 9535, and no depth of
nesting is too deep.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

Selector = str | int | slice | None  # a name, a place, a slice, or everything


#: Values at one step: more are no answer to check, but an attempt to fill the memory.
MOST_VALUES = 1_000_000


class BadPath(ValueError):
    """A text that is no path of this kind; the message says where."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One step from values to the values in them."""

    selectors: tuple[Selector, ...]
    deep: bool  # at any depth below, the value itself included


_NAME = re.compile(r"[^\W\d]\w*|\*")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,15})", re.ASCII)
_SLICE = re.compile(
    r"(-?\d{1,15})?\s*:\s*(-?\d{1,15})?\s*(?::\s*(-?\d{1,15})?)?",
    re.ASCII,
)
_BLANK = re.compile(r"\s*")


def parse(text: str) -> tuple[Segment, ...]:
    """Return the steps of a path.

    Raises:
        BadPath: it is none.

    >>> len(parse("$.items[0].sku"))
    3
    """
    return tuple(_Parser(text).segments())


def select(text: str, value: Any) -> list[Any]:
    """Return the values to which a path leads, in order; none where it leads nowhere.

    Raises:
        BadPath: the text is no path.
        ValueError: it leads to more than MOST_VALUES values on the way.

    >>> select("$.items[*].sku", {"items": [{"sku": "A"}, {"sku": "B"}]})
    ['A', 'B']
    >>> select("$..price", {"a": {"price": 1}, "b": [{"price": 2}]})
    [1, 2]
    """
    found = [value]
    for segment in parse(text):
        starts = (deep for one in found for deep in _descendants(one)) if segment.deep else found
        picked = (one for start in starts for selector in segment.selectors for one in _picked(start, selector))
        found = list(islice(picked, MOST_VALUES + 1))
        if len(found) > MOST_VALUES:
            raise ValueError(f"the path leads to more than {MOST_VALUES:,} values")
    return found


def _descendants(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        top = stack.pop()
        yield top
        inner = top.values() if isinstance(top, dict) else top if isinstance(top, list) else ()
        stack.extend(reversed(list(inner)))


def _picked(value: Any, selector: Selector) -> Iterator[Any]:
    if selector is None:
        yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    elif isinstance(selector, str):
        if isinstance(value, dict) and selector in value:
            yield value[selector]
    elif isinstance(value, list):
        if isinstance(selector, slice):
            yield from value[selector] if selector.step != 0 else ()
        elif -len(value) <= selector < len(value):
            yield value[selector]


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def segments(self) -> Iterator[Segment]:
        if not self._take("$"):
            raise self._bad("a path starts with $")
        while self.at < len(self.text):
            deep = self._take("..")
            if self._take("["):
                yield Segment(tuple(self._bracket()), deep)
            elif deep or self._take("."):
                yield Segment((self._name(),), deep)
            else:
                raise self._bad("expected . or [")

    def _name(self) -> Selector:
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self._bad("expected a name: write others as ['…']")
        self.at = found.end()
        return None if found[0] == "*" else found[0]

    def _bracket(self) -> Iterator[Selector]:
        while True:
            self._skip()
            yield self._selector()
            self._skip()
            if self._take("]"):
                return
            if not self._take(","):
                raise self._bad("expected , or ]")

    def _selector(self) -> Selector:
        if self._take("*"):
            return None
        if found := _QUOTED.match(self.text, self.at):
            self.at = found.end()
            return self._unescaped(found)
        if (found := _SLICE.match(self.text, self.at)) is not None:
            self.at = found.end()
            return slice(*(None if part is None else int(part) for part in found.groups()))
        if found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            return int(found[0])
        what = "filters are not read" if self.text[self.at : self.at + 1] == "?" else "expected a place, a slice or '…'"
        raise self._bad(what)

    def _unescaped(self, found: "re.Match[str]") -> str:
        inner = found[1] if found[1] is not None else found[2]
        bare = inner.replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
        try:
            name = json.loads(f'"{bare}"', strict=False)
        except ValueError:
            raise self._bad("a name with a wrong escape") from None
        return str(name)

    def _skip(self) -> None:
        found = _BLANK.match(self.text, self.at)
        assert found is not None  # it matches nothing as well
        self.at = found.end()

    def _take(self, wanted: str) -> bool:
        if not self.text.startswith(wanted, self.at):
            return False
        self.at += len(wanted)
        return True

    def _bad(self, what: str) -> BadPath:
        return BadPath(f"not a JSONPath: {what}, at character {self.at + 1}")
