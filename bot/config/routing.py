"""Routes in the configuration: their shape, the tree they come to, and what is complained of across keys."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bot.config.complaints import Complaint, unknown
from bot.config.document import Node, Path
from bot.config.escalation import Address
from bot.config.self_monitoring import Zone
from bot.core.model.severity import SEVERITY, TROUBLE, worse
from bot.core.routing.grouping import GroupTiming
from bot.core.routing.matchers import KEY, KEYS, matchers
from bot.core.routing.quiet_hours import QuietHours, endless
from bot.core.routing.tree import Route
from bot.fields import Duration, Part
from probes.model import State

SEVERITIES = tuple(sorted(TROUBLE, key=SEVERITY.__getitem__))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REPEAT_S = 4 * 3600.0
"""Alertmanager's repeat_interval."""
SOME_WEEK = 1_767_571_200.0
"""5 January 2026, Unix seconds: no clock changes about then."""
DEFAULTS = Route("", repeat_s=REPEAT_S)
"""What the branches at the top inherit."""


def _one_or_many(given: object) -> object:
    return given if isinstance(given, list | tuple) else [given]


def _matcher(value: str) -> str:
    matchers(value)
    return value


def _hours(value: str) -> str:
    clock = r"([01]\d|2[0-3]):[0-5]\d"
    if not re.fullmatch(f"{clock}-{clock}", value) or len(set(value.split("-"))) == 1:
        raise ValueError('expected two times of day in quotes, such as "22:00-07:00"')
    return value


def _days(value: str) -> str:
    _weekdays(value)
    return value


def _weekdays(value: str) -> frozenset[int]:
    """`mon-fri`, `sat, sun`, `fri-mon`. Raises ValueError."""
    found = set[int]()
    for span in value.split(","):
        first, _, last = span.strip().partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError("expected days such as mon-fri or sat,sun")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)


def _label(value: str) -> str:
    if not re.fullmatch(KEY, value) or value in KEYS:
        raise ValueError(f"expected a word such as team, and none of {', '.join(KEYS)}")
    return value


def _severity(value: object) -> object:
    if value not in SEVERITIES:
        raise ValueError(f"expected one of: {', '.join(SEVERITIES)}")
    return value


Severity = Annotated[State, BeforeValidator(_severity), WithJsonSchema({"enum": [state.value for state in SEVERITIES]})]
Matching = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_matcher)]
Label = Annotated[str, StringConstraints(max_length=60), AfterValidator(_label)]
Labels = dict[Label, Annotated[str, StringConstraints(min_length=1, max_length=100)]]
"""The operator's own words about a service or component, for matchers."""


class QuietPart(Part):
    hours: Annotated[str, StringConstraints(max_length=11), AfterValidator(_hours)] | None = Field(
        None, description='from when to when, such as "22:00-07:00"; the whole day if absent'
    )
    days: Annotated[str, StringConstraints(max_length=60), AfterValidator(_days)] = Field(
        "mon-sun", description="the days on which it begins, such as mon-fri or sat,sun"
    )
    zone: Zone = Field("UTC", description="the time zone of the hours and days")
    unless: Severity | None = Field(None, alias="except", description="incidents this bad are sent all the same")

    model_config = ConfigDict(serialize_by_alias=True)


def _heard(value: tuple[QuietPart, ...]) -> tuple[QuietPart, ...]:
    if endless([_quiet(part) for part in value], SOME_WEEK):
        raise ValueError("expected some time of the week outside quiet hours; to get only the worst, set minimum")
    return value


