"""How far each rater is."""

from collections.abc import Collection, Iterable

from arena.records.labelling import RaterProgress, SampleChoice


def progress_of(
    rater: str,
    cases: Collection[str],
    *,
    labelled: Iterable[str],
    skipped: Iterable[str],
    seed: int | None,
    sample: SampleChoice | None = None,
) -> RaterProgress:
    """Count a rater's work on `cases`: what was labelled or skipped elsewhere does not count here."""
    chosen = set(cases)
    done = chosen & set(labelled)
    passed = (chosen & set(skipped)) - done
    return RaterProgress(
        rater=rater,
        seed=seed,
        labelled=len(done),
        skipped=len(passed),
        left=len(chosen) - len(done) - len(passed),
        sample=sample,
    )
