"""Housekeeping: init, check, schema, runs, show, report. What a user types, and what comes back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sample_results
import sample_runs
from arena.files import experiments
from arena.records.run_options import RunOptions
from arena.runs.folder import open_run
from arena.runs.saved import load
from arena_command import Arena, arena_in
from hostile_text import DANGEROUS, HOSTILE


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Arena:
    """Return the command line in an empty folder."""
    return arena_in(tmp_path, monkeypatch, capsys)


class TestInit:
    """`arena init` writes what runs at once."""

    def test_a_fresh_folder_runs_without_a_key_and_says_that_it_is_a_demonstration(
        self, arena: Arena, tmp_path: Path
    ) -> None:
        """Every answer and every judgment is found in the transcript; nothing failed, nothing was called."""
        assert arena("init", "demo").exit_code == 0
        done = arena("duel", "demo", "--output-format", "json")
        assert done.exit_code == 0
        found = json.loads(done.out)
        assert found["outcomes"] == {"control": {"stop": 10}, "treatment": {"stop": 10}}
        assert (found["judge"]["judgments"], found["judge"]["unparseable"], found["judge"]["failed"]) == (20, 0, 0)
        assert found["calls"]["made"] == 0
        assert found["win_rate_decision"] == "pass"
        assert any("written by hand" in note for note in found["notes"])

    def test_every_line_of_the_transcript_belongs_to_one_prompt(self, arena: Arena, tmp_path: Path) -> None:
        """A changed prompt is not answered by what was written for another one."""
        arena("init", "demo")
        lines = [json.loads(line) for line in (tmp_path / "demo" / "transcript.jsonl").read_text().splitlines()]
        assert lines[0]["authored"] is True
        assert all(len(line["prompt"]) == 16 for line in lines[1:])
        prompt = tmp_path / "demo" / "prompts" / "treatment.md"
        prompt.write_text(prompt.read_text() + "\n- Be brief.\n")
        done = arena("duel", "demo")
        assert done.exit_code == 4
        assert "changed" in done.err

    def test_the_files_have_no_mistakes(self, arena: Arena) -> None:
        """What init writes, check accepts, without a warning."""
        arena("init", "demo", "--name", "tea")
        done = arena("check", "demo/experiment.yaml", "demo/golden.yaml", "demo/rubric.yaml")
        assert (done.exit_code, done.out, done.err) == (0, "", "3 files, no mistakes\n")

    @pytest.mark.parametrize(
        ("arguments", "name"), [((), "my-tea-shop"), (("--name", "Tea_2.1"), "Tea_2.1")], ids=["folder", "given"]
    )
    def test_the_experiment_is_called_as_the_folder_or_as_the_user_says(
        self, arena: Arena, tmp_path: Path, arguments: tuple[str, ...], name: str
    ) -> None:
        """Spaces and capitals of a folder's name become plain."""
        assert arena("init", "My tea shop!", *arguments).exit_code == 0
        assert experiments.load(tmp_path / "My tea shop!").name == name

    @pytest.mark.parametrize("name", ["", "2", "a b", "a: b", "../x", "x" * 81, "é"])
    def test_a_name_that_would_need_quotes_is_refused(self, arena: Arena, tmp_path: Path, name: str) -> None:
        """It stands in a file and names folders."""
        done = arena("init", "demo", "--name", name)
        assert done.exit_code == 2
        assert "--name" in done.err
        assert not (tmp_path / "demo").exists()

    def test_a_folder_without_letters_still_gets_a_name(self, arena: Arena, tmp_path: Path) -> None:
        """The name has to begin somewhere."""
        arena("init", "退货")
        assert experiments.load(tmp_path / "退货").name == "experiment"

    def test_nothing_is_overwritten(self, arena: Arena, tmp_path: Path) -> None:
        """One file in the way, or a dangling link, and nothing at all is written."""
        demo = tmp_path / "demo"
        demo.mkdir()
        (demo / "golden.yaml").symlink_to(tmp_path / "nowhere")
        done = arena("init", "demo")
        assert done.exit_code == 2
        assert "golden.yaml would be overwritten" in done.err
        assert [path.name for path in demo.iterdir()] == ["golden.yaml"]

    def test_a_file_is_no_folder(self, arena: Arena, tmp_path: Path) -> None:
        """The mistake is named."""
        (tmp_path / "demo").write_text("")
        done = arena("init", "demo")
        assert (done.exit_code, done.err) == (2, "error: demo is a file; name a folder\n")

    def test_a_folder_that_cannot_be_written_is_exit_4(self, arena: Arena, tmp_path: Path) -> None:
        """A file where a folder should be stops it; no traceback."""
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "prompts").write_text("")
        done = arena("init", "demo")
        assert done.exit_code == 4
        assert "cannot write" in done.err


