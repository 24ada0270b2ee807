"""Whether a judge favours the answers of its own family of models. Pure."""

from collections.abc import Mapping

from arena.stats.clusters import has_labels
from arena.stats.estimate import Estimate
from arena.stats.paired import bounded_difference

#: Vendors that serve models of others: the family is in the model's name, before its first slash.
RESELLERS = ("openrouter", "groq", "together", "fireworks", "deepinfra", "azure", "bedrock", "vllm", "ollama", "local")
NOT_IDENTIFIABLE = "not identifiable"


def family(model: str) -> str | None:
    """Return who made a model, as far as its name tells.

    >>> family("openai:gpt-6-luna"), family("openrouter:anthropic/claude-opus"), family("local:models/smollm2.gguf")
    ('openai', 'anthropic', None)
    """
    vendor, _, name = model.partition(":")
    if vendor not in RESELLERS:
        return vendor or None
    maker, slash, _ = name.partition("/")
    return maker if slash and not name.endswith(".gguf") else None


def unknown(reason: str) -> Estimate:
    """Return that self-preference cannot be told, and why."""
    return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=f"{NOT_IDENTIFIABLE}: {reason}")


def own_arm(judge: str, models: Mapping[str, str | None]) -> str | Estimate:
    """Return the variant that the judge's own family answered, where it is one of the two; else why it cannot be told.

    Args:
        judge: `vendor:model`.
        models: of each variant; None: not known.
    """
    of_judge = family(judge)
    families = {variant: None if model is None else family(model) for variant, model in models.items()}
    hidden = next((variant for variant, each in families.items() if each is None), None)
    if of_judge is None:
        return unknown("the judge's family is not known by its name")
    if hidden is not None:
        return unknown(f"the family of the model behind {hidden} is not known")
    own = [variant for variant, each in families.items() if each == of_judge]
    if len(own) == 1:
        return own[0]
    if own:
        return unknown("both arms are of the judge's own family")
    return unknown("no arm is of the judge's own family")


def self_preference(
    judge: str,
    models: Mapping[str, str | None],
    shares: Mapping[str, float],
    references: Mapping[str, float],
    *,
    treatment: str,
    clusters: Mapping[str, str | None],
    level: float = 0.95,
) -> Estimate:
    """Return by how much more the judge favours its own family's answers than a reference does, over the same cases.

    Args:
        judge: `vendor:model`.
        models: of each variant; None: not known.
        shares: case to the treatment's share by this judge.
        references: case to the treatment's share by people, or by judges of a family that answered neither arm.
        treatment: variant name.
        clusters: of cases.
        level: of the interval, in (0, 1).

    Returns:
        The mean of the own arm's share by the judge − by the reference, with Gaffke's interval; None with a reason that
        begins with "not identifiable" where it cannot be told.
    """
    own = own_arm(judge, models)
    if isinstance(own, Estimate):
        return own
    cases = [case for case in shares if case in references]
    if not cases:
        return unknown("there are no labels, and no judge of another family")
    sign = 1.0 if own == treatment else -1.0
    labels = [clusters.get(case) for case in cases]
    one, other = (_of_own(values, cases, sign) for values in (references, shares))
    found = bounded_difference(
        one, other, low=0.0, high=1.0, unit="share", clusters=labels if has_labels(labels) else None, level=level
    )
    return found.estimate


def _of_own(values: Mapping[str, float], cases: list[str], sign: float) -> list[float]:
    """Return the own arm's share of each case: the treatment's, or what it leaves where `sign` is −1."""
    return [values[case] if sign > 0 else 1.0 - values[case] for case in cases]
