"""The double that ships: answers from a mapping or a function, and fails when told to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Self

from arena.providers.opening import Opening
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request

Line = str | Completion | CallFailure | FailureKind
Script = Mapping[str, Line] | Sequence[Line] | Callable[[Request], Line]


class ScriptedProvider:
    """Answer from a script: by the last message's text, in order, or by a function of the request.

    A line is a text, a whole answer, or the kind of failure to meet. `requests` keeps what was asked.
    """

    def __init__(self, script: Script = lambda request: request.messages[-1].content) -> None:
        self.script = script
        self.requests: list[Request] = []

    @classmethod
    def open(cls, opening: Opening) -> Self:
        """Open the model `scripted:echo`, which answers with the last message."""
        return cls()

    async def complete(self, request: Request) -> Answer:
        """Answer one request from the script."""
        self.requests.append(request)
        line = self._line(request)
        if isinstance(line, (Completion, CallFailure)):
            return line
        if isinstance(line, FailureKind):
            return CallFailure(
                request_key=request.key, kind=line, message=f"scripted {line}", model_requested=request.model
            )
        return Completion(
            request_key=request.key,
            text=line,
            finish=Finish.STOP,
            model_requested=request.model,
            model_returned=request.model,
            settings=request.settings,
        )

    def _line(self, request: Request) -> Line:
        if callable(self.script):
            return self.script(request)
        if isinstance(self.script, Mapping):
            text = request.messages[-1].content
            return self.script.get(text, FailureKind.NOT_RECORDED)
        return self.script[min(len(self.requests), len(self.script)) - 1]

    async def aclose(self) -> None:
        """Release nothing: there is nothing open."""
