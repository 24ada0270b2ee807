"""A check is validated by the one shape that its key names: one mistake is one message."""

from pathlib import Path

import pytest

from arena.files.checks import CHECKS
from authored_project import CASES, HEAD, VARIANTS, load, refused

START = HEAD + VARIANTS + CASES


@pytest.mark.parametrize(
    ("written", "key", "argument"),
    [
        ("{exact: Yes.}", "exact", {"text": "Yes.", "ignore_case": False}),
        ("{exact: {text: Yes., ignore_case: true}}", "exact", {"text": "Yes.", "ignore_case": True}),
        ("{contains: policy}", "contains", {"texts": ["policy"], "ignore_case": False}),
        ("{contains: [a, b]}", "contains", {"texts": ["a", "b"], "ignore_case": False}),
        ("{not_contains: {text: a, ignore_case: true}}", "not_contains", {"texts": ["a"], "ignore_case": True}),
        ("{regex: 'a+'}", "regex", {"pattern": "a+", "ignore_case": False}),
        ("{not_regex: {pattern: 'a+', ignore_case: true}}", "not_regex", {"pattern": "a+", "ignore_case": True}),
        ("{json_valid: true}", "json_valid", True),
        ("{json_schema: {type: object}}", "json_schema", {"type": "object"}),
        ("{json_schema: {file: s.json}}", "json_schema", {"type": "array"}),
        ("{max_words: 30}", "max_words", 30),
        ("{refusal: false}", "refusal", False),
        ("{empty: false}", "empty", False),
        ("{judge: Promises no refund.}", "judge", "Promises no refund."),
    ],
)
def test_each_check_resolves_to_a_plain_argument(tmp_path: Path, written: str, key: str, argument: object) -> None:
    """Graders meet one form of each argument, whatever the short form that was written."""
    check = load(tmp_path, START + f"checks: [{written}]\n", {"s.json": '{"type": "array"}'}).checks[0]
    assert (check.key, check.argument) == (key, argument)
    assert key in CHECKS


def test_a_check_may_compare_with_the_reference(tmp_path: Path) -> None:
    """The text is then each case's own."""
    text = HEAD + VARIANTS + "cases: [{input: a, reference: b}]\nchecks: [{exact: {reference: true}}]\n"
    assert load(tmp_path, text).checks[0].argument == {"text": None, "ignore_case": False}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{contain: a}", "experiment.yaml:5:10: checks.0: unknown check 'contain' (did you mean 'contains'?)"),
        (
            "{zzz: a}",
            "experiment.yaml:5:10: checks.0: unknown check 'zzz' (known: exact, contains, not_contains, regex, "
            "not_regex, json_valid, json_schema, max_words, refusal, empty, judge)",
        ),
        (
            "{contains: a, regex: b}",
            "experiment.yaml:5:10: checks.0: expected a check: a mapping with one key, such as {contains: text}, "
            "found 2 keys: write one check for each",
        ),
        (
            "{}",
            "experiment.yaml:5:10: checks.0: expected a check: a mapping with one key, such as {contains: text}, "
            "found an empty mapping",
        ),
        (
            "json_valid",
            "experiment.yaml:5:10: checks.0: expected a check: a mapping with one key, such as {contains: text}, "
            "found 'json_valid'",
        ),
        ("{contains: []}", "experiment.yaml:5:21: checks.0.contains: is empty: expected at least one"),
        ("{contains: ''}", "experiment.yaml:5:21: checks.0.contains: is empty: expected text"),
        (
            "{contains: {text: 5}}",
            "experiment.yaml:5:28: checks.0.contains.text: expected text, found 5: write it in quotes to make it text",
        ),
        (
            "{regex: {patern: a}}",
            "experiment.yaml:5:19: checks.0.regex: unknown key 'patern' (did you mean 'pattern'?)",
        ),
        ("{regex: '(a'}", "experiment.yaml:5:18: checks.0.regex: not a regular expression: missing ) at position 2"),
        ("{exact: {}}", "experiment.yaml:5:18: checks.0.exact: expected a text, or {reference: true}"),
        (
            "{max_words: 30 words}",
            "experiment.yaml:5:22: checks.0.max_words: expected a whole number, found '30 words' (text): "
            "write it without quotes and units",
        ),
        ("{max_words: 0}", "experiment.yaml:5:22: checks.0.max_words: expected at least 1, found 0"),
        (
            "{refusal: maybe}",
            "experiment.yaml:5:20: checks.0.refusal: expected true or false, found 'maybe' (text): "
            "write it without quotes and units",
        ),
        (
            "{json_schema: {type: 5}}",
            "experiment.yaml:5:24: checks.0.json_schema: not a JSON Schema: 5 is not valid under any of the given "
            "schemas",
        ),
        (
            "{json_schema: {allOf: [{$ref: 'http://x/y'}]}}",
            "experiment.yaml:5:24: checks.0.json_schema: not a usable JSON Schema: $ref 'http://x/y' points outside "
            "it; only '#…' is followed",
        ),
        ("{json_schema: text}", "experiment.yaml:5:24: checks.0.json_schema: expected a mapping, found 'text'"),
        (
            "{json_schema: {file: bad.json}}",
            "experiment.yaml:5:31: checks.0.json_schema.file: bad.json: not a JSON Schema: 5 is not valid under any of "
            "the given schemas",
        ),
        (
            "{json_schema: {file: list.json}}",
            "experiment.yaml:5:31: checks.0.json_schema.file: list.json: not a JSON Schema: expected a mapping",
        ),
        ("{json_schema: {file: broken.json}}", "broken.json:2:1: not JSON: Expecting value"),
        (
            "{json_schema: {file: gone.txt}}",
            "experiment.yaml:5:31: checks.0.json_schema.file: 'gone.txt' does not exist",
        ),
    ],
)
def test_a_wrong_check_is_one_message(tmp_path: Path, written: str, message: str) -> None:
    """Never one for every shape that a check might have had."""
    files = {"bad.json": '{"type": 5}', "broken.json": '{"a":\n', "list.json": "[]"}
    assert refused(tmp_path, START + f"checks: [{written}]\n", files) == [message]
