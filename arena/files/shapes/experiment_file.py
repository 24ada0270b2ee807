"""The authored shape of an experiment."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from arena.files.reading.file_model import (
    AmountText,
    FileModel,
    FilePath,
    Identifier,
    OneOrMany,
    Share,
    Text,
    Version,
    listed,
    one_of,
)
from arena.files.shapes.checks import CheckEntry
from arena.files.shapes.golden_file import Cases, ContextEntry
from arena.files.shapes.live_file import LiveFile
from arena.kinds.table import DECLARED
from arena.text.printable import quoted


def _model_name(value: str) -> str:
    vendor, colon, name = value.partition(":")
    if not colon or not vendor.replace("-", "").replace("_", "").isalnum() or not name.strip():
        raise ValueError(f"expected vendor:model such as openai:gpt-6-luna, found {quoted(value)}")
    return value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        host, user, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"expected an http or https address such as http://localhost:8000/v1, found {quoted(value)}")
    if user is not None or parts.query or parts.fragment:
        raise ValueError("an address holds no user, query or fragment: keys come from the environment")
    return value


ModelName = Annotated[str, AfterValidator(_model_name)]
Address = Annotated[str, AfterValidator(_address)]


class DecodingEntry(FileModel):
    """Decoding settings that are asked for; what is left out is the provider's default."""

    temperature: float | None = Field(None, ge=0, le=2, description="0 is the most deterministic.")
    top_p: float | None = Field(None, gt=0, le=1, description="Nucleus sampling.")
    top_k: int | None = Field(None, ge=1, description="Sample among the k likeliest tokens.")
    max_tokens: int | None = Field(None, ge=1, description="The most tokens of an answer.")
    seed: int | None = Field(None, description="The provider's sampling seed.")
    stop: Annotated[list[Annotated[str, Field(min_length=1)]], OneOrMany] = Field(
        default_factory=list, description="Texts at which the answer ends."
    )
    presence_penalty: float | None = Field(None, ge=-2, le=2, description="Against repeating topics.")
    frequency_penalty: float | None = Field(None, ge=-2, le=2, description="Against repeating words.")
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = Field(
        None, description="How much a reasoning model thinks."
    )


class PriceEntry(FileModel):
    """A price in USD per million tokens."""

    input: float = Field(ge=0, description="USD per million input tokens.")
    output: float = Field(ge=0, description="USD per million output tokens.")


class ModelKeys(FileModel):
    """What stands beside any model."""

    model: ModelName | None = Field(None, description="vendor:model, e.g. openai:gpt-6-luna or replay:FILE.")
    base_url: Address | None = Field(None, description="An OpenAI-compatible server instead of the vendor's own.")
    api: Literal["chat", "responses"] | None = Field(None, description="Which API of the vendor; null: its default.")
    price: PriceEntry | None = Field(None, description="The model's price, where none is known.")
    on_unsupported: Literal["error", "record"] | None = Field(
        None, description="What to do about a setting that the model refuses; error by default."
    )
    decoding: DecodingEntry | None = Field(None, description="Decoding settings.")


class PromptKeys(ModelKeys):
    """What makes a prompt: shared by all variants at the top, or one variant's own."""

    system: Text | None = Field(None, description="The system prompt: a template, or {file: PATH}.")
    user: Text | None = Field(None, description="The user message: a template; '{{ input }}' by default.")
    tools: list[dict[str, Any]] | None = Field(None, description="Tools that the model may call, as JSON.")


