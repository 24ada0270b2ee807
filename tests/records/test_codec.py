"""Records survive the way to JSON and back, and the same record is always the same bytes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sample_results
import sample_runs
from arena.records.answered import Answered
from arena.records.call import CallFailure, Completion, FailureKind, Finish, SettingReport, ToolCall, Usage
from arena.records.codec import Undecodable, dumps, from_json, loads, rounded, to_json
from arena.records.judgment import AxisScores, Flag, Judgment
from arena.records.result import DuelResult
from arena.records.score import Score
from arena.runs.rows import (
    completion_from_json,
    completion_to_json,
    in_order_of_completions,
    judgment_from_json,
    judgment_to_json,
)
from arena.runs.snapshot import experiment_from_json, experiment_to_json

numbers = st.floats(allow_nan=False, allow_infinity=False).map(rounded)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text("abc-", min_size=1, max_size=5)
shares = st.one_of(st.none(), st.floats(0, 1).map(rounded))
settings_reports = st.builds(
    SettingReport,
    name=names,
    requested=st.one_of(st.integers(), numbers, texts),
    sent=st.one_of(st.none(), st.integers()),
    honoured=st.sampled_from(["echoed_equal", "rejected"]),
)
scores = st.builds(Score, check=names, passed=st.one_of(st.none(), st.booleans()), reason=texts, value=shares)
completions = st.builds(
    Completion,
    request_key=names,
    text=texts,
    finish=st.sampled_from(Finish),
    model_requested=names,
    usage=st.one_of(st.none(), st.builds(Usage, input_tokens=st.integers(0), output_tokens=st.integers(0))),
    latency_s=st.one_of(st.none(), numbers),
    settings=st.lists(settings_reports, max_size=2).map(tuple),
    tool_calls=st.lists(st.builds(ToolCall, name=names, arguments=texts), max_size=2).map(tuple),
    logprobs=st.dictionaries(texts, numbers, max_size=2),
    authored=st.booleans(),
)
failures = st.builds(CallFailure, request_key=names, kind=st.sampled_from(FailureKind), message=texts)
rows = st.builds(
    Answered,
    case=names,
    variant=names,
    repeat=st.integers(0, 3),
    answer=st.one_of(completions, failures),
    scores=st.lists(scores, max_size=2).map(tuple),
)
judgments = st.builds(
    Judgment,
    case=names,
    first=names,
    second=names,
    winner=st.sampled_from(["first", "second", "tie", None]),
    score_second=shares,
    axes=st.dictionaries(names, st.builds(AxisScores, first=shares, second=shares), max_size=2),
    reason=texts,
    flagged=st.lists(
        st.builds(Flag, side=st.sampled_from(["first", "second"]), family=names, excerpt=texts), max_size=2
    ).map(tuple),
)


@given(rows)
def test_a_row_of_completions_comes_back_as_it_was(row: Answered) -> None:
    """Answer or failure, with its scores: nothing is lost on the way through a line of text."""
    assert completion_from_json(loads(dumps(completion_to_json(row)))) == row


@given(judgments)
def test_a_judgment_comes_back_as_it_was(judgment: Judgment) -> None:
    """A line of judgments.jsonl is the whole judgment."""
    assert judgment_from_json(loads(dumps(judgment_to_json(judgment)))) == judgment


@pytest.mark.parametrize("make", [sample_results.result, sample_results.undecided, sample_results.without_judge])
def test_a_result_comes_back_as_it_was(make: Callable[[], DuelResult]) -> None:
    """Every nested record, enum, mapping and None of a result survives; so does its text."""
    result = make()
    text = dumps(to_json(result))
    again = from_json(DuelResult, loads(text))
    assert dumps(to_json(again)) == text
    assert again == from_json(DuelResult, to_json(result))


def test_a_judgment_that_says_little_has_the_four_keys_of_the_input_format() -> None:
    """What holds its default is left out, so that the file reads like one that a person wrote."""
    line = judgment_to_json(Judgment(case="c1", first="control", second="treatment", winner=None))
    assert line == {"case": "c1", "first": "control", "second": "treatment", "winner": None}


def test_a_failure_is_a_row_with_its_kind_and_no_text() -> None:
    """A failed call is never an empty answer."""
    failure = CallFailure(request_key="k", kind=FailureKind.TIMEOUT, message="120 s")
    row = completion_to_json(Answered(case="c1", variant="control", repeat=0, answer=failure))
    assert row["failure"] == "timeout"
    assert "text" not in row
    assert "kind" not in row


def test_the_order_in_which_answers_came_in_changes_no_byte() -> None:
    """Rows are sorted by case, variant and repeat."""
    failure = CallFailure(request_key="k", kind=FailureKind.TIMEOUT, message="")
    rows = [
        Answered(case=case, variant=variant, repeat=repeat, answer=failure)
        for case in ("a", "b")
        for variant in ("control", "treatment")
        for repeat in (0, 1)
    ]
    assert in_order_of_completions(reversed(rows)) == rows


def test_the_order_of_a_mapping_changes_no_byte_unless_it_is_meant() -> None:
    """Mappings are written by key; `sort=False` keeps the order of the file they came from."""
    assert list(to_json({"b": 1, "a": 2})) == ["a", "b"]
    assert list(to_json({"b": 1, "a": 2}, sort=False)) == ["b", "a"]
    assert to_json(frozenset({"b", "a"})) == ["a", "b"]


def test_numbers_are_written_with_twelve_significant_digits() -> None:
    """The last bits of a sum, which depend on the order of its terms, change no byte."""
    assert to_json(0.1 + 0.2) == to_json(0.3)
    assert to_json(1234567.890123456) == 1234567.89012
    assert to_json(1e-300) == 1e-300


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_undefined_cannot_be_written_as_a_number(number: float) -> None:
    """NaN and infinity are refused: undefined is null with a reason."""
    with pytest.raises(ValueError, match="null with a reason"):
        to_json({"value": number})


@pytest.mark.parametrize("text", ['{"a": NaN}', "[Infinity]", "{", "", "[" * 100_000])
def test_text_that_is_no_json_is_undecodable(text: str) -> None:
    """A damaged file is named as such, whatever the damage; also NaN, and nesting without end."""
    with pytest.raises(Undecodable):
        loads(text)


def test_only_records_are_written() -> None:
    """An object that is no record is a mistake of the program, not a string in a file."""
    with pytest.raises(TypeError, match="not a record"):
        to_json(object())
    with pytest.raises(TypeError, match="not a record"):
        to_json(Score)


class Colour(StrEnum):
    """A small enum."""

    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One field of each kind that records have."""

    name: str
    colour: Colour = Colour.RED
    levels: Mapping[int, str] = field(default_factory=dict)
    either: int | str | None = None
    nothing: None = None
    share: float = 0.0


