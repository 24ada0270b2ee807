"""Answers from a transcript: recorded or written by hand, one JSON object a line, committed beside the experiment.

The first line says what the answers are; every other line is one answer and what it is about. A line's
`prompt` is the digest of the prompt that was asked, so an answer to a prompt that has changed is not used.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Self

from arena.errors import FileError, Mistake, UsageError
from arena.providers.opening import Opening
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request, ToolCall, Usage

VERSION = 1
_SUBJECT = ("case", "variant", "first", "second", "check", "judge")

Key = tuple[tuple[tuple[str, str], ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One recorded answer."""

    subject: Mapping[str, str]
    repeat: int
    text: str
    prompt: str | None  # 16 hex digits; None in a line written by hand: not verified
    finish: Finish
    model: str | None
    usage: Usage | None
    latency_s: float | None
    logprobs: Mapping[str, float]  # of the first token's alternatives
    tool_calls: tuple[ToolCall, ...]
    number: int  # of the line, 1-based


class Transcript:
    """The lines of one file, found by what they are about."""

    def __init__(self, header: Mapping[str, Any], lines: Iterable[Line], name: str) -> None:
        self.header = header
        self.name = name
        self._lines = {_key(line.subject, line.repeat): line for line in lines}

    @property
    def authored(self) -> bool:
        """Return whether the answers were written by hand."""
        return bool(self.header.get("authored"))

    def __len__(self) -> int:
        return len(self._lines)

    @classmethod
    def load(cls, path: Path, *, name: str | None = None) -> Self:
        """Read a transcript.

        Args:
            path: The file.
            name: How messages call it; the file's name where None.

        Raises:
            FileError: Every line that cannot be used, with its number.
        """
        name = name or path.name
        try:
            rows = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise FileError([_mistake(name, None, f"cannot be read: {reason}")]) from error
        objects, mistakes = _objects(rows, name)
        lines, more = _read_lines(objects[1:], name)
        mistakes += more
        if not objects or objects[0][1].get("transcript") != VERSION:
            mistakes.insert(0, _mistake(name, 1, f'the first line must be {{"transcript": {VERSION}, …}}'))
        if mistakes:
            raise FileError(mistakes)
        return cls(objects[0][1], lines, name)

    def answer(self, request: Request) -> Completion | CallFailure:
        """Return the recorded answer to a request, or why there is none."""
        line = self._lines.get(_key(request.subject, request.repeat))
        if line is None:
            return self._missing(request, f"holds no answer for {request.label}" + _repeat(request.repeat))
        if line.prompt is not None and line.prompt != request.prompt_digest:
            return self._missing(
                request, f"line {line.number}: the prompt has changed since {request.label} was recorded"
            )
        return Completion(
            request_key=request.key,
            text=line.text,
            finish=line.finish,
            model_requested=request.model,
            model_returned=line.model,
            usage=line.usage,
            latency_s=line.latency_s,
            fingerprint=self.header.get("gguf_sha256"),
            runtime=self.header.get("runtime"),
            settings=request.settings,
            logprobs=line.logprobs,
            tool_calls=line.tool_calls,
            replayed=True,
            authored=self.authored,
        )

    def _missing(self, request: Request, why: str) -> CallFailure:
        return CallFailure(
            request_key=request.key,
            kind=FailureKind.NOT_RECORDED,
            message=f"transcript {self.name} {why}",
            model_requested=request.model,
        )


class ReplayProvider:
    """Answers from one transcript, or from the file that each request's model names."""

    def __init__(self, transcript: Transcript | None = None, *, root: Path | None = None) -> None:
        self._transcript = transcript
        self._root = root or Path.cwd()
        self._files: dict[str, Transcript] = {}

    @classmethod
    def open(cls, opening: Opening) -> Self:
        """Return a provider for the models `replay:FILE` of a project."""
        return cls(root=opening.root)

    async def complete(self, request: Request) -> Answer:
        """Return the recorded answer, or a failure that says why there is none.

        Raises:
            FileError: The transcript cannot be read.
            UsageError: It lies outside the project.
        """
        return (self._transcript or self._file(request.model)).answer(request)

    async def aclose(self) -> None:
        """Release nothing: the file was read at once."""

    def _file(self, name: str) -> Transcript:
        if name not in self._files:
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root.resolve()):
                raise UsageError(f"replay:{name}: the transcript lies outside the project {self._root}")
            self._files[name] = Transcript.load(path, name=name)
        return self._files[name]


