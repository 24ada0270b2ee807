"""The contract holds with the oldest and the newest SDKs that are supported."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SUITES = ("test_contract.py", "test_faults.py", "test_streams.py", "test_hosts.py", "test_exceptions.py")
VERSIONS = {
    "oldest": ("openai[aiohttp]==3.0.0", "anthropic==1.0.0"),
    "newest": ("openai[aiohttp]>=3,<4", "anthropic>=1,<3"),
}


@pytest.mark.sdk_matrix
@pytest.mark.parametrize("versions", VERSIONS)
def test_the_contract_holds(versions: str, tmp_path: Path) -> None:
    """In a virtual environment of its own, every suite that meets an SDK passes; the local model is no part of it."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    needs = [*VERSIONS[versions], "pytest>=9.2,<10"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True)
    suites = [str(Path("tests", "providers", suite)) for suite in SUITES]
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not [local]", *suites],
        cwd=REPOSITORY,
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
