"""What is measured of each answer, and of each case of an arm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from statistics import fmean
from typing import Literal

from arena.kinds.quantities import is_of_checks, is_timed, trials_of
from arena.measuring.answers import Answers, outcome_class
from arena.records.answered import Answered
from arena.records.call import Completion
from arena.records.metric import Metric
from arena.stats.repeated_trials import pass_at_k, pass_hat_k


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One quantity of one answer. `low` and `high` bound it where a check could not be made."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCase:
    """One quantity of one case in both arms, averaged over its repeats."""

    case: str
    cluster: str | None
    control: Measured
    treatment: Measured


def measure(metric: Metric, answered: Answered) -> Measured | None:
    """Return one quantity of one answer; None when it was not measured.

    Args:
        metric: whose source and checks are meant.
        answered: the answer, or the failure to get one.
    """
    if is_of_checks(metric.source):
        return _check_pass(metric, answered)
    if (happened := _EVENTS.get(metric.source)) is not None:
        return _exactly(happened(answered))
    completion = answered.completion
    value = None if completion is None else _AMOUNTS.get(metric.source, attrgetter(metric.source))(completion)
    return None if value is None else _exactly(value)


def _failed(answered: Answered) -> bool:
    return answered.failure is not None


def _is_empty(answered: Answered) -> bool:
    return _failed(answered) or outcome_class(answered.answer) == "empty"


def _tokens(completion: Completion) -> int | None:
    return None if completion.usage is None else completion.usage.output_tokens


_EVENTS: Mapping[str, Callable[[Answered], bool]] = {"error_rate": _failed, "empty_rate": _is_empty}
#: Amounts that are no field of a completion of that name.
_AMOUNTS: Mapping[str, Callable[[Completion], float | None]] = {"output_tokens": _tokens}


@lru_cache(maxsize=4096)
def _exactly(value: float) -> Measured:
    """Return a value that nothing could move; most of a run's are one of a few."""
    return Measured(value=float(value), low=float(value), high=float(value))


def _check_pass(metric: Metric, answered: Answered) -> Measured | None:
    """Pass when every check that is meant passed; one that could not be made leaves it open, unless another failed."""
    if answered.failure is not None:
        return _exactly(0.0)
    outcomes = [score.passed for score in answered.scores if not metric.checks or score.label in metric.checks]
    if not outcomes:
        return None
    if False in outcomes:
        return _exactly(0.0)
    return Measured(value=0.5, low=0.0, high=1.0) if None in outcomes else _exactly(1.0)


def paired(
    metric: Metric, answers: Answers, cases: Sequence[tuple[str, str | None]], *, control: str, treatment: str
) -> tuple[PairedCase, ...]:
    """Return the cases in which both arms were measured, in the order of `cases`.

    Args:
        metric: the quantity.
        answers: of the whole run.
        cases: id and cluster of each case.
        control: the control's name.
        treatment: the treatment's name.
    """
    found = []
    for case, cluster in cases:
        left, right = answers.of(control, case), answers.of(treatment, case)
        if is_timed(metric.source) and not _called_together(left, right):
            continue
        here, there = _of_case(metric, left), _of_case(metric, right)
        if here is not None and there is not None:
            found.append(PairedCase(case=case, cluster=cluster, control=here, treatment=there))
    return tuple(found)


def comparable(
    metric: Metric, answers: Answers, cases: Sequence[tuple[str, str | None]], *, control: str, treatment: str
) -> int:
    """Return in how many cases a quantity can be compared: a time only where both arms were called in the same run.

    Args:
        metric: the quantity.
        answers: of the whole run.
        cases: id and cluster of each case.
        control: the control's name.
        treatment: the treatment's name.
    """
    if not is_timed(metric.source):
        return len(cases)
    return sum(_called_together(answers.of(control, case), answers.of(treatment, case)) for case, _ in cases)


def _of_case(metric: Metric, answered: Sequence[Answered]) -> Measured | None:
    trials = trials_of(metric.source)
    return _mean(metric, answered) if trials is None else _passes(metric, *trials, answered)


def _passes(metric: Metric, which: Literal["any", "all"], k: int, answered: Sequence[Answered]) -> Measured | None:
    """Return pass@k or pass^k of a case; None with fewer answers than k. A failed call did not pass."""
    outcomes = [outcome for one in answered if (outcome := _check_pass(metric, one)) is not None]
    if len(outcomes) < k:
        return None
    share = pass_at_k if which == "any" else pass_hat_k
    low, high = (
        share(len(outcomes), passed, k)
        for passed in (sum(one.low == 1.0 for one in outcomes), sum(one.high == 1.0 for one in outcomes))
    )
    return Measured(value=(low + high) / 2.0, low=low, high=high)


def _mean(metric: Metric, answered: Sequence[Answered]) -> Measured | None:
    values = [value for one in answered if (value := measure(metric, one)) is not None]
    if len(values) < 2:  # most runs have one repeat, and 5,000 cases of them
        return values[0] if values else None
    return Measured(
        value=fmean(value.value for value in values),
        low=fmean(value.low for value in values),
        high=fmean(value.high for value in values),
    )


def _called_together(left: Sequence[Answered], right: Sequence[Answered]) -> bool:
    """Return whether all answers of both arms were paid for in one run, or all come from records."""
    completions = [one.completion for one in (*left, *right) if one.completion is not None]
    return len({(completion.called_in, completion.replayed) for completion in completions}) <= 1
