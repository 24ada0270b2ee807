"""A split deals cases by chance that is the same everywhere."""

from arena.records.experiment import Split
from arena.stats.chance import fraction


def test_a_split_is_stable_salted_and_fair() -> None:
    """The same case falls in the same part on every machine; another salt deals anew; shares are kept."""
    split = Split(dev=0.6, gate=0.4, salt="support-bot")
    parts = [split.part_of(f"case-{i}") for i in range(10_000)]
    assert parts[:8] == [split.part_of(f"case-{i}") for i in range(8)]
    assert abs(parts.count("dev") / 10_000 - 0.6) < 0.02  # four standard errors
    other = Split(dev=0.6, gate=0.4, salt="other")
    assert [other.part_of(f"case-{i}") for i in range(10_000)] != parts
    assert fraction("late-package", "support-bot") == 0.8231393526328183
