"""A bad experiment beside its exact message: file, line, column, where, what was found and what to do."""

import re
from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import experiments
from authored_project import CASES, HEAD, VARIANTS, load, refused


def test_an_unknown_key_is_told_with_the_near_one(tmp_path: Path) -> None:
    """The format of every message: `file:line:column: where: what`."""
    text = HEAD + "variants:\n  control: a\n  treatment:\n    system: b\n    decoding: {temperatur: 0}\n" + CASES
    assert refused(tmp_path, text) == [
        "experiment.yaml:7:16: variants.treatment.decoding: unknown key 'temperatur' (did you mean 'temperature'?)"
    ]


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    """Whoever mends a file mends it once."""
    text = (
        "modle: openai:x\njudge: {model: gpt, axes: both}\nvariants: {control: 5}\nrepeats: 0\nmax_cost_usd: five\n"
        "decoding: {max_tokens: 1.5, top_p: 2, temperature: 1, stop: []}\nsplit: {dev: 60%, gate: 50%}\n"
    )
    assert refused(tmp_path, text) == [
        "experiment.yaml:1:1: expected one of 'cases' and 'golden'",
        "experiment.yaml:1:1: unknown key 'modle' (did you mean 'model'?)",
        "experiment.yaml:2:16: judge.model: expected vendor:model such as openai:gpt-6-luna, found 'gpt'",
        "experiment.yaml:2:27: judge.axes: expected 'pairwise', 'pointwise' or 'none', found 'both'",
        "experiment.yaml:3:21: variants.control: expected text or a mapping, found 5: write it in quotes to make "
        "it text",
        "experiment.yaml:4:10: repeats: expected at least 1, found 0",
        "experiment.yaml:5:15: max_cost_usd: expected a number, found 'five' (text): write it without quotes and units",
        "experiment.yaml:6:24: decoding.max_tokens: expected a whole number, found 1.5",
        "experiment.yaml:6:36: decoding.top_p: expected at most 1, found 2",
        "experiment.yaml:7:8: split: 'dev' and 'gate' must add up to 100%, found 110%",
    ]


