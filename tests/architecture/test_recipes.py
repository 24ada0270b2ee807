"""What CONTRIBUTING.md says to write is enough: each recipe is followed to the letter, and checked."""

from pathlib import Path

import pytest

from recipes import follow, run

#: A recipe and the tests that must hold besides its own.
RECIPES = {
    "Add a check, from end to end": (
        "tests/grading/test_table.py",
        "tests/grading/test_checks_document.py",
        "tests/files/shapes/test_checks.py",
        "tests/examples/test_documents.py",
    ),
    "Add a report, from end to end": ("tests/reports/test_table.py", "-k", "tally or signature"),
}


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_followed_to_the_letter_is_green(tmp_path: Path, title: str) -> None:
    """Its code is clean as it stands, its own test passes, and so do those that count what there is."""
    own = follow(title, tmp_path)
    run(tmp_path, "ruff", "check", "arena", "tests")
    run(tmp_path, "ruff", "format", "--check", "arena", "tests")
    run(tmp_path, "pytest", "-q", "-x", "-p", "no:cacheprovider", str(own.relative_to(tmp_path)), "--no-cov")
    run(tmp_path, "pytest", "-q", "-x", "-p", "no:cacheprovider", *RECIPES[title], "--no-cov")
