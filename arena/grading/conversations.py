"""The check of a reply within its conversation."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

RUN = 6  # words that make a phrase: people repeat shorter ones without repeating themselves
REPEATED = 0.6  # share of a reply's phrases that an earlier reply has, from which it is a repetition
EXCERPT = 60  # characters
_SENTENCE_END = re.compile(r"(?<=[.!。！])\s+|[?？؟\n]")


def conversation(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the reply fits the conversation so far.

    The argument:
    "no_repeat": bool, the reply does not say again what an earlier reply said: fewer than 60% of its runs of six
    words stand in one of them.
    "remembers": [str, …], each stands in the reply, upper and lower case equal.
    "does_not_ask": [str, …], none stands in one of its questions.
    "max_questions": int or None, it asks at most so many.
    """
    wrong = next(_problems(case, completion.text, argument), None)
    return Score(check="conversation", passed=wrong is None, reason=wrong or "fits the conversation")


def _problems(case: Case, reply: str, argument: Mapping[str, Any]) -> Iterator[str]:
    if argument["no_repeat"] and (turn := _repeated_turn(case, reply)) is not None:
        yield f"says again what turn {turn} said"
    plain = _plain(reply)
    for fact in argument["remembers"]:
        if _plain(fact) not in plain:
            yield f"does not take up {fact!r}"
    questions = list(questions_in(reply))
    for asked in argument["does_not_ask"]:
        if again := next((question for question in questions if _plain(asked) in _plain(question)), None):
            yield f"asks {again[:EXCERPT]!r}"
    most = argument["max_questions"]
    if most is not None and len(questions) > most:
        yield f"asks {len(questions)} questions, more than {most}"


def _repeated_turn(case: Case, reply: str) -> int | None:
    """Return the number, from 1, of the earlier reply that this one repeats."""
    phrases = _phrases(reply)
    for number, turn in enumerate(case.messages, 1):
        if turn.role == "assistant" and phrases:
            earlier = _phrases(turn.content)
            if len(phrases & earlier) >= REPEATED * len(phrases):
                return number
    return None


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs of six words of a text; a shorter text is one run."""
    words = re.findall(r"\w+", _plain(text))
    return frozenset(tuple(words[i : i + RUN]) for i in range(max(len(words) - RUN + 1, 1))) if words else frozenset()


def questions_in(text: str) -> Iterator[str]:
    """Yield the sentences that end with a question mark.

    >>> list(questions_in("I see. What is your order number? And your e-mail?"))
    ['What is your order number?', 'And your e-mail?']
    """
    start = 0
    for found in _SENTENCE_END.finditer(text):
        sentence = text[start : found.end()].strip()
        if sentence.endswith(("?", "？", "؟")) and len(sentence) > 1:
            yield sentence
        start = found.end()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
