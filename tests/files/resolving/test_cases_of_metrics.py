"""Metrics of a tag or of a check: both must be found in the cases, and a check's name means one thing."""

from pathlib import Path

import pytest

from arena.records.metric import Metric
from authored_project import HEAD, VARIANTS, load, refused

CASES = "cases: [{input: a, tags: [safety]}, {id: two, input: b, checks: [{contains: x}, {contains: y}]}]\n"
CHECKS = "checks: [{name: cites_policy, contains: policy}, {max_words: 90}]\n"
START = HEAD + VARIANTS + CASES + CHECKS


def metric(folder: Path, entry: str) -> Metric:
    """Return the last metric of an experiment that declares it."""
    return load(folder, START + f"metrics: [{entry}]\n").metrics[-1]


def test_a_check_is_a_metric_by_its_name(tmp_path: Path) -> None:
    """It is the pass rate of that check alone, with a unit, a direction and limits of a share."""
    policy = metric(tmp_path, "{name: policy, check: cites_policy, role: guardrail, max_drop: 2pp}")
    assert (policy.source, policy.checks, policy.unit, policy.where) == (
        "check_pass_rate", ("cites_policy",), "share", "both",
    )  # fmt: skip
    both = metric(tmp_path, "{name: policy, check: [max_words, cites_policy], role: guardrail, min: 50%}")
    assert both.checks == ("cites_policy", "max_words")
    assert metric(tmp_path, "{name: any, check: max_words, source: pass@3}").source == "pass@3"


def test_a_tag_is_part_of_what_a_metric_is(tmp_path: Path) -> None:
    """The same metric of all cases and of a tag's stand side by side; users' events have no tags."""
    entries = "{name: win_rate, role: primary}, {name: win_rate, tag: safety, role: guardrail, not_worse: 10pp}"
    plain, tagged = load(tmp_path, START + f"metrics: [{entries}]\n").metrics
    assert (plain.label, tagged.label, tagged.where) == ("win_rate", "win_rate (safety)", "offline")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{name: policy, check: cites_polcy}", "metrics.0.check: no check is called 'cites_polcy' "
         "(did you mean 'cites_policy'?): give one this 'name'"),
        ("{name: policy, check: contains}", "metrics.0.check: case 'two' has 2 checks 'contains': "
         "give the one that is meant a 'name'"),
        ("{name: policy, check: max_words, source: latency_s}",
         "metrics.0.source: 'latency_s' is not measured by checks: leave out 'source', or 'check'"),
        ("{name: check_pass_rate, check: max_words}", "metrics.0.check: 'check_pass_rate' is a known metric: "
         "leave out 'check', or choose a name of your own"),
        ("{name: win_rate, tag: safty}", "metrics.0.tag: no case has the tag 'safty' (did you mean 'safety'?)"),
        ("{name: win_rate, tag: safety, where: both}", "metrics.0.where: a tag is of golden cases: write "
         "'where: offline' for 'win_rate', or leave it out"),
        ("{name: cost_usd, tag: safety}, {name: cost, source: cost_usd, tag: safety}",
         "metrics.1.name: 'cost (safety)' is the same metric as 'cost_usd (safety)': declare it once"),
        ("{name: a, check: max_words}, {name: b, check: max_words}",
         "metrics.1.name: 'b' is the same metric as 'a': declare it once"),
    ],
)  # fmt: skip
def test_what_no_case_has_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    """A limit on nothing would be kept by anything."""
    text = START + f"metrics: [{entry}]\n"
    (found,) = refused(tmp_path, text)
    place, _, words = found.partition(" ")
    assert (place.rpartition(":")[0].rpartition(":")[0], words) == ("experiment.yaml:6", message)


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ("[{name: a, contains: x}, {name: a, contains: y}]",
         "experiment.yaml:5:41: checks.1.name: two different checks are called 'a': rename one"),
        ("[{name: contains, max_words: 9}]",
         "experiment.yaml:5:17: checks.0.name: 'contains' is the key of a kind of check: name this one otherwise"),
    ],
)  # fmt: skip
def test_a_name_means_one_check(tmp_path: Path, checks: str, message: str) -> None:
    """In one list; and no name is the key of another kind."""
    found = refused(tmp_path, HEAD + VARIANTS + "cases: [a]\n" + f"checks: {checks}\n")
    assert found[0].startswith(message)


def test_cases_may_give_one_name_to_checks_of_their_own(tmp_path: Path) -> None:
    """What cites the policy is another text in each case, and one metric."""
    each = [f"{{input: {text}, checks: [{{name: cited_text, contains: {text}}}]}}" for text in "xy"]
    cases = f"cases: [{', '.join(each)}]\n"
    text = HEAD + VARIANTS + cases + "metrics: [{name: cited, check: cited_text, role: guardrail, max_drop: 50pp}]\n"
    assert load(tmp_path, text).metrics[-1].checks == ("cited_text",)
    clash = "checks: [{name: cited_text, contains: z}]\n"
    assert "two different checks are called 'cited_text'" in refused(tmp_path, text + clash)[0]
