"""What gateways and flags are told of a component: one rule for `/route`, the agent check and OFREP. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.measurement import Measurement
from bot.core.text.states import WORDS
from bot.core.text.symptoms import present
from probes.model import State


class Traffic(StrEnum):
    """How many requests a component should get."""

    FULL = "full"
    SPARING = "sparing"  # only while nothing better is there
    NONE = "none"


def traffic(state: State) -> Traffic:
    """Only a major outage takes a component out; what is unknown stays, or its gateway would lose its traffic."""
    if state is State.MAJOR:
        return Traffic.NONE
    return Traffic.FULL if state is State.OPERATIONAL else Traffic.SPARING


AGENT_CHECK: Mapping[State, str] = {
    State.OPERATIONAL: "up ready 100%",
    State.DEGRADED: "up ready 25%",
    State.UNKNOWN: "up ready 25%",
    State.PARTIAL: "drain",
    State.MAINTENANCE: "drain",
    State.MAJOR: f"down#{WORDS[State.MAJOR]}",
}
"""The line that answers an agent check of HAProxy: a share of the server's weight, or no new requests while others are
there, backups too."""


USABLE: Mapping[State, bool] = {
    State.OPERATIONAL: True,
    State.DEGRADED: True,
    State.PARTIAL: False,
    State.MAINTENANCE: False,
    State.MAJOR: False,
}
"""Like `at_least=degraded` of the API; what is unknown is neither."""
RANK: Mapping[State, int] = {State.PARTIAL: 1, State.MAINTENANCE: 2, State.MAJOR: 3}
"""The worse, the later; all others are 0. Of those that rank alike the first of the preferred is chosen."""


@dataclass(frozen=True, slots=True)
class Flag:
    """The value of a flag; None where nothing is known, and the app's own default counts."""

    key: str
    value: bool | str | None
    metadata: Mapping[str, str] = field(default_factory=dict)


def flags(known: Mapping[str, Measurement], prefer: Mapping[str, Sequence[str]], now: float) -> dict[str, Flag]:
    """All flags by key: `<component>.usable` and `<component>.state`, and `route.<name>` for each name of `prefer`."""
    states = {component: present(measured, now) for component, measured in known.items()}
    found = [one for component, state in states.items() for one in _of(component, state)]
    found += [_route(name, [c for c in listed if c in states], states) for name, listed in prefer.items()]
    return {one.key: one for one in found}


def _of(component: str, state: State) -> tuple[Flag, Flag]:
    told = {"component": component, "state": state.value}
    return Flag(f"{component}.usable", USABLE.get(state), told), Flag(f"{component}.state", state.value, told)


def _route(name: str, listed: Sequence[str], states: Mapping[str, State]) -> Flag:
    """The first of those that are best off; nothing where nothing is known of any."""
    if all(states[component] is State.UNKNOWN for component in listed):
        return Flag(f"route.{name}", None)
    best = min(listed, key=lambda component: RANK.get(states[component], 0))
    return Flag(f"route.{name}", best, {"component": best, "state": states[best].value})
