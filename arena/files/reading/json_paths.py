"""JSONPath: RFC 9535 with its filters and functions, as python-jsonpath reads it when it is strict."""

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError

from arena.text.printable import printable

#: What the library says, where an author needs other words.
_WORDS = {
    "expected a shorthand selector": "expected a name: write others as ['…']",
    "maximum recursion depth exceeded": "nested too deep",
}


class BadPath(ValueError):
    """A text that is no path; the message says where."""


def parse(text: str, environment: JSONPathEnvironment | None = None) -> JSONPath:
    """Return a path.

    Args:
        text: such as `$.items[?@.price < 10].sku`.
        environment: what the path works in; a strict one.

    Raises:
        BadPath: it is none.

    >>> parse("$.items[?@.price < 10].sku").findall({"items": [{"sku": "A", "price": 14}, {"sku": "B", "price": 5}]})
    ['B']
    """
    if not text.startswith("$"):
        raise BadPath("not a JSONPath: a path starts with $, at character 1")
    try:
        path = (environment or JSONPathEnvironment(strict=True)).compile(text)
    except JSONPathError as error:
        place = error.token.index if error.token else 0
        at = place if place >= 0 else len(text)  # what ends too early has no place of its own
        found = str(error.message).replace("TOKEN_", "")
        raise BadPath(f"not a JSONPath: {printable(_WORDS.get(found, found), 200)}, at character {at + 1}") from None
    except (ValueError, OverflowError) as error:  # a number of more digits than Python reads
        raise BadPath(f"not a JSONPath: {error}") from None
    assert isinstance(path, JSONPath)  # the strict grammar has no other
    return path
