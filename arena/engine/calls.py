"""How many calls a run makes if none fails."""

from arena.engine.design import Design
from arena.judging import pointwise
from arena.records.experiment import Judge


def calls_expected(design: Design) -> int:
    """Return how many tasks a run has if no call fails: answers, judgments, appraisals and judged checks."""
    answers = len(design.selection.cases) * len(design.experiment.variants) * design.repeats
    return answers + sum(judge_calls(design, judge) for judge in design.experiment.judges) + judged_checks(design)


def judge_calls(design: Design, judge: Judge) -> int:
    """Return how many judgments and appraisals one judge of the panel is asked for; every pair is judged."""
    variants = len(design.experiment.variants)
    judgments = (2 if judge.presentations == "both" else 1) * (variants * (variants - 1) // 2)
    cards = pointwise.cards_each(judge, design.experiment.rubric)
    appraisals = variants * cards if judge.axes == "pointwise" else 0
    return len(design.selection.cases) * design.repeats * (judgments + appraisals)


def judged_checks(design: Design) -> int:
    """Return how many pass/fail questions are asked about answers."""
    own = design.experiment.checks
    questions = sum(check.is_judged for case in design.selection.cases for check in (*own, *case.checks))
    return len(design.experiment.variants) * design.repeats * questions
