"""What a look at a model costs: the table of `prices.toml`, or the check's own figures."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input_per_mtok: float
    output_per_mtok: float

    def cost(self, read: int, written: int) -> float:
        """US dollars for so many tokens."""
        return (read * self.input_per_mtok + written * self.output_per_mtok) / 1_000_000


def price_of(model: str, given: Mapping[str, Any]) -> Price:
    """The price of a model, or the one the check states; an unknown model counts as the dearest we know."""
    known = _known(model)
    return Price(given.get("input_per_mtok", known.input_per_mtok), given.get("output_per_mtok", known.output_per_mtok))


def valid_price(given: Mapping[Any, Any]) -> str:
    """For the option `price`: what was expected, or nothing."""
    good = given.keys() <= {"input_per_mtok", "output_per_mtok"} and all(
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10_000
        for value in given.values()
    )
    return "" if good else "a table of input_per_mtok and output_per_mtok, in US dollars"


def _known(model: str) -> Price:
    name = model.rpartition("/")[2].lower()
    prices = _table()
    fitting = max((known for known in prices if name.startswith(known)), key=len, default="")
    if fitting:
        return prices[fitting]
    return Price(
        max(price.input_per_mtok for price in prices.values()),
        max(price.output_per_mtok for price in prices.values()),
    )


@cache
def _table() -> Mapping[str, Price]:
    text = resources.files("probes.inference").joinpath("prices.toml").read_text(encoding="utf-8")
    vendors = tomllib.loads(text).values()
    return {name: Price(row["input"], row["output"]) for vendor in vendors for name, row in vendor.items()}
