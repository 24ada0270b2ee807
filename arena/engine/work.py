"""The work of a run: the answers that it needs, in the order in which they are asked for, each with its request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arena.engine.design import Design
from arena.engine.until_decided import units_in_order
from arena.errors import UsageError
from arena.judging import pairwise, pointwise
from arena.judging.pairwise import Candidate
from arena.providers import requests
from arena.providers.requests import AnswerForm
from arena.records.call import Request
from arena.records.case import Case, Document, Message
from arena.records.run_options import RunOptions
from arena.records.variant import RecordedOutput, Variant
from arena.records.workspace import Workspace
from arena.stats.chance import fraction
from arena.templates.template import render

#: Metrics that need the moment of each token, so answers are streamed for them.
STREAMED = ("ttft_s", "tpot_s", "itl_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTask:
    """One answer to get: by a call, by the user's function, or from a file of recorded answers."""

    case: Case
    variant: Variant
    repeat: int
    request: Request | None  # None: `recorded` is the answer, or there is none
    recorded: RecordedOutput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done for a design."""

    tasks: tuple[AnswerTask, ...]  # in random order, the arms interleaved
    options: RunOptions
    workspace: Workspace


def make_work(design: Design, options: RunOptions, environment: Mapping[str, str]) -> Work:
    """Render every prompt and build every request of a run, in random order, the arms interleaved.

    The order is random so that no arm is measured on a warmer or busier server; its seed is the
    design's, so the order is recorded.

    Args:
        design: of the run.
        options: what the user asked of this run.
        environment: where keys are read from and addresses of vendors may be rebound.

    Raises:
        UsageError: a setting that a model does not take.
    """
    experiment = design.experiment
    workspace = Workspace(environment=environment, root=design.root)
    _check_judges(design, workspace)
    stream = any(metric.source in STREAMED for metric in experiment.metrics if metric.where != "live")
    tasks = [
        _task(case, variant, repeat, stream=stream, workspace=workspace, root=design.root)
        for case in design.selection.cases
        for variant in experiment.variants.values()
        for repeat in range(design.repeats)
    ]
    places = _places(design) if design.until_decided else {}
    tasks.sort(key=lambda task: (places.get(task.case.id, 0), _place(task, design.seed)))
    return Work(tasks=tuple(tasks), options=options, workspace=workspace)


def _check_judges(design: Design, workspace: Workspace) -> None:
    """Build one of each judge's requests, so that a setting which its model refuses is told before anything is sent.

    Two judges of a panel whose requests are one and the same are refused: one answer would count twice.
    """
    experiment = design.experiment
    control, treatment = (Candidate(variant=name, text="") for name in (experiment.control, experiment.treatment))
    asked: dict[str, str] = {}
    for judge in experiment.judges:
        for case in design.selection.cases[:1]:
            for ballot in pairwise.ballots(judge, experiment.rubric, case, control, treatment, workspace=workspace):
                if (other := asked.setdefault(ballot.request.key, judge.id)) != judge.id:
                    raise UsageError(
                        f"judges {other} and {judge.id} are asked the same: one word would count twice",
                        hint="remove one, or give it another prompt, model or setting",
                    )
            if judge.axes == "pointwise":
                pointwise.scorecards(judge, experiment.rubric, case, control, workspace=workspace)


def _places(design: Design) -> dict[str, int]:
    """Return where each case stands in the order in which cases count: complete ones first, not halves of many."""
    units = units_in_order(design.selection.cases, design.seed)
    return {case.id: place for place, unit in enumerate(units) for case in unit}


def _place(task: AnswerTask, seed: int) -> float:
    """Return where a task stands in the random order: by its own hash, so that --limit leaves the others in order."""
    return fraction(f"{task.case.id}\0{task.variant.name}\0{task.repeat}", f"order {seed}")


def _task(case: Case, variant: Variant, repeat: int, *, stream: bool, workspace: Workspace, root: Path) -> AnswerTask:
    subject = {"case": case.id, "variant": variant.name}
    if variant.outputs is not None:
        recorded = variant.outputs.get(case.id, ())
        return AnswerTask(
            case=case,
            variant=variant,
            repeat=repeat,
            request=None,
            recorded=recorded[repeat] if repeat < len(recorded) else None,
        )
    if variant.target is not None:
        request = requests.build_target(variant.target, case, root=root, repeat=repeat, variant=variant.name)
        return AnswerTask(case=case, variant=variant, repeat=repeat, request=request)
    if variant.model is None:
        raise UsageError(f"variants.{variant.name}: no model, outputs or target answers its cases")
    request = requests.build(
        variant.model,
        messages=list(messages_of(case, variant)),
        decoding=variant.decoding,
        tools=variant.tools,
        repeat=repeat,
        form=AnswerForm(stream=stream),
        subject=subject,
        workspace=workspace,
    )
    return AnswerTask(case=case, variant=variant, repeat=repeat, request=request)


def context_of(case: Case, variant: Variant) -> tuple[Document, ...]:
    """Return the documents that `variant` shows with `case`: its own, else the case's."""
    if variant.context_by_case is not None:
        return variant.context_by_case.get(case.id, ())
    return case.context if variant.context is None else variant.context


def messages_of(case: Case, variant: Variant) -> Iterator[Message]:
    """Yield the messages that `variant` sends for `case`: its system prompt, then the conversation.

    A case with messages is sent as it is; otherwise the user message is the variant's template.
    """
    context = context_of(case, variant)
    if variant.system:
        yield Message(role="system", content=render(variant.system, case, context))
    if case.messages:
        yield from case.messages
    else:
        yield Message(role="user", content=render(variant.user, case, context))
