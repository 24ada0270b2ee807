"""What was asked in a case, as a page's script puts it on the screen."""

from collections.abc import Sequence
from typing import Any

from arena.records.case import Case, Document
from arena.reports.safe_text import safe, safe_line

ROLES = {"user": "Asked", "assistant": "Answered", "system": "Instructed"}


def asked(case: Case, context: Sequence[Document]) -> dict[str, Any]:
    """Return the conversation, what the case gives besides, the documents shown with it, and the reference."""
    turns = [(ROLES[turn.role], turn.content) for turn in case.messages] or [(ROLES["user"], case.input)]
    return {
        "turns": [{"role": role, "text": safe(text)} for role, text in turns],
        "given": [{"text": safe(f"{name}: {value}")} for name, value in case.vars.items()],
        "context": documents(context),
        "reference": safe(case.reference or ""),
    }


def documents(some: Sequence[Document]) -> list[dict[str, str]]:
    """Return documents with their names."""
    return [{"id": safe_line(each.id or ""), "text": safe(each.text)} for each in some]
