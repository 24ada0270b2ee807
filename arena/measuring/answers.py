"""Every answer of a run, found by variant and case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure, Completion


class Answers:
    """Every answer of a run, by variant and case, each in the order of its repeats."""

    def __init__(self, answered: Iterable[Answered]) -> None:
        self._by_arm: dict[tuple[str, str], list[Answered]] = {}
        for one in sorted(answered, key=lambda a: a.repeat):
            self._by_arm.setdefault((one.variant, one.case), []).append(one)

    def of(self, variant: str, case: str) -> Sequence[Answered]:
        """Return the answers of `variant` to `case`, one a repeat; empty when it was not asked."""
        return self._by_arm.get((variant, case), ())

    def all_of(self, variant: str) -> Iterator[Answered]:
        """Yield every answer of `variant`."""
        for (name, _), answered in self._by_arm.items():
            if name == variant:
                yield from answered

    def completions(self, variant: str, case: str) -> Sequence[Completion]:
        """Return the completions of `variant` to `case`, failures left out."""
        return [a.completion for a in self.of(variant, case) if a.completion is not None]

    def outcomes(self, variant: str) -> Mapping[str, int]:
        """Count the answers of `variant` by class: stop, length, refusal, empty, and what failed."""
        counts: dict[str, int] = {}
        for one in self.all_of(variant):
            name = outcome_class(one.answer)
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))


def outcome_class(answer: Answer) -> str:
    """Name the class by which an answer is counted; a failed call is not a bad answer."""
    if isinstance(answer, CallFailure):
        return f"failed:{answer.kind.value}"
    if not answer.text.strip() and answer.finish in ("stop", "length") and not answer.tool_calls:
        return "empty"
    return answer.finish.value
