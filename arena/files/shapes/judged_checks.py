"""Checks in which a judge takes an answer apart and finds each part supported, or to the point.

Their resolved argument (`Check.argument`) is {"min": share from 0 to 1}.
"""

from typing import Any, ClassVar

from pydantic import Field

from arena.files.reading.file_model import FileModel, Share
from arena.files.shapes.check_parts import DeclaredCheck


class LeastShare(FileModel):
    """The least share that passes; `true` is all."""

    expected: ClassVar[str] = "true, or {min: SHARE}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"const": True},)

    min: Share = Field(1.0, description="The least share that passes, e.g. 0.9 or 90%; all by default.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {} if value is True else value


class FaithfulCheck(DeclaredCheck):
    """A judge finds the answer's claims supported by the context."""

    faithful: LeastShare = Field(description="true, or {min: SHARE}: the least share of claims that are supported.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.faithful.model_dump()


class RelevantCheck(DeclaredCheck):
    """A judge finds the answer's statements to the point of the request."""

    relevant: LeastShare = Field(description="true, or {min: SHARE}: the least share of statements to the point.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.relevant.model_dump()
