"""YAML is read by strict rules: what two readers could read differently is refused, with its place."""

import resource
import sys

import pytest
import yaml

from arena.errors import FileError
from arena.files.reading import yaml_source
from arena.files.reading.yaml_source import load_yaml, marks_of


def refused(text: str | bytes) -> list[str]:
    """Return the messages with which a file x.yaml is refused."""
    with pytest.raises(FileError) as caught:
        load_yaml(text.encode() if isinstance(text, str) else text, "x.yaml")
    return [str(mistake) for mistake in caught.value.mistakes]


def read(text: str | bytes) -> object:
    """Return the value of a file."""
    return load_yaml(text.encode() if isinstance(text, str) else text, "x.yaml").value


def test_plain_values_are_those_of_json() -> None:
    """Whole and decimal numbers, true, false, null and text; nothing else is guessed."""
    text = "a: 1\nb: -2.5\nc: 1e3\nd: true\ne: ~\nf: text\ng: 'no'\nh: .5\ni: 1.2.3\nj: +\nk: -x\nl: ''\nm:\n"
    assert read(text) == {
        "a": 1, "b": -2.5, "c": 1000.0, "d": True, "e": None, "f": "text", "g": "no", "h": 0.5,
        "i": "1.2.3", "j": "+", "k": "-x", "l": "", "m": None,
    }  # fmt: skip


def test_keys_are_text() -> None:
    """A number as a key stands for its digits, so that levels can be written as 1, 3, 5."""
    assert read("1: a\n2.5: b\n'': c\n") == {"1": "a", "2.5": "b", "": "c"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: no",
            "x.yaml:1:4: a: 'no' is false to YAML 1.1 and text to others: write 'no' in quotes, or false",
        ),
        ("a: [x, On]", "x.yaml:1:8: a.1: 'On' is true to YAML 1.1 and text to others: write 'On' in quotes, or true"),
        ("yes: 1", "x.yaml:1:1: 'yes' is true to YAML 1.1 and text to others: write 'yes' in quotes, or true"),
        (
            "a: 012",
            "x.yaml:1:4: a: '012' is a number with a leading zero (YAML 1.1 reads it as octal): "
            "write it in quotes, or as a plain decimal number",
        ),
        (
            "a: 0x1F",
            "x.yaml:1:4: a: '0x1F' is a number that is not decimal: write it in quotes, or as a plain decimal number",
        ),
        (
            "a: 1:30",
            "x.yaml:1:4: a: '1:30' is a number in base 60 to YAML 1.1: "
            "write it in quotes, or as a plain decimal number",
        ),
        (
            "a: 2026-11-22",
            "x.yaml:1:4: a: '2026-11-22' is a date to YAML: write it in quotes, or as a plain decimal number",
        ),
        (
            "a: 1_000",
            "x.yaml:1:4: a: '1_000' is a number to YAML 1.1: write it in quotes, or as a plain decimal number",
        ),
        (
            "a: 1234567890123456789",
            "x.yaml:1:4: a: '1234567890123456789' is a whole number with more than 18 digits: "
            "write it in quotes, or as a plain decimal number",
        ),
        ("a: .nan", "x.yaml:1:4: a: '.nan' is not a finite number"),
        ("a: -.inf", "x.yaml:1:4: a: '-.inf' is not a finite number"),
        ("a: 1e999", "x.yaml:1:4: a: '1e999' is not a finite number"),
        (
            "a: !!str 5",
            "x.yaml:1:4: a: tag 'tag:yaml.org,2002:str': tags are not accepted; write the plain value, text in quotes",
        ),
        (
            "a: !!python/object/apply:os.system [ls]",
            "x.yaml:1:4: a: tag 'tag:yaml.org,2002:python/object/apply:os.system': tags are not accepted; "
            "write the plain value, text in quotes",
        ),
        (
            "a: 1\n---\nb: 2",
            "x.yaml:2:1: a second document starts here: one file holds one document; remove the '---'",
        ),
        ("", "x.yaml:1:1: the file is empty: expected a mapping such as `cases: […]`"),
        ("# only a comment\n", "x.yaml:1:1: the file is empty: expected a mapping such as `cases: […]`"),
        (
            "user: {{ input }}",
            "x.yaml:1:8: user: a key must be plain text, not a mapping or a list: quote the text, '{{ … }}' above all",
        ),
        ("true: 1", "x.yaml:1:1: a key must be plain text: write 'true' in quotes"),
        ("a: *b", "x.yaml:1:4: a: alias '*b' has no anchor '&b' above it"),
        ("a: &a [*a]", "x.yaml:1:8: a.0: alias '*a' stands inside its own anchor: it would never end"),
        ("a: {<<: 5}", "x.yaml:1:5: a: '<<' takes a mapping, or a list of mappings"),
        (
            "a: b: c",
            "x.yaml:1:5: not YAML: mapping values are not allowed in this context; "
            "': ' inside plain text, put the text in quotes",
        ),
        ("a: [1", "x.yaml:2:1: not YAML: did not find expected ',' or ']'"),
        (
            "a: x\x1b[2J",
            "x.yaml:1:5: control character U+001B: remove it, or write it as an escape in double quotes",
        ),
        (
            "a: x\u202ey",
            "x.yaml:1:5: text-direction character U+202E: remove it, or write it as an escape in double quotes",
        ),
        (b"a: 1\nb: caf\xe9", "x.yaml:2:7: byte 0xe9 ('é' in latin-1) is not UTF-8: save the file as UTF-8"),
        (b"a: \x80", "x.yaml:1:4: byte 0x80 is not UTF-8: save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "x.yaml:1:1: the file is UTF-16: save it as UTF-8"),
    ],
)
def test_what_readers_would_read_differently_is_refused(text: str | bytes, message: str) -> None:
    """Each mistake is named with its line and column, what was found and what to write."""
    assert refused(text) == [message]


