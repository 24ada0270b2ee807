"""Amounts are read with their units, and refused without a doubt about them."""

import pytest

from arena.files.reading.amounts import Amount, parse_amount, parse_share


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("10%", 0.1, "%"), ("5pp", 0.05, "pp"), ("300ms", 0.3, "s"), ("1.2s", 1.2, "s"), ("2 min", 120.0, "s"),
        ("$0.01", 0.01, "USD"), ("3 USD", 3.0, "USD"), ("0.5", 0.5, ""), (0.25, 0.25, ""), (3, 3.0, ""),
        ("0.1%", 0.001, "%"), (".5%", 0.005, "%"), ("-2pp", -0.02, "pp"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_base_units(written: object, value: float, unit: str) -> None:
    """A percentage is a share, milliseconds are seconds."""
    amount = parse_amount(written)
    assert (amount.value, amount.unit) == (value, unit)


@pytest.mark.parametrize("written", ["", "5xx", "ten", "1e3", "$5%", "5 p p", True, None, [1], float("inf"), "9" * 400])
def test_what_is_no_amount_is_refused(written: object) -> None:
    """Nothing is guessed from the beginning of a text."""
    with pytest.raises(ValueError, match="expected a"):
        parse_amount(written)


@pytest.mark.parametrize("written", ["5pp", "101%", "-1%", 1.5, "half", "3s"])
def test_what_is_no_share_is_refused(written: object) -> None:
    """A share lies between 0 and 1."""
    with pytest.raises(ValueError, match="expected a share"):
        parse_share(written)


def test_an_amount_remembers_how_it_was_written() -> None:
    """Reports echo it."""
    assert parse_amount("300ms") == Amount(0.3, "s", "300ms")
