"""The authored shape of a rubric."""

from typing import Annotated

from pydantic import AfterValidator, Field

from arena.files.reading.file_model import FileModel, Identifier, Text, Version
from arena.records.rubric import LEVELS


def _levels(levels: dict[str, str]) -> dict[str, str]:
    if wrong := [level for level in levels if level not in map(str, LEVELS)]:
        raise ValueError(f"levels are 1 to 5, found '{wrong[0]}'")
    if not {"1", "5"} <= levels.keys():
        raise ValueError("describe at least levels 1 (worst) and 5 (best)")
    return levels


class AxisEntry(FileModel):
    """One question of the scorecard."""

    name: Identifier = Field(description="The axis' name; its metric is axis.NAME.")
    question: Annotated[str, Field(min_length=1)] = Field(description="What the judge asks of each answer.")
    weight: float = Field(1.0, gt=0, description="Its weight among the axes.")
    levels: Annotated[dict[str, Annotated[str, Field(min_length=1)]], AfterValidator(_levels)] = Field(
        description="Anchors of the levels 1 (worst) to 5 (best); 1 and 5 at least."
    )


class RubricFile(FileModel):
    """A scorecard with anchored levels."""

    name: Identifier | None = Field(None, description="The rubric's name; by default the file's.")
    version: Version | None = Field(None, description="The rubric's version.")
    axes: list[AxisEntry] = Field(description="The axes.", min_length=1, max_length=20)
    instructions: Text | None = Field(None, description="What else the judge should know.")