def dump(header: Mapping[str, Any], answers: Iterable[tuple[Request, Completion]]) -> str:
    """Return the text of a transcript: the header and a line an answer, in the order given.

    Args:
        header: What the answers are: models, runtime, decoding, date; `transcript` is added.
        answers: Each request with its answer.
    """
    rows: list[Mapping[str, Any]] = [{"transcript": VERSION, **header}]
    rows += [_row(request, completion) for request, completion in answers]
    return "".join(json.dumps(row) + "\n" for row in rows)


def _row(request: Request, completion: Completion) -> dict[str, Any]:
    row: dict[str, Any] = {name: request.subject[name] for name in _SUBJECT if name in request.subject}
    if request.repeat:
        row["repeat"] = request.repeat
    row |= {"prompt": request.prompt_digest, "text": completion.text}
    if completion.finish is not Finish.STOP:
        row["finish"] = str(completion.finish)
    if completion.model_returned:
        row["model"] = completion.model_returned
    if completion.usage:
        row["usage"] = {
            name: count for name, count in asdict(completion.usage).items() if count or "put_tokens" in name
        }
    if completion.latency_s is not None:
        row["latency_s"] = round(completion.latency_s, 3)
    if completion.tool_calls:
        row["tool_calls"] = [asdict(call) for call in completion.tool_calls]
    if completion.logprobs:
        row["logprobs"] = {token: round(value, 6) for token, value in completion.logprobs.items() if isfinite(value)}
    return row


def _objects(rows: list[str], name: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Mistake]]:
    objects = []
    mistakes = []
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            value = json.loads(row)
        except ValueError as error:
            mistakes.append(_mistake(name, number, f"not JSON: {error}"))
            continue
        if isinstance(value, dict):
            objects.append((number, value))
        else:
            mistakes.append(_mistake(name, number, "not a JSON object"))
    return objects, mistakes


def _read_lines(objects: list[tuple[int, dict[str, Any]]], name: str) -> tuple[list[Line], list[Mistake]]:
    lines: list[Line] = []
    mistakes = []
    seen: dict[Key, int] = {}
    for number, value in objects:
        try:
            line = _line(number, value)
        except (KeyError, TypeError, ValueError) as error:
            mistakes.append(_mistake(name, number, f"not an answer: {type(error).__name__}: {error}"))
            continue
        first = seen.setdefault(_key(line.subject, line.repeat), number)
        if first != number:
            mistakes.append(_mistake(name, number, f"the same answer as line {first}"))
        lines.append(line)
    return lines, mistakes


def _line(number: int, value: Mapping[str, Any]) -> Line:
    if "case" not in value or not isinstance(value["text"], str):
        raise ValueError("it needs 'case' and a text")
    usage = value.get("usage")
    return Line(
        subject={key: str(value[key]) for key in _SUBJECT if key in value},
        repeat=int(value.get("repeat", 0)),
        text=value["text"],
        prompt=value.get("prompt"),
        finish=Finish(value.get("finish", "stop")),
        model=value.get("model"),
        usage=Usage(**usage) if usage else None,
        latency_s=value.get("latency_s"),
        logprobs={str(token): float(logprob) for token, logprob in (value.get("logprobs") or {}).items()},
        tool_calls=tuple(_tool_call(call) for call in value.get("tool_calls") or ()),
        number=number,
    )


def _tool_call(call: Any) -> ToolCall:
    """Read a call whose arguments are the text that was sent, or the object that a person wrote."""
    if not isinstance(call, Mapping):
        raise ValueError("a tool call is an object of 'name' and 'arguments'")
    arguments = call.get("arguments", "")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(name=str(call["name"]), arguments=text)


def _key(subject: Mapping[str, str], repeat: int) -> Key:
    return tuple(sorted((key, str(value)) for key, value in subject.items())), repeat


def _repeat(repeat: int) -> str:
    return f", repeat {repeat}" if repeat else ""


def _mistake(name: str, line: int | None, message: str) -> Mistake:
    return Mistake(file=name, line=line, column=None, where="", message=message)
