"""Escalations in the configuration: their shape, what they come to, and what is complained of across keys."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from bot.config.complaints import Complaint, printable, unknown
from bot.config.document import Node
from bot.core.model.escalation import Policy, Step
from bot.fields import Duration, Part
from probes.model import State

LONGEST_S = 7 * 86_400.0

ADDRESS = r"^[a-z0-9][a-z0-9._-]{0,62}(:[^\s/]{1,200})?$"


def _address(value: str) -> str:
    if not re.fullmatch(ADDRESS, value):
        raise ValueError("expected a channel, or a place in one, such as slack:C0123ABCD")
    return value


Address = Annotated[str, AfterValidator(_address), WithJsonSchema({"type": "string", "pattern": ADDRESS})]
"""A channel, or a place in one: pagerduty, slack:C0123ABCD."""
Minimum = Annotated[
    State,
    WithJsonSchema({"enum": [s.value for s in (State.OPERATIONAL, State.DEGRADED, State.PARTIAL, State.MAJOR)]}),
]


class StepPart(Part):
    after: Annotated[Duration, Field(ge=0, le=LONGEST_S)] = Field(
        description="how long after the previous step (the first: after it begins) while nobody acknowledges"
    )
    to: tuple[Address, ...] = Field(
        min_length=1, max_length=20, description="whom this step tells: channels, or places in one (slack:C0123ABCD)"
    )
    in_quiet_hours: bool = Field(False, description="also while quiet hours hold the route back")


class EscalationPart(Part):
    steps: tuple[StepPart, ...] = Field(min_length=1, max_length=20, description="who is notified, one after the other")
    repeat: Annotated[int, Field(ge=0, le=9)] = Field(0, description="how many times the steps are repeated")
    repeat_after: Annotated[Duration, Field(ge=60, le=LONGEST_S)] = Field(
        1800.0, description="how long after the last step the next round begins"
    )
    minimum: Minimum = Field(State.OPERATIONAL, description="it begins once an incident has been this bad")


def policies(parts: Mapping[str, EscalationPart]) -> dict[str, Policy]:
    """The policies by name."""
    return {
        name: Policy(
            name,
            tuple(Step(step.after, tuple(dict.fromkeys(step.to)), step.in_quiet_hours) for step in part.steps),
            part.repeat,
            part.repeat_after,
            part.minimum,
        )
        for name, part in parts.items()
    }


def violations(root: Node) -> Iterator[Complaint]:
    """Steps that tell nobody there is, and policies that no route names."""
    channels = root.get("channels")
    known = {name for name, _ in channels.items()} if channels else {"console"}
    named = set(_named(root.get("routes")))
    for name, policy in _items(root.get("escalations")):
        path = ("escalations", name)
        if name not in named:
            use = f"routes: {{escalation: {printable(name)}}}"
            wanted = f"expected a route that uses it ({use}); without one it does nothing"
            yield Complaint(policy.place, path, wanted)
        for number, step in enumerate(_listed(policy.get("steps"))):
            for place, target in enumerate(_listed(step.get("to"))):
                if isinstance(target.value, str) and (channel := target.value.partition(":")[0]) not in known:
                    where = (*path, "steps", number, "to", place)
                    yield Complaint(target.place, where, unknown("channel", channel, known))


def _named(routes: Node | None) -> Iterator[str]:
    """The policies that routes name, at any depth."""
    for child in _listed(routes):
        yield from _named(child)
    for key, child in _items(routes):
        if key == "escalation" and isinstance(child.value, str):
            yield child.value
        yield from _named(child)


def _items(node: Node | None) -> Iterator[tuple[str, Node]]:
    return node.items() if node else iter(())


def _listed(node: Node | None) -> list[Node]:
    return node.value if node and isinstance(node.value, list) else []
