"""Which of the variants is the treatment."""

from collections.abc import Sequence

from arena.errors import Refused, UsageError
from arena.text.printable import printable

CONTROL, TREATMENT = "control", "treatment"


def choose_arms(variants: Sequence[str], *, control: str | None, treatment: str | None) -> tuple[str, str, str | None]:
    """Return control, treatment, and a note where nobody said which is which.

    Args:
        variants: in order of appearance.
        control: as asked for; None: the other one.
        treatment: as asked for; None: the one called so, else the second.

    Raises:
        UsageError: a name that is not there, or more than two variants and not two names.

    >>> choose_arms(["a", "b"], control=None, treatment="a")
    ('b', 'a', None)
    """
    listed = ", ".join(map(printable, variants))
    for argument, name in (("control", control), ("treatment", treatment)):
        if name is not None and name not in variants:
            raise Refused(f"no such variant; there are {listed}", argument=argument, value=name)
    if control is not None and control == treatment:
        raise Refused("name two variants", argument=("control", "treatment"), value=f"are both {control}")
    if len(variants) < 2:
        raise UsageError(f"only one variant, {listed}: there is nothing to compare it with")
    if len(variants) > 2 and (control is None or treatment is None):
        raise UsageError(
            f"{len(variants)} variants: {listed}", hint="name two of them with `control` NAME `treatment` NAME"
        )
    if control is not None and treatment is not None:
        return control, treatment, None
    if control is not None or treatment is not None:
        other = next(name for name in variants if name not in (control, treatment))
        return control or other, treatment or other, None
    after = _treatment(variants)
    before = next(name for name in variants if name != after)
    if (before, after) == (CONTROL, TREATMENT):
        return before, after, None
    return before, after, f"{after} is taken as the treatment and {before} as the control: --treatment NAME says so"


def _treatment(variants: Sequence[str]) -> str:
    if TREATMENT in variants:
        return TREATMENT
    return next(name for name in reversed(variants) if name != CONTROL)
