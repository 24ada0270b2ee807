"""When a running test may be looked at, and what a schedule that somebody typed really does."""

from collections.abc import Callable, Mapping, Sequence

from arena.errors import Refused, UsageError
from arena.records.plans import Look, LooksCheck, LooksPlan
from arena.stats import group_sequential, spending
from arena.stats.group_sequential import Boundaries

_SIDES = 2
_PRINTED = 0.005  # z is typed with two decimals at most: relative excess of alpha that they explain

Design = Callable[[Sequence[float], float, float | None], Boundaries]


def _obrien_fleming(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    return group_sequential.spending_boundaries(fractions, spending.obrien_fleming(alpha / _SIDES))


def _pocock(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    return group_sequential.spending_boundaries(fractions, spending.pocock(alpha / _SIDES))


def _hwang_shih_decani(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    gamma = -4.0 if parameter is None else parameter
    return group_sequential.spending_boundaries(fractions, spending.hwang_shih_decani(alpha / _SIDES, gamma))


def _power(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    rho = 3.0 if parameter is None else parameter
    return group_sequential.spending_boundaries(fractions, spending.power_family(alpha / _SIDES, rho))


def _exact_obrien_fleming(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    return group_sequential.obrien_fleming_boundaries(fractions, alpha)


def _exact_pocock(fractions: Sequence[float], alpha: float, parameter: float | None) -> Boundaries:
    return group_sequential.pocock_boundaries(fractions, alpha)


#: The designs by name; those with a parameter have a default for it.
DESIGNS: Mapping[str, Design] = {
    "obrien-fleming": _obrien_fleming,
    "pocock": _pocock,
    "hwang-shih-decani": _hwang_shih_decani,
    "power": _power,
    "exact-obrien-fleming": _exact_obrien_fleming,
    "exact-pocock": _exact_pocock,
}
_WITH_PARAMETER = ("hwang-shih-decani", "power")


def equal_fractions(looks: int) -> tuple[float, ...]:
    """Return the information at equally spaced looks.

    Raises:
        UsageError: fewer than 1 or more than 100.

    >>> equal_fractions(4)
    (0.25, 0.5, 0.75, 1.0)
    """
    if not 1 <= looks <= group_sequential.MOST_LOOKS:
        raise Refused(f"a test has 1 to {group_sequential.MOST_LOOKS} looks", argument="looks", value=looks)
    return tuple(k / looks for k in range(1, looks + 1))


def boundaries(
    fractions: Sequence[float], name: str, *, alpha: float = 0.05, parameter: float | None = None
) -> Boundaries:
    """Return the two-sided boundaries of a design by its name.

    Args:
        fractions: of the information at each look, rising, up to 1.
        name: one of `DESIGNS`.
        alpha: two-sided error of all looks together, in (0, .5].
        parameter: γ of hwang-shih-decani (default −4), ρ of power (default 3).

    Raises:
        UsageError: no such design, a parameter it has not, or a number outside its domain.
    """
    if name not in DESIGNS:
        raise Refused(f"no such design; there are {', '.join(DESIGNS)}", argument="spending", value=name)
    if parameter is not None and name not in _WITH_PARAMETER:
        raise Refused(
            f"{name} has none; {' and '.join(_WITH_PARAMETER)} have one", argument="parameter", value=f"{parameter:g}"
        )
    if not 0.0 < alpha <= 0.5:
        raise Refused("must be above 0 and at most 0.5", argument="alpha", value=f"{alpha:g}")
    try:
        return DESIGNS[name](fractions, alpha, parameter)
    except ValueError as error:
        raise UsageError(f"{error}") from None


def plan_looks(
    fractions: Sequence[float],
    name: str = "obrien-fleming",
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    parameter: float | None = None,
) -> LooksPlan:
    """Return the boundary of each look, the error spent, and how many more units the looks cost.

    Args:
        fractions: of the information at each look, rising; the last must be 1.
        name: one of `DESIGNS`.
        alpha: two-sided error of all looks together, in (0, .5].
        power: at which the cost is computed, in (alpha, 1).
        parameter: of the design, where it has one.

    Raises:
        UsageError: an argument outside its domain.

    >>> [round(look.z, 3) for look in plan_looks([0.25, 0.5, 0.75, 1]).looks]
    [4.333, 2.963, 2.359, 2.014]
    """
    if not alpha < power < 1.0:
        raise Refused("must lie between alpha and 1", argument="power", value=f"{power:g}")
    design = boundaries(fractions, name, alpha=alpha, parameter=parameter)
    if design.fractions[-1] < 1.0 - 1e-9:
        raise UsageError(f"the last look is at {design.fractions[-1]:g} of the information: it must be at 1")
    return LooksPlan(
        schema_version=1,
        kind="looks_plan",
        spending=name,
        alpha=alpha,
        power=power,
        looks=_looks(design),
        inflation=group_sequential.inflation(design, alpha=alpha, power=power),
    )


def check_looks(fractions: Sequence[float], z: Sequence[float], *, intended: float = 0.05) -> LooksCheck:
    """Return the two-sided false-positive rate that a schedule really has, with a warning where it is not the intended.

    Args:
        fractions: of the information at each look, rising, up to 1.
        z: boundary at each look, above 0.
        intended: the rate that its author had in mind, in (0, .5].

    Raises:
        UsageError: an argument outside its domain, or not one z a look.

    >>> found = check_looks([0.25, 0.5, 0.75, 1], [3.47, 2.45, 2.14, 2.01])
    >>> round(found.alpha, 4), found.within
    (0.0626, False)
    """
    if not 0.0 < intended <= 0.5:
        raise Refused("must be above 0 and at most 0.5", argument="alpha", value=f"{intended:g}")
    if not all(0.0 < each < float("inf") for each in z):
        raise Refused("every boundary is a number above 0", argument="z")
    try:
        typed = group_sequential.schedule(fractions, z)
        holding = group_sequential.scaled_boundaries(fractions, z, intended)
    except ValueError as error:
        raise UsageError(f"{error}") from None
    alpha = typed.spent[-1]
    excess = alpha / intended - 1.0
    factor = holding.z[0] / typed.z[0] if abs(excess) > _PRINTED else None
    return LooksCheck(
        schema_version=1,
        kind="looks_check",
        alpha=alpha,
        intended=intended,
        within=excess <= _PRINTED,
        looks=_looks(typed),
        factor=factor,
        warnings=_warnings(typed, intended, holding) if factor is not None else (),
    )


def _warnings(typed: Boundaries, intended: float, holding: Boundaries) -> tuple[str, ...]:
    alpha = typed.spent[-1]
    bounds = " ".join(f"{z:.3f}" for z in holding.z)
    if alpha > intended:
        found = f"the true alpha is {alpha:.4f}, not {intended:g}: a change that does nothing wins or loses in 1 of "
        return (f"{found}{1 / alpha:.0f} tests; in this shape {bounds} would keep to {intended:g}",)
    found = f"the true alpha is {alpha:.4f}, below {intended:g}: the schedule is stricter than it needs to be; "
    return (f"{found}in this shape {bounds} would use all of it",)


def _looks(design: Boundaries) -> tuple[Look, ...]:
    rows = zip(design.fractions, design.z, design.nominal, design.spent, strict=True)
    return tuple(Look(fraction=t, z=z, p_nominal=p, alpha_spent=spent) for t, z, p, spent in rows)
