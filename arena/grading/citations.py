"""Checks of what an answer rests on: documents that it names, passages that it quotes.

A document is named by its id, by the heading that its text opens with (`# Shipping policy`), or by an alias. Names
are compared as words: upper and lower case, hyphens, underscores and punctuation make no difference, so
`shipping-policy` is named by "our Shipping Policy" and not by "the shipping policymaker".
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

EXCERPT = 60  # characters
LONGEST_HEADING = 120
_HEADING = re.compile(r"\s*#{1,6}[ \t]+(\S[^\n]*)")
_SEPARATORS = re.compile(r"[\W_]+")
# Straight quotation marks count only at the edges of words, or 5" and 6" would be a quotation.
_QUOTED = re.compile(
    r'(?<![\w"])"(?=\S)((?:[^"\n]|\n(?!\s*\n)){1,5000})(?<=\S)"(?!\w)'
    r"|“([^“”]{1,5000})”|„([^„“”]{1,5000})[“”]|«([^«»]{1,5000})»|「([^「」]{1,5000})」"
)
_BLOCK = re.compile(r"(?:^[ \t]*>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_MARKS = str.maketrans({**dict.fromkeys("’‘ʼ", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("–—‑‐", "-")})
_GAP = re.compile(r"\[?\.\.\.\]?")  # the form that … has in normal form KC


def cites(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer names the documents, or, with `any`, one of them.

    The argument: {"documents": [{"id": str, "aliases": [str, …]}, …], "any": bool}.
    """
    answer = _words(completion.text)
    wanted = [document["id"] for document in argument["documents"]]
    named = [
        document["id"]
        for document in argument["documents"]
        if any(name in answer for name in _names(case, document["id"], document["aliases"]))
    ]
    missing = [name for name in wanted if name not in named]
    passed = bool(named) if argument["any"] else not missing
    reason = f"names {_listed(named)}" if passed else f"does not name {_listed(missing)}"
    return Score(check="cites", passed=passed, reason=reason)


def _names(case: Case, identifier: str, aliases: list[str]) -> Iterator[str]:
    headings = [
        heading[1][:LONGEST_HEADING]
        for document in case.context
        if document.id == identifier and (heading := _HEADING.match(document.text))
    ]
    for name in (identifier, *aliases, *headings):
        if (words := _words(name)).strip():
            yield words


def _words(text: str) -> str:
    """Return the words of a text, each with a blank on both sides."""
    return f" {_SEPARATORS.sub(' ', unicodedata.normalize('NFKC', text).casefold()).strip()} "


def quotes(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer quotes its context, and every quotation stands there.

    A quotation is a passage in quotation marks, or a block of lines that start with `>`, of at least so many words.
    Whitespace, upper and lower case, the kind of quotation marks and the punctuation at its end make no difference;
    `…` stands for what was left out.

    The argument: {"min_words": int}.

    Raises:
        ValueError: the case has no context.
    """
    if not case.context:
        raise ValueError("the case has no context to quote from")
    source = [_plain(document.text) for document in case.context]
    passages = [passage for passage in _passages(completion.text) if len(passage.split()) >= argument["min_words"]]
    wrong = next((passage for passage in passages if not _stands_in(passage, source)), None)
    if not passages:
        reason = f"quotes no passage of {argument['min_words']} words or more"
    elif wrong is not None:
        reason = f"the context does not say {_excerpt(wrong)}"
    else:
        reason = f"{len(passages)} quoted, all in the context: {_excerpt(passages[0])}"
    return Score(check="quotes", passed=bool(passages) and wrong is None, reason=reason)


def _passages(text: str) -> Iterator[str]:
    for found in _QUOTED.finditer(text):
        yield next(passage for passage in found.groups() if passage is not None)
    for block in _BLOCK.finditer(text):
        yield "\n".join(line.strip().lstrip(">") for line in block[0].splitlines())


def _stands_in(passage: str, source: list[str]) -> bool:
    parts = [part for each in _GAP.split(_plain(passage)) if (part := each.strip(" .,;:!?\"'"))]
    return any(_in_order(parts, text) for text in source)


def _in_order(parts: list[str], text: str) -> bool:
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MARKS).casefold().split())


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return repr(line[:EXCERPT]) + ("…" if len(line) > EXCERPT else "")


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
