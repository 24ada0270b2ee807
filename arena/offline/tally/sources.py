"""What a tally is made of: a score in words, files of judgments, or another tool's output."""

from collections.abc import Sequence
from pathlib import Path

from arena.errors import UsageError
from arena.files import judgments
from arena.offline.tally import summarise
from arena.offline.tally.compared import is_score
from arena.records.tally import TallyResult


def tally(
    what: Sequence[str], *, control: str | None = None, treatment: str | None = None
) -> tuple[TallyResult, tuple[str, ...]]:
    """Return what judgments say, and warnings of their files.

    Args:
        what: one score, `8-2` or `8-2-1`; files of judgments; or one output of promptfoo.
        control: which variant is compared with; None: the other one.
        treatment: which variant is the new one; None: the one called so, else the second.

    Raises:
        FileError: mistakes in a file.
        UsageError: neither a score nor a file, or variants that cannot be told apart.

    >>> tally(["8-2"])[0].win_rate.value
    0.8
    """
    if len(what) == 1 and is_score(what[0]):
        return summarise.tally_score(what[0], control=control, treatment=treatment), ()
    paths = [_path(each) for each in what]
    outputs = [path for path in paths if path.suffix.lower() == ".json"]
    source = ", ".join(what)
    if not outputs:
        table = judgments.load(paths)
        found = summarise.tally_judgments(table, source=source, control=control, treatment=treatment)
        return found, tuple(table.warnings)
    if len(paths) > 1:
        raise UsageError(f"{outputs[0]}: an output of promptfoo is tallied by itself, not with other files")
    from arena.files.imports import promptfoo_results as promptfoo

    return summarise.tally_scored(promptfoo.load(paths[0]), source=source, control=control, treatment=treatment), ()


def _path(text: str) -> Path:
    path = Path(text)
    if is_score(text):
        raise UsageError(f"{text}: a score is tallied by itself, not with files or other scores")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "neither a file nor a score"
        raise UsageError(f"{text}: {what}: expected wins-losses(-ties), e.g. 8-2 or 8-2-1, or a file of judgments")
    return path
