"""What a run will ask and cost, before anything is sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from arena.engine.execute import calls_expected, judge_calls, judged_checks
from arena.engine.graded import embedding_models
from arena.engine.plan import DuelPlan
from arena.providers import prices
from arena.providers.table import unavailable
from arena.records.outlook import Band
from arena.records.variant import Model

#: Characters a token: English prose has about 4; code and other languages fewer.
CHARACTERS_PER_TOKEN = (3.0, 5.0)
#: Tokens of an answer when no limit says more: short support answers to long ones.
ANSWER_TOKENS = (50, 600)
#: Tokens of a judge's reason with its scores.
JUDGMENT_TOKENS = (60, 600)
#: Characters of a judge's instructions and rubric around the material.
JUDGE_INSTRUCTIONS = 2500
NOTHING = Band(low=0.0, high=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The calls of a run, their tokens and their price if nothing were cached."""

    calls: int
    models: tuple[str, ...]  # in the order in which they are met
    input_tokens: Band
    output_tokens: Band
    usd: Band | None  # None: a model has no known price
    unpriced: tuple[str, ...]


def forecast(plan: DuelPlan) -> Forecast:
    """Guess calls, tokens and price of a plan.

    Input tokens are characters / 5 to characters / 3; output tokens lie between a short and a long
    answer, or the limit where that is lower. Usage replaces the guess after each call.
    """
    parts = [*_answers(plan), *_judgments(plan), *_embeddings(plan)]
    unpriced = tuple(dict.fromkeys(str(part.model) for part in parts if part.usd is None))
    return Forecast(
        calls=calls_expected(plan) - sum(task.request is None for task in plan.tasks) + _vector_requests(plan),
        models=tuple(dict.fromkeys(str(part.model) for part in parts)),
        input_tokens=_sum(part.input_tokens for part in parts),
        output_tokens=_sum(part.output_tokens for part in parts),
        usd=None if unpriced else _sum(part.usd for part in parts if part.usd is not None),
        unpriced=unpriced,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    model: Model
    input_tokens: Band
    output_tokens: Band
    usd: Band | None


def _part(plan: DuelPlan, model: Model, input_tokens: Band, output_tokens: Band) -> _Part:
    price = prices.rates(model)
    usd = NOTHING if _is_recorded(plan, model) else None
    if usd is None and price is not None:
        usd = Band(
            low=(input_tokens.low * price.input + output_tokens.low * price.output) / 1e6,
            high=(input_tokens.high * price.input + output_tokens.high * price.output) / 1e6,
        )
    return _Part(model=model, input_tokens=input_tokens, output_tokens=output_tokens, usd=usd)


def _is_recorded(plan: DuelPlan, model: Model) -> bool:
    """Return whether the experiment's transcript answers for a model that cannot be called here."""
    if plan.experiment.transcript is None:
        return False
    allowed = dict(plan.options.allow_hosts)
    return unavailable(model, plan.environment, allow_hosts=allowed, root=plan.root) is not None


def _answers(plan: DuelPlan) -> Iterable[_Part]:
    for name, variant in plan.experiment.variants.items():
        if variant.model is None:
            continue
        requests = [task.request for task in plan.tasks if task.variant.name == name and task.request is not None]
        characters = sum(len(message.content) for request in requests for message in request.messages)
        limit = variant.decoding.max_tokens or ANSWER_TOKENS[1]
        output = Band(low=min(ANSWER_TOKENS[0], limit), high=min(ANSWER_TOKENS[1], limit)).times(len(requests))
        yield _part(plan, variant.model, _tokens(characters), output)


def _judgments(plan: DuelPlan) -> Iterable[_Part]:
    cases = plan.selection.cases
    material = sum(len(case.input) + sum(len(document.text) for document in case.context) for case in cases)
    characters = JUDGE_INSTRUCTIONS + material / len(cases)
    for index, judge in enumerate(plan.experiment.judges):
        calls = judge_calls(plan, judge) + (judged_checks(plan) if index == 0 else 0)
        answers = Band(low=2 * ANSWER_TOKENS[0], high=2 * ANSWER_TOKENS[1]).times(calls)
        fewest = 1 if judge.method == "likelihood" or judge.scores == "expected" else JUDGMENT_TOKENS[0]
        reasons = Band(low=fewest, high=JUDGMENT_TOKENS[1]).times(calls)
        yield _part(plan, judge.model, _tokens(calls * characters) + answers, reasons)


def _vector_requests(plan: DuelPlan) -> int:
    return len(embedding_models(plan)) * len(plan.experiment.variants) * plan.repeats


def _embeddings(plan: DuelPlan) -> Iterable[_Part]:
    """Yield what the vectors of answers and references cost: about as many tokens as two answers have."""
    for model, times in Counter(embedding_models(plan)).items():
        calls = times * len(plan.experiment.variants) * plan.repeats
        texts = Band(low=2 * ANSWER_TOKENS[0], high=2 * ANSWER_TOKENS[1]).times(calls)
        yield _part(plan, model, texts, NOTHING)


def _tokens(characters: float) -> Band:
    fewest, most = CHARACTERS_PER_TOKEN
    return Band(low=characters / most, high=characters / fewest)


def _sum(bands: Iterable[Band]) -> Band:
    total = NOTHING
    for band in bands:
        total += band
    return total
