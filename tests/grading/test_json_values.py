"""Values inside JSON are picked by path and compared as JSON compares them."""

from typing import Any

import pytest

from arena.files.reading.json_paths import BadPath, parse
from arena.grading import json_paths
from arena.grading.json_paths import select
from arena.grading.patterns import Budget
from graded_answers import graded, outcome

ORDER = '{"items": [{"sku": "A", "price": 14.99}, {"sku": "B", "price": 5}], "gift": true, "note": null, "n": 1}'
VALUE = {"a": [1, 2, 3], "b": {"c d": 5, "e": [{"c d": 6}]}, "'": {'"': 7}, "ü": 8}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [VALUE]),
        ("$.a[0]", [1]),
        ("$.a[-1]", [3]),
        ("$.a[3]", []),
        ("$.a[1:]", [2, 3]),
        ("$.a[:-1]", [1, 2]),
        ("$.a[::-1]", [3, 2, 1]),
        ("$.a[::0]", []),
        ("$.a[0, 2]", [1, 3]),
        ("$.a.*", [1, 2, 3]),
        ("$.b[*]", [5, [{"c d": 6}]]),
        ("$['b']['c d']", [5]),
        ('$["b"]["c d"]', [5]),
        ("$..['c d']", [5, 6]),
        ("$..[0]", [1, {"c d": 6}]),
        (r"""$['\'']['"']""", [7]),
        (r"$['\u00fc']", [8]),
        ("$.ü", [8]),
        ("$.a.b", []),
        ("$.a[0].x", []),
        ("$.b[0]", []),
        ("$.a[0][0]", []),
        ("$.a[?@ > 1]", [2, 3]),
        ("$..[?@['c d'] == 6]", [{"c d": 6}]),
    ],
)
def test_path_picks_values_in_order(path: str, found: list[Any]) -> None:
    """Names, places from both ends, slices, everything, any depth, filters; a path that leads nowhere picks nothing."""
    assert select(path, VALUE, Budget()) == found


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("$[?@]", [False, 0, "", None, []], [False, 0, "", None, []]),
        ("$[?!@.a]", [{"a": False}, {}], [{}]),
        ("$[?@ == true]", [1, True], [True]),
        ("$[?@.a == @.b]", [{}, {"a": 1}], [{}]),
        ("$[?length(@) == 2]", ["ab", [1, 2], {"a": 1}, 2], ["ab", [1, 2]]),
        ("$[?count(@.*) > 1]", [[1, 2], [1]], [[1, 2]]),
        ("$[?value(@..a) == 1]", [{"a": 1}, [{"a": 1}, {"a": 2}]], [{"a": 1}]),
        ("$[?match(@, 'a.c')]", ["abc", "abcd", "a\nc", 1], ["abc"]),
        ("$[?search(@, '[b-d]$')]", ["ab", "ba", None], ["ab"]),
        ("$[?search(@, '(')]", ["("], []),
        ("$.a[?@[?@.x == $.y]]", {"y": 1, "a": [[{"x": 1}], [{"x": 2}]]}, [[{"x": 1}]]),
        ("$[0:2]", "text", []),
        ("$", '{"a": 1}', ['{"a": 1}']),
        ("$..x", {"x": {"x": [{"x": 1}]}}, [{"x": [{"x": 1}]}, [{"x": 1}], 1]),
    ],
)
def test_filters_and_functions_are_those_of_the_standard(path: str, value: Any, found: list[Any]) -> None:
    """RFC 9535: existence is not truth, `$` is the whole answer at any depth, texts are no arrays."""
    assert select(path, value, Budget()) == found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a", "a path starts with $, at character 1"),
        ("", "a path starts with $, at character 1"),
        ("$.", "expected a name: write others as ['…'], at character 3"),
        ("$.a b", "unexpected token 'b', at character 5"),
        ("$[", "unexpected end of query, at character 3"),
        ("$[1", "unexpected end of segment, at character 4"),
        ("$['a", 'unexpected token "\'", at character 3'),
        (r"$['\x']", "unknown escape sequence at index 3, at character 4"),
        ("$[?starts(@, 'a')]", "function 'starts' is not defined, at character 4"),
        ("$.a | $.b", "unexpected token '|', at character 5"),
        ("$[?@ =~ /a/]", "unexpected token '=', at character 6"),
        (f"$[?{'(' * 5000}", "nested too deep, at character 1"),
        (f"$[{'9' * 17}]", "index out of range, at character 3"),
    ],
)
def test_wrong_path_is_refused_with_its_place(path: str, message: str) -> None:
    """Before anything is sent: the file's reader parses paths too."""
    with pytest.raises(BadPath, match="not a JSONPath") as refused:
        parse(path)
    assert str(refused.value) == f"not a JSONPath: {message}"


