"""Each folder of examples/ is run as a user runs it, and its figures are those that its README names."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.files.golden import load
from patience import HANG_S

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples"
#: The command line as it is where the extra `local` is not installed.
WITHOUT_EXTRAS = "import sys; sys.modules['xllamacpp'] = None; from arena.cli.main import run; run()"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the examples read into a project of its own, so that no run is written beside the sources."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("examples", "golden", "rubrics"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    (root / "pyproject.toml").touch()
    return root


def arena(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own, without any key, and return what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG_S,
        check=False,
    )


def duel(project: Path, name: str) -> dict[str, Any]:
    """Run an example's duel and return its JSON."""
    done = arena(project, "duel", f"examples/{name}", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def support_bot(project: Path) -> dict[str, Any]:
    """Run the support bot's duel once."""
    return duel(project, "support-bot")


@pytest.fixture(scope="module")
def smollm2(project: Path) -> dict[str, Any]:
    """Run the small model's duel once, from its recorded answers."""
    return duel(project, "smollm2")


@pytest.fixture(scope="module")
def extraction(project: Path) -> dict[str, Any]:
    """Run rules against a small model once, its answers from the record."""
    return duel(project, "extraction")


@pytest.fixture(scope="module")
def retrieval(project: Path) -> dict[str, Any]:
    """Run three paragraphs against five once, from recorded answers."""
    return duel(project, "retrieval")


@pytest.fixture(scope="module")
def decoding(project: Path) -> dict[str, Any]:
    """Run sampling against none once, from recorded answers."""
    return duel(project, "decoding")


def metric(result: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one metric of a result."""
    (found,) = (each for each in result["metrics"] if each["name"] == name)
    return dict(found)


def test_every_folder_of_examples_is_one_that_these_tests_run() -> None:
    """A new example joins these tests, and the page that lists them."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {"support-bot", "smollm2", "extraction", "retrieval", "decoding"}
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in folders if f"]({name}/)" not in listed] == []


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_an_example_is_checked_without_a_mistake(project: Path, file: Path) -> None:
    """`arena check` accepts each example's experiments, cases and rubrics with all that they read."""
    done = arena(project, "check", str(file.relative_to(REPOSITORY)))
    assert done.returncode == 0, done.stderr
    assert "no mistakes" in done.stderr


class TestSupportBot:
    """examples/support-bot."""

    def test_four_wins_no_loss_and_a_tie_are_a_win_rate_of_90_percent(self, support_bot: dict[str, Any]) -> None:
        """Both orders of a case are one unit of evidence: five cases, not ten."""
        win_rate = support_bot["win_rate"]
        assert (win_rate["wins"], win_rate["losses"], win_rate["ties"], win_rate["cases"]) == (4, 0, 1, 5)
        assert (win_rate["value"], win_rate["n"], win_rate["p_value"]) == (0.9, 5, 0.125)

    def test_five_cases_do_not_prove_a_win_rate_above_one_half(self, support_bot: dict[str, Any]) -> None:
        """The interval reaches below 50%, the decision is inconclusive, and more cases are asked for."""
        interval = support_bot["win_rate"]["interval"]
        assert interval["low"] < 0.5 < interval["high"]
        assert support_bot["win_rate_decision"] == "inconclusive"
        assert support_bot["cases_needed"] > 5

    def test_the_axes_show_where_the_difference_lies(self, support_bot: dict[str, Any]) -> None:
        """Arm means of each axis over cases and orders."""
        means = {axis["name"]: (axis["control"], axis["treatment"]) for axis in support_bot["axes"]}
        assert means == {"clarity": (3.4, 4.2), "accuracy": (3.2, 4.2), "policy": (1.0, 4.8)}

    def test_the_judge_holds_to_its_judgments_when_the_answers_swap_places(self, support_bot: dict[str, Any]) -> None:
        """Consistent in every case, no position favoured, nothing flagged."""
        judge = support_bot["judge"]
        assert (judge["consistency"]["value"], judge["first_slot_share"]["value"]) == (1.0, 0.5)
        assert (judge["flagged"], judge["unparseable"], judge["fit"]) == ([], 0, True)

    def test_every_reply_of_the_treatment_names_its_policy_and_none_of_the_control_does(
        self, support_bot: dict[str, Any]
    ) -> None:
        """The golden set's own checks agree with the judge."""
        (passed,) = (metric for metric in support_bot["metrics"] if metric["name"] == "check_pass_rate")
        assert (passed["control"], passed["treatment"]) == (0.0, 1.0)

    def test_the_report_says_that_the_texts_were_written_by_hand(self, project: Path) -> None:
        """Authored answers are never shown as a model's."""
        done = arena(project, "duel", "examples/support-bot")
        assert done.returncode == 0, done.stderr
        assert "written by hand" in " ".join(done.stdout.split())

    def test_a_prompt_that_was_edited_is_not_answered_from_the_record(self, project: Path, tmp_path: Path) -> None:
        """A recorded answer belongs to its prompt: the run stops and names the case."""
        edited = tmp_path / "edited"
        shutil.copytree(project, edited, ignore=shutil.ignore_patterns(".arena"))
        (edited / "examples/support-bot/prompts/treatment.md").write_text("Be brief.\n", encoding="utf-8")
        done = arena(edited, "duel", "examples/support-bot")
        assert done.returncode == 4
        assert "changed" in done.stderr
        assert "Traceback" not in done.stderr


class TestSmollm2:
    """examples/smollm2."""

    def test_recorded_answers_stand_in_where_the_model_is_not_installed(self, smollm2: dict[str, Any]) -> None:
        """Every answer is replayed: grade D0, no call made."""
        assert (smollm2["determinism"], smollm2["calls"]["made"], smollm2["cases"]) == ("D0", 0, 40)

    def test_a_counted_check_proves_that_the_treatment_is_shorter(self, smollm2: dict[str, Any]) -> None:
        """The primary metric passes: the interval of the difference lies above 0."""
        (passed,) = (metric for metric in smollm2["metrics"] if metric["name"] == "check_pass_rate")
        assert (passed["control"], passed["treatment"]) == (0.275, 0.95)
        assert (passed["role"], passed["decision"]) == ("primary", "pass")
        assert passed["difference"]["interval"]["low"] > 0

    def test_few_answers_are_cut_off_and_none_is_empty(self, smollm2: dict[str, Any]) -> None:
        """What is compared are whole answers."""
        for counts in smollm2["outcomes"].values():
            assert set(counts) <= {"stop", "length"}
            assert counts.get("length", 0) <= 2

    def test_a_judge_that_names_answer_a_whatever_it_says_is_unfit(self, smollm2: dict[str, Any]) -> None:
        """No case survives the swap, so the judge is refused and the report says why."""
        judge = smollm2["judge"]
        assert (judge["consistency"]["value"], judge["first_slot_share"]["value"]) == (0.0, 1.0)
        assert judge["unparseable"] == 0
        assert not judge["fit"]
        assert judge["unfit_reasons"]


class TestExtraction:
    """examples/extraction."""

    def test_a_function_is_called_and_the_model_is_replayed(self, extraction: dict[str, Any]) -> None:
        """A target and a recorded model are two arms of one duel."""
        assert (extraction["cases"], extraction["judge"]) == (48, None)
        assert extraction["calls"]["made"] == 48

    def test_the_checks_prove_that_the_model_reads_fewer_mails_rightly(self, extraction: dict[str, Any]) -> None:
        """A duel without a judge ends in a proven no: the interval of the difference lies below 0."""
        passed = metric(extraction, "check_pass_rate")
        assert (round(passed["control"], 3), round(passed["treatment"], 3)) == (0.479, 0.062)
        assert (passed["role"], passed["decision"]) == ("primary", "fail")
        assert passed["difference"]["interval"]["high"] < 0


class TestRetrieval:
    """examples/retrieval."""

    def test_the_committed_contexts_are_what_the_script_retrieves(self, project: Path, tmp_path: Path) -> None:
        """Whoever changes a policy or a question sees that the contexts are no longer theirs."""
        again = tmp_path / "again"
        shutil.copytree(project, again, ignore=shutil.ignore_patterns(".arena", "k?.jsonl"))
        subprocess.run([sys.executable, "examples/retrieval/retrieve.py"], cwd=again, check=True, timeout=HANG_S)
        for name in ("k3.jsonl", "k5.jsonl"):
            written = (again / "examples/retrieval" / name).read_text(encoding="utf-8")
            assert written == (EXAMPLES / "retrieval" / name).read_text(encoding="utf-8"), f"run retrieve.py: {name}"

    def test_five_paragraphs_hold_the_answer_more_often_than_three(self) -> None:
        """31 and 37 of 48: each question's cluster names the paragraph that answers it."""
        paragraph = {case.id: case.cluster for case in load(REPOSITORY / "golden/policy-questions.yaml").cases}
        found = {}
        for name in ("k3", "k5"):
            lines = (EXAMPLES / "retrieval" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines]
            found[name] = sum(paragraph[row["case"]] in {each["id"] for each in row["context"]} for row in rows)
        assert found == {"k3": 31, "k5": 37}

    def test_better_retrieval_does_not_show_in_the_answers(self, retrieval: dict[str, Any]) -> None:
        """The interval reaches far to both sides of 0: neither better nor worse is shown."""
        passed = metric(retrieval, "check_pass_rate")
        assert (round(passed["control"], 3), round(passed["treatment"], 3)) == (0.312, 0.292)
        assert passed["decision"] == "inconclusive"
        assert passed["difference"]["interval"]["low"] < -0.2
        assert passed["difference"]["interval"]["high"] > 0.2


class TestDecoding:
    """examples/decoding."""

    def test_temperature_0_is_proved_to_hold_the_fact_more_often(self, decoding: dict[str, Any]) -> None:
        """Three answers to each of 28 questions are 28 pieces of evidence, and they are enough."""
        passed = metric(decoding, "check_pass_rate")
        assert (round(passed["control"], 3), round(passed["treatment"], 3)) == (0.476, 0.821)
        assert (passed["decision"], decoding["cases"], decoding["repeats"]) == ("pass", 28, 3)
        assert passed["difference"]["interval"]["low"] > 0

    def test_the_best_of_three_hides_what_all_of_three_shows(self, decoding: dict[str, Any]) -> None:
        """Sampled, pass@3 is far above pass^3; without chance both are the share of right answers."""
        best, every = metric(decoding, "pass@3"), metric(decoding, "pass^3")
        assert (round(best["control"], 3), round(every["control"], 3)) == (0.714, 0.214)
        assert best["treatment"] == every["treatment"] == metric(decoding, "check_pass_rate")["treatment"]

    def test_answers_that_are_cut_off_are_counted_and_kept(self, decoding: dict[str, Any]) -> None:
        """Every answer is in its arm's counts: 84 each."""
        assert {name: counts["length"] for name, counts in decoding["outcomes"].items()} == {
            "sampled": 33,
            "greedy": 15,
        }
        assert {sum(counts.values()) for counts in decoding["outcomes"].values()} == {84}
