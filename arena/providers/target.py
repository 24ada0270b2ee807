"""A user's own Python function as a model: `(Case) -> str | Completion`, async or plain."""

import asyncio
import hashlib
import importlib.util
import inspect
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from arena.errors import UsageError
from arena.providers import failures
from arena.providers.opening import Opening
from arena.providers.redaction import one_line
from arena.providers.threads import in_thread
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request
from arena.records.case import Case, Check, Document, Message


class TargetProvider:
    """Calls functions of files inside the project."""

    def __init__(
        self,
        *,
        root: Path,
        deadline_s: float = 120.0,
        secrets: tuple[str, ...] = (),
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._root = root.resolve()
        self._deadline_s = deadline_s
        self._secrets = secrets
        self._timer = timer
        self._functions: dict[tuple[str, str], Callable[[Case], Any]] = {}

    @classmethod
    def open(cls, opening: Opening) -> Self:
        """Return a provider for the functions of one project."""
        return cls(root=opening.root or Path.cwd(), deadline_s=opening.deadline_s, secrets=opening.secrets)

    async def complete(self, request: Request) -> Answer:
        """Answer one request with the function that its body names.

        Raises:
            UsageError: The file or the function is not there; a mistake of the experiment, not of a call.
        """
        function = self._function(request.body["file"], request.body["function"])
        case = case_of(request.body["case"])
        began = self._timer()
        deadline = asyncio.timeout(self._deadline_s)
        try:
            async with deadline:
                result = await called(function, case)
        except TimeoutError as error:
            if deadline.expired():
                return self._failed(request, FailureKind.TIMEOUT, f"no answer within {self._deadline_s:g} s")
            return self._raised(request, error)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything; its class is reported
            return self._raised(request, error)
        return self._answer(request, result, self._timer() - began)

    async def aclose(self) -> None:
        """Release nothing: functions keep what they opened."""

    def _answer(self, request: Request, result: object, latency_s: float) -> Answer:
        if isinstance(result, CallFailure):
            message = one_line(result.message, self._secrets)
            return replace(result, request_key=request.key, model_requested=request.model, message=message)
        if isinstance(result, Completion):
            latency_s = latency_s if result.latency_s is None else result.latency_s
            return replace(result, request_key=request.key, model_requested=request.model, latency_s=latency_s)
        if isinstance(result, str):
            return Completion(
                request_key=request.key,
                text=result,
                finish=Finish.STOP,
                model_requested=request.model,
                latency_s=latency_s,
            )
        return self._failed(request, FailureKind.TARGET, f"returned {type(result).__name__}, not str or Completion")

    def _raised(self, request: Request, error: Exception) -> CallFailure:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f" ({Path(frame.filename).name}:{frame.lineno})"
        return self._failed(request, FailureKind.TARGET, f"{type(error).__name__}: {error}{place}")

    def _failed(self, request: Request, kind: FailureKind, message: str) -> CallFailure:
        return failures.failure(request, kind, f"{request.model}: {message}", self._secrets)

    def _function(self, file: str, name: str) -> Callable[[Case], Any]:
        if (file, name) not in self._functions:
            self._functions[file, name] = load_function(self._root, file, name)
        return self._functions[file, name]


async def called(function: Callable[..., Any], *arguments: object) -> object:
    """Return what a user's function, plain or async, returns; a plain one runs in a thread of its own.

    Raises:
        RuntimeError: it would have ended the program.
        Exception: whatever else it raises.
    """
    try:
        if inspect.iscoroutinefunction(function):
            return await function(*arguments)
        result = await in_thread(lambda: function(*arguments), daemon=True)
        return await result if inspect.isawaitable(result) else result
    except SystemExit as left:  # whose exit code is not the run's, and may be 0
        raise RuntimeError(f"SystemExit: {left}") from None
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        raise RuntimeError("CancelledError: nobody cancelled it but itself") from None


def load_function(root: Path, file: str, name: str) -> Callable[[Case], Any]:
    """Return a function of a Python file inside the project.

    Args:
        root: Project root.
        file: Path relative to the root.
        name: The function's name in that file.

    Raises:
        UsageError: The file lies outside the root, is missing, fails to load, or has no such function.
    """
    path = (root / file).resolve()
    if not path.is_relative_to(root.resolve()):
        raise UsageError(f"target {file}: lies outside the project")
    if not path.is_file():
        raise UsageError(f"target {file}: no such file")
    for folder in (path.parent, root.resolve()):  # its neighbours and the project, as when it is run from there
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    function = getattr(_loaded(path), name, None)
    if not callable(function):
        raise UsageError(f"target {file}: no function '{name}'")
    return function  # type: ignore[no-any-return]  # what it returns is checked with every call


def _loaded(path: Path) -> object:
    # A name of its own, so that two files called bot.py in two folders stay two modules.
    module_name = f"arena_target_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"target {path.name}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a user's file may raise anything; its class is reported
        del sys.modules[module_name]
        raise UsageError(f"target {path.name}: {one_line(f'{type(error).__name__}: {error}')}") from error
    return module


def case_of(body: Mapping[str, Any]) -> Case:
    """Return the Case that a target request's body describes."""
    return Case(
        id=body["id"],
        input=body["input"],
        context=tuple(Document(**document) for document in body["context"]),
        vars=dict(body["vars"]),
        reference=body["reference"],
        tags=tuple(body["tags"]),
        cluster=body["cluster"],
        checks=tuple(Check(**check) for check in body["checks"]),
        messages=tuple(Message(**message) for message in body["messages"]),
    )
