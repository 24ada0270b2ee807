"""What a metric's tag and checks must be found in: the cases, and the checks that are made of their answers."""

from collections.abc import Iterable, Sequence

from arena.files.reading.file_model import did_you_mean
from arena.files.reading.located import Mistakes
from arena.files.reading.reader import OpenFile
from arena.files.shapes.checks import CHECKS
from arena.files.shapes.experiment_file import ExperimentFile
from arena.records.case import Case, Check
from arena.records.experiment import Experiment
from arena.text.printable import printable


def check_cases_of_metrics(experiment: Experiment, authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> None:
    """Note names of checks that mean two things, and metrics of a tag or a check that no case has."""
    _check_names(experiment, at, mistakes)
    tags = {tag for case in experiment.golden.cases for tag in case.tags}
    for index, entry in enumerate(authored.metrics):
        if entry.tag is not None and entry.tag not in tags:
            message = f"no case has the tag '{printable(entry.tag)}'{did_you_mean(entry.tag, tags)}"
            mistakes.add(at.located, ("metrics", index, "tag"), message)
        for name in entry.check:
            if problem := _unclear(name, experiment):
                mistakes.add(at.located, ("metrics", index, "check"), problem)


def _check_names(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    for index, check in enumerate(experiment.checks):
        if problem := _misnamed(check, experiment.checks[:index]):
            mistakes.add(at.located, ("checks", index, "name"), problem)
    place = ("golden",) if experiment.golden.path else ("cases",)
    for case in experiment.golden.cases:
        for index, check in enumerate(case.checks):
            if problem := _misnamed(check, (*experiment.checks, *case.checks[:index])):
                mistakes.add(at.located, place, f"case '{printable(case.id)}': {problem}")


def _misnamed(check: Check, earlier: Iterable[Check]) -> str | None:
    """Return why a check may not have its name; None where it may."""
    if check.name is None:
        return None
    if check.name in CHECKS:
        return f"'{check.name}' is the key of a kind of check: name this one otherwise"
    if any(one.name == check.name and one != check for one in earlier):
        return f"two different checks are called '{printable(check.name)}': rename one"
    return None


def _unclear(name: str, experiment: Experiment) -> str | None:
    """Return why it is not clear which check of a case is meant; None where it is.

    A check without a name is meant by its key, where a case has no second one of it.
    """
    met = False
    for case in experiment.golden.cases:
        found = [check for check in _checks_of(case, experiment) if check.label == name]
        met = met or bool(found)
        if len(found) > 1 and found[0].name is None:
            count = f"{len(found)} checks '{printable(name)}'"
            return f"case '{printable(case.id)}' has {count}: give the one that is meant a 'name'"
    if met:
        return None
    known = sorted({check.label for case in experiment.golden.cases for check in _checks_of(case, experiment)})
    hint = did_you_mean(name, known) or (f" (checks: {', '.join(map(printable, known))})" if known else "")
    return f"no check is called '{printable(name)}'{hint}: give one this 'name'"


def _checks_of(case: Case, experiment: Experiment) -> Sequence[Check]:
    return (*experiment.checks, *case.checks)
