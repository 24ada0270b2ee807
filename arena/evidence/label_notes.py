"""What became of labels that were not used, in words."""

from collections.abc import Sequence

from arena.records.audit import LabelCount
from arena.text.printable import printable

MOST_NAMED = 5


def label_notes(count: LabelCount) -> list[str]:
    """Return what became of labels that were not used, each case by its name."""
    notes = []
    if count.relabelled:
        notes.append(f"{counted(count.relabelled, 'label was', 'labels were')} replaced by a later one of that rater")
    if count.other_variants:
        notes.append(f"{counted(count.other_variants, 'label names', 'labels name')} other variants, and are not used")
    told = (
        (count.unknown, ("case is unknown, so its labels", "cases are unknown, so their labels"), " are not used"),
        (
            count.unjudged,
            ("case was not judged, so its labels", "cases were not judged, so their labels"),
            " are not used",
        ),
        (
            count.other_answers,
            ("case was labelled for other answers than these", "cases were labelled for other answers than these"),
            ", and that is not used",
        ),
        (
            count.split,
            ("case has no majority of raters, and is", "cases have no majority of raters, and are"),
            " left out of the agreement",
        ),
    )
    return [*notes, *(f"{counted(len(names), *words)}{end}: {_listed(names)}" for names, words, end in told if names)]


def counted(n: int, one: str, many: str) -> str:
    """Return a number with the words for one, or for several."""
    return f"{n:,} {one if n == 1 else many}"


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(printable(name) for name in names[:MOST_NAMED])
    return some + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
