"""What a run will ask and cost, before anything is sent."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from arena.engine.calls import calls_expected, judge_calls, judged_checks
from arena.engine.checks import embedding_models
from arena.engine.design import Design
from arena.engine.work import AnswerTask
from arena.providers import prices
from arena.records.preview import Band, Forecast
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


def forecast(design: Design, tasks: Sequence[AnswerTask], *, recorded: Collection[Model] = ()) -> Forecast:
    """Guess calls, tokens and price of a run.

    Input tokens are characters / 5 to characters / 3; output tokens lie between a short and a long
    answer, or the limit where that is lower. Usage replaces the guess after each call.

    Args:
        design: of the run.
        tasks: its answers.
        recorded: models for which the experiment's transcript answers, for nothing.
    """
    parts = [
        replace(part, usd=NOTHING) if part.model in recorded else part
        for part in (*_answers(design, tasks), *_judgments(design), *_embeddings(design))
    ]
    unpriced = tuple(dict.fromkeys(str(part.model) for part in parts if part.usd is None))
    return Forecast(
        calls=calls_expected(design) - sum(task.request is None for task in tasks) + _vector_requests(design),
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


def _part(model: Model, input_tokens: Band, output_tokens: Band) -> _Part:
    price = prices.rates(model)
    usd = None
    if price is not None:
        usd = Band(
            low=(input_tokens.low * price.input + output_tokens.low * price.output) / 1e6,
            high=(input_tokens.high * price.input + output_tokens.high * price.output) / 1e6,
        )
    return _Part(model=model, input_tokens=input_tokens, output_tokens=output_tokens, usd=usd)


def _answers(design: Design, tasks: Sequence[AnswerTask]) -> Iterable[_Part]:
    for name, variant in design.experiment.variants.items():
        if variant.model is None:
            continue
        requests = [task.request for task in tasks if task.variant.name == name and task.request is not None]
        characters = sum(len(message.content) for request in requests for message in request.messages)
        limit = variant.decoding.max_tokens or ANSWER_TOKENS[1]
        output = Band(low=min(ANSWER_TOKENS[0], limit), high=min(ANSWER_TOKENS[1], limit)).times(len(requests))
        yield _part(variant.model, _tokens(characters), output)


def _judgments(design: Design) -> Iterable[_Part]:
    cases = design.selection.cases
    material = sum(len(case.input) + sum(len(document.text) for document in case.context) for case in cases)
    characters = JUDGE_INSTRUCTIONS + material / len(cases)
    for index, judge in enumerate(design.experiment.judges):
        calls = judge_calls(design, judge) + (judged_checks(design) if index == 0 else 0)
        answers = Band(low=2 * ANSWER_TOKENS[0], high=2 * ANSWER_TOKENS[1]).times(calls)
        fewest = 1 if judge.method == "likelihood" or judge.scores == "expected" else JUDGMENT_TOKENS[0]
        reasons = Band(low=fewest, high=JUDGMENT_TOKENS[1]).times(calls)
        yield _part(judge.model, _tokens(calls * characters) + answers, reasons)


def _vector_requests(design: Design) -> int:
    return len(embedding_models(design)) * len(design.experiment.variants) * design.repeats


def _embeddings(design: Design) -> Iterable[_Part]:
    """Yield what the vectors of answers and references cost: about as many tokens as two answers have."""
    for model, times in Counter(embedding_models(design)).items():
        calls = times * len(design.experiment.variants) * design.repeats
        texts = Band(low=2 * ANSWER_TOKENS[0], high=2 * ANSWER_TOKENS[1]).times(calls)
        yield _part(model, texts, NOTHING)


def _tokens(characters: float) -> Band:
    fewest, most = CHARACTERS_PER_TOKEN
    return Band(low=characters / most, high=characters / fewest)


def _sum(bands: Iterable[Band]) -> Band:
    total = NOTHING
    for band in bands:
        total += band
    return total
