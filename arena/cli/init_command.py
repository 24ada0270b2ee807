"""`arena init`: a folder with an experiment that runs at once, without any key."""

import re
from pathlib import Path
from typing import Annotated

import typer

from arena.cli.screen import give
from arena.errors import StorageFailed, UsageError

TEMPLATES = Path(__file__).parent / "templates"
NAME_MARK = "__NAME__"

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; it is created.")]
Name = Annotated[str | None, typer.Option("--name", help="The experiment's name.  [default: the folder's]")]


JudgePrompt = Annotated[
    bool, typer.Option("--judge-prompt", help="Write the judge's instructions alone, as files to change.")
]

_HOW_TO_USE = """
now write in the experiment
  judge:
    model: …
    prompt: {{file: {pairwise}}}
    axes: pointwise
    pointwise_prompt: {{file: {pointwise}}}"""


def init(folder: FolderArgument = Path(), name: Name = None, judge_prompt: JudgePrompt = False) -> None:
    """Write an experiment, ten cases, a rubric and a prompt that run at once, without any key."""
    if judge_prompt:
        _write_judge_prompts(folder)
        return
    called = _name(folder, name)
    files = sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*") if path.is_file())
    _refuse_to_overwrite(folder, files)
    for file in files:
        _write(folder / file, (TEMPLATES / file).read_text(encoding="utf-8").replace(NAME_MARK, called))
    written = "\n".join(f"  {folder / file}" for file in files)
    give(f"wrote\n{written}\n\nnow run\n  arena duel {folder / 'experiment.yaml'}")


def _write_judge_prompts(folder: Path) -> None:
    """Write the instructions that a judge is given, as templates: unchanged, they make the same prompts."""
    from arena.judging import prompts

    texts = {
        Path("judge/pairwise.md"): prompts.template_of(prompts.PAIRWISE_TASK),
        Path("judge/pointwise.md"): prompts.template_of(prompts.POINTWISE_TASK),
    }
    _refuse_to_overwrite(folder, list(texts))
    for file, text in texts.items():
        _write(folder / file, text + "\n")
    pairwise, pointwise = (file.as_posix() for file in texts)
    written = "\n".join(f"  {folder / file}" for file in texts)
    give(f"wrote\n{written}\n{_HOW_TO_USE.format(pairwise=pairwise, pointwise=pointwise)}")


def _name(folder: Path, name: str | None) -> str:
    """Return a name that is plain YAML, a part of a folder's name, and still the user's own."""
    if name is None:
        return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "experiment"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]{0,79}", name):
        raise UsageError(f"--name {name}: expected a letter, then letters, digits, '.', '_' and '-', 80 at most")
    return name


def _refuse_to_overwrite(folder: Path, files: list[Path]) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    there = [str(folder / file) for file in files if (folder / file).exists() or (folder / file).is_symlink()]
    if there:
        raise UsageError(f"nothing was written: {', '.join(there)} would be overwritten", hint="name a new folder")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}: {error.strerror or error}") from None
