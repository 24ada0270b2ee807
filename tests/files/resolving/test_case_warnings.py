from collections.abc import Set as AbstractSet

from hypothesis import given
from hypothesis import strategies as st

from arena.files.resolving.case_warnings import near_duplicates
from arena.records.case import Case


def near(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Return whether four fifths of the words of both are common to them."""
    return bool(one) and 5 * len(one & other) >= 4 * len(one | other)


@given(st.lists(st.sets(st.sampled_from("abcdefg")), max_size=8))
def test_the_near_duplicates_are_those_of_all_pairs(words: list[set[str]]) -> None:
    """The index finds what comparing every case with every earlier one finds: of each, the first that is near."""
    pairs = [next((j for j in range(i) if near(words[j], words[i])), None) for i in range(len(words))]
    found = [(j, i) for i, j in enumerate(pairs) if j is not None]
    warnings = list(near_duplicates([Case(id=f"c{i}", input=" ".join(sorted(s))) for i, s in enumerate(words)]))
    assert len(warnings) == bool(found)
    for warning in warnings:
        more = f", and {len(found) - 1} more pairs" if len(found) > 1 else ""
        assert warning.startswith(f"cases 'c{found[0][0]}' and 'c{found[0][1]}' are nearly the same{more}: ")
