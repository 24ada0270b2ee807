"""`arena rank` as its user meets it: files of judgments, refusals, and the commands around a ranking's run."""

import json
from pathlib import Path

import pytest

from arena.records.codec import from_json
from arena.records.ranking import RankResult
from command_line import Done, arena
from duel_files import cases, write_experiment
from hostile_text import DANGEROUS, HOSTILE
from loopback import Loopback
from round_robins import decided, round_robin, write

THREE = {f"v{i}": f"Be helpful {i}. quality={quality}" for i, quality in enumerate((0.3, 0.5, 0.75))}
CLEAR = {"A": 1.2, "B": 0.0, "C": -1.2}


def judged(folder: Path, name: str = "judgments.jsonl", cases: int = 30) -> Path:
    """Write judgments of three variants with a clear order."""
    return write(folder / name, round_robin(CLEAR, cases))


def test_judgments_are_ranked_without_anything_else(tmp_path: Path) -> None:
    """No experiment, no run folder, no key."""
    judged(tmp_path)
    done = arena(tmp_path, "rank", "judgments.jsonl", "--output-format", "json")
    assert done.code == 0, done.err
    assert [one["name"] for one in done.json["variants"]] == ["A", "B", "C"]
    assert {"name", "rating", "interval", "rank_set"} <= done.json["variants"][0].keys()
    assert done.json["win_matrix"]["A"]["C"] > 0.8
    assert done.json["source"] == "judgments.jsonl"
    assert not (tmp_path / ".arena").exists()


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """A case is known by its id in all of them."""
    rows = round_robin(CLEAR, 30)
    write(tmp_path / "one.jsonl", rows[:90])
    write(tmp_path / "two.jsonl", rows[90:])
    write(tmp_path / "all.jsonl", rows)
    split = arena(tmp_path, "rank", "one.jsonl", "two.jsonl", "--output-format", "json").json
    whole = arena(tmp_path, "rank", "all.jsonl", "--output-format", "json").json
    assert split | {"source": ""} == whole | {"source": ""}


def test_the_seed_moves_nothing_but_the_last_digits(tmp_path: Path) -> None:
    """The same seed gives the same bytes, and another one the same ratings."""
    judged(tmp_path)
    found = [arena(tmp_path, "rank", "judgments.jsonl", "--output-format", "json", "--seed", s) for s in "112"]
    assert found[0].out == found[1].out
    assert found[0].out != found[2].out
    ratings = [[one["rating"] for one in each.json["variants"]] for each in found]
    assert ratings[0] == ratings[2]


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (round_robin({"A": 9.0, "B": 0.2, "C": 0.0}, 12), "separated: A won every one of 24 comparisons with B, C"),
        (decided([("A", "B"), ("P", "Q")]) + decided([("B", "A"), ("Q", "P")], case="c1"), "disconnected: nothing"),
    ],
)
def test_no_common_scale_is_exit_3_after_the_report(tmp_path: Path, rows: list[dict[str, str]], named: str) -> None:
    """What there is stands on stdout, the sentence and what to do on stderr, and there is no traceback."""
    write(tmp_path / "judgments.jsonl", rows)
    done = arena(tmp_path, "rank", "judgments.jsonl")
    assert done.code == 3
    assert "Win matrix" in done.out
    assert f"error: {named}" in done.err
    assert "hint: " in done.err
    assert "Traceback" not in done.err
    machine = arena(tmp_path, "rank", "judgments.jsonl", "--output-format", "json")
    assert (machine.code, machine.json["fault"]["kind"]) == (3, named.split(":")[0])
    assert {one["rating"] for one in machine.json["variants"]} == {None}


def test_every_mistake_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    """Exit 2, as for tally."""
    (tmp_path / "judgments.jsonl").write_text(
        '{"case": "c", "first": "A", "second": "A", "winner": "tie"}\n{"case": 1}\n'
    )
    done = arena(tmp_path, "rank", "judgments.jsonl")
    assert done.code == 2
    assert "judgments.jsonl:1:29: second: 'A' is compared with itself" in done.err
    assert "judgments.jsonl:2:" in done.err


