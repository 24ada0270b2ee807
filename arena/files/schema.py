"""JSON Schema of what people write, for editors, and of result.json, for whoever reads it."""

from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from arena.errors import UsageError
from arena.files.reading.file_model import did_you_mean
from arena.files.shapes.experiment_file import ExperimentFile
from arena.files.shapes.golden_file import GoldenFile
from arena.files.shapes.rubric_file import RubricFile
from arena.records.ranking import RankResult
from arena.records.result import DuelResult

_SHAPES: dict[str, tuple[Any, str]] = {
    "experiment": (ExperimentFile, "Prompt Arena experiment"),
    "golden": (GoldenFile, "Prompt Arena golden set"),
    "rubric": (RubricFile, "Prompt Arena rubric"),
    "result": (DuelResult | RankResult, "Prompt Arena result.json"),
}
KINDS = tuple(_SHAPES)


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `experiment`, `golden`, `rubric` or `result`.

    Raises:
        UsageError: another kind.
    """
    if kind not in _SHAPES:
        raise UsageError(f"no schema '{kind}'{did_you_mean(kind, KINDS)}: there is {', '.join(KINDS)}")
    shape, title = _SHAPES[kind]
    mode: Literal["serialization", "validation"] = "serialization" if kind == "result" else "validation"
    schema = TypeAdapter(shape).json_schema(mode=mode)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": title}
