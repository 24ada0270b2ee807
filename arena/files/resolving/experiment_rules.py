"""What must hold between the parts of an experiment: metrics, tags, checks, templates and cases."""

from collections.abc import Iterator

from arena.files.reading.file_model import did_you_mean
from arena.files.reading.identifiers import look_alikes, spelled
from arena.files.reading.located import Mistakes
from arena.files.reading.reader import OpenFile
from arena.files.resolving.cases_of_metrics import check_cases_of_metrics
from arena.files.resolving.live import check_live
from arena.files.resolving.metrics import conflicts
from arena.files.resolving.variants import template_place
from arena.files.shapes.experiment_file import ExperimentFile
from arena.kinds.quantities import is_of_checks
from arena.records.case import Case, Check
from arena.records.experiment import Experiment
from arena.records.variant import Variant
from arena.templates.mistake import TemplateMistake
from arena.templates.template import compile_template, values_of
from arena.text.printable import printable


def check_rules(experiment: Experiment, authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> None:
    """Note every contradiction between the parts of an experiment."""
    _check_metrics(experiment, authored, at, mistakes)
    check_cases_of_metrics(experiment, authored, at, mistakes)
    _check_tags(experiment, at, mistakes)
    _check_references(experiment, at, mistakes)
    _check_judged(experiment, at, mistakes)
    _check_similar(experiment, at, mistakes)
    _check_faithful(experiment, at, mistakes)
    check_live(experiment, authored, at, mistakes)
    for later, earlier in look_alikes(experiment.variants).items():
        message = f"variant '{spelled(later)}' looks like variant '{spelled(earlier)}': rename one"
        mistakes.add(at.located, ("variants", later), message)


def _check_metrics(experiment: Experiment, authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> None:
    checked = bool(experiment.checks) or any(case.checks for case in experiment.golden.cases)
    judged = bool(experiment.judges)
    scored = any(judge.axes != "none" for judge in experiment.judges)
    declared = [
        next(
            metric
            for metric in experiment.metrics
            if (metric.name, metric.tag) == (entry.name, entry.tag) and entry.where in (None, metric.where)
        )
        for entry in authored.metrics
    ]
    axes = [axis.name for axis in experiment.rubric.axes]
    for index, message in conflicts(declared, axes=axes, judged=judged, scored=scored, checked=checked):
        mistakes.add(at.located, ("metrics", index, "name"), message)
    if not any(metric.role == "primary" and metric.is_offline for metric in experiment.metrics):
        message = "nothing decides: declare a 'judge', 'checks', or a metric with 'role: primary'"
        mistakes.add(at.located, (), message)


def _check_tags(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    known = {tag for case in experiment.golden.cases for tag in case.tags}
    for index, tag in enumerate(experiment.gate.must_pass):
        place = ("gate", "must_pass", index)
        if tag not in known:
            mistakes.add(at.located, place, f"no case has the tag '{printable(tag)}'{did_you_mean(tag, known)}")
        bare = [case.id for case in experiment.golden.cases if tag in case.tags and not case.checks]
        if bare and not experiment.checks:
            message = f"{_cases(bare)} with the tag '{printable(tag)}' must pass, but no check says what"
            mistakes.add(at.located, place, message)


def _check_references(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    """Note checks against a reference that a case does not have."""
    for index, check in enumerate(experiment.checks):
        if _takes_reference(check):
            bare = [case.id for case in experiment.golden.cases if case.reference is None]
            if bare:
                mistakes.add(at.located, ("checks", index, check.key), f"{_cases(bare)} has no 'reference'")
    own = [
        case.id
        for case in experiment.golden.cases
        if case.reference is None and any(map(_takes_reference, case.checks))
    ]
    if own:
        where = ("golden",) if experiment.golden.path else ("cases",)
        mistakes.add(at.located, where, f"{_cases(own)} is checked against a 'reference' that it does not have")


def _takes_reference(check: Check) -> bool:
    """Return whether a check compares with the case's own reference."""
    compared = {"exact": "text", "similar": "to"}.get(check.key)
    return compared is not None and check.argument[compared] is None


def _check_judged(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    """Note checks that are a question to a judge where there is none."""
    if experiment.judges:
        return
    for index, check in enumerate(experiment.checks):
        if check.is_judged:
            mistakes.add(at.located, ("checks", index), "a judge's check needs a judge: declare 'judge'")
    asked = [case.id for case in experiment.golden.cases if any(check.is_judged for check in case.checks)]
    if asked:
        message = f"{_cases(asked)} is checked by a judge, but there is none: declare 'judge'"
        mistakes.add(at.located, ("golden",) if experiment.golden.path else ("cases",), message)


def _check_similar(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    """Note that nothing decides but the likeness of texts, which says nothing of their truth."""
    primary = next((m for m in experiment.metrics if m.role == "primary" and m.is_offline), None)
    checks = [*experiment.checks, *(check for case in experiment.golden.cases for check in case.checks)]
    if primary is None or not is_of_checks(primary.source) or not checks:
        return
    if all(check.key == "similar" for check in checks):
        message = f"'{primary.name}' would rest on 'similar' alone, which cannot tell a true answer from a false one"
        mistakes.add(at.located, (), f"{message}: declare a 'judge', or another check beside it")


def _check_faithful(experiment: Experiment, at: OpenFile, mistakes: Mistakes) -> None:
    """Note answers that are to be faithful to a context which they are not given with."""
    everywhere = [index for index, check in enumerate(experiment.checks) if check.key == "faithful"]
    bare = [
        case.id
        for case in experiment.golden.cases
        if (everywhere or any(check.key == "faithful" for check in case.checks))
        and not all(_has_context(case, variant) for variant in experiment.variants.values())
    ]
    if bare:
        where = ("checks", everywhere[0], "faithful") if everywhere else ("golden",)
        place = where if everywhere or experiment.golden.path else ("cases",)
        mistakes.add(at.located, place, f"{_cases(bare)} has no 'context' to be faithful to")


def _has_context(case: Case, variant: Variant) -> bool:
    if variant.context_by_case is not None:
        return bool(variant.context_by_case.get(case.id))
    return bool(case.context if variant.context is None else variant.context)


def check_templates(experiment: Experiment, authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> None:
    """Fill every template with every case, and note what is undefined or no template."""
    for variant in experiment.variants.values():
        if variant.model is None:
            continue
        for key, text in (("system", variant.system), ("user", variant.user)):
            if text is not None:
                cases = [case for case in experiment.golden.cases if key == "system" or not case.messages]
                place = template_place(variant.name, key, authored)
                for message in _unfilled(text, variant, cases):
                    mistakes.add(at.located, place, message)


def _unfilled(text: str, variant: Variant, cases: list[Case]) -> Iterator[str]:
    """Yield what keeps a template from being filled: one message for each reason, naming its first case."""
    try:
        template = compile_template(text)
    except TemplateMistake as error:
        yield error.message
        return
    if template.program is None and template.names <= {"input", "vars"}:
        return
    found: dict[str, list[tuple[str, str]]] = {}
    for case in cases:
        context = variant.context_by_case.get(case.id) if variant.context_by_case is not None else variant.context
        try:
            template.fill(values_of(case, context))
        except TemplateMistake as error:
            found.setdefault(error.name or error.message, []).append((case.id, error.message))
    for failures in found.values():
        case_id, message = failures[0]
        more = f" (and in {len(failures) - 1:,} more cases)" if len(failures) > 1 else ""
        yield f"case {printable(case_id)}: {message}{more}"


def _cases(ids: list[str]) -> str:
    return f"case '{printable(ids[0])}'" + (f" (and {len(ids) - 1:,} more)" if len(ids) > 1 else "")