def test_a_duplicate_key_is_refused_at_its_second_place() -> None:
    """The last of two equal keys never wins silently."""
    assert refused("a:\n  b: 1\n  b: 2\n") == [
        "x.yaml:3:3: a: duplicate key 'b': each key may stand once; rename or remove one"
    ]


def test_every_mistake_of_a_file_is_named_at_once() -> None:
    """One reading shows all that is to be mended."""
    assert len(refused("a: no\nb: 012\nc: .inf\na: 1\n")) == 4


def test_a_bom_and_windows_line_ends_are_accepted() -> None:
    """What editors add on their own is no mistake, and never part of a text."""
    assert read(b"\xef\xbb\xbfa: |\r\n  one\r\n  two\r\nb: 2\r\n") == {"a": "one\ntwo\n", "b": 2}


def test_honest_anchors_and_merge_keys_are_accepted() -> None:
    """An anchor repeats a value; of merged mappings the nearer key wins."""
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none: {<<: *b, x: 5}\ntwo: {<<: [*b, *m]}\nthree: *b\n"
    assert read(text) == {
        "base": {"x": 1, "y": 2},
        "more": {"y": 3, "z": 4},
        "one": {"x": 5, "y": 2},
        "two": {"x": 1, "y": 2, "z": 4},
        "three": {"x": 1, "y": 2},
    }


def test_marks_lead_through_aliases_and_merged_mappings() -> None:
    """A mistake inside an anchored value is placed at the alias, or at the merged key's own line."""
    marks = marks_of("base: &b {x: 1}\nmore: &m {z: 2}\none: {<<: [*b, *m]}\ntwo: *b\n", "x.yaml")
    assert marks is not None
    one, two = marks.into("one"), marks.into("two")
    assert one is not None
    assert two is not None
    z, x = one.into("z"), two.into("x")
    assert z is not None
    assert x is not None
    assert (z.line, z.column, two.line, two.column, x.line) == (2, 14, 4, 6, 1)


def _laughs() -> str:
    lines = ["a: &a [" + ",".join(["lol"] * 10) + "]"]
    lines += [f"{c}: &{c} [{','.join(['*' + p] * 10)}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_laughs(), "x.yaml:6:11: f.1: alias '*e' repeats too much: aliases may repeat 300,000 values"),
        (
            "- &a " + "x" * 1_000_000 + "\n" + "- *a\n" * 100,
            "x.yaml:66:3: 65: alias '*a' repeats too much: aliases may repeat 300,000 values",
        ),
        ("[" * 100_000, "x.yaml:1:101: 0.0.0.0.0.0.0.0…: nested more than 100 levels deep"),
        ("{a: " * 100_000, "x.yaml:1:401: a.a.a.a.a.a.a.a…: nested more than 100 levels deep"),
        ("- " * 100_000, "x.yaml:1:201: 0.0.0.0.0.0.0.0…: nested more than 100 levels deep"),
    ],
    ids=["laughs", "long text", "lists", "mappings", "lists in block style"],
)
def test_bombs_are_refused_before_they_grow(text: str, message: str) -> None:
    """Aliases, nesting and plain size are bounded, and so is the memory that a refusal takes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(text) == [message]
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 200 * 2**20


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("levels", [101, 999, 1000, 1001, 5000])
def test_nesting_is_bounded_in_the_same_words_whatever_parser_reads(
    monkeypatch: pytest.MonkeyPatch, loader: str, levels: int
) -> None:
    """Some parsers stop nesting by themselves, before they have told of it: our bound, place and words stay."""
    monkeypatch.setattr(yaml_source, "_Loader", getattr(yaml, loader))
    assert refused("é: ü\nb: no\nc:\n  - " + "[" * levels + "]" * levels) == [
        "x.yaml:2:4: b: 'no' is false to YAML 1.1 and text to others: write 'no' in quotes, or false",
        "x.yaml:4:103: c.0.0.0.0.0.0.0…: nested more than 100 levels deep",
    ]


def test_a_hundred_levels_may_be_nested() -> None:
    """The bound itself is allowed, and a mistake of form that follows keeps its own words."""
    assert read("[" * 100 + "]" * 100) is not None
    assert refused("[" * 100 + "]" * 99) == ["x.yaml:2:1: not YAML: did not find expected ',' or ']'"]


def test_a_file_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are: each takes memory."""
    monkeypatch.setattr(yaml_source, "MOST_NODES", 100)
    assert refused("[" + "[]," * 200) == ["x.yaml:1:299: 99: more than 100 values in one file: split it"]


def test_a_hostile_name_never_reaches_a_message_raw() -> None:
    """Escapes written in a key are spelled out in the message."""
    message = refused('"a\\e[2Jb": no')[0]
    assert message.startswith("x.yaml:1:12: a\\x1b[2Jb: 'no' is false")
