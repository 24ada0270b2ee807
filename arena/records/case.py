"""What is asked: one case, and a named, versioned set of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One retrieved document or policy; `id` is None for plain text."""

    text: str
    id: str | None = None


#: Keys of the checks that are a question to a judge; every other one is a rule, or runs something.
JUDGED = frozenset({"judge", "faithful", "relevant"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One declared check: the key that names its grader, and the grader's argument."""

    key: str
    argument: Any  # plain JSON value, files already read in
    name: str | None = None  # given by its author, so that a metric can be of it

    @property
    def label(self) -> str:
        """Return what it is called: its name, else its key."""
        return self.name or self.key

    @property
    def is_judged(self) -> bool:
        """Return whether it waits for a judge's reply."""
        return self.key in JUDGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input with what belongs to it.

    `messages` holds a whole conversation that ends with the user's turn; it is empty for a
    single-turn case, whose user message is rendered from the variant's template. `input` is
    then that text; for a conversation it is the last user turn.
    """

    id: str
    input: str
    context: tuple[Document, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None
    tags: tuple[str, ...] = ()
    cluster: str | None = None  # cases that depend on each other share one
    checks: tuple[Check, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenSet:
    """A named, versioned set of cases, in the order of the file."""

    name: str
    version: str | None
    cases: tuple[Case, ...]
    sha256: str  # of the file's bytes; of the experiment's for inline cases
    path: str | None = None  # relative to the project root; None for inline cases
