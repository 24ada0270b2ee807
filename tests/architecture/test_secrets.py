"""What may never be printed: a key, wherever it is held."""

import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from typing import Any

import arena

SECRET = "sk-this-is-a-key"
#: Fields by whose name a value is a key, or holds keys.
SECRETS = frozenset({"environment", "environ", "env", "secret", "secrets", "api_key", "token", "password", "headers"})
#: Fields of other names.
NAMED = frozenset({("Endpoint", "key")})


def dataclasses_of_arena() -> list[type[Any]]:
    """Return every dataclass of every module; the extras' own libraries are loaded by none of them."""
    names = [one.name for one in pkgutil.walk_packages(arena.__path__, "arena.") if not one.name.endswith("__main__")]
    modules = [importlib.import_module(name) for name in names]
    found = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    return [kind for kind in found if is_dataclass(kind) and kind.__module__.startswith("arena.")]


def secrets_of(kind: Any) -> list[str]:
    """Return the fields of a dataclass that hold keys."""
    return [each.name for each in fields(kind) if each.name in SECRETS or (kind.__name__, each.name) in NAMED]


def test_no_record_prints_the_keys_that_it_holds() -> None:
    """A repr ends in logs, tracebacks and the output of a failed test."""
    holding = {kind: names for kind in dataclasses_of_arena() if (names := secrets_of(kind))}
    assert {kind.__name__ for kind in holding} >= {"Workspace", "Endpoint", "Opening"}
    for kind, names in holding.items():
        made = object.__new__(kind)
        for each in fields(kind):
            object.__setattr__(made, each.name, {"OPENAI_API_KEY": SECRET} if each.name in names else None)
        assert SECRET not in repr(made), f"{kind.__name__} prints {', '.join(names)}"
