"""An experiment is loaded with every file read in and every default made explicit."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from arena.errors import FileError
from arena.files import experiments
from arena.files.reading.yaml_source import load_yaml
from arena.files.schema import json_schema
from arena.records.case import Check, Document
from arena.records.live import Stage
from arena.records.metric import Limit
from arena.records.variant import Decoding, Model, Price, RecordedOutput
from authored_project import CASES, HEAD, VARIANTS, load, refused, write

SMALLEST = """\
model: openai:gpt-6-luna
judge: anthropic:claude-…
variants:
  control: Be helpful.
  treatment: {system: {file: prompts/new.md}}
cases:
  - My package hasn't arrived. It's been 8 days.
  - {input: Why was I charged twice?, tags: [billing]}
"""

GOLDEN = """\
name: support-bot
version: 1
cases:
  - id: late-package
    input: "My package hasn't arrived. It's been 8 days."
    context: |                 # retrieved documents or policy
      Standard shipping takes 3-5 business days …
    vars: {customer: Dana}
    reference: …
    tags: [shipping, hard]
    cluster: customer-17
    checks: [{contains: "shipping policy"}]
  - id: damaged-item
    messages: [{role: user, content: a}, {role: assistant, content: b}, {role: user, content: c}]
"""

RUBRIC = """\
name: support-bot
version: 3
axes:
  - name: clarity
    question: Is it clear?
    weight: 2
    levels: {1: no idea, 3: mostly, 5: at once}
instructions: {file: judge.md}
"""

WHOLE = """\
name: support-bot-cites-policy
hypothesis: Citing the policy and using the customer's name makes replies better.
golden: ../../golden/support-bot.yaml
rubric: ../../rubrics/support-bot.yaml
model: openai:gpt-6-luna
base_url: null
decoding: {temperature: 0, max_tokens: 400}
user: "{{ input }}\\n\\nPolicy:\\n{{ context }}"
variants:
  control:   {system: Be helpful.}
  treatment: {system: {file: prompts/treatment.md}}
repeats: 1
max_cost_usd: 5
split: {dev: 60%, gate: 40%}
judge:
  model: anthropic:claude-…
  presentations: both
  axes: pairwise
checks: [{json_schema: {file: schemas/reply.json}}, {not_regex: "(?i)as an ai"}, {judge: "Promises no refund."}]
metrics:
  - {name: win_rate, role: primary, above: 0.5}
  - {name: latency_s_p95, role: guardrail, max_increase: 300ms}
  - {name: cost_usd, role: guardrail, max_increase: 10%}
  - {name: check_pass_rate, role: guardrail, max_drop: 2pp}
  - {name: error_rate, role: guardrail, max: 0.1%, where: live}
  - {name: cost_per_success, numerator: cost_usd, denominator: resolved, direction: down, where: live}
gate: {alpha: 0.05, min_consistency: 0.7, must_pass: [shipping]}
live:
  randomize_by: conversation_id
  salt: pepper
  units: 2942
  stages: [{shadow: {skip: "copy change, low risk"}}, {canary: 5%, from: "2026-11-02"}, {ab: 50%, from: "2026-11-04"}]
  ends: "2026-11-18"
  outcome_within: 24h
  overrides: {qa-17: treatment}
  looks: {fractions: [0.25, 0.5, 0.75, 1.0], spending: obrien-fleming}
  burn_in_days: 2
  segments: [device, tier]
  guardrails: {error_rate: {windows: 2, action: rollback}, latency_s_p95: {windows: 2, action: pause}}
