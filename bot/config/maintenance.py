"""The section `maintenance:`: planned work that comes again, by cron."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.config.complaints import Complaint, unknown
from bot.config.document import Node
from bot.config.self_monitoring import Zone
from bot.fields import Duration, Id, Part
from bot.scheduling.cron import Recurring, trigger, windows

TRIED = 25
"""Windows in a row that must not meet: a day of hours and the next."""


def _cron(value: str) -> str:
    try:
        trigger(value, "UTC")
    except (ValueError, KeyError):
        raise ValueError(
            'expected cron\'s five fields, such as "0 22 * * sun" (minute, hour, day, month, weekday)'
        ) from None
    return value


class MaintenancePart(Part):
    about: tuple[Id, ...] = Field(min_length=1, max_length=50, description="services and components under maintenance")
    cron: Annotated[str, StringConstraints(max_length=100), AfterValidator(_cron)] = Field(
        description='when it begins, such as "0 22 * * sun"; weekdays by name or number, 0 and 7 are Sunday'
    )
    zone: Zone = Field("UTC", description="the time zone of the cron line, such as Europe/Berlin")
    lasts: Annotated[Duration, Field(ge=60, le=7 * 86_400)] = Field(description="how long, such as 2h")
    reason: Annotated[str, StringConstraints(max_length=200)] = Field("", description="what people read about it")

    @model_validator(mode="after")
    def _apart(self) -> "MaintenancePart":
        found = windows(_recurring(self), 0.0, TRIED)
        if not found:
            raise ValueError("expected a cron line that fires more than once")
        if any(after.begins < before.ends for before, after in pairwise(found)):
            raise ValueError("expected windows that don't overlap: lasts reaches into the next one")
        if all(after.begins == before.ends for before, after in pairwise(found)):
            raise ValueError("expected time between two windows, or no alert is ever sent")
        return self


def recurring(parts: Sequence[MaintenancePart]) -> tuple[Recurring, ...]:
    """The recurring maintenance windows of the configuration."""
    return tuple(map(_recurring, parts))


def _recurring(part: MaintenancePart) -> Recurring:
    return Recurring(tuple(dict.fromkeys(part.about)), part.cron, part.zone, part.lasts, part.reason)


def violations(root: Node, known: frozenset[str]) -> Iterator[Complaint]:
    """Work on what nobody watches; `known` are the ids of services and components."""
    listed = root.get("maintenance")
    for number, part in enumerate(listed.value if listed and isinstance(listed.value, list) else ()):
        about = part.get("about")
        for place, one in enumerate(about.value if about and isinstance(about.value, list) else ()):
            if isinstance(one.value, str) and one.value not in known:
                path = ("maintenance", number, "about", place)
                yield Complaint(one.place, path, unknown("service or component", one.value, known))
