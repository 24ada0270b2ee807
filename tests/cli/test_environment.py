"""A file of keys gives what the environment lacks, is read as other tools read it, and is never shown."""

from pathlib import Path

import pytest

from arena.cli.environment import read_environment
from arena.errors import FileError, UsageError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("KEY=sk-1", "sk-1"),
        ("export KEY = sk-1  # the team's", "sk-1"),
        ("# keys\n\n  KEY='sk 1 # not a comment'\n", "sk 1 # not a comment"),
        ('KEY="first\nsecond\\tline"', "first\nsecond\tline"),
        ("KEY=", ""),
        ("KEY=a=b#c", "a=b#c"),
        ("KEY=old\nKEY=new", "new"),
        ("\ufeffKEY=sk-1\r\nOTHER=x\r\n", "sk-1"),
    ],
)
def test_values_are_read_as_other_tools_read_them(tmp_path: Path, written: str, value: str) -> None:
    """Comments, export, both quotes, several lines, a byte-order mark and Windows line ends; the last one counts."""
    (tmp_path / ".env").write_text(written, encoding="utf-8", newline="")
    assert read_environment(tmp_path / ".env")["KEY"] == value


def test_a_value_never_takes_in_another_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's text cannot paste a key of the environment into an address; nothing is put into the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    (tmp_path / ".env").write_text("OPENAI_BASE_URL=http://x/${OPENAI_API_KEY}/$OPENAI_API_KEY\nOPENAI_API_KEY=mine\n")
    found = read_environment(tmp_path / ".env")
    assert found["OPENAI_BASE_URL"] == "http://x/${OPENAI_API_KEY}/$OPENAI_API_KEY"
    assert found["OPENAI_API_KEY"] == "sk-secret"
    assert "OPENAI_BASE_URL" not in read_environment(None)


def test_every_statement_that_is_none_is_placed_and_no_value_shown(tmp_path: Path) -> None:
    """Names alone, names that are none, quotes left open, text after a quote: file, line and column of each."""
    lines = ["GOOD=sk-0", "", "  sk-secret", "my-key=sk-secret", "A='sk-secret' sk-secret", 'B="sk-secret', "C=1"]
    (tmp_path / ".env").write_text("\n".join(lines))
    with pytest.raises(FileError) as refused:
        read_environment(tmp_path / ".env")
    quote = "expected NAME=value, the value's quote closed and nothing after it"
    assert [str(each).removeprefix(str(tmp_path / ".env")) for each in refused.value.mistakes] == [
        ":3:3: expected NAME=value",
        ":4:1: expected NAME=value",
        f":5:1: {quote}",
        f":6:1: {quote}",
    ]


@pytest.mark.parametrize("data", [None, b"\xff\xfeK\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    """A missing file, or one that is no UTF-8, is a mistake of the command line."""
    if data is not None:
        (tmp_path / ".env").write_bytes(data)
    with pytest.raises(UsageError, match="--env-file"):
        read_environment(tmp_path / ".env")
