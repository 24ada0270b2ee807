"""For a team's own tests: the gate as an assertion."""

from arena.testing.gate import assert_not_worse

__all__ = ["assert_not_worse"]