"""

PROJECT = {
    "golden/support-bot.yaml": GOLDEN,
    "rubrics/support-bot.yaml": RUBRIC,
    "rubrics/judge.md": "Mind the policy.\n",
    "examples/a/prompts/treatment.md": "Be helpful, cite the policy.\r\n",
    "examples/a/schemas/reply.json": '{"type": "object"}',
    "examples/a/experiment.yaml": WHOLE,
}


def test_the_smallest_file_works(tmp_path: Path) -> None:
    """Everything that is not written has its default."""
    folder = tmp_path / "returns"
    folder.mkdir()
    experiment = load(folder, SMALLEST, {"prompts/new.md": "Be kind.\n"})
    assert (experiment.name, experiment.control, experiment.treatment) == ("returns", "control", "treatment")
    control, treatment = experiment.variants.values()
    assert (control.system, control.user, control.model) == (
        "Be helpful.",
        "{{ input }}",
        Model(vendor="openai", name="gpt-6-luna"),
    )
    assert (treatment.system, treatment.sources) == ("Be kind.", {"system": "prompts/new.md"})
    assert [case.input for case in experiment.golden.cases] == [
        "My package hasn't arrived. It's been 8 days.",
        "Why was I charged twice?",
    ]
    assert all(len(case.id) == 8 and int(case.id, 16) >= 0 for case in experiment.golden.cases)
    assert experiment.rubric.name == "general"
    assert len(experiment.judges) == 1
    assert [(m.name, m.role, m.limits) for m in experiment.metrics] == [
        ("win_rate", "primary", (Limit(kind="above", value=0.5),))
    ]
    assert (experiment.max_cost_usd, experiment.max_cost_declared, experiment.repeats) == (5.0, False, 1)
    assert [file.path for file in experiment.files] == ["experiment.yaml", "prompts/new.md"]
    assert experiment.warnings == ()


def test_the_whole_file_works(tmp_path: Path) -> None:
    """Every key of the contract is read, and every file that it names."""
    write(tmp_path, PROJECT)
    experiment = experiments.load(tmp_path / "examples/a")
    late, damaged = experiment.golden.cases
    assert experiment.golden.path == "golden/support-bot.yaml"
    assert (experiment.golden.name, experiment.golden.version) == ("support-bot", "1")
    assert late.context == (Document(text="Standard shipping takes 3-5 business days …\n"),)
    assert late.checks == (Check(key="contains", argument={"texts": ["shipping policy"], "ignore_case": False}),)
    assert (damaged.input, len(damaged.messages)) == ("c", 3)
    assert experiment.rubric.instructions == "Mind the policy."
    assert experiment.rubric.axes[0].levels == {1: "no idea", 3: "mostly", 5: "at once"}
    assert experiment.variants["treatment"].system == "Be helpful, cite the policy."
    assert experiment.variants["treatment"].decoding == Decoding(temperature=0.0, max_tokens=400)
    assert [check.key for check in experiment.checks] == ["json_schema", "not_regex", "judge"]
    assert experiment.checks[0].argument == {"type": "object"}
    assert [metric.limits for metric in experiment.metrics] == [
        (Limit(kind="above", value=0.5),),
        (Limit(kind="max_increase", value=0.3),),
        (Limit(kind="max_increase", value=0.1, relative=True),),
        (Limit(kind="max_drop", value=0.02),),
        (Limit(kind="max", value=0.001),),
        (),
    ]
    assert experiment.split is not None
    assert (experiment.split.dev, experiment.split.salt) == (0.6, "support-bot")
    assert experiment.live is not None
    assert experiment.live.stages[1] == Stage(kind="canary", share=0.05, starts=date(2026, 11, 2))
    assert experiment.warnings == ("'vars.customer' of case 'late-package' is used by no template",)
    assert [file.path for file in experiment.files] == sorted(PROJECT)


def test_the_schemas_accept_the_whole_files() -> None:
    """Editors underline nothing that loads."""
    for kind, text in {"experiment": WHOLE, "golden": GOLDEN, "rubric": RUBRIC}.items():
        jsonschema.validate(load_yaml(text.encode(), kind).value, json_schema(kind))


def test_the_hash_ignores_comments_paths_and_the_cap(tmp_path: Path) -> None:
    """Moving or explaining an experiment does not make it another one; neither does spending less."""
    write(tmp_path, PROJECT)
    first = experiments.load(tmp_path / "examples/a")
    moved = {name.replace("examples/a", "examples/b"): text for name, text in PROJECT.items()}
    changed = WHOLE.replace("max_cost_usd: 5", "max_cost_usd: 3 # enough").replace("salt: pepper", "salt: salt")
    write(tmp_path, {**moved, "examples/b/experiment.yaml": "# a comment\n" + changed})
    assert experiments.load(tmp_path / "examples/b").hash == first.hash
    assert len(first.hash) == 64


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("golden/support-bot.yaml", "8 days", "9 days"),
        ("rubrics/support-bot.yaml", "at once", "easily"),
        ("rubrics/judge.md", "Mind", "Know"),
        ("examples/a/prompts/treatment.md", "cite", "name"),
        ("examples/a/schemas/reply.json", "object", "array"),
        ("examples/a/experiment.yaml", "temperature: 0", "temperature: 1"),
        ("examples/a/experiment.yaml", "300ms", "200ms"),
        ("examples/a/experiment.yaml", "repeats: 1", "repeats: 2"),
        ("examples/a/experiment.yaml", "alpha: 0.05", "alpha: 0.01"),
    ],
)
def test_the_hash_changes_with_what_can_change_a_result(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Prompts, cases, rubric, schemas, decoding, limits and rules all count."""
    write(tmp_path, PROJECT)
    first = experiments.load(tmp_path / "examples/a")
    write(tmp_path, {name: PROJECT[name].replace(old, new)})
    assert experiments.load(tmp_path / "examples/a").hash != first.hash


