"""Python files that an experiment names: read for what they define, and not run."""

import ast

from arena.errors import FileError
from arena.files.reading.file_model import did_you_mean
from arena.files.reading.located import Path
from arena.files.reading.plain_text import decode
from arena.files.reading.reader import NamedFile, OpenFile, Reader
from arena.text.printable import printable


def named_function(file: str, function: str, at: OpenFile, where: Path, reader: Reader) -> NamedFile | None:
    """Return the file that should define a function; None, noted, if it cannot be read.

    Args:
        file: As it is written, relative to the folder of the file that names it.
        function: A name that it should bind at its top level; noted if it does not.
        at: The file that names it.
        where: The place there.
        reader: Where mistakes are noted.
    """
    found = reader.named(file, at, where)
    if found is None:
        return None
    try:
        defined = _bound(decode(found.data, str(found.path)))
    except FileError as error:
        reader.mistakes.extend(error.mistakes)
        return None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reader.mistakes.add(at.located, where, f"{printable(str(found.path))} is not Python: {printable(str(error))}")
        return None
    if function not in defined:
        hint = did_you_mean(function, defined)
        reader.mistakes.add(at.located, where, f"{printable(str(found.path))} defines no '{function}'{hint}")
    return found


def _bound(code: str) -> set[str]:
    """Return the names that a module binds at its top level."""
    names: set[str] = set()
    for node in ast.parse(code).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.Import() | ast.ImportFrom():
                names |= {alias.asname or alias.name for alias in node.names}
            case _:
                pass
    return names