def test_integer_keys_enums_and_unions_come_back_as_what_they_were() -> None:
    """JSON knows only text keys and plain values; the type says what they were."""
    sample = Sample(name="x", levels={1: "low", 5: "high"}, either=3)
    assert from_json(Sample, loads(dumps(to_json(sample)))) == sample
    assert from_json(Sample, {"name": "x", "either": "three"}).either == "three"
    assert from_json(Sample, {"name": "x", "share": 1}).share == 1.0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Sample: name is missing"),
        ({"name": 3}, "Sample.name: expected str, found 3"),
        ({"name": "x", "colour": "blue"}, 'Sample.colour: expected one of red, found "blue"'),
        ({"name": "x", "levels": []}, "Sample.levels: expected an object, found []"),
        ({"name": "x", "levels": {"low": "1"}}, 'Sample.levels: expected keys of type int, found "low"'),
        ({"name": "x", "either": True}, "Sample.either: expected str, found true"),
        ({"name": "x", "nothing": 0}, "Sample.nothing: expected NoneType, found 0"),
        ([], "Sample: expected an object, found []"),
    ],
)
def test_data_of_the_wrong_shape_is_refused_with_its_place(data: object, message: str) -> None:
    """The message names the field, what was expected and what was found."""
    with pytest.raises(Undecodable) as raised:
        from_json(Sample, data)
    assert str(raised.value) == message


def test_keys_of_a_newer_version_are_passed_over() -> None:
    """A run folder written by a newer arena is still readable."""
    assert from_json(Sample, {"name": "x", "invented": 1}) == Sample(name="x")


def test_a_strict_reader_refuses_keys_that_no_record_knows() -> None:
    """Where nothing is guessed at, as in the store of what was paid for; the place is that of the record."""
    row = {"name": "x", "requested": 0, "sent": 0, "honoured": "rejected", "hidden": 1}
    assert from_json(SettingReport, row).name == "x"
    with pytest.raises(Undecodable, match=r"SettingReport: unknown key \"hidden\""):
        from_json(SettingReport, row, strict=True)


def test_exact_numbers_keep_all_their_digits() -> None:
    """What is stored to be used again must not differ from what was used the first time."""
    assert to_json(0.1 + 0.2, exact=True) == 0.1 + 0.2
    assert to_json({"logprob": -math.inf}, exact=True) == {"logprob": -math.inf}


def test_lists_are_expected_where_lists_stand() -> None:
    """A row whose scores are no list is damaged."""
    row = {"case": "c", "variant": "v", "failure": "timeout", "request_key": "", "message": "", "scores": {}}
    with pytest.raises(Undecodable, match="scores: expected a list"):
        completion_from_json(row)


def test_equal_results_have_equal_bytes_whatever_the_order_of_their_mappings() -> None:
    """Counting answers in another order gives another dictionary, but the same file."""
    one = replace(sample_results.result(), outcomes={"control": {"stop": 1, "empty": 2}, "treatment": {}})
    other = replace(sample_results.result(), outcomes={"treatment": {}, "control": {"empty": 2, "stop": 1}})
    assert dumps(to_json(one)) == dumps(to_json(other))


def test_a_flag_of_an_earlier_version_is_read_where_it_is_clear_whose_it_is() -> None:
    """It was one text: the name that it begins with says the side, where it cannot be the other's too."""
    line = {"case": "c1", "first": "control", "second": "policy: v2", "winner": None}
    old = judgment_from_json(line | {"flagged": ["policy: v2: override: obey: me"]})
    assert old.flagged == (Flag(side="second", family="override", excerpt="obey: me"),)
    for unclear in ("elsewhere: override: obey", "policy: v2", "control"):
        with pytest.raises(Undecodable, match="does not say which of the two answers"):
            judgment_from_json(line | {"flagged": [unclear]})
    with pytest.raises(Undecodable, match="does not say which of the two answers"):
        judgment_from_json(line | {"first": "policy", "flagged": ["policy: v2: override: obey"]})
    with pytest.raises(Undecodable, match="expected an object"):
        judgment_from_json(line | {"flagged": [7]})


def test_a_run_whose_judges_have_one_name_is_refused(tmp_path: Path) -> None:
    """Judges of one model had in earlier versions: whose judgment is whose cannot be told any more."""
    experiment = sample_runs.experiment(tmp_path)
    (judge,) = experiment.judges
    data = experiment_to_json(replace(experiment, judges=(judge, replace(judge, sees_context=False))))
    with pytest.raises(Undecodable, match="two of its judges have one name"):
        experiment_from_json(data, tmp_path)
    named = replace(experiment, judges=(judge, replace(judge, name="other")))
    assert experiment_from_json(experiment_to_json(named), tmp_path).judges == named.judges
