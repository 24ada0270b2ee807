"""Where asynchronous work begins."""

from pathlib import Path

import arena

HOUSE = Path(arena.__file__).parent


def test_an_event_loop_is_begun_in_the_engine_alone() -> None:
    """Doorways and procedures call plain functions; one module knows how to run what is not plain."""
    found = [str(file.relative_to(HOUSE)) for file in HOUSE.rglob("*.py") if "asyncio.run" in file.read_text()]
    assert found == ["engine/run.py"]
