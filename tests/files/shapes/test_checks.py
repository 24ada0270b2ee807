"""A check is validated by the one shape that its key names: one mistake is one message."""

import hashlib
from pathlib import Path

import pytest

from arena.files.shapes.checks import CHECKS
from authored_project import CASES, HEAD, VARIANTS, load, refused

START = HEAD + VARIANTS + CASES
FILES = {"s.json": '{"type": "array"}', "t.py": "assert f(1) == 1\n", "c.py": "def f(case, completion): ..."}


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
        ("{cites: faq}", "cites", {"documents": [{"id": "faq", "aliases": []}], "any": False}),
        (
            "{cites: {documents: [a, {id: b, aliases: B}], any: true}}",
            "cites",
            {"documents": [{"id": "a", "aliases": []}, {"id": "b", "aliases": ["B"]}], "any": True},
        ),
        ("{quotes: true}", "quotes", {"min_words": 3}),
        ("{number: 15}", "number", {"value": 15.0, "tolerance": 0.0, "relative": 0.0}),
        ("{date: '2026-11-25'}", "date", {"value": "2026-11-25", "tolerance_days": 0, "order": None}),
        ("{json_path: $.a}", "json_path", [{"path": "$.a", "any": False, "exists": True}]),
        (
            "{json_path: [{path: $.a, equals: null}, {path: $.b, one_of: [1, x]}]}",
            "json_path",
            [{"path": "$.a", "any": False, "equals": None}, {"path": "$.b", "any": False, "one_of": [1, "x"]}],
        ),
        ("{tool_calls: []}", "tool_calls", {"calls": [], "order": "any", "match": "subset", "extra": False}),
        (
            "{tool_calls: {calls: [a, {name: b, arguments: {x: 1}}], order: exact}}",
            "tool_calls",
            {
                "calls": [{"name": "a", "arguments": None}, {"name": "b", "arguments": {"x": 1}}],
                "order": "exact",
                "match": "subset",
                "extra": False,
            },
        ),
        (
            "{conversation: {remembers: 4711}}".replace("4711", "'4711'"),
            "conversation",
            {"no_repeat": False, "remembers": ["4711"], "does_not_ask": [], "max_questions": None},
        ),
        ("{pii: false}", "pii", {"kinds": ["email", "phone", "card", "iban"], "allow": [], "allow_given": False}),
        ("{max_tokens: 200}", "max_tokens", 200),
        ("{max_latency_s: 5}", "max_latency_s", 5.0),
        ("{max_cost_usd: 0.01}", "max_cost_usd", 0.01),
        (
            "{code: {tests: {file: t.py}, entry: f}}",
            "code",
            {"tests": "assert f(1) == 1", "entry": "f", "timeout_s": 5.0, "memory_mb": 256},
        ),
        (
            "{python: c.py:f}",
            "python",
            {"file": "c.py", "function": "f", "sha256": hashlib.sha256(b"def f(case, completion): ...").hexdigest()},
        ),
        ("{similar: {to: b, min: 0.8}}", "similar", {"to": "b", "min": 0.8, "method": "cosine", "model": "local"}),
    ],
)
def test_each_check_resolves_to_a_plain_argument(tmp_path: Path, written: str, key: str, argument: object) -> None:
    """Graders meet one form of each argument, whatever the short form that was written."""
    check = load(tmp_path, START + f"checks: [{written}]\n", FILES).checks[0]
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
            f"experiment.yaml:5:10: checks.0: unknown check 'zzz' (known: {', '.join(CHECKS)})",
        ),
        ("{python: ../c.py}", "experiment.yaml:5:19: checks.0.python: expected FILE.py:FUNCTION, found '../c.py'"),
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
        (
            "{date: 2026-11-25}",
            "experiment.yaml:5:17: checks.0.date: '2026-11-25' is a date to YAML: write it in quotes, or as a plain "
            "decimal number",
        ),
        (
            "{date: 25 November}",
            "experiment.yaml:5:17: checks.0.date: expected a day such as '2026-11-25', found '25 November'",
        ),
        (
            "{number: many}",
            "experiment.yaml:5:19: checks.0.number: expected a number, or {value, tolerance, relative}, found 'many'",
        ),
        ("{quotes: false}", "experiment.yaml:5:19: checks.0.quotes: expected true, or {min_words: 5}, found false"),
        (
            "{pii: true}",
            "experiment.yaml:5:16: checks.0.pii: expected false, or {kinds, allow, allow_given}, found true",
        ),
        (
            "{json_path: '$.a['}",
            "experiment.yaml:5:22: checks.0.json_path: not a JSONPath: unexpected end of query, at character 5",
        ),
        (
            "{json_path: {path: $.a, equals: 1, matches: b}}",
            "experiment.yaml:5:22: checks.0.json_path: 'equals' and 'matches' exclude each other: write one entry "
            "for each",
        ),
        (
            "{json_path: {path: $.a, tolerance: 1}}",
            "experiment.yaml:5:22: checks.0.json_path: 'tolerance' belongs to 'equals'",
        ),
        (
            "{tool_calls: {calls: [], extra: true}}",
            "experiment.yaml:5:23: checks.0.tool_calls: 'calls' is empty and 'extra' allows any: nothing is checked",
        ),
        (
            "{conversation: {}}",
            "experiment.yaml:5:25: checks.0.conversation: checks nothing: give one of no_repeat, remembers, "
            "does_not_ask, max_questions",
        ),
        (
            "{code: {tests: {file: gone.py}}}",
            "experiment.yaml:5:32: checks.0.code.tests.file: 'gone.py' does not exist",
        ),
        ("{python: c.py:g}", "experiment.yaml:5:19: checks.0.python: c.py defines no 'g'"),
        (
            "{python: ../c.py:f}",
            "experiment.yaml:5:19: checks.0.python: '../c.py' lies outside the project root: only "
            "files inside it are read",
        ),
        (
            "{similar: {min: 0.5, base_url: 'http://x/v1'}}",
            "experiment.yaml:5:20: checks.0.similar: 'base_url' and 'price' belong to a model of a vendor",
        ),
        (
            "{similar: {min: 0.5}}",
            "experiment.yaml:5:20: checks.0.similar: case '6957b58a' has no 'reference'",
        ),
    ],
)
def test_a_wrong_check_is_one_message(tmp_path: Path, written: str, message: str) -> None:
    """Never one for every shape that a check might have had."""
    files = {
        "c.py": "def f(case, completion): ...",
        "bad.json": '{"type": 5}',
        "broken.json": '{"a":\n',
        "list.json": "[]",
    }
    assert refused(tmp_path, START + f"checks: [{written}]\n", files) == [message]


@pytest.mark.parametrize("metrics", ["", "metrics: [{name: pass@1, role: primary}]\n"])
def test_likeness_alone_decides_nothing(tmp_path: Path, metrics: str) -> None:
    """Without a judge and without another check the experiment is refused; with one of them it is not."""
    head = HEAD.splitlines()[0] + "\n" + VARIANTS + "cases: [{input: a, reference: b}]\n" + metrics
    similar = "{similar: {min: 0.5}}"
    [message] = refused(tmp_path, head + f"checks: [{similar}]\n")
    assert message.endswith(
        "would rest on 'similar' alone, which cannot tell a true answer from a false one: declare a 'judge', or "
        "another check beside it"
    )
    assert load(tmp_path, head + f"checks: [{similar}, {{empty: false}}]\n").checks
    assert load(
        tmp_path, head.replace(metrics, "") + "judge: anthropic:claude-sonnet\n" + f"checks: [{similar}]\n"
    ).checks
