"""The order of states from fine to down, and which of them are trouble."""

from probes.model import State

SEVERITY = {
    State.OPERATIONAL: 0,
    State.DEGRADED: 1,
    State.PARTIAL: 2,
    State.MAJOR: 3,
}
"""Order of the states that can be compared; maintenance and unknown have no rank."""


def worse(one: State, other: State) -> State:
    """The more severe of two states."""
    return max(one, other, key=lambda state: SEVERITY.get(state, -1))


TROUBLE = frozenset(state for state, rank in SEVERITY.items() if rank)
OUTAGE = frozenset({State.PARTIAL, State.MAJOR})
"""Trouble that is more than slow or shaky."""
