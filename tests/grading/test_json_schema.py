"""Answers are held to a schema with its formats; what would hang or fetch is an error instead."""

import json
from typing import Any

import pytest

from arena.grading.formats import FORMATS
from arena.grading.table import grade
from arena.records.case import Check
from arena.records.score import Score
from judge_parts import CASE, completion


def score(schema: Any, value: Any) -> Score:
    """Grade an answer, given as a value or as a text that is sent as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    return grade(Check(key="json_schema", argument=schema), CASE, completion(text))


def test_answer_that_fits_and_one_that_does_not() -> None:
    """The reason names the place and the rule that was broken."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert score(schema, {"n": 1}).passed is True
    assert score(schema, {"n": "x"}).reason == "$.n: 'x' is not of type 'integer'"
    assert score(schema, {}).reason == "$: 'n' is a required property"
    assert score(schema, "not json").reason.startswith("not JSON: ")
    assert score(schema, "not json").passed is False


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"pattern": "^a+$"}, "aa", "ab"),
        ({"pattern": "^a+$"}, 7, "b"),
        ({"patternProperties": {"^n": {"type": "integer"}}}, {"n1": 1, "x": "y"}, {"n1": "1"}),
        ({"patternProperties": {"^n": {"type": "integer"}}}, ["n1"], {"n": None}),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, {"b": 1}),
        ({"patternProperties": {"^a": {}}, "additionalProperties": False}, {"ab": 1}, {"b": 1}),
        ({"properties": {"a": {}}, "additionalProperties": {"type": "integer"}}, {"a": "x", "b": 1}, {"b": "x"}),
        ({"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}, [1, 2], ["x"]),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, 1, {}),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "definitions": {"n": {"type": "null"}},
                "items": {"$ref": "#/definitions/n"},
            },
            [None],
            [1],
        ),
        ({"properties": {"a": {}}, "unevaluatedProperties": False}, {"a": 1}, {"b": 1}),
        (True, {}, None),
        (False, None, {}),
    ],
)
def test_bounded_keywords_mean_what_the_standard_says(schema: Any, good: Any, bad: Any) -> None:
    """Patterns and references are this project's own keywords, with the standard's meaning."""
    if good is not None:
        assert score(schema, json.dumps(good)).passed is True
    if bad is not None:
        assert score(schema, json.dumps(bad)).passed is False


FORMAT_CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "date-time": (("2026-11-22T11:04:00Z", "2026-11-22t11:04:00.5+01:00"), ("2026-11-22", "2026-13-01T00:00:00Z", "x")),
    "date": (("2024-02-29",), ("2026-02-29", "20260101")),
    "time": (("11:04:00Z", "23:59:59.9-05:00"), ("25:00:00Z", "11:04")),
    "duration": (("P3D", "PT5M", "P1Y2M3DT4H5M6S", "P2W"), ("P", "PT", "3D", "P1S")),
    "email": (("a.b@example.com",), ("a@", "@b.c", "é@example.com", "a b@c.de", "a@b@c")),
    "idn-email": (("é@example.com", "a@bücher.example"), ("a@",)),
    "hostname": (("example.com", "a-b.c"), ("-a.com", "a..b", "a" * 64, "bücher.de", "")),
    "idn-hostname": (("bücher.de", "example.com"), ("-a", "a..b")),
    "ipv4": (("127.0.0.1",), ("256.0.0.1", "1.2.3")),
    "ipv6": (("::1",), ("fe80::1%eth0", "1::2::3")),
    "uri": (
        ("https://example.com/a?b=c#d", "mailto:a@b.c"),
        ("/a", "https://example.com/a b", "http://[::1", "http://é"),
    ),
    "uri-reference": (("/a/b", "https://example.com"), ("a b", "%zz", "é")),
    "iri": (("http://é/ü",), ("é", "http://a b")),
    "iri-reference": (("é/ü",), ("a b",)),
    "uuid": (("8f14e45f-ceea-467a-9575-28dd3c1c1a2b",), ("8f14e45fceea467a957528dd3c1c1a2b", "x")),
    "uri-template": (("/users/{id}{?page,size}",), ("/users/{id", "/a b")),
    "json-pointer": (("", "/a/b~1c"), ("a", "/a~2")),
    "relative-json-pointer": (("0", "1/a", "2#"), ("01", "/a")),
    "regex": (("^a+$",), ("(",)),
}


def test_every_format_of_the_standard_is_asserted() -> None:
    """No format passes silently because a library is missing."""
    assert set(FORMAT_CASES) == set(FORMATS)


@pytest.mark.parametrize("name", FORMAT_CASES)
def test_format(name: str) -> None:
    """Each format takes its own and refuses others; a value that is no text is not its business."""
    good, bad = FORMAT_CASES[name]
    for value in good:
        assert score({"format": name}, json.dumps(value)).passed is True, value
    for value in bad:
        assert score({"format": name}, json.dumps(value)).passed is False, value
    assert score({"format": name}, 7).passed is True


def test_format_that_the_standard_does_not_know_is_an_annotation() -> None:
    """`int32` and the like describe and do not constrain."""
    assert score({"format": "int32"}, json.dumps("x")).passed is True


def nested_references() -> dict[str, Any]:
    """Return a schema whose references double thirty times."""
    defs: dict[str, Any] = {"d0": {"type": "integer"}}
    for n in range(1, 31):
        defs[f"d{n}"] = {"allOf": [{"$ref": f"#/$defs/d{n - 1}"}] * 2}
    return {"$ref": "#/$defs/d30", "$defs": defs}


@pytest.mark.parametrize(
    ("schema", "value", "why"),
    [
        ({"pattern": "(a|aa)+$"}, "a" * 60 + "b", "TimeoutError"),
        ({"patternProperties": {"(a|aa)+$": {}}}, {"a" * 60 + "b": 1}, "TimeoutError"),
        ({"items": {"pattern": "(a|aa)+$"}}, ["a" * 60 + "b"] * 50, "TimeoutError"),
        (nested_references(), 1, "TimeoutError"),
        ({"$ref": "#"}, 1, "RecursionError"),
        ({"$ref": "http://127.0.0.1:9/schema.json"}, 1, "Unresolvable"),
        ({"type": "wrong"}, 1, "SchemaError"),
        ({"unevaluatedProperties": False, "patternProperties": {"a": {}}}, {}, "cannot be bounded in time"),
    ],
    ids=[
        "pattern",
        "property name",
        "many searches",
        "doubling references",
        "endless",
        "foreign",
        "no schema",
        "unbounded",
    ],
)
def test_schema_that_would_hang_or_fetch_is_an_error(schema: Any, value: Any, why: str) -> None:
    """The check could not be made: neither a pass nor a fail, and nothing was fetched."""
    found = score(schema, json.dumps(value))
    assert found.passed is None
    assert why in (found.error or "")
