"""Experiments: the file that people write, to everything made explicit, or all its mistakes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from arena.files.golden import resolve_golden
from arena.files.labels import labels_of
from arena.files.labels import read as read_labels
from arena.files.reading.file_model import validate
from arena.files.reading.identifiers import mistake_in
from arena.files.reading.located import Mistakes
from arena.files.reading.reader import NamedFile, OpenFile, Reader
from arena.files.reading.sources import Source, relative, tree_of
from arena.files.reading.yaml_source import load_yaml
from arena.files.resolving.case_warnings import near_duplicates, unused_fields
from arena.files.resolving.cases import note_repeated_ids, resolve_cases, resolve_checks
from arena.files.resolving.experiment_hash import experiment_hash
from arena.files.resolving.experiment_rules import check_rules, check_templates
from arena.files.resolving.live import resolve_live
from arena.files.resolving.metrics import Refused, primary, resolve
from arena.files.resolving.variants import resolve_judges, resolve_variants
from arena.files.rubrics import BUILTIN, SHIPPED, general, resolve_rubric, shipped
from arena.files.shapes.experiment_file import ExperimentFile
from arena.records.case import GoldenSet
from arena.records.experiment import Experiment, GateRules, Split
from arena.records.label import Label
from arena.records.metric import Metric
from arena.records.rubric import Rubric
from arena.text.printable import printable

DEFAULT_CAP_USD = 5.0
FILE_NAME = "experiment.yaml"


def load(
    path: Path | str,
    *,
    root: Path | None = None,
    source: Source | None = None,
    mapping: Mapping[str, str] | None = None,
    single_variant: bool = False,
) -> Experiment:
    """Return an experiment with every file read in and every default made explicit.

    Args:
        path: The experiment's file, or a folder that holds experiment.yaml.
        root: The project root; by default the nearest parent with .git or pyproject.toml, else the file's folder.
        source: Where files are read from; by default the working tree.
        mapping: Field to column of a golden set in .csv or .jsonl, e.g. {"input": "question"}.
        single_variant: Accept one variant alone, which is then both control and treatment: its rival comes from
            an older commit or run.

    Raises:
        FileError: every mistake of the file, each with its place. Mistakes between files are found once each file
            alone is right.
    """
    file_path = Path(path) / FILE_NAME if Path(path).is_dir() else Path(path)
    tree = tree_of(file_path, root, source)
    reader = Reader(tree)
    file = reader.main(relative(file_path, tree))
    located = load_yaml(file.data, str(file.path), reader.mistakes)
    authored = validate(ExperimentFile, located, reader.mistakes)
    if authored is None:
        note_repeated_ids(located, reader.mistakes)
    authored = reader.mistakes.required(authored)
    at = OpenFile(located, file.path)
    return _resolve(authored, at, file, reader, mapping=mapping or {}, single_variant=single_variant)


def rehashed(experiment: Experiment) -> Experiment:
    """Return an experiment that was changed in memory, with the hash that it has now."""
    return replace(experiment, hash=experiment_hash(experiment))


def _resolve(
    authored: ExperimentFile,
    at: OpenFile,
    file: NamedFile,
    reader: Reader,
    *,
    mapping: Mapping[str, str],
    single_variant: bool,
) -> Experiment:
    mistakes = reader.mistakes
    name = authored.name or _folder_name(reader.source.root, file)
    golden = _golden(authored, name, at, file, reader, mapping)
    rubric = _rubric(authored, at, reader)
    cases = golden.cases if golden else ()
    checks = resolve_checks(authored.checks, at, ("checks",), reader)
    variants = resolve_variants(authored, cases, at, reader) if golden else {}
    judges = resolve_judges(authored, rubric, at, reader)
    metrics = _metrics(authored, at, mistakes)
    transcript = reader.named(authored.transcript, at, ("transcript",)) if authored.transcript else None
    if transcript is not None:
        reader.mark_recorded(transcript)
    control, treatment = _arms(list(authored.variants), at, mistakes, single=single_variant)
    labels, label_warnings = _labels(authored, control, treatment, at, reader)
    golden, rubric = mistakes.required(golden), mistakes.required(rubric)
    experiment = Experiment(
        name=name,
        hypothesis=authored.hypothesis,
        golden=golden,
        rubric=rubric,
        variants=variants,
        control=control,
        treatment=treatment,
        judges=judges,
        panel=authored.panel or "mean",
        checks=checks,
        metrics=_with_primary(metrics, judged=bool(judges), checked=_checked(golden, authored)),
        gate=_gate(authored),
        repeats=authored.repeats,
        seed=authored.seed,
        max_cost_usd=DEFAULT_CAP_USD if authored.max_cost_usd is None else authored.max_cost_usd,
        max_cost_declared=authored.max_cost_usd is not None,
        split=_split(authored, golden),
        transcript=str(reader.source.root / transcript.path) if transcript else None,
        live=resolve_live(authored.live) if authored.live else None,
        root=str(reader.source.root),
        path=str(file.path),
        hash="",
        labels=labels,
        files=reader.files,
        warnings=(*label_warnings, *unused_fields(cases, list(variants.values()), judges), *near_duplicates(cases)),
    )
    check_rules(experiment, authored, at, mistakes)
    check_templates(experiment, authored, at, mistakes)
    mistakes.raise_if_any()
    return rehashed(experiment)


def _folder_name(root: Path, file: NamedFile) -> str:
    name = (root / file.path).parent.name
    return "experiment" if mistake_in(name) else name


def _golden(
    authored: ExperimentFile, name: str, at: OpenFile, file: NamedFile, reader: Reader, mapping: Mapping[str, str]
) -> GoldenSet | None:
    if authored.golden is not None:
        named = reader.named(authored.golden, at, ("golden",))
        return resolve_golden(named, mapping, reader) if named else None
    cases = resolve_cases(authored.cases or [], at, reader)
    return GoldenSet(name=name, version=None, cases=cases, sha256=file.sha256)


def _labels(
    authored: ExperimentFile, control: str, treatment: str, at: OpenFile, reader: Reader
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Return what people said of the two arms; nothing where there is one arm, or no file of labels."""
    named = reader.named(authored.labels, at, ("labels",)) if authored.labels else None
    if named is None or control == treatment:
        return (), ()
    file = reader.mistakes.noting(read_labels, named.data, str(named.path), reader.mistakes)
    if file is None or reader.mistakes:
        return (), ()
    variants = list(authored.variants)
    found = labels_of(file, control=control, treatment=treatment, variants=variants, mistakes=reader.mistakes)
    return found.labels, file.warnings


