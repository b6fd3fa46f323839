"""What looks at models cost."""

import pytest

from probes.inference.prices import Price, price_of, valid_price


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("claude-haiku-4-5", Price(1, 5)),
        ("claude-haiku-4-5-20251001", Price(1, 5)),
        ("anthropic/claude-haiku-4-5", Price(1, 5)),
        ("claude-opus-4-7", Price(5, 25)),
        ("claude-opus-4-1-20250805", Price(15, 75)),
    ],
)
def test_the_longest_name_that_fits(model: str, price: Price) -> None:
    """Dates, suffixes and the names of routes change no price."""
    assert price_of(model, {}) == price


def test_an_unknown_model_is_the_dearest() -> None:
    """A budget may be spent too early, never too late."""
    unknown = price_of("claude-next", {})
    assert unknown.input_per_mtok >= 15
    assert unknown.output_per_mtok >= 75


def test_what_the_check_states_counts() -> None:
    """Both figures or one."""
    assert price_of("claude-haiku-4-5", {"input_per_mtok": 0, "output_per_mtok": 2}) == Price(0, 2)
    assert price_of("claude-haiku-4-5", {"output_per_mtok": 2}) == Price(1, 2)


def test_the_facts_figure() -> None:
    """Ten tokens in and one out with the small model, every five minutes for a month: some thirteen cents."""
    month = 30 * 24 * 12
    assert Price(1, 5).cost(10, 1) * month == pytest.approx(0.13, abs=0.005)


@pytest.mark.parametrize(
    ("given", "good"),
    [
        ({}, True),
        ({"input_per_mtok": 1, "output_per_mtok": 5.5}, True),
        ({"input": 1}, False),
        ({"input_per_mtok": -1}, False),
        ({"input_per_mtok": True}, False),
        ({"input_per_mtok": "1"}, False),
    ],
)
def test_what_may_be_written(given: dict[str, object], good: bool) -> None:
    """Wrong figures are answered with what was expected."""
    assert (valid_price(given) == "") is good
