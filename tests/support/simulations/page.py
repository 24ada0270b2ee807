"""The study's page: the worst points first, then a table for each family."""

from collections.abc import Callable, Iterable, Sequence

from simulations.errors import ALPHA, SEED, Errors, Family, Task, improbable, monte_carlo_error

Point = tuple[Task, Errors]
Results = Sequence[tuple[Family, Sequence[Point]]]

_HEAD = f"""# Simulation study

How often the intervals miss and the gate errs, by simulation through the public functions. Each point is a setting
drawn thousands of times; its Monte-Carlo error is √(p(1 − p)/runs). A 95% interval may miss on either side with 2.5%,
and so may a gate at α = {ALPHA:g} pass or fail what is not so. Where the true rate is just that, half of the points lie
a little above it by chance: beside each worst point stands how probable so much or more is, there and anywhere.
"""
_AGAIN = f"""## Again

```
python tests/support/simulation_study.py            # writes this page; about twenty minutes on one core
python -m pytest -m simulation tests/simulation     # the same points, as a test
```

Each point has a generator of its own, seeded with {SEED} and the point's name: the same figures each time. A short
version runs in CI. Where a figure is not computed by the public function itself but by a shortcut (the p-value of one
mean instead of the search for the interval's ends, many runs at once instead of one by one), a test shows that both
agree.
"""


def page(results: Results) -> str:
    """Return the page in Markdown."""
    parts = [_HEAD, *_summary(results), *(_section(family, points) for family, points in results), _AGAIN]
    return "\n".join(parts)


def _summary(results: Results) -> Iterable[str]:
    held = [(family, points) for family, points in results if not family.approximate]
    count, runs = sum(len(points) for _, points in held), sum(e.runs for _, points in held for _, e in points)
    yield f"**{count:,} points, {runs:,} duels.** Their worst:\n"
    verdicts = [point for family, points in held for point in points if not family.two_sided]
    yield _line("False pass", verdicts, lambda errors: errors.passed, ALPHA / 2)
    yield _line("False fail", verdicts, lambda errors: errors.failed, ALPHA / 2)
    yield _line("Interval above the truth", verdicts, lambda errors: errors.above, ALPHA / 2)
    yield _line("Interval below the truth", verdicts, lambda errors: errors.below, ALPHA / 2)
    every = [point for _, points in held for point in points]
    yield _line("Not covered", every, lambda errors: errors.above + errors.below, ALPHA)
    yield ""
    for family in (family for family, _ in results if family.approximate):
        yield f"Not among these: {family.name.lower()}, by approximate methods, in a table of their own.\n"


def _line(what: str, points: Sequence[Point], errors_of: Callable[[Errors], int], allowed: float) -> str:
    """Return a line on the point where so many errors are least probable."""
    task, errors = min(points, key=lambda point: improbable(errors_of(point[1]), point[1].runs, allowed))
    share = errors_of(errors) / errors.runs
    chance = improbable(errors_of(errors), errors.runs, allowed)
    among = 1.0 - (1.0 - chance) ** len(points)
    return (
        f"- {what}: {100 * share:.2f}% ± {100 * monte_carlo_error(share, errors.runs):.2f} of {errors.runs:,} "
        f"({task.family}: {task.name}); by chance alone with probability {chance:.2g} there, {among:.2g} somewhere."
    )


def _section(family: Family, points: Sequence[Point]) -> str:
    rows, columns = (list(dict.fromkeys(names)) for names in zip(*((t.row, t.column) for t, _ in points), strict=True))
    lines = [f"## {family.name}", "", family.about, "", _note(family, points), ""]
    lines += ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        cells = [_cell(family, [p for p in points if (p[0].row, p[0].column) == (row, column)]) for column in columns]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _note(family: Family, points: Sequence[Point]) -> str:
    runs = sorted({task.runs for task, _ in points})
    probability, task, errors = family.least_probable(points)
    share = 1.0 - errors.coverage if family.two_sided else errors.one_sided
    error = 100 * monte_carlo_error(share, errors.runs)
    said = f"{100 * (errors.coverage if family.two_sided else share):.2f}% ± {error:.2f}"
    among = 1.0 - (1.0 - probability) ** len(points)
    chance = "" if family.approximate else f" (so much or more by chance somewhere in the table: {among:.2g})"
    side = f" One side alone misses up to {100 * max(e.one_sided for _, e in points):.1f}%." if family.two_sided else ""
    each = " or ".join(f"{number:,}" for number in runs)
    return f"Worst of {len(points)} points: {said} at {task.name}{chance}.{side} {each} runs a point."


def _cell(family: Family, points: Sequence[Point]) -> str:
    if not points:
        return ""
    _, _, errors = family.least_probable(points)
    share = errors.coverage if family.two_sided else errors.one_sided
    ratios = [errors.ratio for _, errors in points if errors.ratio is not None]
    if not ratios:
        return f"{100 * share:.1f}"
    least, greatest = f"{min(ratios):.2f}", f"{max(ratios):.3f}"
    return f"{100 * share:.1f} ({greatest})" if len(points) == 1 else f"{100 * share:.1f} ({least}–{greatest})"