class VariantEntry(PromptKeys):
    """One arm; a bare text is its system prompt."""

    short: ClassVar[str | None] = "system"

    context: ContextEntry | None = Field(None, description="Replaces every case's own context.")
    outputs: FilePath | None = Field(None, description="A JSONL file of answers made elsewhere; no call is made.")
    target: str | None = Field(
        None, description="A Python function that answers: python:FILE.py:FUNCTION.", pattern=r"^python:[^:]+\.py:\w+$"
    )
    version: Version | None = Field(None, description="The target's version; answers are cached only with one.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        given = [name for name in ("model", "outputs", "target") if written.get(name) is not None]
        if len(given) > 1:
            yield f"'{given[0]}' and '{given[1]}' exclude each other: one of them gives the answers"
        elif given and given[0] != "model":
            for name in _NEEDS_MODEL + (("context",) if given[0] == "outputs" else ()):
                if written.get(name) is not None:
                    yield f"'{name}' has no effect beside '{given[0]}': remove it"
        if written.get("version") is not None and "target" not in given:
            yield "'version' belongs to a 'target'"


_NEEDS_MODEL = ("base_url", "api", "price", "on_unsupported", "decoding", "system", "user", "tools")


class JudgePromptEntry(Text):
    """A judge's instructions: a template with {{ rubric }}, {{ data_rule }} and {{ reply_rule }}."""

    expected: ClassVar[str] = "text, or {file: PATH}"

    version: Version | None = Field(None, description="The instructions' version, for people; their hash is kept too.")


#: Vendors whose APIs give no log-probabilities, whatever the model.
WITHOUT_LOGPROBS = ("anthropic",)


class JudgeEntry(ModelKeys):
    """One judge; a bare text is its model."""

    short: ClassVar[str | None] = "model"

    model: ModelName = Field(description="vendor:model of the judge.")
    name: Identifier | None = Field(None, description="What reports call it, where one model judges in several ways.")
    presentations: Literal["both", "single"] = Field("both", description="Both orders of the answers, or one.")
    axes: Literal["pairwise", "pointwise", "none"] = Field(
        "pairwise", description="Axes inside the pairwise call, for each answer alone, or not at all."
    )
    sees_context: bool = Field(True, description="Whether the judge is shown the case's context.")
    sees_reference: bool = Field(True, description="Whether the judge is shown the case's reference.")
    method: Literal["label", "likelihood"] = Field(
        "label", description="What the judge writes, or log p(B) - log p(A) of the letter it would write."
    )
    scores: Literal["stated", "expected"] = Field(
        "stated", description="Axis levels as the judge writes them, or their mean by likelihood (axes: pointwise)."
    )
    prompt: JudgePromptEntry | None = Field(None, description="Your own instructions for comparisons: {file: PATH}.")
    pointwise_prompt: JudgePromptEntry | None = Field(
        None, description="Your own instructions for answers scored alone: {file: PATH}."
    )

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        by_likelihood, expected = written.get("method") == "likelihood", written.get("scores") == "expected"
        if by_likelihood and written.get("axes") == "pairwise":
            yield "'method: likelihood' reads one letter, which holds no axes: 'axes' is none or pointwise"
        if expected and written.get("axes") != "pointwise":
            yield "'scores: expected' asks for each axis alone: write 'axes: pointwise' beside it"
        vendor = str(written.get("model", "")).partition(":")[0]
        if vendor in WITHOUT_LOGPROBS and (by_likelihood or expected):
            key = "method: likelihood" if by_likelihood else "scores: expected"
            yield f"'{key}' needs log-probabilities, and {vendor} gives none: use local, openai or another server"
        if written.get("pointwise_prompt") is not None and written.get("axes") != "pointwise":
            yield "'pointwise_prompt' is read with 'axes: pointwise' alone"


if TYPE_CHECKING:
    Aggregate = str
else:
    Aggregate = Literal[DECLARED]  # the table of kinds is the one list of them


class MetricEntry(FileModel):
    """One metric; a bare number is in the metric's own unit."""

    name: Identifier = Field(description="A known metric, e.g. win_rate, latency_s_p95, axis.clarity; or a new name.")
    role: Literal["primary", "guardrail", "secondary"] = Field("secondary", description="What it decides.")
    where: Literal["offline", "live", "both"] | None = Field(None, description="Where it is decided; both by default.")
    source: str | None = Field(None, description="The quantity behind a metric of your own.", min_length=1)
    aggregate: Aggregate | None = Field(None, description="How it is summarised.")
    unit: Literal["s", "USD", "tokens", "share", "points"] | None = Field(None, description="Unit of your own metric.")
    direction: Literal["up", "down"] | None = Field(None, description="Which way is better.")
    check: Annotated[list[Identifier], OneOrMany] = Field(
        default_factory=list, description="The check, or the checks, that it is of, by their names."
    )
    tag: Identifier | None = Field(None, description="The tag of the cases that it is measured on; all by default.")
    numerator: str | None = Field(None, description="A ratio's numerator.", min_length=1)
    denominator: str | None = Field(None, description="A ratio's denominator.", min_length=1)
    above: AmountText | None = Field(None, description="win_rate above this; other metrics: the difference is.")
    below: AmountText | None = Field(None, description="The difference is below this.")
    not_worse: AmountText | None = Field(None, description="Not worse than control by more than this.")
    max_increase: AmountText | None = Field(None, description="The most that it may rise, e.g. 10% or 300ms.")
    max_drop: AmountText | None = Field(None, description="The most that it may drop, e.g. 2pp.")
    max: AmountText | None = Field(None, description="The most that the treatment itself may have.")
    min: AmountText | None = Field(None, description="The least that the treatment itself may have.")


class GateEntry(FileModel):
    """What the gate asks besides the limits of the metrics."""

    alpha: float = Field(0.05, gt=0, lt=0.5, description="Two-sided level; each criterion is decided at half of it.")
    min_consistency: float = Field(0.7, ge=0, le=1, description="The least consistency of a judge that is trusted.")
    min_human_agreement: float | None = Field(None, ge=0, le=1, description="The least agreement with labels.")
    must_pass: list[Identifier] = Field(default_factory=list, description="Tags whose cases must pass every check.")


class SplitEntry(FileModel):
    """Which share of the cases tunes, and which decides."""

    dev: Share = Field(description="Share that duel reads, e.g. 60%.")
    gate: Share = Field(description="Share that gate reads.")
    salt: Annotated[str, Field(min_length=1)] | None = Field(None, description="By default the set's name.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.dev + self.gate - 1) > 1e-9:
            raise ValueError(f"'dev' and 'gate' must add up to 100%, found {(self.dev + self.gate) * 100:g}%")
        if not self.dev or not self.gate:
            raise ValueError("'dev' and 'gate' each need more than 0%")
        return self


_OneOrManyJudges = BeforeValidator(listed, json_schema_input_type=JudgeEntry | list[JudgeEntry] | None)


class ExperimentFile(PromptKeys):
    """An experiment: what is compared, on what, and what decides."""

    long: ClassVar[frozenset[str]] = frozenset({"cases"})

    name: Identifier | None = Field(None, description="The experiment's name; by default its folder's.")
    hypothesis: str | None = Field(None, description="What you expect, and why.")
    golden: FilePath | None = Field(None, description="The golden set's file; or write `cases` here.")
    cases: Cases | None = Field(None, description="The cases, instead of a golden set.", min_length=1)
    labels: FilePath | None = Field(
        None, description="What people said of both answers, as .jsonl or .csv: how far the judge agrees with it."
    )
    rubric: FilePath | None = Field(
        None, description="The rubric's file, or builtin:general, builtin:safety, builtin:toxicity; general by default."
    )
    variants: dict[Identifier, VariantEntry] = Field(
        description="The arms: `control`, or the first, is the baseline.", max_length=100
    )
    judge: Annotated[list[JudgeEntry] | None, _OneOrManyJudges] = Field(
        None, description="vendor:model, a mapping, a list (a panel), or null: the checks decide.", min_length=1
    )
    panel: Literal["mean", "majority"] | None = Field(
        None, description="How several judges' verdicts on a case become one; mean by default."
    )
    checks: list[CheckEntry] = Field(default_factory=list, description="What must hold of every answer.")
    metrics: list[MetricEntry] = Field(default_factory=list, description="What is measured, and its limits.")
    gate: GateEntry = Field(default_factory=lambda: GateEntry.model_validate({}), description="The gate's rules.")
    repeats: int = Field(1, ge=1, le=1000, description="Completions for each case and variant.")
    seed: int = Field(0, ge=0, description="Seed of everything random.")
    max_cost_usd: float | None = Field(None, ge=0, description="The hard stop on spending; 5 by default.")
    split: SplitEntry | None = Field(None, description="Cases that tune and cases that decide.")
    transcript: FilePath | None = Field(None, description="Recorded answers, used where a model cannot be called.")
    live: LiveFile | None = Field(None, description="The same experiment, on users.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "cases", "golden"):
            yield "expected one of 'cases' and 'golden'"
        judges = written.get("judge")
        if written.get("panel") is not None and not (isinstance(judges, list) and len(judges) > 1):
            yield "'panel' says how several judges become one: write 'judge' as a list of them"
