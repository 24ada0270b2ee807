"""Our marks where only ASCII can be shown."""

#: What each mark of ours becomes where only ASCII can be shown: one column for one column.
ASCII = str.maketrans(
    {
        "✓": "y",
        "✗": "n",
        "→": ">",
        "←": "<",
        "·": "|",
        "…": "~",
        "−": "-",
        "–": "-",
        "½": "h",
        "┈": ".",
        "─": "-",
        "├": "[",
        "┤": "]",
        "┼": "+",
        "│": "|",
        "●": "o",
        "▕": "|",
        "▏": ".",
        "▐": "#",
        "▌": "#",
        "█": "#",
        "▓": "%",
        "▒": "=",
        "░": ":",
        "▲": "^",
        "▼": "v",
        "⟨": "<",
        "⟩": ">",
    }
)
#: Marks in our own sentences that need more columns in ASCII: replaced before lines are laid out.
WIDER = str.maketrans({"≥": ">=", "≤": "<=", "×": "x", "α": "alpha", "°": "deg", "“": '"', "”": '"', "’": "'"})


def in_ascii(text: str) -> str:
    r"""Return text in ASCII alone: our own marks as marks of its, every other character by its number.

    >>> in_ascii("60% → ≥ 65%, ✓ é")
    '60% > >= 65%, y \\xe9'
    """
    return text.translate(ASCII | WIDER).encode("ascii", "backslashreplace").decode("ascii")
