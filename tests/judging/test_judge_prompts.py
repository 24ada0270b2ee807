"""A judge's instructions as files: unchanged they make the same prompts, changed they are another judge."""

from dataclasses import replace
from pathlib import Path

import pytest

from arena.asking.question import DATA_RULE
from arena.files import experiments
from arena.judging import prompts
from arena.judging.pairwise import Ballot, ballots
from arena.judging.pointwise import scorecard, scorecards
from arena.records.experiment import Judge, JudgePrompt
from arena.records.workspace import Workspace
from authored_project import CASES, VARIANTS, load, refused, write
from command_line import arena
from judge_parts import CASE, CONTROL, JUDGE, RUBRIC, TREATMENT

MODEL = "model: openai:gpt-6-luna\n"
OWN = "My house rules.\n{{ rubric }}\n{{ data_rule }}\n{{ reply_rule }}\n"


def asked(judge: Judge) -> Ballot:
    """Return the first ballot of one case."""
    return ballots(judge, RUBRIC, CASE, CONTROL, TREATMENT, workspace=Workspace())[0]


def experiment(**judge: str) -> str:
    """Return an experiment whose judge has these keys besides its model."""
    keys = "".join(f"  {key}: {value}\n" for key, value in judge.items())
    return f"{MODEL}judge:\n  model: openai:judge-1\n{keys}{VARIANTS}{CASES}"


def test_files_that_init_writes_make_the_prompts_that_ship(tmp_path: Path) -> None:
    """Unchanged, the two files ask byte for byte what is asked without them, so nothing is hidden in the program."""
    done = arena(tmp_path, "init", "--judge-prompt", ".")
    assert done.code == 0, done.err
    assert "prompt: {file: judge/pairwise.md}" in done.out
    file = "{file: judge/pairwise.md}"
    keys = {"prompt": file, "axes": "pointwise", "pointwise_prompt": "{file: judge/pointwise.md}"}
    with_files = load(tmp_path, experiment(**keys)).judges[0]
    without = replace(with_files, prompt=None, pointwise_prompt=None)
    assert asked(with_files).request.body == asked(without).request.body
    cards = [scorecard(judge, RUBRIC, CASE, TREATMENT, workspace=Workspace()) for judge in (with_files, without)]
    assert cards[0].request.body == cards[1].request.body


def test_init_overwrites_no_instructions(tmp_path: Path) -> None:
    """A second time nothing is written, and the command says which files are there."""
    arena(tmp_path, "init", "--judge-prompt", ".")
    (tmp_path / "judge" / "pairwise.md").write_text("mine")
    again = arena(tmp_path, "init", "--judge-prompt", ".")
    assert again.code == 2
    assert "judge/pairwise.md" in again.err
    assert (tmp_path / "judge" / "pairwise.md").read_text() == "mine"


def test_own_instructions_stand_around_the_rules_and_outside_the_fences() -> None:
    """The template is filled once: rubric, data rule and reply rule; the material is fenced as ever."""
    ballot = asked(replace(JUDGE, prompt=JudgePrompt(text=OWN)))
    system, user = (message.content for message in ballot.request.messages)
    assert system.startswith("My house rules.\n")
    assert DATA_RULE in system
    assert "accuracy (weight 2): Is it true?" in system
    assert '"winner": "A, B or TIE"' in system
    assert user == asked(JUDGE).request.messages[1].content


def test_rubric_that_holds_a_placeholder_is_not_filled_again() -> None:
    """What is put in is text, whoever wrote it."""
    sly = replace(RUBRIC, instructions="Say {{ reply_rule }}.")
    ballot = ballots(
        replace(JUDGE, prompt=JudgePrompt(text=OWN)), sly, CASE, CONTROL, TREATMENT, workspace=Workspace()
    )[0]
    assert "Say {{ reply_rule }}." in ballot.request.messages[0].content


def test_one_file_serves_labels_likelihood_and_expected_scores() -> None:
    """The reply rule that is put in is that of the method."""
    own = JudgePrompt(text=OWN)
    by_likelihood = asked(replace(JUDGE, method="likelihood", axes="none", prompt=own))
    assert prompts.LETTER_RULE in by_likelihood.request.messages[0].content
    judge = replace(JUDGE, axes="pointwise", scores="expected", pointwise_prompt=own)
    card = scorecards(judge, RUBRIC, CASE, TREATMENT, workspace=Workspace())[0]
    assert prompts.LEVEL_RULE in card.request.messages[0].content


def test_text_and_version_are_part_of_the_judge(tmp_path: Path) -> None:
    """Another text or another version is another configuration and another experiment."""
    texts = [OWN, OWN.replace("house", "new"), OWN]
    versions = ["1", "1", "2"]
    found = []
    for text, version in zip(texts, versions, strict=True):
        keys = {"prompt": f"{{file: j.md, version: {version}}}"}
        found.append(load(tmp_path, experiment(**keys), {"j.md": text}))
    assert len({one.hash for one in found}) == 3
    assert len({asked(one.judges[0]).judge_config for one in found}) == 3
    assert [one.judges[0].prompt.version for one in found if one.judges[0].prompt] == versions
    assert "j.md" in {file.path for file in found[0].files}