class TestCheck:
    """`arena check` names every mistake at once and exits 2."""

    def test_every_mistake_of_every_file_is_named_once(self, arena: Arena, tmp_path: Path) -> None:
        """A golden set and the experiment that names it share theirs."""
        arena("init", "demo")
        golden, rubric = tmp_path / "demo" / "golden.yaml", tmp_path / "demo" / "rubric.yaml"
        golden.write_text(golden.read_text().replace("- id: wrong-tea", "- id: late-parcel"))
        rubric.write_text(rubric.read_text().replace("weight: 2", "wieght: 2"))
        done = arena("check", "demo", "demo/golden.yaml", "demo/rubric.yaml")
        assert done.exit_code == 2
        assert done.out == ""
        assert done.err.count("late-parcel") == 1
        assert done.err.count("wieght") == 1
        assert "demo/rubric.yaml:8:5" in done.err or "rubric.yaml:8:5" in done.err
        assert "Traceback" not in done.err

    def test_a_golden_set_may_be_json_lines(self, arena: Arena, tmp_path: Path) -> None:
        """Its ending says what it is."""
        (tmp_path / "golden.jsonl").write_text('{"id": "a", "input": "Hi"}\n')
        assert arena("check", "golden.jsonl").exit_code == 0

    def test_what_is_none_of_the_three_is_refused(self, arena: Arena, tmp_path: Path) -> None:
        """The message says how they are told apart."""
        (tmp_path / "x.yaml").write_text("name: x\n")
        (tmp_path / "list.yaml").write_text("- a\n")
        done = arena("check", "x.yaml", "list.yaml")
        assert done.exit_code == 2
        assert done.err.count("not recognised: an experiment has 'variants'") == 2

    def test_a_warning_is_no_mistake(self, arena: Arena, tmp_path: Path) -> None:
        """A field that nothing uses is told, and safe to read."""
        (tmp_path / "experiment.yaml").write_text(
            "model: scripted:any\nvariants: {control: a, treatment: b}\nchecks: [{max_words: 3}]\n"
            'cases: [{id: a, input: "Hi", context: "\\e[31mred"}]\n'
        )
        done = arena("check", "experiment.yaml")
        assert done.exit_code == 0
        assert "warning: experiment.yaml: " in done.err
        assert not DANGEROUS.search(done.err)


class TestSchema:
    """`arena schema` prints JSON Schema."""

    @pytest.mark.parametrize("kind", ["experiment", "golden", "rubric", "result"])
    def test_each_kind_has_one(self, arena: Arena, kind: str) -> None:
        """For editors, and for readers of result.json."""
        done = arena("schema", kind)
        assert done.exit_code == 0
        assert json.loads(done.out)["$schema"].startswith("https://json-schema.org/")

    def test_another_kind_is_refused(self, arena: Arena) -> None:
        """The message lists those there are."""
        done = arena("schema", "rubrik")
        assert done.exit_code == 2
        assert "rubric" in done.err


