"""How far a run can be repeated: the grade D0 … D3 of its answers."""

from collections.abc import Iterable

from arena.records.call import Completion

#: What each grade means, for reports.
MEANING = {
    "D0": "answers replayed from a record",
    "D1": "temperature 0, a seed, and one fingerprint",
    "D2": "temperature 0, no proof that the server kept still",
    "D3": "sampling not controlled: repeats above 1 are advised",
}


def grade(completions: Iterable[Completion]) -> str:
    """Grade a set of completions by what their servers were sent and said.

    Returns:
        D0 when all were replayed; D1 when every call had temperature 0 and a seed and all came
        from one fingerprint; D2 with temperature 0 alone; D3 otherwise, also when there is none.
    """
    called = []
    some = False
    for completion in completions:
        some = True
        if not completion.replayed:
            called.append(completion)
    if not called:
        return "D0" if some else "D3"
    if not all(_sent(completion, "temperature") == 0 for completion in called):
        return "D3"
    prints = {completion.fingerprint for completion in called}
    seeded = all(_sent(completion, "seed") is not None for completion in called)
    return "D1" if seeded and len(prints) == 1 and None not in prints else "D2"


def _sent(completion: Completion, name: str) -> object:
    return next((setting.sent for setting in completion.settings if setting.name == name), None)


def worst(grades: Iterable[str]) -> str:
    """Return the weakest of several grades; D0 when there is none."""
    return max(grades, default="D0")