class BranchPart(Part):
    """A branch: what it leaves out it has from the branch above."""

    match: Annotated[tuple[Matching, ...], BeforeValidator(_one_or_many)] = Field(
        (),
        max_length=20,
        description='Alertmanager\'s matchers, such as service="claude" or state=~"major.*"; all hold',
    )
    to: Annotated[tuple[Address, ...], BeforeValidator(_one_or_many)] | None = Field(
        None, max_length=100, description="channels, or places in one (slack:C0123ABCD); a channel means all its places"
    )
    minimum: Severity | None = Field(None, description="leaves out incidents that were never this bad")
    quiet_hours: Annotated[tuple[QuietPart, ...], BeforeValidator(_one_or_many), AfterValidator(_heard)] | None = Field(
        None, max_length=10, description="nothing is sent then; what is still going on is sent when they end"
    )
    continue_: bool = Field(False, alias="continue", description="the routes after this one are tried too")
    escalation: str | None = Field(
        None, max_length=63, description="one of `escalations`, used while nobody acknowledges"
    )
    group_wait: Annotated[Duration, Field(ge=1, le=3600)] | None = Field(
        None, description="the time in which `at_once` new incidents get a message each (30s at the top)"
    )
    group_interval: Annotated[Duration, Field(ge=10, le=86_400)] | None = Field(
        None, description="how often the message about all others is brought up to date (5m at the top)"
    )
    repeat_interval: Annotated[Duration, Field(ge=0, le=7 * 86_400)] | None = Field(
        None, description="how often to remind while nobody acknowledges; 0: never"
    )
    at_once: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None, description="new incidents that get a message of their own within group_wait"
    )
    routes: tuple["BranchPart", ...] = Field((), max_length=1000, description="routes below it, tried before it")

    model_config = ConfigDict(serialize_by_alias=True)


def branches(parts: Sequence[BranchPart], above: Route = DEFAULTS, prefix: str = "") -> tuple[Route, ...]:
    """The branches, everything inherited filled in."""
    return tuple(_branch(part, above, f"{prefix}{number}") for number, part in enumerate(parts, 1))


def _branch(part: BranchPart, above: Route, name: str) -> Route:
    match = tuple(one for text in part.match for one in matchers(text))
    pace = GroupTiming(
        above.pace.group_wait_s if part.group_wait is None else part.group_wait,
        above.pace.group_interval_s if part.group_interval is None else part.group_interval,
        above.pace.at_once if part.at_once is None else part.at_once,
    )
    own = Route(
        name=name,
        match=match,
        to=above.to if part.to is None else tuple(dict.fromkeys(part.to)),
        minimum=part.minimum or above.minimum,
        quiet=above.quiet if part.quiet_hours is None else tuple(map(_quiet, part.quiet_hours)),
        continue_=part.continue_,
        escalation=above.escalation if part.escalation is None else part.escalation,
        repeat_s=above.repeat_s if part.repeat_interval is None else part.repeat_interval,
        pace=pace,
        asks_kind=above.asks_kind or any(one.key == "kind" for one in match),
    )
    return replace(own, below=branches(part.routes, own, f"{name}."))


def _quiet(part: QuietPart) -> QuietHours:
    begins, ends = (_minutes(clock) for clock in (part.hours or "00:00-00:00").split("-"))
    return QuietHours(begins, ends, _weekdays(part.days), ZoneInfo(part.zone), part.unless)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def violations(root: Node) -> Iterator[Complaint]:
    """Targets in channels that do not exist, escalations that nobody has written, minimums that change nothing."""
    channels, policies = root.get("channels"), root.get("escalations")
    known = {name for name, _ in channels.items()} if channels else {"console"}
    named = {name for name, _ in policies.items()} if policies else set[str]()
    yield from _of_list(root.get("routes"), ("routes",), known, named)
    yield from _too_mild(root.get("routes"), ("routes",), State.DEGRADED)


def _too_mild(listed: Node | None, path: Path, above: State) -> Iterator[Complaint]:
    """Minimums below the one of a branch above: what is so mild does not come as far as there."""
    for number, branch in enumerate(_items(listed)):
        here, least, own = (*path, number), above, branch.get("minimum")
        if own and own.value in set(SEVERITIES):
            least = worse(above, State(own.value))
            if least != own.value:
                yield Complaint(own.place, (*here, "minimum"), f"expected {above} or worse, as a route above it has")
        yield from _too_mild(branch.get("routes"), (*here, "routes"), least)


def _of_list(listed: Node | None, path: Path, known: set[str], policies: set[str]) -> Iterator[Complaint]:
    for number, branch in enumerate(_items(listed)):
        here = (*path, number)
        to = branch.get("to")
        for place, target in enumerate(_items(to) or [to] if to else ()):
            if isinstance(target.value, str) and (channel := target.value.partition(":")[0]) not in known:
                yield Complaint(target.place, (*here, "to", place), unknown("channel", channel, known))
        policy = branch.get("escalation")
        if policy and isinstance(policy.value, str) and policy.value not in policies:
            yield Complaint(policy.place, (*here, "escalation"), unknown("escalation", policy.value, policies))
        yield from _of_list(branch.get("routes"), (*here, "routes"), known, policies)


def _items(node: Node | None) -> list[Node]:
    return node.value if node and isinstance(node.value, list) else []
