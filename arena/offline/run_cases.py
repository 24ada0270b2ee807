"""The cases of a finished run, to be looked at, gathered from its folder."""

from collections.abc import Iterable, Mapping

from arena.engine.work import messages_of
from arena.offline.case_details import comparisons_of
from arena.records.answered import Answered
from arena.records.case import Case, Message
from arena.records.case_view import CaseLine, CaseView
from arena.records.judgment import Judgment
from arena.records.variant import Variant
from arena.runs.saved import SavedRun


class RunCases:
    """The cases of one run with their answers and judgments, by id."""

    def __init__(self, saved: SavedRun) -> None:
        self.run = saved.id
        self._experiment = saved.experiment
        self._duel = None if saved.is_ranking else saved.result
        self._arms = (
            tuple(saved.experiment.variants) if self._duel is None else (self._duel.control, self._duel.treatment)
        )
        self._answers: dict[str, list[Answered]] = {}
        self._judgments: dict[str, list[Judgment]] = {}
        self._comparisons = {} if self._duel is None else comparisons_of(saved)
        for row in saved.completions:
            self._answers.setdefault(row.case, []).append(row)
        for judgment in saved.judgments:
            self._judgments.setdefault(judgment.case, []).append(judgment)
        self.cases: Mapping[str, Case] = {
            case.id: case for case in saved.experiment.golden.cases if case.id in self._answers
        }

    def lines(self) -> list[CaseLine]:
        """Return one line a case, in the order of the golden set."""
        return [self._line(case) for case in self.cases.values()]

    def view(self, case_id: str) -> CaseView:
        """Return everything about the case called `case_id`, which must be one of `cases`."""
        case = self.cases[case_id]
        variants = self._experiment.variants
        return CaseView(
            run=self.run,
            case=case,
            arms=self._arms,
            prompts={arm: _prompt(case, variants.get(arm)) for arm in self._arms},
            answers=self._by_arm(case_id),
            judgments=sorted(self._judgments.get(case_id, ()), key=lambda each: (each.judge, each.repeat, each.first)),
            line=self._line(case),
        )

    def _by_arm(self, case_id: str) -> dict[str, list[Answered]]:
        rows = self._answers[case_id]
        return {arm: [row for row in rows if row.variant == arm] for arm in self._arms}

    def _line(self, case: Case) -> CaseLine:
        rows = self._by_arm(case.id)
        merged = self._comparisons.get(case.id)
        return CaseLine(
            case=case.id,
            input=case.input,
            outcome=merged.outcome if merged else None,
            score=merged.score if merged else None,
            consistent=merged.consistent if merged else None,
            failed_calls=sum(row.failure is not None for each in rows.values() for row in each),
            checks={arm: _passed(each) for arm, each in rows.items()},
        )


def _prompt(case: Case, variant: Variant | None) -> tuple[Message, ...]:
    """Return the messages that a model was sent; none where the answer came from a file or a function."""
    return () if variant is None or variant.model is None else tuple(messages_of(case, variant))


def _passed(rows: Iterable[Answered]) -> str:
    read = [score.passed for row in rows for score in row.scores if score.passed is not None]
    return f"{sum(read)}/{len(read)}" if read else ""
