"""Foreign text on its way into a message."""

import pytest

from arena.providers.redaction import one_line

KEY = "sk-proj-AbCdEfGhIjKlMnOp"


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"key={KEY}&x=1",
        f"https://x.example/?k={KEY}",
        KEY.lower(),
        "sk-proj-Ab***********MnOp",
        "sk-p...nOp",
        "sk-proj…Op",
        "sk-XXXXXXXXnOp",
        "(sk-proj-AbCdEf)",
        "sk-\x1b[31mproj-AbCd\x1b[0mEfGhIjKl",
        "s\u200bk-proj-AbCdEfGh",
    ],
)
def test_a_key_is_found_in_every_form(text: str) -> None:
    """Whole, in part, masked, in capitals, inside an address, or with bytes between."""
    assert one_line(f"refused: {text} again", [KEY]) == "refused: *** again"


@pytest.mark.parametrize("text", ["nothing here", "wait ... for it", "**bold** words", "xxx", "10...20"])
def test_other_words_are_left_alone(text: str) -> None:
    """Dots, stars and crosses hide no key by themselves."""
    assert one_line(text, [KEY]) == text


def test_a_short_key_is_hidden_whole() -> None:
    """Six characters are needed to tell a part from a word."""
    assert one_line("refused k1234", ["k1234"]) == "refused ***"
    assert one_line("refused k12", ["k1234", ""]) == "refused k12"
