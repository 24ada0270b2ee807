"""The checks that could not be made, as the report names them: neither passes nor fails."""

from collections import Counter
from collections.abc import Iterable

from arena.records.answered import Answered


def open_checks(answered: Iterable[Answered]) -> tuple[str, ...]:
    """Return a note for each kind of check that could not be made of some answer, with its commonest error.

    Args:
        answered: every answer of a run, with its scores.
    """
    made: Counter[str] = Counter()
    errors: dict[str, Counter[str]] = {}
    for score in (score for one in answered for score in one.scores):
        made[score.label] += 1
        if score.error is not None:
            errors.setdefault(score.label, Counter())[score.error] += 1
    return tuple(
        f"{found.total():,} of {made[check]:,} checks '{check}' could not be made, and count neither as passed nor as "
        f"failed: {found.most_common(1)[0][0]}"
        for check, found in errors.items()
    )
