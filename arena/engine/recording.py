"""A finished run asked again of what is stored, to carry its requests and answers elsewhere."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arena.completions.open import Completions, CompletionSettings, open_completions
from arena.completions.retry import HashedChance
from arena.engine.design import Design, design_of
from arena.engine.execute import Executing
from arena.engine.run import run_to_end
from arena.engine.runtime import Silence
from arena.engine.work import Work, make_work
from arena.errors import CacheMiss
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Request
from arena.records.experiment import Experiment
from arena.records.run_options import RunOptions
from arena.runs.saved import SavedRun

Pair = tuple[Request, Completion]


class Recorder:
    """Completions that remember each request with its answer."""

    def __init__(self, completions: Completions, failed: Mapping[str, CallFailure]) -> None:
        self._completions = completions
        self._failed = failed  # by request key: what failed in the run has no answer to carry
        self.pairs: list[Pair] = []

    async def complete(self, request: Request) -> Answer:
        """Answer one request, and remember the answer; failures are not remembered."""
        if request.key in self._failed:
            return self._failed[request.key]
        answer = await self._completions.complete(request)
        if isinstance(answer, Completion):
            self.pairs.append((request, answer))
        return answer

    async def aclose(self) -> None:
        """Release nothing: the completions are not the recorder's own."""

    @property
    def paid_usd(self) -> float:
        """Return what was paid: nothing, for nothing is sent."""
        return self._completions.paid_usd


def record(run: SavedRun, executing: Executing, *, cache_dir: Path, environment: Mapping[str, str]) -> list[Pair]:
    """Return every request of a run with its stored answer, in the order of the golden set.

    Args:
        run: a finished one.
        executing: carries out the tasks of its kind.
        cache_dir: where its completions are kept.
        environment: where addresses of vendors may be rebound.

    Raises:
        CacheMiss: an answer is neither in the cache nor in the experiment's transcript.
    """
    design = design_of(run)
    work = make_work(design, RunOptions(offline=True), environment)
    try:
        pairs = run_to_end(_ask(design, work, _settings(run, cache_dir), failures_of(run), executing))
    except CacheMiss as error:
        hint = "a base URL is part of every call: set what the run had (OPENAI_BASE_URL …), or name its `cache_dir`"
        raise CacheMiss(error.message, hint=hint) from None
    places = {case.id: place for place, case in enumerate(design.selection.cases)}
    return sorted(pairs, key=lambda pair: _place(pair[0], places))


def failures_of(run: SavedRun) -> dict[str, CallFailure]:
    """Return the calls of a run that failed, by request key: they have no answer to carry."""
    found = {row.failure.request_key: row.failure for row in run.completions if row.failure is not None}
    for judgment in run.judgments:
        if judgment.outcome == "failed":
            found[judgment.request_key] = CallFailure(
                request_key=judgment.request_key, kind=FailureKind.BAD_RESPONSE, message=judgment.error or ""
            )
    return found


def _settings(run: SavedRun, cache_dir: Path) -> CompletionSettings:
    return CompletionSettings(
        cache_dir=cache_dir,
        root=Path(run.experiment.root),
        run_id=run.id,
        offline=True,
        transcript=run.experiment.transcript,
    )


async def _ask(
    design: Design,
    work: Work,
    settings: CompletionSettings,
    failed: Mapping[str, CallFailure],
    executing: Executing,
) -> list[Pair]:
    async with open_completions(
        settings, environment=work.workspace.environment, clock=_now, rng=HashedChance(design.seed)
    ) as completions:
        recorder = Recorder(completions, failed)
        await executing(design, work, recorder, progress=Silence())
        return recorder.pairs


def _now() -> datetime:
    return datetime.now(UTC)


def _place(request: Request, places: Mapping[str, int]) -> tuple[Any, ...]:
    """Answers before judgments, each by case: as a person would read them."""
    subject = request.subject
    kind = 0 if set(subject) == {"case", "variant"} else 1
    return (kind, places[subject["case"]], request.repeat, *sorted(subject.items()))


def transcript_header(run: SavedRun, pairs: list[Pair], note: str | None) -> dict[str, Any]:
    """Return the first line of a transcript of a run: which models answered, when, with which files."""
    experiment = run.experiment
    header: dict[str, Any] = {
        "models": _models(experiment),
        "authored": any(completion.authored for _, completion in pairs),
        "recorded": run.facts.started[:10],
        "files": {file.path: file.sha256 for file in experiment.files if not file.recorded},
    }
    runtimes = sorted({completion.runtime for _, completion in pairs if completion.runtime})
    decoding = {name: each.decoding.requested() for name, each in experiment.variants.items()}
    header |= {"runtime": ", ".join(runtimes)} if runtimes else {}
    header |= {"decoding": decoding} if any(decoding.values()) else {}
    return header | ({"note": note} if note else {})


def _models(experiment: Experiment) -> dict[str, str]:
    arms = {name: str(each.model) for name, each in experiment.variants.items() if each.model is not None}
    answers = {"answers": next(iter(arms.values()))} if len(set(arms.values())) == 1 else arms
    judges = ", ".join(str(judge.model) for judge in experiment.judges)
    return answers | ({"judge": judges} if judges else {})
