"""A run's cases in detail."""

from dataclasses import replace
from pathlib import Path

import labelled_runs
import sample_results
import sample_runs
from arena.offline.case_details import case_details
from arena.records.case import Document
from arena.records.score import Score
from arena.records.variant import Variant
from arena.runs.saved import load
from labelled_runs import answered


def test_a_case_has_its_outcome_answers_and_judgments(tmp_path: Path) -> None:
    """Judgments are merged as the duel merged them, and a failed call is lost by its arm."""
    found = {each.case.id: each for each in case_details(load(sample_runs.finished_run(tmp_path)))}
    assert {name: (each.outcome, each.score) for name, each in found.items()} == {
        "double-charge": ("loss", 0.0),
        "late-package": ("win", 0.75),
        "no-answer": ("loss", 0.0),
    }
    assert [each.consistent for each in found.values()] == [True, False, None]
    assert [each.failed_calls for each in found.values()] == [0, 0, 1]
    assert [each.first for each in found["late-package"].judgments] == ["control", "treatment"]


def test_checks_end_a_case_where_no_judge_does(tmp_path: Path) -> None:
    """More checks passed is a win, a failed call passes none, and a case without checks has no outcome."""
    passed, missed = (Score(check="contains", passed=each, reason="") for each in (True, False))
    scores = {"c00": (missed, passed), "c01": (passed, missed), "c02": (passed, passed), "c03": (None, None)}
    rows = [
        replace(answered(case, arm, "Yes."), scores=(each,) if each else ())
        for case, both in scores.items()
        for arm, each in zip(labelled_runs.ARMS, both, strict=True)
    ]
    rows += [replace(answered("c04", "control", "Yes."), scores=(passed,)), answered("c04", "treatment", None)]
    run = labelled_runs.run(tmp_path, labelled_runs.cases(6), rows)
    run.__dict__["found"] = replace(sample_results.without_judge(), cases=5)
    assert [each.outcome for each in case_details(run)] == ["win", "loss", "tie", None, "loss"]


def test_each_variant_has_the_documents_that_it_was_shown(tmp_path: Path) -> None:
    """A variant's own documents take the place of the case's."""
    shared, own = Document(text="shared"), Document(text="own")
    variants = sample_runs.experiment(tmp_path).variants
    changed = {**variants, "treatment": Variant(name="treatment", model=sample_runs.LUNA, context=(own,))}
    run = labelled_runs.run(tmp_path, labelled_runs.cases(1, context=(shared,)), variants=changed)
    assert case_details(run)[0].context == {"control": (shared,), "treatment": (own,)}
