"""Ask everything that a run asks: the only part of it that calls anybody.

There is no barrier between answering and judging: a pair goes to the judge as soon as it is complete.
"""

from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from arena.completions import pool
from arena.engine.calls import calls_expected
from arena.engine.checks import checks_of
from arena.engine.design import Design
from arena.engine.determinism import grade as determinism_grade
from arena.engine.graded import scores_of, without_confounded_times
from arena.engine.until_decided import Watch, decides_more, units_in_order, win_rate_criteria
from arena.engine.work import AnswerTask, Work, context_of
from arena.grading import judged
from arena.grading.judged import Asked
from arena.grading.judged_answer import JudgedAnswer
from arena.judging import pairwise, pointwise
from arena.judging.pairwise import Ballot, Candidate
from arena.judging.pointwise import Appraisal, Scorecard
from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request, ToolCall
from arena.records.case import Case, Check
from arena.records.experiment import Judge
from arena.records.judgment import Comparison, Judgment
from arena.records.score import Score

Slot = tuple[str, str, int]  # case, variant, repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """Everything that came back, in no particular order."""

    answered: tuple[Answered, ...]
    judgments: tuple[Judgment, ...]
    counted: tuple[Case, ...] | None = None  # those that decided, in their order; None: all of the design
    decided: bool = False  # by the cases that count


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentTask:
    """One presentation of one pair, for one judge of the panel."""

    ballot: Ballot
    panel_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalTask:
    """One answer of one pair that a judge scores alone on the axes."""

    scorecard: Scorecard
    panel_index: int
    case: str
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTask:
    """One pass/fail question about one answer."""

    asked: Asked
    slot: Slot
    position: int  # among the checks of the case


Task = AnswerTask | JudgmentTask | AppraisalTask | CheckTask


