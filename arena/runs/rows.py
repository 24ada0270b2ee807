"""The lines of completions.jsonl and judgments.jsonl."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure, Completion
from arena.records.codec import Undecodable, dumps, from_json, to_json
from arena.records.judgment import Judgment, flag_of_text
from arena.records.score import Score


def completion_to_json(row: Answered) -> dict[str, Any]:
    """Return one line of completions.jsonl: what was asked, the answer's own fields, its scores."""
    head = {"case": row.case, "variant": row.variant, "repeat": row.repeat, "request_key": row.answer.request_key}
    answer: dict[str, Any] = to_json(row.answer, defaults=False)
    if isinstance(row.answer, CallFailure):
        answer["failure"] = answer.pop("kind")
    return head | answer | {"scores": to_json(row.scores, defaults=False)}


def completion_from_json(data: Any) -> Answered:
    """Return the row that one line of completions.jsonl describes.

    Raises:
        Undecodable: it is no such line.
    """
    failed = isinstance(data, dict) and "failure" in data
    answer: Answer = from_json(CallFailure, data | {"kind": data["failure"]}) if failed else from_json(Completion, data)
    row = from_json(_RowHead, data)
    return Answered(case=row.case, variant=row.variant, repeat=row.repeat, answer=answer, scores=row.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowHead:
    """A row without its answer, whose fields stand beside these in the file."""

    case: str
    variant: str
    repeat: int = 0
    scores: tuple[Score, ...] = ()


def judgment_to_json(judgment: Judgment) -> dict[str, Any]:
    """Return one line of judgments.jsonl, which `arena tally` and `arena audit` read again."""
    line: dict[str, Any] = to_json(judgment, defaults=False)
    return line


def judgment_from_json(data: Any) -> Judgment:
    """Return the judgment that one line of judgments.jsonl describes.

    Raises:
        Undecodable: it is no such line, or an older run's whose flags do not say which answer they mean.
    """
    if isinstance(data, dict) and isinstance(data.get("flagged"), list):
        data = data | {"flagged": [_flag(each, data) if isinstance(each, str) else each for each in data["flagged"]]}
    return from_json(Judgment, data)


def _flag(text: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a flag as it is written now of one that an older run wrote as text."""
    flag = flag_of_text(text, first=str(line.get("first")), second=str(line.get("second")))
    if flag is None:
        raise Undecodable(f"Judgment.flagged: {dumps(text)[:80]} does not say which of the two answers it means")
    return cast("dict[str, Any]", to_json(flag))


def in_order_of_completions(rows: Iterable[Answered]) -> list[Answered]:
    """Return the rows by case, variant and repeat: the order in which answers came in says nothing."""
    return sorted(rows, key=lambda row: (row.case, row.variant, row.repeat))


def in_order_of_judgments(judgments: Iterable[Judgment]) -> list[Judgment]:
    """Return the judgments by case, repeat, judge and order shown."""
    return sorted(judgments, key=lambda each: (each.case, each.repeat, each.judge, each.first, each.second))
