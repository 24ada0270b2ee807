"""What the cache holds, whether it is intact, and what can go."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from arena.completions.store.cache import Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """What a cache holds."""

    schema_version: int = 1
    kind: Literal["cache"] = "cache"
    folder: str
    entries: int
    damaged: tuple[str, ...]  # keys
    size_bytes: int  # of all files of the folder
    models: Mapping[str, int]  # answers of each model requested
    oldest: str | None  # ISO 8601, UTC
    newest: str | None
    paid_usd: float  # as first paid, answers of unknown cost left out


def info(cache: Cache) -> CacheInfo:
    """Read and verify every entry, and sum up.

    Raises:
        StorageFailed: the database is damaged beyond single entries.
    """
    models: Counter[str] = Counter()
    damaged, times, paid_usd = [], [], 0.0
    for key, completion in cache.items():
        if completion is None:
            damaged.append(key)
            continue
        models[completion.model_requested] += 1
        times.append(completion.called_at or "")
        paid_usd += completion.cost_usd or 0.0
    known = sorted(filter(None, times))
    return CacheInfo(
        folder=str(cache.folder),
        entries=len(times) + len(damaged),
        damaged=tuple(damaged),
        size_bytes=sum(path.stat().st_size for path in cache.folder.glob("*") if path.is_file()),
        models=dict(sorted(models.items())),
        oldest=known[0] if known else None,
        newest=known[-1] if known else None,
        paid_usd=paid_usd,
    )


def verify(cache: Cache) -> CacheInfo:
    """Check the database from end to end, rebuild it where it is damaged, then verify every entry.

    A cache that is opened read-only is verified as it stands.

    Raises:
        StorageFailed: it cannot be read or rebuilt.
    """
    if not cache.read_only:
        cache.repair()
    return info(cache)


def prune(cache: Cache, *, older_than: datetime | None = None, keep: Collection[str] | None = None) -> int:
    """Delete damaged entries, and those that are old enough and not kept.

    Args:
        cache: open for writing.
        older_than: delete only what was called before; None: of any age.
        keep: keys that runs still use; None: age alone decides. With neither, only damaged entries go.

    Returns:
        How many entries were deleted.

    Raises:
        StorageFailed: the cache cannot be written.
    """
    limit = None if older_than is None else older_than.astimezone(UTC).isoformat(timespec="microseconds")
    doomed = []
    for key, completion in cache.items():
        old = limit is None or (completion is not None and (completion.called_at or "") < limit)
        unused = keep is None or key not in keep
        chosen = (limit is not None or keep is not None) and old and unused
        if completion is None or chosen:
            doomed.append(key)
    if doomed:
        cache.delete(doomed)
    return len(doomed)