def test_recorded_answers_count_in_the_hash_and_a_changed_experiment_is_hashed_anew(tmp_path: Path) -> None:
    """What stands in for a model can change a result."""
    text = HEAD + VARIANTS + CASES + "transcript: t.jsonl\n"
    one = load(tmp_path, text, {"t.jsonl": "{}\n"})
    two = load(tmp_path, text, {"t.jsonl": "{} \n"})
    assert one.transcript == str(tmp_path.resolve() / "t.jsonl")
    assert one.hash != two.hash
    assert experiments.rehashed(replace(one, seed=1)).hash != one.hash
    assert experiments.rehashed(one).hash == one.hash


def test_a_model_keeps_its_own_address_and_price(tmp_path: Path) -> None:
    """What stands beside a model belongs to it: a variant's own model takes none of the shared address."""
    text = (
        "model: openai:a\nbase_url: http://localhost:1/v1\nprice: {input: 1, output: 2}\napi: chat\n"
        "decoding: {temperature: 0, stop: END}\njudge: [openai:j, {model: openai:k, on_unsupported: record}]\n"
        "variants:\n  old: {system: x, decoding: {temperature: 1}}\n"
        "  new: {system: x, model: 'groq:b', decoding: {stop: [A, B]}}\n  other: {base_url: 'http://localhost:2/v1'}\n"
    )
    experiment = load(tmp_path, text + CASES)
    old, new, other = experiment.variants.values()
    assert (experiment.control, experiment.treatment) == ("old", "new")
    price = Price(input=1, output=2)
    assert old.model == Model(vendor="openai", name="a", base_url="http://localhost:1/v1", price=price, api="chat")
    assert new.model == Model(vendor="groq", name="b")
    assert other.model is not None
    assert other.model.base_url == "http://localhost:2/v1"
    assert (old.decoding.temperature, old.decoding.stop) == (1.0, ("END",))
    assert (new.decoding.temperature, new.decoding.stop) == (0.0, ("A", "B"))
    assert [judge.model.on_unsupported for judge in experiment.judges] == ["error", "record"]


def test_outputs_targets_and_replayed_models_are_read(tmp_path: Path) -> None:
    """Any stack's answers, a function's, or a recording's can be an arm."""
    text = (
        "judge: openai:j\nvariants:\n  control: {outputs: out.jsonl}\n"
        "  treatment: {target: 'python:app.py:answer', version: 3, context: Policy.}\n"
        "  third: {model: 'replay:rec/t.jsonl', system: s, tools: [{name: lookup}]}\n"
        "cases: [{id: a, input: x, context: [{id: p, text: q}, {file: doc.txt}]}]\n"
    )
    files = {
        "out.jsonl": '{"case": "a", "output": "one", "latency_s": 1.5}\n{"case": "a", "output": "two", "repeat": 1}\n',
        "app.py": "from x import answer\n",
        "rec/t.jsonl": "{}\n",
        "doc.txt": "A document.\n",
    }
    experiment = load(tmp_path, text, files)
    control, treatment, third = experiment.variants.values()
    assert control.outputs == {"a": (RecordedOutput(text="one", latency_s=1.5), RecordedOutput(text="two"))}
    assert treatment.target is not None
    assert treatment.target.file == str(tmp_path.resolve() / "app.py")
    assert (treatment.target.version, treatment.context) == ("3", (Document(text="Policy."),))
    assert third.model == Model(vendor="replay", name="rec/t.jsonl")
    assert third.tools == ({"name": "lookup"},)
    assert experiment.golden.cases[0].context == (Document(id="p", text="q"), Document(text="A document."))
    assert [file.path for file in experiment.files if file.recorded] == ["rec/t.jsonl"]