class TestRuns:
    """`arena runs` lists what was run."""

    def test_runs_are_listed_newest_first(self, arena: Arena, tmp_path: Path) -> None:
        """As a table, or as JSON."""
        sample_runs.finished_run(tmp_path)
        sample_runs.finished_run(tmp_path, minutes=1)
        lines = arena("runs").out.splitlines()
        assert [line.split()[1] for line in lines[1:]] == ["20261122-1105-support-bot", "20261122-1104-support-bot"]
        listed = json.loads(arena("runs", "--output-format", "json").out)["runs"]
        assert [each["value"] for each in listed] == [0.716666666667, 0.716666666667]

    def test_an_empty_list_says_what_makes_a_run(self, arena: Arena) -> None:
        """Nothing on stdout, a sentence on stderr."""
        done = arena("runs")
        assert (done.exit_code, done.out) == (0, "")
        assert "arena duel EXPERIMENT" in done.err

    def test_another_format_is_refused(self, arena: Arena) -> None:
        """A list of runs decides nothing."""
        assert arena("runs", "--output-format", "junit").exit_code == 2

    def test_the_project_is_found_from_a_folder_inside_it(
        self, arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The nearest parent with runs; --root names another."""
        sample_runs.finished_run(tmp_path / "project")
        inner = tmp_path / "project" / "a" / "b"
        inner.mkdir(parents=True)
        monkeypatch.chdir(inner)
        assert "20261122-1104" in arena("runs").out
        monkeypatch.chdir(tmp_path)
        assert "20261122-1104" in arena("runs", "--root", "project").out
        assert arena("runs", "--root", "nowhere").exit_code == 2


class TestShow:
    """`arena show` shows cases."""

    def test_without_a_case_all_are_listed(self, arena: Arena, tmp_path: Path) -> None:
        """With their outcomes, in the order of the golden set."""
        sample_runs.finished_run(tmp_path)
        lines = arena("show").out.splitlines()
        assert [line.split()[0] for line in lines[2:]] == ["double-charge", "late-package", "no-answer"]

    @pytest.mark.parametrize("arguments", [("latest", "late-package"), ("20261122", "late-package"), ("late-package",)])
    def test_a_case_is_shown_with_both_answers(self, arena: Arena, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        """A lone argument that names no run may be a case of the latest one."""
        sample_runs.finished_run(tmp_path)
        done = arena("show", *arguments)
        assert done.exit_code == 0
        assert "It is on its way." in done.out
        assert "It arrives in 3-5 days, Dana." in done.out

    @pytest.mark.parametrize("arguments", [("latest", "nothing"), ("nothing", "late-package"), ("nothing",)])
    def test_what_is_not_there_is_named_with_what_is(
        self, arena: Arena, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        """Exit 2, and a list to choose from."""
        sample_runs.finished_run(tmp_path)
        done = arena("show", *arguments)
        assert done.exit_code == 2
        assert "nothing" in done.err
        assert "late-package" in done.err or "20261122-1104-support-bot" in done.err

    def test_without_any_run_the_first_command_is_named(self, arena: Arena) -> None:
        """Both forms."""
        for arguments in (("show",), ("show", "late-package")):
            done = arena(*arguments)
            assert done.exit_code == 2
            assert "hint: arena duel EXPERIMENT makes the first one" in done.err

    def test_a_damaged_run_is_exit_4_without_a_traceback(self, arena: Arena, tmp_path: Path) -> None:
        """The file and the place are named."""
        (sample_runs.finished_run(tmp_path) / "completions.jsonl").write_text("{\n")
        done = arena("show")
        assert done.exit_code == 4
        assert "completions.jsonl:1" in done.err
        assert "Traceback" not in done.err


class TestReport:
    """`arena report` renders a past run again."""

    def test_the_report_needs_the_run_folder_alone(self, arena: Arena, tmp_path: Path) -> None:
        """Moved anywhere, without experiment, cache or network."""
        path = sample_runs.finished_run(tmp_path / "project")
        path.rename(tmp_path / "moved")
        done = arena("report", "moved")
        assert done.exit_code == 0
        assert "Win rate   71.7% [60.5, 81.3]" in done.out
        assert "arena show moved double-charge" in done.out

    def test_files_get_the_format_of_their_ending(self, arena: Arena, tmp_path: Path) -> None:
        """Stdout keeps its own."""
        sample_runs.finished_run(tmp_path)
        done = arena("report", "latest", "-o", "out/a.txt", "-o", "out/b.json", "--output-format", "json")
        assert done.exit_code == 0
        assert json.loads(done.out) == json.loads((tmp_path / "out" / "b.json").read_text())
        assert json.loads(done.out)["calls"] == {"made": 9, "cached": 0, "failed": 1}
        assert "Win rate" in (tmp_path / "out" / "a.txt").read_text()

    @pytest.mark.parametrize("arguments", [("--output-format", "pdf"), ("-o", "a.pdf"), ("latest~9",)])
    def test_an_unknown_format_or_run_is_exit_2(self, arena: Arena, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        """Nothing is written."""
        sample_runs.finished_run(tmp_path)
        done = arena("report", *arguments)
        assert (done.exit_code, done.out) == (2, "")
        assert not (tmp_path / "a.pdf").exists()

    def test_a_file_that_cannot_be_written_is_exit_4(self, arena: Arena, tmp_path: Path) -> None:
        """The disk's own word is passed on."""
        sample_runs.finished_run(tmp_path)
        (tmp_path / "a.txt").mkdir()
        done = arena("report", "-o", "a.txt")
        assert done.exit_code == 4
        assert "cannot write a.txt" in done.err

    def test_hostile_words_in_a_run_reach_no_terminal(self, arena: Arena, tmp_path: Path) -> None:
        """Neither through the report, nor the list, nor an error."""
        result = sample_results.result(hypothesis=HOSTILE, notes=(HOSTILE,))
        sample_runs.finished_run(tmp_path, result=result)
        for arguments in (("report",), ("report", "--output-format", "json"), ("runs",), ("show",)):
            done = arena(*arguments)
            assert not DANGEROUS.search(done.out)

    def test_the_next_command_names_run_and_root_as_they_are_named_here(self, arena: Arena, tmp_path: Path) -> None:
        """What the report says to type works where it is read."""
        sample_runs.finished_run(tmp_path / "a project")
        done = arena("report", "20261122-1104", "--root", "a project")
        assert "arena show 20261122-1104 --root 'a project' double-charge" in done.out
        assert arena("show", "20261122-1104", "--root", "a project", "double-charge").exit_code == 0

    def test_a_run_that_is_going_on_has_no_report(self, arena: Arena, tmp_path: Path) -> None:
        """Another process may still be writing it."""
        with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()):
            assert "still going on" in arena("report").err


def test_the_commands_run_as_a_program(tmp_path: Path) -> None:
    """Not only inside the tests: init, duel and show, each a process of its own, with no key at all."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}

    def program(*arguments: str) -> str:
        command = [sys.executable, "-m", "arena", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    program("init", "demo")
    program("duel", "demo", "--quiet")
    assert "decaffeinated black tea" in program("show", "--root", "demo", "latest", "evening-tea")
    runs = list((tmp_path / "demo" / ".arena" / "runs").iterdir())
    assert load(runs[0]).facts.is_complete
