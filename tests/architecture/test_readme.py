"""What the README says is what happens."""

import re
import tomllib
from pathlib import Path

import pytest

from command_line import Done, arena

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("examples/**/*.md")])
README = (REPOSITORY / "README.md").read_text()


def commands() -> list[str]:
    """Return every `arena …` line of the README's blocks, remarks behind two spaces left out."""
    blocks = re.findall(r"^```\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return [re.split(r"\s{2,}", part)[0] for part in parts if part.startswith("arena ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the README's folder and run its first duels, so that later commands find runs."""
    root = tmp_path_factory.mktemp("readme")
    assert arena(root, "init", "my-bot").code == 0
    for _ in range(2):
        assert arena(root / "my-bot", "duel").code == 0
    return root / "my-bot"


@pytest.mark.parametrize("line", [line for line in commands() if "examples/" not in line and "init" not in line])
def test_every_command_of_the_tour_runs(folder: Path, line: str) -> None:
    """Each command of the five minutes ends with 0 in the folder that `arena init` makes, or says why it cannot."""
    needs_more = ("--against main", "--only lost")  # a git history; a lost case of the latest run
    done = run(folder, line)
    if any(option in line for option in needs_more):
        assert done.code in (0, 2)
    else:
        assert done.code == 0, done.err
    assert "Traceback" not in done.err


def run(folder: Path, line: str) -> Done:
    """Run one line of the README in `folder`."""
    return arena(folder, *line.split()[1:])


def test_the_first_command_ends_as_the_readme_says() -> None:
    """90.0%: 4 won, 0 lost, 1 tied, exit 0."""
    assert "arena duel examples/support-bot/experiment.yaml" in commands()
    assert "90.0%: 4 won, 0 lost, 1 tied" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link of a page names a file that is there."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken


def test_ci_runs_the_very_command_that_the_readme_promises() -> None:
    """It takes the line from the README, so there is one such line, and it installs what CI tests with."""
    promised = [line for line in README.splitlines() if line.startswith("pip install") and line.endswith(" && pytest")]
    assert len(promised) == 1
    assert promised[0].startswith("pip install -c .ci/constraints.txt -e ")
    assert "README.md" in (REPOSITORY / ".ci" / "run").read_text()


def test_every_dependency_has_the_version_that_ci_tests_with() -> None:
    """Constraints are packages with versions, all that pyproject asks for among them (renew: CONTRIBUTING)."""
    lines = (REPOSITORY / ".ci" / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._+!]+", line) for line in lines)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = sum(project["optional-dependencies"].values(), start=project["dependencies"])
    assert {plain(line) for line in wanted} <= {plain(line) for line in lines}


def plain(requirement: str) -> str:
    """Return the name of a requirement, spelled as an index compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()