def test_without_a_judge_the_checks_decide(tmp_path: Path) -> None:
    """The primary metric is then the pass rate, which must rise."""
    experiment = load(tmp_path, "model: openai:x\njudge: null\nchecks: [{empty: false}]\n" + VARIANTS + CASES)
    assert [(m.name, m.limits) for m in experiment.metrics] == [("check_pass_rate", (Limit(kind="above", value=0),))]


def test_a_secondary_of_the_default_primary_becomes_the_primary(tmp_path: Path) -> None:
    """A metric is decided once."""
    experiment = load(tmp_path, HEAD + VARIANTS + CASES + "metrics: [{name: win_rate}, {name: cost_usd}]\n")
    assert [(m.name, m.role) for m in experiment.metrics] == [("win_rate", "primary"), ("cost_usd", "secondary")]


def test_a_guardrail_on_the_default_primary_asks_what_decides(tmp_path: Path) -> None:
    """Whoever says `not worse` did not say `better`."""
    metrics = "metrics: [{name: win_rate, role: guardrail, not_worse: 5pp}]\n"
    assert refused(tmp_path, HEAD + VARIANTS + CASES + metrics) == [
        "experiment.yaml:1:1: nothing decides: declare a 'judge', 'checks', or a metric with 'role: primary'"
    ]


def test_one_variant_alone_is_enough_when_its_rival_comes_from_elsewhere(tmp_path: Path) -> None:
    """A comparison with an older commit needs no control in the file."""
    write(tmp_path, {"experiment.yaml": HEAD + "variants: {treatment: a}\n" + CASES})
    with pytest.raises(FileError):
        experiments.load(tmp_path / "experiment.yaml")
    experiment = experiments.load(tmp_path / "experiment.yaml", single_variant=True)
    assert (experiment.control, experiment.treatment) == ("treatment", "treatment")


def test_a_folder_with_an_odd_name_names_no_experiment(tmp_path: Path) -> None:
    """A name must be fit for reports."""
    folder = tmp_path / "a\u200bb"
    folder.mkdir()
    assert load(folder, HEAD + VARIANTS + CASES).name == "experiment"


def test_honest_anchors_and_crlf_are_accepted(tmp_path: Path) -> None:
    """What people write to avoid repetition loads like the long form."""
    text = HEAD + VARIANTS + "cases:\r\n- &a {id: a, input: x}\r\n- {<<: *a, id: b, input: y}\r\n"
    assert [case.id for case in load(tmp_path, "\ufeff" + text).golden.cases] == ["a", "b"]


def test_fields_that_nothing_reads_are_warned_of(tmp_path: Path) -> None:
    """A context that no template shows changes nothing: its author should know."""
    outputs = "".join(f'{{"case": "c{i}", "output": "x"}}\n' for i in range(3))
    cases = (
        "cases:\n- {id: c0, input: Where is it?, context: Policy., vars: {tone: kind}}\n"
        "- {id: c1, input: Why twice?, context: Policy.}\n- {id: c2, messages: [{role: user, content: Hello}]}\n"
    )
    text = "judge: {model: openai:x, sees_context: false}\nvariants: {a: {outputs: o.jsonl}, b: {outputs: o.jsonl}}\n"
    assert load(tmp_path, text + cases, {"o.jsonl": outputs}).warnings == (
        "'context' of 2 cases is used by no template and no judge",
        "'vars.tone' of case 'c0' is used by no template",
        "'messages' of case 'c2' is used by no variant",
    )


def test_near_duplicates_without_a_cluster_are_warned_of(tmp_path: Path) -> None:
    """Ten copies of one case are not ten pieces of evidence; a cluster says that they belong together."""
    words = "my order {} has not arrived yet and I would like to know where it is now"
    near = "".join(f"- {{id: c{i}, input: {words.format(i)}}}\n" for i in range(3))
    assert load(tmp_path, HEAD + VARIANTS + "cases:\n" + near).warnings == (
        "cases 'c0' and 'c1' are nearly the same, and 1 more pairs: give cases that depend on each other one 'cluster'",
    )
    assert load(tmp_path, HEAD + VARIANTS + "cases:\n" + near.replace("id:", "cluster: k, id:")).warnings == ()
    many = "".join(f"- {{id: c{i}, input: order {i} question {'abcdefghij'[i % 10]}}}\n" for i in range(2001))
    assert "nearly the same" in load(tmp_path, HEAD + VARIANTS + "cases:\n" + many).warnings[0]