@pytest.mark.parametrize(
    ("rest", "messages"),
    [
        (
            VARIANTS,
            ["experiment.yaml:1:1: expected one of 'cases' and 'golden'"],
        ),
        (VARIANTS + "cases: []\n", ["experiment.yaml:4:8: cases: is empty: expected at least one"]),
        (CASES, ["experiment.yaml:1:1: required key 'variants' is missing"]),
        (
            "variants: {control: a}\n" + CASES,
            ["experiment.yaml:3:11: variants: expected at least two variants, found 1"],
        ),
        (
            VARIANTS + CASES + "golden: g.yaml\n",
            ["experiment.yaml:1:1: expected one of 'cases' and 'golden'"],
        ),
        (
            VARIANTS + "golden: ../g.yaml\n",
            ["experiment.yaml:4:9: golden: '../g.yaml' lies outside the project root: only files inside it are read"],
        ),
        (
            VARIANTS + "golden: /etc/passwd\n",
            ["experiment.yaml:4:9: golden: '/etc/passwd': write the path relative to this file"],
        ),
        (
            VARIANTS + "golden: experimen.yaml\n",
            ["experiment.yaml:4:9: golden: 'experimen.yaml' does not exist (did you mean 'experiment.yaml'?)"],
        ),
        (
            "variants: {control: a, treatment: {system: {file: p.md}}}\n" + CASES,
            ["experiment.yaml:3:51: variants.treatment.system.file: 'p.md' does not exist"],
        ),
        (
            "variants: {control: a, treatment: {system: {file: p.md, text: b}}}\n" + CASES,
            ["experiment.yaml:3:44: variants.treatment.system: expected text, or {file: PATH}"],
        ),
        (
            VARIANTS + "cases: [{id: a, input: x}, {id: a, input: y}]\n",
            ["experiment.yaml:4:33: cases.1.id: duplicate id 'a', also of case 1 of the file: rename one"],
        ),
        (
            VARIANTS + "cases: [same, same]\n",
            ["experiment.yaml:4:15: cases.1: the same as case 1 of the file: remove one, or give both an 'id'"],
        ),
        (
            VARIANTS + 'cases: [{id: " a", input: x}, {id: "b\\u200b", input: y}, {id: "c\\u2003d", input: z}]\n',
            [
                "experiment.yaml:4:14: cases.0.id: ' a' starts or ends with a blank: remove it",
                "experiment.yaml:4:36: cases.1.id: 'b\\u200b' holds an invisible character, U+200B: remove it",
                "experiment.yaml:4:63: cases.2.id: 'c\\u2003d' holds an unusual blank, U+2003: write a plain blank",
            ],
        ),
        (
            VARIANTS + 'cases: [{id: "", input: x}, {id: c\u043ed, input: y}]\n',
            [
                "experiment.yaml:4:14: cases.0.id: '' is empty: give it a name",
                "experiment.yaml:4:34: cases.1.id: 'c\u043ed' mixes Latin letters with the Cyrillic letter U+043E, "
                "which looks like 'o'",
            ],
        ),
        (
            VARIANTS + "cases: [{id: cop, input: x}, {id: \u0441\u043e\u0440, input: y}]\n",
            [
                "experiment.yaml:4:35: cases.1.id: looks like the id of case 1 of the file, "
                "'\\u0441\\u043e\\u0440' against 'cop': rename one"
            ],
        ),
        (
            VARIANTS + f"cases: [{{id: {'x' * 201}, input: y}}]\n",
            [f"experiment.yaml:4:14: cases.0.id: '{'x' * 60}…' is longer than 200 characters"],
        ),
        (
            VARIANTS + "cases: [{input: true}, 5, {tags: [a]}]\n",
            [
                "experiment.yaml:4:17: cases.0.input: expected text, or {file: PATH}, found true: "
                "write it in quotes to make it text",
                "experiment.yaml:4:24: cases.1: expected text or a mapping, found 5: write it in quotes to make "
                "it text",
                "experiment.yaml:4:27: cases.2: a case has either 'input' or 'messages'",
            ],
        ),
        (
            VARIANTS + "cases: [{messages: [{role: user, content: a}, {role: assistant, content: b}]}]\n",
            [
                "experiment.yaml:4:9: cases.0: the last of 'messages' must be a user turn: "
                "it is the one that gets answered"
            ],
        ),
        (
            VARIANTS + "cases: [{input: a, vars: {input: 5}}]\n",
            ["experiment.yaml:4:9: cases.0: 'vars' must not redefine 'input': rename it"],
        ),
        (
            VARIANTS + "cases: [{input: a, context: 5}]\n",
            ["experiment.yaml:4:29: cases.0.context: expected a text, a list of {id, text}, or {file: PATH}, found 5"],
        ),
        (
            VARIANTS + "cases: [{input: a, context: [{id: p}]}]\n",
            ["experiment.yaml:4:30: cases.0.context.0: expected either 'text' or 'file'"],
        ),
        (
            "variants: {control: {outputs: o.jsonl, system: a}, treatment: {model: openai:x, target: 'python:a.py:f'}, "
            "third: {system: a, version: 2}}\n" + CASES,
            [
                "experiment.yaml:3:21: variants.control: 'system' has no effect beside 'outputs': remove it",
                "experiment.yaml:3:63: variants.treatment: 'model' and 'target' exclude each other: "
                "one of them gives the answers",
                "experiment.yaml:3:114: variants.third: 'version' belongs to a 'target'",
            ],
        ),
        (
            "variants: {control: a, treatment: {target: 'python:app.py:answr'}}\n" + CASES,
            ["experiment.yaml:3:44: variants.treatment.target: app.py defines no 'answr' (did you mean 'answer'?)"],
        ),
        (
            "variants: {control: a, treatment: {target: 'python:broken.py:answer'}}\n" + CASES,
            [
                "experiment.yaml:3:44: variants.treatment.target: broken.py is not Python: '(' was never closed "
                "(<unknown>, line 1)"
            ],
        ),
        (
            "variants: {control: a, treatment: {target: 'python:nowhere.py:answer'}}\n" + CASES,
            ["experiment.yaml:3:44: variants.treatment.target: 'nowhere.py' does not exist"],
        ),
        (
            "variants: {control: a, treatment: {target: 'python:latin.py:answer'}}\n" + CASES,
            ["latin.py:1:3: byte 0xe9 ('é' in latin-1) is not UTF-8: save the file as UTF-8"],
        ),
        (
            "variants: {control: a, treatment: {system: {file: latin.py}}}\n" + CASES,
            ["latin.py:1:3: byte 0xe9 ('é' in latin-1) is not UTF-8: save the file as UTF-8"],
        ),
        (
            "variants: {control: a, treatment: {system: {file: ../p.md}}}\n" + CASES,
            [
                "experiment.yaml:3:51: variants.treatment.system.file: '../p.md' lies outside the project root: "
                "only files inside it are read"
            ],
        ),
        (
            "variants: {cop: a, \u0441\u043e\u0440: b}\n" + CASES,
            [
                "experiment.yaml:3:25: variants.\u0441\u043e\u0440: variant '\\u0441\\u043e\\u0440' looks like "
                "variant 'cop': rename one"
            ],
        ),
        (
            VARIANTS + CASES + "transcript: t.jsonl\n",
            ["experiment.yaml:5:13: transcript: 't.jsonl' does not exist"],
        ),
        (
            VARIANTS + CASES + "base_url: ftp://x\n",
            [
                "experiment.yaml:5:11: base_url: expected an http or https address such as http://localhost:8000/v1, "
                "found 'ftp://x'"
            ],
        ),
        (
            VARIANTS + CASES + "base_url: 'http://[x'\n",
            [
                "experiment.yaml:5:11: base_url: expected an http or https address such as http://localhost:8000/v1, "
                "found 'http://[x'"
            ],
        ),
        (
            VARIANTS + CASES + "base_url: http://key@host/v1\n",
            [
                "experiment.yaml:5:11: base_url: an address holds no user, query or fragment: "
                "keys come from the environment"
            ],
        ),
        (
            VARIANTS + CASES + "split: {dev: 100%, gate: 0}\n",
            ["experiment.yaml:5:8: split: 'dev' and 'gate' each need more than 0%"],
        ),
        (
            VARIANTS + CASES + "gate: {must_pass: [safety]}\n",
            ["experiment.yaml:5:20: gate.must_pass.0: no case has the tag 'safety'"],
        ),
        (
            VARIANTS + "cases: [{id: a, input: x, tags: [safety]}]\ngate: {must_pass: [safety]}\n",
            [
                "experiment.yaml:5:20: gate.must_pass.0: case 'a' with the tag 'safety' must pass, "
                "but no check says what"
            ],
        ),
        (
            VARIANTS + CASES + "rubric: r.yaml\nmetrics: [{name: axis.clarty}]\n",
            ["experiment.yaml:6:18: metrics.0.name: the rubric has no axis 'clarty' (did you mean 'clarity'?)"],
        ),
        (
            VARIANTS + CASES + "checks: [{exact: {reference: true}}]\n",
            ["experiment.yaml:5:18: checks.0.exact: case '6957b58a' has no 'reference'"],
        ),
        (
            VARIANTS + "cases: [{id: a, input: x, checks: [{exact: {reference: true}}]}]\n",
            ["experiment.yaml:4:8: cases: case 'a' is checked against a 'reference' that it does not have"],
        ),
    ],
)
def test_a_wrong_experiment_is_refused(tmp_path: Path, rest: str, messages: list[str]) -> None:
    """Each contradiction is placed where it is written."""
    files: dict[str, str | bytes] = {
        "app.py": "import os\nX = 1\nX.y = 2\nif X: pass\nclass C: pass\nasync def answer(case): return 'x'\n",
        "broken.py": "def answer(",
        "latin.py": b"# \xe9",
        "r.yaml": "axes: [{name: clarity, question: Clear?, levels: {1: bad, 5: good}}]\n",
    }
    assert refused(tmp_path, HEAD + rest, files) == messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            VARIANTS + CASES + "judge: openai:x\n",
            "experiment.yaml:1:21: variants.control: no model: give one here or at the top, or 'outputs', or 'target'",
        ),
        (
            "model: openai:x\n" + VARIANTS + CASES,
            "experiment.yaml:1:1: nothing decides: declare a 'judge', 'checks', or a metric with 'role: primary'",
        ),
        (
            "model: openai:x\nchecks: [{judge: Is kind.}]\n" + VARIANTS + CASES,
            "experiment.yaml:2:10: checks.0: a judge's check needs a judge: declare 'judge'",
        ),
        (
            "model: openai:x\n" + VARIANTS + "cases: [{id: a, input: b, checks: [{judge: Is kind.}]}]\n",
            "experiment.yaml:3:8: cases: case 'a' is checked by a judge, but there is none: declare 'judge'",
        ),
        (
            "model: replay:../x\njudge: openai:y\n" + VARIANTS + CASES,
            "experiment.yaml:1:8: model: '../x' lies outside the project root: only files inside it are read "
            "(paths of replay: are relative to the project root)",
        ),
        ("- a\n- b\n", "experiment.yaml:1:1: expected a mapping, found a list"),
        ("hello", "experiment.yaml:1:1: expected a mapping, found 'hello'"),
        ("", "experiment.yaml:1:1: the file is empty: expected a mapping such as `cases: […]`"),
        (
            HEAD + VARIANTS + CASES + "".join(f"k{i}: 1\n" for i in range(1001)),
            "experiment.yaml:1:1: has 1,005 keys (known: model, base_url, api, price, on_unsupported, decoding, "
            "system, "
            "user, tools, name, hypothesis, golden, cases, labels, rubric, variants, judge, panel, checks, metrics, "
            "gate, repeats, seed, max_cost_usd, split, transcript, live)",
        ),
        (
            HEAD + VARIANTS + CASES + "metrics: [" + "5," * 1001 + "]\n",
            "experiment.yaml:1:1: 'metrics' has 1,001 entries: at most 1,000 are taken",
        ),
    ],
)
def test_a_file_that_lacks_the_whole_of_it_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The first message says what is missing."""
    assert refused(tmp_path, text)[0] == message


@pytest.mark.parametrize(
    ("templates", "message"),
    [
        (
            'user: "{{ inputt }}"\n' + VARIANTS,
            "experiment.yaml:3:7: user: case c1: 'inputt' is undefined (defined: customer, input, vars) "
            "(and in 2 more cases)",
        ),
        (
            "variants: {control: a, treatment: 'Dear {{ customer }}'}\n",
            "experiment.yaml:3:35: variants.treatment: case c2: 'customer' is undefined (defined: input, vars) "
            "(and in 1 more cases)",
        ),
        (
            "variants: {control: a, treatment: '{{ context }}'}\n",
            "experiment.yaml:3:35: variants.treatment: case c1: 'context' is undefined (defined: customer, "
            "input, vars) "
            "(and in 2 more cases)",
        ),
        (
            "variants: {control: a, treatment: '{% for x in %}'}\n",
            "experiment.yaml:3:35: variants.treatment: not a template: Expected an expression, got 'end of statement "
            "block' (line 1 of the text)",
        ),
        (
            "variants: {control: a, treatment: '{{ 9 ** 9 }}'}\n",
            "experiment.yaml:3:35: variants.treatment: '**' is not available in templates (line 1 of the text)",
        ),
    ],
)
def test_a_template_that_a_case_cannot_fill_is_refused(tmp_path: Path, templates: str, message: str) -> None:
    """Every template is tried on every case before anything is sent: the message names case and name."""
    cases = "cases:\n- {id: c1, input: a, vars: {customer: Dana}}\n- {id: c2, input: b}\n- {id: c3, input: c}\n"
    assert message in refused(tmp_path, HEAD + templates + cases)


def test_thousands_of_mistakes_are_counted_not_listed(tmp_path: Path) -> None:
    """A garbage file gets a message that can be read."""
    messages = refused(tmp_path, HEAD + VARIANTS + "cases:\n" + "- 5\n" * 2000)
    assert len(messages) == 201
    assert messages[-1].endswith("more mistakes")


def test_too_many_cases_are_refused(tmp_path: Path) -> None:
    """A file has a size that can be checked at start."""
    assert refused(tmp_path, HEAD + VARIANTS + "cases:\n" + "- x\n" * 100_001) == [
        "experiment.yaml:5:1: cases: has 100,001 entries: at most 100,000 are taken; split the file"
    ]


def test_a_missing_experiment_is_named(tmp_path: Path) -> None:
    """The message names the file as it was typed, and a near one."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "experiment.yaml").touch()
    with pytest.raises(FileError) as caught:
        experiments.load(tmp_path / "experiments.yaml")
    assert str(caught.value) == (
        "experiments.yaml: 'experiments.yaml' does not exist (did you mean 'experiment.yaml'?)"
    )