class Progress(Protocol):
    """Who is told how far the work is."""

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Take note of `done` of `total` calls, and of what was paid so far."""
        ...


class Answering(Protocol):
    """Where answers come from, and what they cost so far."""

    async def complete(self, request: Request) -> Answer:
        """Answer one request."""
        ...

    @property
    def paid_usd(self) -> float:
        """Return what was paid so far."""
        ...


class Executing(Protocol):
    """How the tasks of a run are carried out."""

    def __call__(
        self, design: Design, work: Work, completions: Answering, *, progress: Progress
    ) -> Awaitable[RunEvidence]:
        """Return everything that came back."""
        ...


async def execute(design: Design, work: Work, completions: Answering, *, progress: Progress) -> RunEvidence:
    """Run the tasks of a run, and the judgments that follow from them, on N workers.

    Args:
        design: of the run.
        work: what to ask.
        completions: the open way to models, cache first.
        progress: told after every task.

    Raises:
        CannotRun: the first fault that every other call would meet as well.
    """
    duel = _Duel(design, work, completions, progress)
    await pool.run_workers(duel.queue, duel.handle, concurrency=work.options.concurrency)
    return duel.collected()


class _Duel:
    """One duel while it is going on: what came back so far, and what follows from each answer."""

    def __init__(self, design: Design, work: Work, completions: Answering, progress: Progress) -> None:
        self.design = design
        self.work = work
        self.completions = completions
        self.progress = progress
        self.queue: pool.Work[Task] = pool.Work(work.tasks)
        self.total = calls_expected(design)
        self.done = 0
        self.answers: dict[Slot, Answered] = {}
        self.judgments: list[tuple[int, Judgment]] = []  # with the judge's place in the panel
        self.watch = watch_of(design) if design.until_decided else None
        self.judged: dict[str, list[Judgment]] = {}  # by case, for the watch
        self.open = Counter(task.case.id for task in work.tasks) if self.watch else Counter[str]()  # tasks, by case
        self.appraisals: dict[tuple[str, int, int], list[Appraisal]] = {}  # by case, repeat, judge

    async def handle(self, task: Task) -> None:
        """Do one task and add those that it makes possible."""
        match task:
            case AnswerTask():
                answer = await self._answer(task)
                self._take_answer(task, answer, await self._scores(task, answer))
            case JudgmentTask():
                self._take_judgment(task, await self.completions.complete(task.ballot.request))
            case AppraisalTask():
                self._take_appraisal(task, await self.completions.complete(task.scorecard.request))
            case CheckTask():
                self._take_check(task, await self.completions.complete(task.asked.request))
        if self.watch is not None:
            self._look(self.watch, case_of(task))
        self.done += 1
        self.progress.advance(self.done, self.total, self.completions.paid_usd)

    def _look(self, watch: Watch, case: str) -> None:
        """Show a case to the watch once it is complete, and ask nothing more once all is decided."""
        self.open[case] -= 1
        if not self.open[case]:
            watch.take(self._comparison(case))
            if watch.decided:
                self.queue.stop()

    def _comparison(self, case: str) -> Comparison:
        from arena.evidence.of_run import evidence_of  # needs numpy, and few runs stop once they are decided

        design, arms = self.design, (self.design.control.name, self.design.treatment.name)
        (comparison,) = evidence_of(
            [each for each in design.selection.cases if each.id == case],
            [self.answers[case, arm, repeat] for arm in arms for repeat in range(design.repeats)],
            self.judged.get(case, ()),
            control=arms[0],
            treatment=arms[1],
            repeats=design.repeats,
            panel=design.experiment.panel,
        ).comparisons
        return comparison

    def collected(self) -> RunEvidence:
        """Return everything that counts, with the axes that answers got alone set into their judgments."""
        judgments = [
            judgment
            for key, together in _grouped(self.judgments).items()
            for judgment in self._with_axes(key, together)
        ]
        arms = (self.design.control.name, self.design.treatment.name)
        answered = without_confounded_times(self.answers.values(), arms)
        if self.watch is None:
            return RunEvidence(answered=answered, judgments=tuple(judgments))
        kept = {case.id for case in self.watch.cases}
        return RunEvidence(
            answered=tuple(one for one in answered if one.case in kept),
            judgments=tuple(one for one in judgments if one.case in kept),
            counted=self.watch.cases,
            decided=self.watch.decided,
        )

    def _with_axes(self, key: tuple[str, int, int], judgments: list[Judgment]) -> Iterable[Judgment]:
        appraisals = self.appraisals.get(key)
        return pointwise.with_appraisals(judgments, *appraisals) if appraisals else judgments

    async def _answer(self, task: AnswerTask) -> Answer:
        if task.request is not None:
            return await self.completions.complete(task.request)
        return recorded_answer(task)

    async def _scores(self, task: AnswerTask, answer: Answer) -> tuple[Score, ...]:
        return await scores_of(self.design, self.work, task, answer, self.completions.complete)

    def _take_answer(self, task: AnswerTask, answer: Answer, scores: tuple[Score, ...]) -> None:
        checks = checks_of(self.design, task.case)
        slot = (task.case.id, task.variant.name, task.repeat)
        self.answers[slot] = Answered(case=slot[0], variant=slot[1], repeat=slot[2], answer=answer, scores=scores)
        for follow_up in (*self._check_tasks(task, checks, answer), *self._judge_tasks(task)):
            self.queue.add(follow_up)
            self.open[task.case.id] += 1

    def _check_tasks(self, task: AnswerTask, checks: Iterable[Check], answer: Answer) -> Iterator[Task]:
        if isinstance(answer, CallFailure):
            return
        for position, check in enumerate(checks):
            if check.is_judged:
                asked = judged.ask(
                    check,
                    judge=self.design.experiment.judges[0],
                    answer=JudgedAnswer(
                        case=task.case, variant=task.variant.name, text=answer.text, repeat=task.repeat
                    ),
                    context=context_of(task.case, task.variant),
                    position=position,
                    workspace=self.work.workspace,
                )
                yield CheckTask(asked=asked, slot=(task.case.id, task.variant.name, task.repeat), position=position)

    def _judge_tasks(self, task: AnswerTask) -> Iterator[Task]:
        pair = self._pair(task.case, task.repeat)
        if pair is None:
            return
        experiment = self.design.experiment
        for index, judge in enumerate(experiment.judges):
            ballots = pairwise.ballots(
                judge,
                experiment.rubric,
                task.case,
                *pair,
                repeat=task.repeat,
                judge_index=self._panel_index(index),
                workspace=self.work.workspace,
            )
            for ballot in ballots:
                yield JudgmentTask(ballot=ballot, panel_index=index)
            if judge.axes == "pointwise":
                for candidate in pair:
                    yield from self._appraisal_tasks(judge, index, task, candidate)

    def _appraisal_tasks(
        self, judge: Judge, index: int, task: AnswerTask, candidate: Candidate
    ) -> Iterator[AppraisalTask]:
        cards = pointwise.scorecards(
            judge,
            self.design.experiment.rubric,
            task.case,
            candidate,
            repeat=task.repeat,
            judge_index=self._panel_index(index),
            workspace=self.work.workspace,
        )
        for card in cards:
            yield AppraisalTask(scorecard=card, panel_index=index, case=task.case.id, repeat=task.repeat)

    def _panel_index(self, index: int) -> int | None:
        """Return a judge's place in the panel; None where there is only one judge."""
        return index if len(self.design.experiment.judges) > 1 else None

    def _pair(self, case: Case, repeat: int) -> tuple[Candidate, Candidate] | None:
        """Return both answers of a pair; None while one is missing, and for good when one failed."""
        candidates = []
        for variant in (self.design.control.name, self.design.treatment.name):
            answered = self.answers.get((case.id, variant, repeat))
            if answered is None or answered.completion is None:
                return None
            candidates.append(Candidate(variant=variant, text=answered.completion.text))
        return candidates[0], candidates[1]

    def _take_judgment(self, task: JudgmentTask, answer: Answer) -> None:
        judgment = pairwise.read(task.ballot, answer)
        if isinstance(answer, Completion):
            judgment = replace(judgment, determinism=determinism_grade([answer]), authored=answer.authored)
        self.judgments.append((task.panel_index, judgment))
        if self.watch is not None:
            self.judged.setdefault(judgment.case, []).append(judgment)

    def _take_appraisal(self, task: AppraisalTask, answer: Answer) -> None:
        key = (task.case, task.repeat, task.panel_index)
        self.appraisals.setdefault(key, []).append(pointwise.read(task.scorecard, answer))

    def _take_check(self, task: CheckTask, answer: Answer) -> None:
        answered = self.answers[task.slot]
        scores = list(answered.scores)
        scores[task.position] = replace(judged.read(task.asked, answer), name=scores[task.position].name)
        self.answers[task.slot] = replace(answered, scores=tuple(scores))


