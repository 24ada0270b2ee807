"""What differs between the arms: declared in the file, or found in what came back."""

import json
from collections.abc import Iterable
from typing import Any

from arena.records.answered import Answered
from arena.records.case import Document
from arena.records.result import ArmDifference
from arena.records.variant import Variant


def declared_differences(control: Variant, treatment: Variant) -> tuple[ArmDifference, ...]:
    """List what the file lets differ: prompts with both texts, then settings.

    Returns:
        One entry for each thing that differs; empty when the arms are the same.
    """
    left, right = _facets(control), _facets(treatment)
    names = [*left, *(name for name in right if name not in left)]
    return tuple(
        ArmDifference(what=name, control=left.get(name), treatment=right.get(name), source=treatment.sources.get(name))
        for name in names
        if left.get(name) != right.get(name)
    )


def _facets(variant: Variant) -> dict[str, str]:
    facets: dict[str, str | None] = {"system": variant.system, "user": variant.user}
    if variant.model is not None:
        facets["model"] = str(variant.model)
        facets["base_url"] = variant.model.base_url
        facets["api"] = variant.model.api
    for name, value in variant.decoding.requested().items():
        facets[f"decoding.{name}"] = _plain(value)
    if variant.context is not None:
        facets["context"] = _documents(variant.context)
    if variant.context_by_case is not None:
        facets["context"] = "\n".join(f"{case}: {_documents(d)}" for case, d in variant.context_by_case.items())
    if variant.tools:
        facets["tools"] = "\n".join(_plain(dict(tool)) for tool in variant.tools)
    if variant.outputs is not None:
        facets["outputs"] = variant.sources.get("outputs", "recorded answers")
    if variant.target is not None:
        facets["target"] = f"{variant.target.function} {variant.target.version or variant.target.sha256[:12]}"
    return {name: value for name, value in facets.items() if value is not None}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _documents(documents: Iterable[Document]) -> str:
    return "\n".join(f"[{d.id}] {d.text}" if d.id else d.text for d in documents)


def undeclared_differences(
    declared: Iterable[ArmDifference], control: Iterable[Answered], treatment: Iterable[Answered]
) -> tuple[ArmDifference, ...]:
    """List what differed between the arms although the file does not say so.

    An alias that moved to another model between the arms, or a setting that one arm's server
    refused, makes the comparison one of servers and not of prompts.
    """
    names = {difference.what for difference in declared}
    left, right = _found(control), _found(treatment)
    excuses = {"model returned": {"model", "outputs", "target", "base_url"}}
    found = []
    for what in sorted({*left, *right}):
        here, there = left.get(what, set()), right.get(what, set())
        excused = excuses.get(what, {what.removesuffix(" honoured"), "model", "outputs", "target", "base_url"})
        if here and there and here != there and not names & excused:
            found.append(
                ArmDifference(
                    what=what, control=", ".join(sorted(here)), treatment=", ".join(sorted(there)), declared=False
                )
            )
    return tuple(found)


def _found(answered: Iterable[Answered]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in answered:
        completion = one.completion
        if completion is None:
            continue
        if completion.model_returned:
            found.setdefault("model returned", set()).add(completion.model_returned)
        for setting in completion.settings:
            found.setdefault(f"decoding.{setting.name} honoured", set()).add(setting.honoured)
    return found