def test_an_unknown_key_is_warned_of(tmp_path: Path) -> None:
    """On stderr; the ranking goes on."""
    write(tmp_path / "judgments.jsonl", [row | {"jugde": "x"} for row in round_robin(CLEAR, 30)])
    done = arena(tmp_path, "rank", "judgments.jsonl")
    assert done.code == 0
    assert "unknown key 'jugde' is ignored (did you mean 'judge'?)" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.jsonl",), "cannot read missing.jsonl"),
        (("missing.yaml",), "missing.yaml"),
        (("experiment.yaml", "judgments.jsonl"), "experiment.yaml: an experiment is ranked by itself"),
        (("judgments.jsonl", "--limit", "3"), "--limit: judgments are ranked as they are, and nothing is asked"),
        (("judgments.jsonl", "--dry-run"), "--dry-run: judgments are ranked as they are"),
        (("judgments.jsonl", "--output-format", "pdf"), "no such format; there are text, json"),
        (("judgments.jsonl", "-o", "ranking.pdf"), "cannot tell the format"),
    ],
)
def test_what_cannot_be_meant_is_exit_2(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """One sentence, no traceback, nothing written."""
    judged(tmp_path)
    done = arena(tmp_path, "rank", *arguments)
    assert done.code == 2, done.err
    assert message in done.err
    assert "Traceback" not in done.err


def test_reports_go_to_files_by_their_ending(tmp_path: Path) -> None:
    """Both, beside what is printed."""
    judged(tmp_path)
    done = arena(tmp_path, "rank", "judgments.jsonl", "-o", "out/ranking.txt", "-o", "out/ranking.json")
    assert done.code == 0, done.err
    assert "Win matrix" in (tmp_path / "out" / "ranking.txt").read_text()
    assert json.loads((tmp_path / "out" / "ranking.json").read_text())["kind"] == "rank"


def test_names_of_variants_cannot_do_anything_to_a_terminal(tmp_path: Path) -> None:
    """Neither in the report nor in an error."""
    rows = round_robin({HOSTILE: 9.0, "B": 0.2, "C": 0.0}, 12)
    write(tmp_path / "judgments.jsonl", rows)
    done = arena(tmp_path, "rank", "judgments.jsonl")
    assert done.code == 3
    assert not DANGEROUS.search(done.out)
    assert not DANGEROUS.search(done.err)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """Return a folder in which an experiment of three variants was ranked and packed, and its JSON."""
    folder = tmp_path_factory.mktemp("project")
    write_experiment(folder, variants=THREE, cases=cases(20))
    with Loopback(spread=0.6) as server:
        done = arena(folder, "rank", "--output-format", "json", environment=server.environment)
        packed = arena(folder, "cache", "pack", "latest", "-o", "answers.jsonl", environment=server.environment)
    assert (done.code, packed.code) == (0, 0), done.err + packed.err
    return folder, done


def test_a_ranking_is_reported_again_from_its_folder(project: tuple[Path, Done]) -> None:
    """The same JSON without the network, and the same result read back."""
    folder, done = project
    again = arena(folder, "report", "--output-format", "json")
    assert (again.code, again.out) == (0, done.out)
    (run,) = (folder / ".arena" / "runs").iterdir()
    stored = json.loads((run / "result.json").read_text())
    assert from_json(RankResult, stored).variants[0].name == "v2"
    assert "Win matrix" in arena(folder, "report").out
    assert arena(folder, "report", "-o", "x.pdf").code == 2


def test_runs_lists_a_ranking_with_its_best(project: tuple[Path, Done]) -> None:
    """In text and in JSON."""
    folder, _ = project
    assert "best: v2" in arena(folder, "runs").out
    (listed,) = arena(folder, "runs", "--output-format", "json").json["runs"]
    assert (listed["headline"], listed["best"], listed["cases"]) == ("best", "v2", 20)


def test_show_shows_every_variants_answer(project: tuple[Path, Done]) -> None:
    """All prompts, all answers and all six judgments of a case."""
    folder, _ = project
    done = arena(folder, "show", "latest", "c3", environment={"COLUMNS": "120"})
    assert done.code == 0, done.err
    assert all(f"v{i}: Be helpful {i}." in done.out for i in range(3))
    assert done.out.count(" shown first: ") == 6
    assert "c3" in arena(folder, "show").out


@pytest.mark.parametrize("command", [("aa",), ("duel", "--only", "lost")])
def test_what_is_about_two_variants_says_so(project: tuple[Path, Done], command: tuple[str, ...]) -> None:
    """A ranking has no treatment; and a duel of three names the command that compares them."""
    folder, _ = project
    done = arena(folder, *command)
    assert done.code == 2
    assert "ranks several variants, and this is about two" in done.err or "`arena rank experiment.yaml`" in done.err
    assert "Traceback" not in done.err


def test_a_duel_of_three_variants_names_this_command(project: tuple[Path, Done]) -> None:
    """With the path as it was typed."""
    folder, _ = project
    done = arena(folder.parent, "duel", f"{folder.name}/experiment.yaml")
    assert done.code == 2
    assert "a duel compares two variants, this experiment has 3: v0, v1, v2" in done.err
    assert f"`arena rank {folder.name}/experiment.yaml` compares them all" in done.err


def test_a_ranking_is_packed_as_a_transcript_that_ranks_again(project: tuple[Path, Done], tmp_path: Path) -> None:
    """Every answer and judgment once; elsewhere, without a key, they give the same ratings."""
    folder, done = project
    transcript = (folder / "answers.jsonl").read_text()
    assert len(transcript.splitlines()) == 1 + 60 + 120
    (tmp_path / "answers.jsonl").write_text(transcript)
    write_experiment(tmp_path, variants=THREE, cases=cases(20), transcript="answers.jsonl")
    again = arena(tmp_path, "rank", "--output-format", "json")
    assert again.code == 0, again.err
    assert again.json["win_matrix"] == done.json["win_matrix"]
    assert again.json["determinism"] == "D0"