def watch_of(design: Design) -> Watch:
    """Return what looks at a design's cases, one after the other, until its win rate is decided."""
    return Watch(
        units_in_order(design.selection.cases, design.seed),
        win_rate_criteria(design.experiment),
        alpha=design.experiment.gate.alpha,
        proof_suffices=design.purpose == "duel" or not decides_more(design.experiment),
    )


def case_of(task: Task) -> str:
    """Return the id of the case that a task is of."""
    match task:
        case AnswerTask():
            return task.case.id
        case JudgmentTask():
            return task.ballot.case.id
        case AppraisalTask():
            return task.case
        case CheckTask():
            return task.slot[0]


def _grouped(judgments: Iterable[tuple[int, Judgment]]) -> dict[tuple[str, int, int], list[Judgment]]:
    groups: dict[tuple[str, int, int], list[Judgment]] = {}
    ordered = sorted(judgments, key=lambda each: (each[1].case, each[1].repeat, each[0], each[1].first))
    for index, judgment in ordered:
        groups.setdefault((judgment.case, judgment.repeat, index), []).append(judgment)
    return groups


def recorded_answer(task: AnswerTask) -> Answer:
    """Return the answer that a file holds for a task; a failure when it holds none."""
    key = f"outputs:{task.variant.name}:{task.case.id}:{task.repeat}"
    if task.recorded is None:
        return CallFailure(
            request_key=key,
            kind=FailureKind.MISSING_OUTPUT,
            message=f"{task.variant.sources.get('outputs', 'outputs')} has no answer {task.repeat} to {task.case.id}",
        )
    return Completion(
        request_key=key,
        text=task.recorded.text,
        finish=Finish.STOP,
        model_requested="outputs",
        latency_s=task.recorded.latency_s,
        cost_usd=task.recorded.cost_usd,
        tool_calls=tuple(ToolCall(name=name, arguments=arguments) for name, arguments in task.recorded.tool_calls),
        cost_reason=None if task.recorded.cost_usd is not None else "not recorded in the outputs file",
        replayed=True,
    )
