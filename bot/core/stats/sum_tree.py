"""A sum of many numbers of which few change. Pure."""

from collections.abc import Hashable, Mapping
from typing import Any


class SumTree:
    """Numbers by name and their sum: a change costs the logarithm of how many there are.

    A tree and not a running sum: a running sum that was once 1e30 has lost everything small for ever.
    """

    def __init__(self, values: Mapping[Any, float] | None = None) -> None:
        given = values or {}
        self._first = 1 << max(0, len(given) - 1).bit_length()
        self._places = {name: self._first + n for n, name in enumerate(given)}
        self._nodes = [0.0] * self._first + [*given.values()] + [0.0] * (self._first - len(given))
        for node in range(self._first - 1, 0, -1):
            self._nodes[node] = self._nodes[2 * node] + self._nodes[2 * node + 1]

    @property
    def total(self) -> float:
        """The sum of all."""
        return self._nodes[1]

    def put(self, name: Hashable, value: float) -> None:
        """Change one number; a name that the tree was not made with counts for nothing."""
        node = self._places.get(name)
        if node is None:
            return
        nodes = self._nodes
        nodes[node] = value
        while node > 1:
            node //= 2
            nodes[node] = nodes[2 * node] + nodes[2 * node + 1]
