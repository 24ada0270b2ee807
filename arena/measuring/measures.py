"""What is measured of each answer, and of each case of an arm."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from statistics import fmean

from arena.measuring.answers import Answers, outcome_class
from arena.records.answered import Answered
from arena.records.call import Completion
from arena.stats.repeated_trials import pass_at_k, pass_hat_k

#: Quantities in seconds: compared only where both arms were called in the same run.
TIMED = ("latency_s", "ttft_s", "tpot_s", "itl_s")
#: Quantities that are a share: an arm's failed call is that arm's loss in each of them.
SHARES = ("error_rate", "empty_rate", "check_pass_rate")
#: pass@k and pass^k, of all repeats of a case.
_PASS = re.compile(r"pass([@^])(\d+)")


def is_share(source: str) -> bool:
    """Return whether a quantity is a share, from 0 to 1."""
    return source in SHARES or _PASS.fullmatch(source) is not None


def repeats_needed(source: str) -> int:
    """Return how many answers to a case a quantity needs at least: k for pass@k and pass^k, else 1."""
    found = _PASS.fullmatch(source)
    return int(found[2]) if found else 1


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


def measure(source: str, answered: Answered) -> Measured | None:
    """Return one quantity of one answer; None when it was not measured.

    Args:
        source: a metric's source: latency_s, ttft_s, tpot_s, itl_s, output_tokens, cost_usd,
            error_rate, empty_rate or check_pass_rate.
        answered: the answer, or the failure to get one.
    """
    if source == "error_rate":
        return _exactly(answered.failure is not None)
    if source == "empty_rate":
        return _exactly(answered.failure is not None or outcome_class(answered.answer) == "empty")
    if source == "check_pass_rate":
        return _check_pass(answered)
    completion = answered.completion
    value = None if completion is None else _of_completion(source, completion)
    return None if value is None else _exactly(value)


@lru_cache(maxsize=4096)
def _exactly(value: float) -> Measured:
    """Return a value that nothing could move; most of a run's are one of a few."""
    return Measured(value=float(value), low=float(value), high=float(value))


def _check_pass(answered: Answered) -> Measured | None:
    """Pass when every check passed; a check that could not be made leaves it open, unless another failed."""
    if answered.failure is not None:
        return _exactly(0.0)
    if not answered.scores:
        return None
    outcomes = [score.passed for score in answered.scores]
    if False in outcomes:
        return _exactly(0.0)
    return Measured(value=0.5, low=0.0, high=1.0) if None in outcomes else _exactly(1.0)


def _of_completion(source: str, completion: Completion) -> float | None:
    if source == "output_tokens":
        return None if completion.usage is None else float(completion.usage.output_tokens)
    value = getattr(completion, source)
    return None if value is None else float(value)


def paired(
    source: str, answers: Answers, cases: Sequence[tuple[str, str | None]], *, control: str, treatment: str
) -> tuple[PairedCase, ...]:
    """Return the cases in which both arms were measured, in the order of `cases`.

    Args:
        source: the quantity.
        answers: of the whole run.
        cases: id and cluster of each case.
        control: the control's name.
        treatment: the treatment's name.
    """
    found = []
    for case, cluster in cases:
        left, right = answers.of(control, case), answers.of(treatment, case)
        if source in TIMED and not _called_together(left, right):
            continue
        here, there = _of_case(source, left), _of_case(source, right)
        if here is not None and there is not None:
            found.append(PairedCase(case=case, cluster=cluster, control=here, treatment=there))
    return tuple(found)


def comparable(
    source: str, answers: Answers, cases: Sequence[tuple[str, str | None]], *, control: str, treatment: str
) -> int:
    """Return in how many cases a quantity can be compared: a time only where both arms were called in the same run.

    Args:
        source: the quantity.
        answers: of the whole run.
        cases: id and cluster of each case.
        control: the control's name.
        treatment: the treatment's name.
    """
    if source not in TIMED:
        return len(cases)
    return sum(_called_together(answers.of(control, case), answers.of(treatment, case)) for case, _ in cases)


def _of_case(source: str, answered: Sequence[Answered]) -> Measured | None:
    kind = _repeats_asked(source)
    return _mean(source, answered) if kind is None else _passes(*kind, answered)


@cache
def _repeats_asked(source: str) -> tuple[str, int] | None:
    """Return what `pass@3` or `pass^3` asks of a case's answers; None for every other source."""
    found = _PASS.fullmatch(source)
    return (found[1], int(found[2])) if found else None


def _passes(kind: str, k: int, answered: Sequence[Answered]) -> Measured | None:
    """Return pass@k or pass^k of a case; None with fewer answers than k. A failed call did not pass."""
    outcomes = [outcome for one in answered if (outcome := _check_pass(one)) is not None]
    if len(outcomes) < k:
        return None
    share = pass_at_k if kind == "@" else pass_hat_k
    low, high = (
        share(len(outcomes), passed, k)
        for passed in (sum(one.low == 1.0 for one in outcomes), sum(one.high == 1.0 for one in outcomes))
    )
    return Measured(value=(low + high) / 2.0, low=low, high=high)


def _mean(source: str, answered: Sequence[Answered]) -> Measured | None:
    values = [value for one in answered if (value := measure(source, one)) is not None]
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