def test_path_to_too_many_values_is_an_error_of_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer cannot fill the memory."""
    monkeypatch.setattr(json_paths, "MOST_VALUES", 3)
    for path in ("$[*]", "$[?count($[*]) > 9]"):
        score = graded("json_path", path, "[1, 2, 3, 4]")
        assert (score.passed, score.error) == (None, "ValueError: the path leads to more than 3 values")


@pytest.mark.parametrize(
    ("written", "passed"),
    [
        ({"path": "$.items[0].sku", "equals": "A"}, True),
        ({"path": "$.items[0].price", "equals": 15, "tolerance": 0.01}, True),
        ({"path": "$.items[0].price", "equals": 15}, False),
        ({"path": "$.items[1].price", "equals": 5.0}, True),
        ({"path": "$.items[*].sku", "one_of": ["A", "B"]}, True),
        ({"path": "$.items[*].sku", "equals": "A"}, False),
        ({"path": "$.items[*].sku", "equals": "A", "any": True}, True),
        ({"path": "$.items[*].sku", "equals": "C", "any": True}, False),
        ({"path": "$.items[0]", "equals": {"price": 14.99, "sku": "A"}}, True),
        ({"path": "$.items[0]", "equals": {"sku": "A"}}, False),
        ({"path": "$.items", "equals": []}, False),
        ({"path": "$.items[:].price", "equals": [14.99, 5]}, False),
        ({"path": "$.gift", "equals": True}, True),
        ({"path": "$.gift", "equals": 1}, False),
        ({"path": "$.n", "equals": True}, False),
        ({"path": "$.note", "equals": None}, True),
        ({"path": "$.missing", "equals": None}, False),
        ({"path": "$.note", "exists": True}, True),
        ({"path": "$.note", "exists": False}, False),
        ({"path": "$.missing", "exists": False}, True),
        ("$.items[0].sku", True),
        ({"path": "$.items[0].sku", "matches": "^[A-Z]$"}, True),
        ({"path": "$.items[0].price", "matches": "1"}, False),
        ([{"path": "$.gift", "equals": True}, {"path": "$.n", "equals": 2}], False),
    ],
)
def test_value_at_a_path(written: Any, passed: bool) -> None:
    """Equal as JSON is: true is not 1, keys have no order, null is a value; several values must all fit, or any."""
    assert outcome("json_path", written, ORDER)[0] is passed


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"path": "$.n", "equals": 2, "tolerance": 0.5}, "$.n: 1 is not 2 ± 0.5"),
        ({"path": "$.gift", "equals": "yes"}, "$.gift: true is not 'yes'"),
        ({"path": "$.items", "one_of": [1]}, "$.items: a list of 2 is not one of those allowed"),
        ({"path": "$.items[0]", "equals": None}, "$.items[0]: an object of 2 is not null"),
        ({"path": "$.items[0].sku", "matches": "b"}, "$.items[0].sku: 'A' does not match 'b'"),
        ({"path": "$.x"}, "$.x: leads to nothing"),
        ({"path": "$.n", "exists": False}, "$.n: leads to 1, and should not exist"),
        ({"path": "$.n"}, "$.n: as expected"),
    ],
)
def test_reason_tells_found_from_expected(written: Any, reason: str) -> None:
    """One line, with the path."""
    assert outcome("json_path", written, ORDER)[1] == reason


@pytest.mark.parametrize("text", ["", "Sure: {}", "```json\n{}\n```", '{"a": NaN}'])
def test_what_is_not_json_fails(text: str) -> None:
    """As for json_valid, the whole answer must be."""
    assert outcome("json_path", {"path": "$.a"}, text)[0] is False


def test_pathological_pattern_and_bottomless_json_are_errors_of_the_check() -> None:
    """Neither holds the run up, and neither says anything about the answer."""
    slow = graded("json_path", {"path": "$", "matches": "(a|a)*$"}, '"' + "a" * 5000 + 'b"')
    assert slow.passed is None
    assert slow.error is not None
    assert slow.error.startswith("TimeoutError")
    deep = graded("json_path", "$..a", "[" * 100_000 + "]" * 100_000)
    assert deep.passed is None
    assert deep.error is not None
    assert deep.error.startswith("RecursionError")
