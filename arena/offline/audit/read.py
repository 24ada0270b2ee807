"""Where the evidence of an audit comes from: a run, a file of judgments, or the labels' own file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from arena.errors import UsageError
from arena.evidence.arms import choose_arms
from arena.evidence.health import judge_health
from arena.evidence.judges import favours_its_own
from arena.evidence.labelled import Labelled, digests_of, of_shares, of_words
from arena.evidence.matching import match
from arena.evidence.merge import merge
from arena.evidence.of_run import evidence_of_run
from arena.evidence.shares import shares_of
from arena.evidence.suspicions import flagged_answers
from arena.files import judgments, labels
from arena.files.labels import LabelFile, Labels, labels_of
from arena.offline.audit.summarise import LEVEL, Subject
from arena.records.codec import Undecodable, from_json, loads
from arena.runs.labels import LABELS
from arena.runs.saved import SavedRun
from arena.stats.estimate import Estimate

#: What a file of pass and fail compares: the judge passed the answer, or failed it.
PASS_FAIL = ("fail", "pass")
CONTROL_TREATMENT = ("control", "treatment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything that was read for one audit."""

    evidence: Labelled
    subject: Subject
    labels: Labels
    warnings: tuple[str, ...] = ()


def labels_of_run(run: SavedRun) -> Path:
    """Return the file of a run's own labels.

    Raises:
        UsageError: it has none.
    """
    path = run.path / LABELS
    if not path.is_file():
        raise UsageError(f"run {run.id} has no labels", hint=f"arena label {run.id} asks you for them")
    return path


def from_own_judge(file: LabelFile, *, source: str) -> Given:
    """Return the evidence of a file in which the judge's word stands beside the people's."""
    control, treatment = PASS_FAIL if file.is_pass_fail else CONTROL_TREATMENT
    found = labels_of(file, control=control, treatment=treatment)
    evidence = Labelled(
        control=control,
        treatment=treatment,
        judged=of_words(found.judged, treatment=treatment),
        labels=found.labels,
        asked=frozenset(found.judged),
    )
    return Given(evidence=evidence, subject=Subject(source=source), labels=found, warnings=file.warnings)


def from_run(file: LabelFile, run: SavedRun, *, source: str) -> Given:
    """Return the evidence of a run and of labels of its answers."""
    result, experiment = run.result, run.experiment
    found = labels_of(file, control=result.control, treatment=result.treatment, variants=list(experiment.variants))
    if result.judge is None:
        raise UsageError(f"run {run.id} has no judge: there is nothing to audit")
    cases = {case.id: case for case in experiment.golden.cases}
    judged = evidence_of_run(run)
    evidence = Labelled(
        control=result.control,
        treatment=result.treatment,
        judged=of_shares(judged.table, judged.shares),
        labels=found.labels,
        clusters={case.id: case.cluster for case in cases.values() if case.cluster is not None},
        tags={case.id: case.tags for case in cases.values()},
        asked=frozenset(row.case for row in run.completions),
        digests=digests_of(run.completions, control=result.control, treatment=result.treatment),
        scores={one.case: one.score for one in judged.comparisons},
    )
    models = {
        name: str(variant.model) if variant.model else None
        for name in (result.control, result.treatment)
        if (variant := experiment.variants.get(name)) is not None
    }
    people = match(evidence).people
    own = favours_its_own(experiment.judges[0], experiment.judges, judged, models, people=people, level=LEVEL)
    judge = replace(result.judge, self_preference=own)
    subject = Subject(
        source=source, experiment=result.experiment, run=run.id, judge=judge, notes=tuple(_unread_words(file))
    )
    return Given(evidence=evidence, subject=subject, labels=found, warnings=file.warnings)


def from_judgments(
    file: LabelFile, path: Path, *, source: str, control: str | None = None, treatment: str | None = None
) -> Given:
    """Return the evidence of a file of judgments and of labels.

    Args:
        file: of labels.
        path: of the judgments, JSONL.
        source: what the file of labels is called.
        control: its name; None: the other one.
        treatment: its name; None: the one called so, else the second in order of appearance.

    Raises:
        FileError: mistakes in either file.
        UsageError: it is not clear which two variants are meant, or no judgment compares them.
    """
    table = judgments.load([path], keep_ids=True)
    variants, cases = list(table.variants), list(table.cases or ())
    before, after, note = choose_arms(variants, control=control, treatment=treatment)
    shares = shares_of(table, control=before, treatment=after)
    if shares.cases == 0:
        raise UsageError(f"no judgment compares {before} with {after}")
    found = labels_of(file, control=before, treatment=after, variants=variants)
    clusters = list(table.clusters)
    evidence = Labelled(
        control=before,
        treatment=after,
        judged=of_shares(table, shares),
        labels=found.labels,
        clusters={cases[i]: clusters[label] for i, label in enumerate(table.case_cluster) if label >= 0},
        asked=frozenset(cases),
        scores={one.case: one.score for one in merge(table, shares).records(table)},
    )
    unchecked = any(label.answers is not None for label in found.labels)
    notes = [*([note] if note else []), *_unread_words(file)]
    notes += ["judgments alone do not show whether these are the answers that people were shown"] if unchecked else []
    names_of_judges = list(dict.fromkeys(one.judge for one in evidence.judged))
    name = names_of_judges[0] if len(names_of_judges) == 1 else f"{len(names_of_judges)} judges pooled"
    judge = judge_health(shares, model=name or "unnamed judge")
    judge = replace(judge, flagged=flagged_answers(table, among=(before, after)))
    return Given(
        evidence=evidence,
        subject=Subject(source=source, judge=judge, notes=tuple(notes)),
        labels=found,
        warnings=(*file.warnings, *table.warnings),
    )


def _unread_words(file: LabelFile) -> list[str]:
    """Say so where the judge's word stands in the file of labels too, and another one is audited."""
    return ["the judge's word beside the labels is not read: other judgments are audited"] if file.has_judgments else []


def earlier_audit(path: Path) -> Estimate | None:
    """Return the agreement of an earlier audit's JSON report; None where the file is no such report.

    Raises:
        UsageError: the file cannot be read, or is a report of something else.
    """
    if path.suffix.lower() != ".json":
        return None
    try:
        report: Any = loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
    except Undecodable:
        report = None
    if not isinstance(report, Mapping) or report.get("kind") != "audit":
        raise UsageError(f"{path}: no report of an audit: expected what arena audit -o {path.name} writes")
    try:
        return from_json(Estimate, report.get("agreement"))
    except Undecodable as error:
        raise UsageError(f"{path}: was changed or damaged: {error}") from None


def load_labels(path: Path, *, name: str) -> LabelFile:
    """Read a file of labels; see `arena.files.labels.load`."""
    if not path.is_file():
        raise UsageError(f"{name}: {'is a folder' if path.is_dir() else 'no such file'}: expected a file of labels")
    return labels.load(path, name=name)
