"""The stand-in itself: what other suites rely on."""

import json
from typing import Any

from arena.records.call import Completion
from loopback import Loopback
from loopback_judge import JudgeTruth, marked_answer
from provider_houses import answers_of, ask

SCHEMA = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "axes": {
            "type": "object",
            "properties": {
                "clarity": {
                    "type": "object",
                    "properties": {side: {"type": "integer", "enum": [1, 2, 3, 4, 5]} for side in ("first", "second")},
                }
            },
        },
        "winner": {"enum": ["first", "second", "tie"]},
        "sure": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": {"type": "array"},
        "nothing": {"type": "null"},
    },
}


def _judge(first: str, second: str, **truth: Any) -> dict[str, Any]:
    with Loopback(judge=JudgeTruth(**truth)) as server:
        prompt = f"Judge.\n{first}\n{second}"
        (answer,) = answers_of(server, [ask(text=prompt, environment=server.environment, schema=SCHEMA)])
    assert isinstance(answer, Completion)
    reply: dict[str, Any] = json.loads(answer.text)
    return reply


GOOD, BAD = "An answer. (q=0.900)", "An answer. (q=0.100)"


def test_the_judge_knows_the_truth_and_follows_the_schema() -> None:
    """The better mark wins in both orders, and the levels follow the marks."""
    assert _judge(GOOD, BAD)["winner"] == "first"
    reply = _judge(BAD, GOOD)
    assert reply["winner"] == "second"
    assert reply["axes"] == {"clarity": {"first": 1, "second": 5}}
    assert (reply["sure"], reply["score"], reply["tags"], reply["nothing"]) == (False, 0.1, [], None)
    assert _judge(GOOD, GOOD)["winner"] == "tie"
    assert _judge(GOOD, BAD, tie_within=0.9)["winner"] == "tie"


def test_bias_and_noise_are_as_configured() -> None:
    """A wholly biased judge names its side; a noisy one is a coin that falls the same way each time."""
    assert _judge(BAD, GOOD, position_bias=1.0)["winner"] == "first"
    assert _judge(GOOD, BAD, position_bias=-1.0)["winner"] == "second"
    tosses = {JudgeTruth(noise=1.0).winner([0.9, 0.1], str(number)) for number in range(20)}
    assert tosses == {0, 1}


def test_a_wish_centres_the_quality() -> None:
    """`quality=0.8` in the prompt gives answers around 0.8."""
    marks = [float(marked_answer(f"quality=0.8 {number}", 0.2)[-6:-1]) for number in range(200)]
    assert abs(sum(marks) / 200 - 0.8) < 0.02
    assert 0.7 <= min(marks) <= max(marks) <= 0.9


def test_the_counters_tell_repeats_apart() -> None:
    """Every request is kept; a body that came twice is known."""
    with Loopback() as server:
        first, second = ask(environment=server.environment), ask(text="other", environment=server.environment)
        answers_of(server, [first, second, first])
        assert server.count == 3
        assert list(server.repeats.values()) == [2]
        assert [received.attempt for received in server.requests] == [0, 0, 1]
        assert server.most_in_flight == 1


def test_an_unsalted_server_repeats_itself_and_a_salted_one_does_not() -> None:
    """Salted is a model at temperature 1."""
    for salted in (False, True):
        with Loopback(salted=salted) as server:
            request = ask(environment=server.environment)
            texts = {answer.text for answer in answers_of(server, [request] * 3) if isinstance(answer, Completion)}
        assert len(texts) == (3 if salted else 1)
