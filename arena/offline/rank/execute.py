"""Ask every pair of variants, pair after pair; what is asked of one variant alone is asked once."""

from dataclasses import replace

from arena.engine.calls import calls_expected
from arena.engine.design import Design
from arena.engine.execute import Answering, Progress, RunEvidence, execute
from arena.engine.work import Work
from arena.offline.rank.prepare import pairs_of
from arena.records.answered import Answered
from arena.records.call import Answer, Completion, Request
from arena.records.judgment import Judgment

_Question = tuple[str, tuple[tuple[str, str], ...]]  # key and subject of a request


async def execute_pairs(design: Design, work: Work, completions: Answering, *, progress: Progress) -> RunEvidence:
    """Carry out the duel of every pair of variants.

    Args:
        design: of several variants.
        work: the answers of all of them.
        completions: the open way to models, cache first.
        progress: told after every call, with the calls of all pairs as the total.

    Raises:
        CannotRun: the first fault that every other call would meet as well.
    """
    once = AskedOnce(completions)
    expected = calls_expected(design) - sum(task.request is None for task in work.tasks)
    told = _Told(once, progress, expected)
    answered: dict[tuple[str, str, int], Answered] = {}
    judgments: list[Judgment] = []
    for pair in pairs_of(design, work):
        collected = await execute(*pair, once, progress=told)
        for one in collected.answered:
            answered.setdefault((one.case, one.variant, one.repeat), one)
        judgments += collected.judgments
    return RunEvidence(answered=tuple(answered.values()), judgments=tuple(judgments))


class AskedOnce:
    """Completions that know what they answered about one variant alone: a second pair does not ask again.

    The cache would do for most, but not for a call that failed, a function without a version, or `--refresh`.
    """

    def __init__(self, completions: Answering) -> None:
        self._completions = completions
        self._known: dict[_Question, Answer] = {}
        self.asked = 0

    async def complete(self, request: Request) -> Answer:
        """Answer one request; an answer that is given again costs nothing again."""
        key = (request.key, tuple(sorted(request.subject.items())))
        if key in self._known:
            return _given_again(self._known[key])
        answer = await self._completions.complete(request)
        self.asked += 1
        if "variant" in request.subject:
            self._known[key] = answer
        return answer

    @property
    def paid_usd(self) -> float:
        """Return what was paid so far."""
        return self._completions.paid_usd


def _given_again(answer: Answer) -> Answer:
    if isinstance(answer, Completion) and answer.cost_usd is not None:
        return replace(answer, cost_usd=0.0)
    return answer


class _Told:
    """Progress of all pairs together, for the progress of one."""

    def __init__(self, once: AskedOnce, progress: Progress, expected: int) -> None:
        self._once = once
        self._progress = progress
        self._expected = expected

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Pass on how many calls of all were made."""
        self._progress.advance(self._once.asked, self._expected, paid_usd)
