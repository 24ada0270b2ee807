"""Where requests are built: the project, and the environment that may move a vendor to another address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The surroundings in which a request means what it means."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # it holds keys
    root: Path | None = None  # of the project, for local model files