def test_an_experiment_outside_the_root_is_refused(tmp_path: Path) -> None:
    """--root bounds what is read, the experiment included."""
    (tmp_path / "experiment.yaml").write_text("x: 1")
    (tmp_path / "project").mkdir()
    with pytest.raises(FileError, match="lies outside the project root"):
        experiments.load(tmp_path / "experiment.yaml", root=tmp_path / "project")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("openai:a", "asks what judge 1 asks: its word would count twice; remove one"),
        ("{model: openai:a, name: again}", "asks what judge 1 asks: its word would count twice; remove one"),
        ("{model: openai:a, presentations: single}", "asks what judge 1 asks"),
        ("{model: openai:a, decoding: {temperature: 0}}", "asks what judge 1 asks"),
        ("{model: openai:a, price: {input: 1, output: 2}}", "asks what judge 1 asks"),
        ("{model: openai:b, name: openai:a}", "is called 'openai:a', as judge 1 is: give it another 'name'"),
    ],
)
def test_judges_of_a_panel_differ_in_what_they_are_asked_and_in_name(tmp_path: Path, second: str, message: str) -> None:
    """One word must not count twice, and a judge's health must be its own."""
    text = f"model: openai:x\njudge: [openai:a, {second}]\n" + VARIANTS + CASES
    (found,) = refused(tmp_path, text)
    assert found.startswith(f"experiment.yaml:2:19: judge.1: {message}")


def test_judges_of_one_model_are_told_apart_by_what_they_are_asked(tmp_path: Path) -> None:
    """A model alone is its own id; several of one model carry six digits of what else makes them."""

    def ids(one: str, other: str) -> list[str]:
        judges = f"judge: [{one}, {other}, openai:b]\n"
        return [judge.id for judge in load(tmp_path, "model: openai:x\n" + judges + VARIANTS + CASES).judges]

    two = ("openai:a", "{model: openai:a, decoding: {temperature: 0.7}}")
    cold, warm, other = ids(*two)
    assert other == "openai:b"
    assert cold != warm
    assert all(re.fullmatch(r"openai:a \([0-9a-f]{6}\)", each) for each in (cold, warm))
    assert ids(*two[::-1]) == [warm, cold, other]
    assert ids("{model: openai:a, name: cold}", "{model: openai:a, sees_context: false}")[0] == "cold"
