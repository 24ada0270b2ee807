"""Variants, models and judges as people write them, to records: what the top of the file gives and each changes."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from arena.files.reading.file_model import Text
from arena.files.reading.located import Path
from arena.files.reading.python_files import named_function
from arena.files.reading.reader import OpenFile, Reader
from arena.files.reading.sources import Unreadable, inside
from arena.files.resolving.answers import resolve_context, resolve_outputs
from arena.files.resolving.judge_identity import told_apart
from arena.files.resolving.judge_prompts import resolve_judge_prompt
from arena.files.shapes.experiment_file import DecodingEntry, ExperimentFile, JudgeEntry, ModelKeys, VariantEntry
from arena.records.case import Case
from arena.records.experiment import Judge
from arena.records.rubric import Rubric
from arena.records.variant import Decoding, Model, Price, Target, Variant

DEFAULT_USER = "{{ input }}"
#: The vendor whose model is a file of the project: recorded answers.
REPLAY = "replay"


def resolve_variants(
    file: ExperimentFile, cases: Sequence[Case], at: OpenFile, reader: Reader
) -> Mapping[str, Variant]:
    """Return the arms by name, in the order of the file; mistakes are noted in the reader."""
    return {name: _variant(name, entry, file, cases, at, reader) for name, entry in file.variants.items()}


def resolve_judges(file: ExperimentFile, rubric: Rubric | None, at: OpenFile, reader: Reader) -> tuple[Judge, ...]:
    """Return the judges, each with an id of its own; none where the checks decide."""
    judges = [_judge(entry, at, ("judge", index), reader) for index, entry in enumerate(file.judge or [])]
    return told_apart(judges, rubric, at, reader.mistakes)


def _judge(entry: JudgeEntry, at: OpenFile, where: Path, reader: Reader) -> Judge:
    return Judge(
        name=entry.name,
        model=_model([(entry, where)], at, reader),
        decoding=_decoding(entry.decoding),
        presentations=entry.presentations,
        axes="none" if entry.method == "likelihood" and entry.axes == "pairwise" else entry.axes,
        sees_context=entry.sees_context,
        sees_reference=entry.sees_reference,
        method=entry.method,
        scores=entry.scores,
        prompt=resolve_judge_prompt(entry.prompt, at, (*where, "prompt"), reader),
        pointwise_prompt=resolve_judge_prompt(entry.pointwise_prompt, at, (*where, "pointwise_prompt"), reader),
    )


def _variant(
    name: str, entry: VariantEntry, file: ExperimentFile, cases: Sequence[Case], at: OpenFile, reader: Reader
) -> Variant:
    where: Path = ("variants", name)
    if entry.outputs is not None:
        outputs = resolve_outputs(entry.outputs, cases, file.repeats, at, (*where, "outputs"), reader)
        return Variant(name=name, outputs=outputs, sources={"outputs": entry.outputs})
    context, by_case = (None, None)
    if entry.context is not None:
        context, by_case = resolve_context(entry.context, cases, at, (*where, "context"), reader)
    if entry.target is not None:
        target = _target(entry.target, entry.version, at, (*where, "target"), reader)
        return Variant(name=name, target=target, context=context, context_by_case=by_case)
    if entry.model is None and file.model is None:
        reader.mistakes.add(at.located, where, "no model: give one here or at the top, or 'outputs', or 'target'")
        return Variant(name=name)
    system, system_at = _own_or_shared(entry.system, file.system, where, "system")
    user, user_at = _own_or_shared(entry.user, file.user, where, "user")
    sources = {key: text.file for key, text in (("system", system), ("user", user)) if text and text.file}
    return Variant(
        name=name,
        system=reader.text(system, at, system_at),
        user=DEFAULT_USER if user is None else reader.text(user, at, user_at) or "",
        model=_model(_beside(entry, file, where), at, reader),
        decoding=_decoding(file.decoding, entry.decoding),
        context=context,
        context_by_case=by_case,
        tools=tuple(entry.tools if entry.tools is not None else file.tools or ()),
        sources={key: _shown(at, named) for key, named in sources.items()},
    )


def template_place(name: str, key: str, file: ExperimentFile) -> Path:
    """Return where a variant's template stands in the experiment's file."""
    return ("variants", name, key) if getattr(file.variants[name], key) is not None else (key,)


def _own_or_shared(own: Text | None, shared: Text | None, where: Path, key: str) -> tuple[Text | None, Path]:
    return (own, (*where, key)) if own is not None else (shared, (key,))


def _beside(entry: ModelKeys, file: ModelKeys, where: Path) -> list[tuple[ModelKeys, Path]]:
    """Return where a variant's model keys come from, nearest first.

    An address and a price belong to the model that they stand beside: a variant with a model of its own takes none
    of the shared ones, so that no prompt goes to another model's server.
    """
    return [(entry, where)] if entry.model is not None else [(entry, where), (file, ())]


def _model(keys: list[tuple[ModelKeys, Path]], at: OpenFile, reader: Reader) -> Model:
    def nearest(key: str) -> tuple[object, Path]:
        return next(
            ((value, (*where, key)) for entry, where in keys if (value := getattr(entry, key)) is not None), (None, ())
        )

    written, place = nearest("model")
    vendor, _, name = str(written).partition(":")
    if vendor == REPLAY:
        _check_replay(name, at, place, reader)
    price = next((entry.price for entry, _ in keys if entry.price is not None), None)
    return Model(
        vendor=vendor,
        name=name,
        base_url=next((entry.base_url for entry, _ in keys if entry.base_url is not None), None),
        api=next((entry.api for entry, _ in keys if entry.api is not None), None),
        price=Price(input=price.input, output=price.output) if price else None,
        on_unsupported=next((entry.on_unsupported for entry, _ in keys if entry.on_unsupported), "error"),
    )


def _check_replay(name: str, at: OpenFile, place: Path, reader: Reader) -> None:
    """Read the recorded answers that a model names: their path is relative to the project root."""
    try:
        reader.mark_recorded(reader.open(inside(PurePosixPath(), name)))
    except Unreadable as error:
        reader.mistakes.add(at.located, place, f"{error} (paths of replay: are relative to the project root)")


def _decoding(*entries: DecodingEntry | None) -> Decoding:
    """Return the settings of several entries, the later ones winning key by key."""
    given = [entry.model_dump(exclude_unset=True) for entry in entries if entry is not None]
    settings = {key: value for entry in given for key, value in entry.items()}
    return Decoding(**{**settings, "stop": tuple(settings.get("stop", ()))})


def _target(written: str, version: str | None, at: OpenFile, where: Path, reader: Reader) -> Target | None:
    _, named, function = written.split(":")
    file = named_function(named, function, at, where, reader)
    if file is None:
        return None
    path = reader.source.root / file.path
    return Target(file=str(path), function=function, version=version, sha256=file.sha256)


def _shown(at: OpenFile, named: str) -> str:
    try:
        return str(inside(at.path.parent, named))
    except Unreadable:
        return named
