"""A GGUF model inside this process, through xllamacpp: no server to start, no key, no network."""

import asyncio
import importlib.metadata
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import xllamacpp

from arena.providers import answers, failures, gguf
from arena.providers.opening import Opening
from arena.providers.streams import ChatFold, Timing
from arena.providers.threads import in_thread
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Request

#: Tokens of prompt and answer together; the memory of the attention cache grows with it.
CONTEXT = 4096
#: Prompt tokens between two looks at the stop flag: about 0.4 s for a small model on one core.
BATCH = 64
#: Seconds granted to a running call after it was told to stop.
GRACE_S = 0.9


class LocalProvider:
    """Answers from model files, one call at a time, on one compute thread.

    Two threads spin at barriers and are several times slower on a busy machine with two cores.
    """

    def __init__(self, *, root: Path | None, deadline_s: float, timer: Callable[[], float] = time.perf_counter) -> None:
        self.runtime = f"xllamacpp {importlib.metadata.version('xllamacpp')}"
        self._root = root
        self._deadline_s = deadline_s
        self._timer = timer
        self._servers: dict[Path, Any] = {}
        self._turn = asyncio.Lock()
        self._stopping = threading.Event()
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    def open(cls, opening: Opening) -> Self:
        """Return a provider; a model is loaded when it is first asked."""
        return cls(root=opening.root, deadline_s=opening.deadline_s)

    async def complete(self, request: Request) -> Answer:
        """Answer one request; waiting for its turn counts neither as latency nor towards the deadline."""
        path = gguf.find(request.model, self._root)
        if path is None:
            return _failed(request, FailureKind.NOT_FOUND, gguf.missing(request.model))
        async with self._turn:
            try:
                if path not in self._servers:
                    self._servers[path] = await in_thread(lambda: _load(path), daemon=False)
            except (RuntimeError, ValueError) as error:
                return _failed(request, FailureKind.NOT_FOUND, f"{path.name} cannot be loaded: {error}")
            call = _Call(request, self._servers[path], self._stopping, self._timer)
            task = asyncio.ensure_future(in_thread(call.run, daemon=False))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return await self._within_deadline(request, call, task, path)

    async def _within_deadline(self, request: Request, call: "_Call", task: "asyncio.Task[None]", path: Path) -> Answer:
        try:
            done, _ = await asyncio.wait({task}, timeout=self._deadline_s)
        finally:
            call.stop.set()  # also when this task is cancelled: the model stops within a batch
        if not done:
            await asyncio.wait({task}, timeout=GRACE_S)
            return _failed(request, FailureKind.TIMEOUT, f"no whole answer within {self._deadline_s:g} s")
        return self._answer(request, call, task.exception(), path)

    def _answer(self, request: Request, call: "_Call", error: BaseException | None, path: Path) -> Answer:
        if error is not None or call.error is not None:
            said = failures.server_error(call.error).message if call.error else ""
            return _failed(request, FailureKind.BAD_REQUEST, said or str(error))
        if not call.fold.finished:
            return _failed(request, FailureKind.CONNECTION, "stopped before the answer was whole")
        reading = answers.read("chat", call.fold.body)
        timing = call.timing
        return Completion(
            request_key=request.key,
            text=reading.text,
            finish=reading.finish,
            model_requested=request.model,
            model_returned=request.model,
            usage=reading.usage,
            latency_s=call.latency_s,
            ttft_s=timing.first_s,
            tpot_s=timing.tpot_s(reading.usage),
            itl_s=timing.itl_s,
            fingerprint=gguf.digest(path),
            runtime=self.runtime,
            settings=request.settings,
            logprobs=reading.logprobs,
        )

    async def aclose(self) -> None:
        """Stop what is running and free the models."""
        self._stopping.set()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_S)
        self._servers.clear()


class _Call:
    """One run of the model, streamed so that it can be stopped between two tokens."""

    def __init__(self, request: Request, server: Any, stopping: threading.Event, timer: Callable[[], float]) -> None:
        self.stop = threading.Event()
        self.fold = ChatFold(content="")  # a model that says nothing sends no text at all
        self.error: Mapping[str, Any] | None = None
        self.latency_s: float | None = None
        self._request = request
        self._server = server
        self._stopping = stopping
        self._timer = timer
        self._began = 0.0
        self._first: float | None = None
        self._last: float | None = None
        self._chunks = 0

    @property
    def timing(self) -> Timing:
        return Timing(first_s=self._first, last_s=self._last, chunks=self._chunks)

    def run(self) -> None:
        """Generate; blocks until the answer is whole or `stop` is set."""
        body = {name: value for name, value in self._request.body.items() if name not in ("model", "gguf_sha256")}
        body |= {
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
            "cache_prompt": False,  # else temperature 0 depends on the calls before
        }
        self._began = self._timer()
        self._server.handle_chat_completions(body, self._take)
        self.latency_s = self._timer() - self._began

    def _take(self, event: Mapping[str, Any]) -> bool:
        """Take one event of the runtime; return whether it shall stop."""
        if event.get("error") or "choices" not in event:
            self.error = event.get("error") or event
        elif self.fold.add(event):
            self._last = self._timer() - self._began
            self._first = self._last if self._first is None else self._first
            self._chunks += 1
        return self.stop.is_set() or self._stopping.is_set() or not threading.main_thread().is_alive()


def _failed(request: Request, kind: FailureKind, message: str) -> CallFailure:
    return failures.failure(request, kind, f"local:{request.model}: {message}")


def _load(path: Path) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel = 1
    params.n_ctx = CONTEXT
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_gpu_layers = 0
    params.use_jinja = True
    params.ui = False
    params.verbosity = 0
    params.cache_prompt = False
    params.cache_ram_mib = 0
    # The runtime insists on listening; a socket in a private folder that is gone at once is open to nobody.
    folder = tempfile.mkdtemp(prefix="arena-")
    if sys.platform != "win32":
        params.hostnames = [str(Path(folder) / "s.sock")]
    try:
        return xllamacpp.Server(params)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