def _rubric(authored: ExperimentFile, at: OpenFile, reader: Reader) -> Rubric | None:
    if authored.rubric is None:
        return general()
    if authored.rubric.startswith(BUILTIN):
        name = authored.rubric.removeprefix(BUILTIN)
        if name in SHIPPED:
            return shipped(name)
        known = ", ".join(BUILTIN + each for each in SHIPPED)
        message = f"no rubric '{printable(authored.rubric)}' ships with arena: {known}"
        reader.mistakes.add(at.located, ("rubric",), message)
        return None
    named = reader.named(authored.rubric, at, ("rubric",))
    return resolve_rubric(named, reader) if named else None


def _arms(names: Sequence[str], at: OpenFile, mistakes: Mistakes, *, single: bool) -> tuple[str, str]:
    if len(names) < 2 and not (single and names):
        mistakes.add(at.located, ("variants",), f"expected at least two variants, found {len(names)}")
        return "", ""
    control = "control" if "control" in names else names[0]
    return control, next((name for name in names if name != control), control)


def _metrics(authored: ExperimentFile, at: OpenFile, mistakes: Mistakes) -> list[Metric]:
    metrics: list[Metric] = []
    for index, entry in enumerate(authored.metrics):
        try:
            metrics.append(resolve(entry))
        except Refused as error:
            mistakes.add(at.located, ("metrics", index, error.key), str(error))
    return metrics


def _with_primary(metrics: list[Metric], *, judged: bool, checked: bool) -> tuple[Metric, ...]:
    """Return the metrics with a primary one: the win rate where there is a judge, else check_pass_rate.

    A guardrail on that very metric says that it need not be superior: then the author must say what decides.
    """
    first = primary("win_rate" if judged else "check_pass_rate")
    alike = [one for one in metrics if one.is_offline and (one.source, one.tag, one.checks) == (first.source, None, ())]
    decided = any(one.is_offline and one.role == "primary" for one in metrics)
    decided = decided or any(one.role == "guardrail" for one in alike)
    if decided or not (judged or checked):
        return tuple(metrics)
    declared = next(iter(alike), None)
    if declared is not None:
        first = replace(declared, role="primary", limits=first.limits)
    return (first, *(metric for metric in metrics if metric is not declared))


def _checked(golden: GoldenSet, authored: ExperimentFile) -> bool:
    return bool(authored.checks) or any(case.checks for case in golden.cases)


def _gate(authored: ExperimentFile) -> GateRules:
    gate = authored.gate
    return GateRules(
        alpha=gate.alpha,
        min_consistency=gate.min_consistency,
        min_human_agreement=gate.min_human_agreement,
        must_pass=tuple(gate.must_pass),
    )


def _split(authored: ExperimentFile, golden: GoldenSet) -> Split | None:
    split = authored.split
    return Split(dev=split.dev, gate=split.gate, salt=split.salt or golden.name) if split else None
