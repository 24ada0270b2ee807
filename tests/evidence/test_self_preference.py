"""Whether a judge favours its own family, or why that cannot be told."""

import pytest

from arena.evidence.self_preference import family, self_preference
from arena.stats.estimate import Estimate

ARMS = {"control": "openai:gpt-6-luna", "treatment": "anthropic:claude-opus"}


def found(judge: str, shares: list[float], people: list[float], **models: str | None) -> Estimate:
    """Return the self-preference over such shares of the treatment."""
    one, other = ({f"c{i}": share for i, share in enumerate(given)} for given in (shares, people))
    return self_preference(judge, ARMS | models, one, other, treatment="treatment", clusters={})


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("openai:gpt-6-luna", "openai"),
        ("openrouter:anthropic/claude-opus", "anthropic"),
        ("local:models/smollm2.gguf", None),
        ("ollama:llama4", None),
        ("", None),
    ],
)
def test_a_family_is_the_maker_of_a_model(model: str, expected: str | None) -> None:
    """Who serves it says nothing, and a name alone not always enough."""
    assert family(model) == expected


def test_it_is_how_much_more_of_its_own_the_judge_favours_than_people_do() -> None:
    """The judge gives its own arm 1, 1, ½ and 1 where people give it 1, 0, ½ and 0: +50pp, from either side."""
    own = found("anthropic:claude-sonnet", [1.0, 1.0, 0.5, 1.0], [1.0, 0.0, 0.5, 0.0])
    assert (own.value, own.n) == (0.5, 4)
    assert own.interval is not None
    assert own.interval.low < 0.5 < own.interval.high
    mirrored = found("openai:gpt-6-sol", [0.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.5, 1.0])
    assert mirrored.value == 0.5


def test_only_cases_that_both_judged_count() -> None:
    """The judge's third case has no label."""
    assert found("openai:gpt-6-sol", [0.0, 0.0, 1.0], [0.0, 0.0]).n == 2


@pytest.mark.parametrize(
    ("judge", "models", "people", "reason"),
    [
        ("openai:gpt-6-sol", {}, [], "there are no labels, and no judge of another family"),
        ("gemini:pro", {}, [1.0], "no arm is of the judge's own family"),
        ("openai:gpt-6-sol", {"treatment": "openai:gpt-5"}, [1.0], "both arms are of the judge's own family"),
        ("openai:gpt-6-sol", {"treatment": None}, [1.0], "the family of the model behind treatment is not known"),
        ("local:judge.gguf", {}, [1.0], "the judge's family is not known by its name"),
    ],
)
def test_otherwise_it_is_not_identifiable_and_says_why(
    judge: str, models: dict[str, str | None], people: list[float], reason: str
) -> None:
    """Null, with the words."""
    estimate = found(judge, [1.0], people, **models)
    assert (estimate.value, estimate.reason) == (None, f"not identifiable: {reason}")
