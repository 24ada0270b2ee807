"""From what a duel found to pass, fail or inconclusive. Pure.

All criteria must pass, each at one-sided α/2: an intersection–union test, which needs no correction for their number
(Berger 1982). One that is refuted fails the gate. Where the evidence is unfit nothing that rests on it is proved or
refuted: the gate refuses to speak. Cases that must pass and failed are facts, whatever the judge is worth.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from arena.deciding.wording import limit_label, quantity
from arena.records.gate import MustPass, Reason, Verdict
from arena.records.metric import Criterion, Decision, Metric
from arena.records.result import DuelResult, HumanAgreement, MetricResult, WinRate
from arena.stats.estimate import Estimate

_ORDER: tuple[Decision, ...] = ("fail", "inconclusive", "pass")


def verdict(
    result: DuelResult,
    *,
    declared: Sequence[Metric],
    must_pass: Sequence[MustPass] = (),
    issues: Sequence[str] = (),
    alpha: float = 0.05,
) -> Verdict:
    """Return the verdict on a duel.

    Args:
        result: what the duel found, its metrics decided.
        declared: the experiment's metrics: a limit of theirs that the result says nothing of is not kept.
        must_pass: one entry a tag of which no case may fail.
        issues: what else makes the evidence unfit, a sentence each.
        alpha: two-sided level of the gate, for words alone.
    """
    unfit = (*unfit_reasons(result), *(_doubt("evidence", each) for each in issues))
    reasons = [
        *(_without_force(reason) if unfit else reason for reason in map(partial(reason_of, result), criteria(result))),
        *undecided(result, declared),
        *(tag_reason(tag, alpha) for tag in must_pass),
        *people_reasons(result.people),
        *unfit,
    ]
    return together(reasons)


def criteria(result: DuelResult) -> Iterator[MetricResult]:
    """Yield the metrics that decide: primary and guardrails, once for each limit.

    Raises:
        ValueError: there is no primary metric, so nothing would be decided.
    """
    decide = [metric for metric in result.metrics if metric.role != "secondary" and metric.limit is not None]
    if not any(metric.role == "primary" for metric in decide):
        raise ValueError("no primary metric has a limit")
    yield from decide


def undecided(result: DuelResult, declared: Iterable[Metric]) -> Iterator[Reason]:
    """Yield each limit that was declared for the golden set and on which nothing was found."""
    found = {(row.label, row.limit) for row in result.metrics}
    for metric in declared:
        for limit in metric.limits:
            if metric.is_offline and metric.role != "secondary" and (metric.label, limit) not in found:
                label = f"{metric.label} {limit_label(Criterion(metric=metric, limit=limit))}"
                message = f"{label}: was declared, and nothing was measured"
                yield replace(_doubt(label, message), limit=limit)


def together(reasons: Iterable[Reason]) -> Verdict:
    """Return the verdict of all reasons: one refuted fails, one unknown leaves it open, all proved pass.

    The reasons that keep it from passing come first.
    """
    ordered = sorted(reasons, key=lambda reason: _ORDER.index(reason.decision))
    return Verdict(decision=ordered[0].decision if ordered else "inconclusive", reasons=tuple(ordered))


def _without_force(reason: Reason) -> Reason:
    if reason.decision == "inconclusive":
        return reason
    return replace(
        reason, decision="inconclusive", message=f"the evidence is not fit to decide; otherwise {reason.message}"
    )


def reason_of(result: DuelResult, metric: MetricResult) -> Reason:
    """Return a metric with a limit as a reason, with the estimate that the limit is on."""
    criterion, decision = metric.criterion, metric.decision or "inconclusive"
    assert criterion is not None
    estimate = _share(result.win_rate) if metric.is_headline and result.win_rate else None
    message = metric.message or f"{metric.label} {limit_label(criterion)}: {decision}"
    if decision == "inconclusive" and metric.note and metric.note not in message:
        message = f"{message}; {metric.note}"
    return Reason(
        criterion=f"{metric.label} {limit_label(criterion)}",
        decision=decision,
        estimate=estimate or metric.level or metric.difference,
        limit=criterion.limit,
        message=message,
    )


def tag_reason(tag: MustPass, alpha: float) -> Reason:
    """Return what the cases of one tag decide: one failure fails, and what could not be checked leaves it open."""
    name = f"must_pass {tag.tag}"
    if tag.failed:
        named = ", ".join(tag.failed[:3]) + (" …" if len(tag.failed) > 3 else "")
        return _reason(name, "fail", f"{name}: {len(tag.failed)} of {tag.cases} cases failed: {named}")
    if tag.unknown:
        named = ", ".join(tag.unknown[:3]) + (" …" if len(tag.unknown) > 3 else "")
        return _reason(name, "inconclusive", f"{name}: {len(tag.unknown)} of {tag.cases} could not be checked: {named}")
    bound = "" if tag.at_most is None else f"; up to {quantity(tag.at_most, 'share')} may still fail"
    level = quantity(1.0 - alpha / 2.0, "share")
    return _reason(name, "pass", f"{name}: 0 of {tag.cases} cases failed{bound} (one-sided {level})")


def people_reasons(people: HumanAgreement | None) -> Iterator[Reason]:
    """Yield whether people are shown to agree with the judge as often as the gate asks; nothing where it does not ask.

    Sixteen labels that all agree show 80% (Wilson's lower end at 95%).
    """
    if people is None or people.least is None:
        return
    found, least = people.agreement, people.least
    shown = found.interval is not None and found.interval.low >= least
    ends = "" if found.interval is None else f" [{quantity(found.interval.low, 'share', outward=-1)}, …]"
    value = "unknown" if found.value is None else quantity(found.value, "share")
    name = f"human agreement at least {quantity(least, 'share')}"
    message = f"people agree with the judge in {value}{ends} of {people.cases} cases"
    message += f": at least {quantity(least, 'share')} is {'proved' if shown else 'not proved'}"
    yield Reason(
        criterion=name, decision="pass" if shown else "inconclusive", estimate=found, limit=None, message=message
    )


def unfit_reasons(result: DuelResult) -> Iterator[Reason]:
    """Yield what makes the evidence unfit: the judge, failures, something else that differs between the arms."""
    for judge in result.judges or ((result.judge,) if result.judge else ()):
        for reason in judge.unfit_reasons:
            yield _doubt("judge", f"judge {judge.model}: {reason}")
    for difference in result.differences:
        if not difference.declared:
            found = f"{difference.control} against {difference.treatment}"
            yield _doubt("arms", f"the arms differ in something that is not declared: {difference.what}: {found}")
    if result.flagged_recount is not None and result.flagged_recount.changes_verdict:
        cases = result.flagged_recount.cases
        yield _doubt("judge", f"if {cases} answers with suspected prompt injection had lost, the verdict would change")
    if result.exploratory:
        yield _doubt("cases", "the cases were chosen by their outcome")


def nothing_to_compare(*, unchanged: Decision) -> Reason:
    """Return the reason of a gate whose arms are the same."""
    said = "" if unchanged == "inconclusive" else f"; --unchanged {unchanged}"
    return _reason("arms", unchanged, f"nothing to compare: the arms are the same{said}")


def _doubt(criterion: str, message: str) -> Reason:
    return _reason(criterion, "inconclusive", message)


def _reason(criterion: str, decision: Decision, message: str) -> Reason:
    return Reason(criterion=criterion, decision=decision, estimate=None, limit=None, message=message)


def _share(rate: WinRate) -> Estimate:
    return Estimate(
        value=rate.value, interval=rate.interval, n=rate.n, unit_of_measure=rate.unit_of_measure, reason=rate.reason
    )
