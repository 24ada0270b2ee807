"""Foreign text made fit for a terminal: what a model wrote is shown, never obeyed."""

import re

# C0 without line feed, DEL and C1; marks of direction; zero-width and other invisible characters;
# tags; lone surrogates, which no terminal can be sent; line and paragraph separators.
_CONTROL = r"\x00-\x09\x0b-\x1f\x7f-\x9f"
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029\u2060-\u2065\u206a-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SURROGATES = r"\ud800-\udfff"
_UNSAFE = re.compile(f"[{_CONTROL}{_DIRECTION}{_INVISIBLE}{_SURROGATES}]")
# A variation selector is part of an emoji only right after a visible character that takes one.
_STRAY_SELECTOR = re.compile(r"(?:(?<=[\x00-\x20\x21\x22\x24-\x29\x2b-\x2f\x3a-\xa8\ufe00-\ufe0f])|^)[\ufe00-\ufe0f]")
_TAB = " " * 4
_DELETE = 0x7F


def safe(text: str) -> str:
    r"""Return `text` with every control, bidi and invisible character replaced by one that can be seen.

    Line feeds stay, carriage returns before them go, tabs become four spaces. ESC becomes `␛`, other
    C0 bytes their control picture, everything else `⟨U+202E⟩`.

    >>> safe("\x1b[31mred\x9b\u202egnirts")
    '␛[31mred⟨U+009B⟩⟨U+202E⟩gnirts'
    """
    unified = text.replace("\r\n", "\n").replace("\t", _TAB)
    return _STRAY_SELECTOR.sub(_visible, _UNSAFE.sub(_visible, unified))


def safe_line(text: str) -> str:
    r"""Return `text` as one safe line: every run of white space is one space.

    >>> safe_line("two\n  lines")
    'two lines'
    """
    return " ".join(safe(text).split())


def _visible(match: "re.Match[str]") -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(0x2400 + code)
    return "␡" if code == _DELETE else f"⟨U+{code:04X}⟩"
