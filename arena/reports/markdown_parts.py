"""Parts of a result in markdown, as every report says them."""

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from arena.records.result import ArmDifference, FlaggedRecount, JudgeHealth
from arena.reports import numbers
from arena.reports.inert_markdown import code_block, code_span, plain
from arena.reports.judge_lines import exact_rate
from arena.reports.numbers import counted

MOST_DIFF_LINES = 60


def difference_lines(differences: Sequence[ArmDifference]) -> list[str]:
    """Return how the arms differ: texts as a diff, settings side by side."""
    if not differences:
        return ["The arms do not differ: there is nothing to compare."]
    lines: list[str] = []
    for each in differences:
        undeclared = "" if each.declared else " (not declared)"
        if any("\n" in (side or "") or len(side or "") > 60 for side in (each.control, each.treatment)):
            lines += [f"**{plain(each.what)}**{undeclared}", "", *_diff(each), ""]
        else:
            sides = [code_span(side) if side else "not set" for side in (each.control, each.treatment)]
            lines += [f"**{plain(each.what)}**{undeclared}: {sides[0]} → {sides[1]}", ""]
    return lines[:-1]


def _diff(each: ArmDifference) -> list[str]:
    old, new = (each.control or "").splitlines(), (each.treatment or "").splitlines()
    lines = [line for line in list(unified_diff(old, new, lineterm="", n=2))[2:] if not line.startswith("@@")]
    shown = lines[:MOST_DIFF_LINES]
    if len(lines) > len(shown):
        shown.append(f" … {len(lines) - len(shown)} more lines")
    return code_block("\n".join(shown), language="diff")


def judge_lines(judge: JudgeHealth) -> Iterator[str]:
    """Yield a judge's health, why it is not fit, and what is suspected."""
    first = judge.first_slot_share
    parts = [
        f"consistent {numbers.whole_share(judge.consistency.value)}"
        f" {numbers.whole_interval(judge.consistency.interval)}",
        f"first slot {numbers.whole_share(first.value)} {numbers.whole_interval(first.interval)}",
        f"{judge.unparseable} of {judge.judgments} unparseable",
        *([f"{judge.failed} failed"] if judge.failed else []),
        "fit" if judge.fit else "**not fit to decide**",
    ]
    yield f"Judge {code_span(judge.model)}: {' · '.join(parts)}"
    for reason in judge.unfit_reasons:
        yield f"- {plain(reason)}"
    if judge.flagged:
        yield f"- suspected prompt injection in {counted(len(judge.suspects), 'answer')}"


def recount_lines(recount: FlaggedRecount | None) -> list[str]:
    """Return what the win rate would be if the flagged answers had lost; nothing where none is flagged."""
    if recount is None:
        return []
    changes = "**which changes the verdict**" if recount.changes_verdict else "which changes nothing"
    return [f"- if they had lost: win rate {exact_rate(recount.win_rate)}, {changes}"]
