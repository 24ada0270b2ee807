"""What holds for every test of the repository, and for the examples in its docstrings."""

import gc

from hypothesis import HealthCheck, settings

# An example may take as long as the machine lets it: how fast a test runs says nothing about what it tests.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of every later search for cycles: all of it stays to the end."""
    gc.collect()
    gc.freeze()