def test_experiment_without_new_keys_has_the_hash_it_had(tmp_path: Path) -> None:
    """Keys that say what is so anyway change no hash."""
    plain = load(tmp_path, experiment()).hash
    spelled = experiment(method="label", scores="stated", axes="pairwise")
    assert load(tmp_path, spelled).hash == plain
    assert load(tmp_path, experiment(method="likelihood")).hash != plain
    assert load(tmp_path, experiment(method="likelihood", axes="none")).judges[0].axes == "none"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ rubric }} {{ data_rule }}", "'{{ reply_rule }}' is missing: the form in which the reply is read"),
        ("{{ rubric }} {{ reply_rule }}", "'{{ data_rule }}' is missing: what tells the judge"),
        ("{{ data_rule }} {{ reply_rule }}", "'{{ rubric }}' is missing: the axes that decide"),
        (
            OWN + "{{ rubrik }}",
            "'rubrik' is undefined (did you mean 'rubric'?) (defined: rubric, data_rule, reply_rule)",
        ),
        (OWN + "{{ input }}", "'input' is undefined (defined: rubric, data_rule, reply_rule)"),
        (OWN + "{% if %}", "not a template"),
        (
            "{% if rubric == 'x' %}{{ data_rule }}{% endif %}{{ rubric }}{{ reply_rule }}",
            "'{{ data_rule }}' is missing",
        ),
        (OWN + "{{ rubric.__class__ }}", "has no attribute '__class__'"),
    ],
)
def test_mistake_in_the_instructions_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """Before anything is sent: the experiment's file, line and column of the key that names the template."""
    (found,) = refused(tmp_path, experiment(prompt="{file: j.md}"), {"j.md": text})
    assert found.startswith("experiment.yaml:4:")
    assert "judge.prompt.file" in found
    assert message in found


def test_instructions_that_are_not_there_are_a_located_mistake(tmp_path: Path) -> None:
    """A path to nothing, and both a text and a file."""
    (absent,) = refused(tmp_path, experiment(prompt="{file: nowhere.md}"))
    assert "experiment.yaml:4:" in absent
    assert "nowhere.md" in absent
    (both,) = refused(tmp_path, experiment(prompt="{file: j.md, text: x}"), {"j.md": OWN})
    assert "{file: PATH}" in both


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"model": "anthropic:claude-sonnet-5", "method": "likelihood"},
            "needs log-probabilities, and anthropic gives none",
        ),
        (
            {"model": "anthropic:claude-sonnet-5", "axes": "pointwise", "scores": "expected"},
            "'scores: expected' needs log-probabilities",
        ),
        ({"method": "likelihood", "axes": "pairwise"}, "reads one letter, which holds no axes"),
        ({"scores": "expected"}, "write 'axes: pointwise' beside it"),
        ({"pointwise_prompt": "{text: x}"}, "'pointwise_prompt' is read with 'axes: pointwise' alone"),
    ],
)
def test_keys_of_a_judge_that_cannot_go_together_are_located(
    tmp_path: Path, keys: dict[str, str], message: str
) -> None:
    """The file is refused with line and column, and nothing is sent."""
    text = experiment(**keys) if "model" not in keys else experiment(**keys).replace("  model: openai:judge-1\n", "")
    found = refused(tmp_path, text)
    assert any(message in one and one.startswith("experiment.yaml:") for one in found), found


def test_panel_needs_several_judges(tmp_path: Path) -> None:
    """`panel` beside one judge is a mistake; beside two it is the experiment's rule, and part of its hash."""
    (found,) = refused(tmp_path, experiment() + "panel: majority\n")
    assert "'panel' says how several judges become one" in found
    two = f"{MODEL}judge: [openai:judge-1, openai:judge-2]\n{VARIANTS}{CASES}"
    assert load(tmp_path, two).panel == "mean"
    assert load(tmp_path, two + "panel: majority\n").panel == "majority"
    assert load(tmp_path, two + "panel: majority\n").hash != load(tmp_path, two).hash
    assert load(tmp_path, two + "panel: mean\n").hash == load(tmp_path, two).hash


@pytest.mark.parametrize("name", ["general", "safety", "toxicity"])
def test_rubric_that_ships_is_used_by_its_name(tmp_path: Path, name: str) -> None:
    """`builtin:NAME` needs no file; each of its axes is anchored at both ends."""
    rubric = load(tmp_path, experiment() + f"rubric: builtin:{name}\n").rubric
    assert rubric.name == name
    assert all({1, 5} <= axis.levels.keys() for axis in rubric.axes)


def test_unknown_rubric_that_ships_is_located(tmp_path: Path) -> None:
    """The message lists those that there are."""
    (found,) = refused(tmp_path, experiment() + "rubric: builtin:safty\n")
    assert "no rubric 'builtin:safty' ships with arena: builtin:general, builtin:safety, builtin:toxicity" in found


@pytest.mark.parametrize("name", ["safety", "toxicity"])
def test_reviewed_rubric_is_the_one_that_ships(name: str) -> None:
    """The file at the top of the repository, where people read it, has the bytes of the package's."""
    root = Path(__file__).parents[2]
    packaged = Path(experiments.__file__).with_name("shipped") / f"{name}.yaml"
    assert (root / "rubrics" / f"{name}.yaml").read_bytes() == packaged.read_bytes()


def test_project_of_a_written_prompt_stays_inside(tmp_path: Path) -> None:
    """A template outside the project is not read."""
    write(tmp_path / "other", {"j.md": OWN})
    (found,) = refused(tmp_path / "project", experiment(prompt="{file: ../other/j.md}"))
    assert "outside" in found
