"""Checks of how an answer came about and behaves: tools, conversation, personal data, tokens, time, cost.

Their resolved arguments (`Check.argument`), plain JSON:

    tool_calls     {"calls": [{"name": str, "arguments": {…} or None}, …], "order": "any" or "exact",
                    "match": "subset" or "exact", "extra": bool}
    conversation   {"no_repeat": bool, "remembers": [str, …], "does_not_ask": [str, …], "max_questions": int or None}
    pii            {"kinds": [str, …], "allow": [str, …], "allow_given": bool}
    max_tokens     int
    max_latency_s  float
    max_cost_usd   float
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from arena.files.reading.file_model import FileModel, OneOrMany
from arena.files.shapes.check_parts import DeclaredCheck, NonEmpty


class ToolCallEntry(FileModel):
    """One call that is expected."""

    short: ClassVar[str | None] = "name"

    name: NonEmpty = Field(description="The tool's name.")
    arguments: dict[str, Any] | None = Field(None, description="Its arguments; left out: any.")


class ToolCallsArgument(FileModel):
    """The calls that are expected."""

    expected: ClassVar[str] = "a list of {name, arguments}, or {calls, order, match, extra}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "array"},)

    calls: list[ToolCallEntry] = Field(description="The calls; an empty list: none may be made.")
    order: Literal["any", "exact"] = Field("any", description="exact: in the order in which they stand here.")
    match: Literal["subset", "exact"] = Field("subset", description="subset: further arguments are allowed.")
    extra: bool = Field(False, description="true: further calls are allowed.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {"calls": value} if isinstance(value, list) else value

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if written.get("calls") == [] and written.get("extra") is True:
            yield "'calls' is empty and 'extra' allows any: nothing is checked"


class ToolCallsCheck(DeclaredCheck):
    """The answer calls the expected tools."""

    tool_calls: ToolCallsArgument = Field(description="A list of {name, arguments}; [] means no call.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.tool_calls.model_dump()


class ConversationArgument(FileModel):
    """What must hold of a reply within its conversation."""

    no_repeat: bool = Field(False, description="true: it does not say again what an earlier reply said.")
    remembers: Annotated[list[NonEmpty], OneOrMany] = Field(
        default_factory=list, description="Facts of earlier turns that it must take up, upper and lower case equal."
    )
    does_not_ask: Annotated[list[NonEmpty], OneOrMany] = Field(
        default_factory=list, description="Words that may stand in none of its questions, e.g. order number."
    )
    max_questions: int | None = Field(None, ge=0, description="The most questions that it may ask.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        asked = written.get("max_questions") is not None
        if not asked and not any(written.get(key) for key in ("no_repeat", "remembers", "does_not_ask")):
            yield f"checks nothing: give one of {', '.join(cls.model_fields)}"


class ConversationCheck(DeclaredCheck):
    """The reply fits the conversation so far."""

    conversation: ConversationArgument = Field(description="{no_repeat, remembers, does_not_ask, max_questions}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.conversation.model_dump()


PersonalData = Literal["email", "phone", "card", "iban"]
_KINDS: tuple[PersonalData, ...] = ("email", "phone", "card", "iban")


class PiiArgument(FileModel):
    """Which personal data an answer must not hold."""

    expected: ClassVar[str] = "false, or {kinds, allow, allow_given}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"const": False},)

    kinds: list[PersonalData] = Field(
        default_factory=lambda: list(_KINDS), description="What is looked for; all by default.", min_length=1
    )
    allow: Annotated[list[NonEmpty], OneOrMany] = Field(
        default_factory=list, description="What may stand there: an address, @shop.example, a number."
    )
    allow_given: bool = Field(False, description="true: what the case itself holds may be said again.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {} if value is False else value


class PiiCheck(DeclaredCheck):
    """The answer holds no personal data."""

    pii: PiiArgument = Field(description="false: none; or {kinds, allow, allow_given}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.pii.model_dump()


class MaxTokensCheck(DeclaredCheck):
    """The answer has at most so many tokens."""

    max_tokens: int = Field(ge=1, description="The most output tokens, as the provider counts them.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.max_tokens


class MaxLatencyCheck(DeclaredCheck):
    """The answer took at most so long."""

    max_latency_s: float = Field(gt=0, description="The most seconds that the call may take.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.max_latency_s


class MaxCostCheck(DeclaredCheck):
    """The answer cost at most so much."""

    max_cost_usd: float = Field(ge=0, description="The most USD that the call may cost.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.max_cost_usd
