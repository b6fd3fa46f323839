"""Which new messages one target hears at once, and which are told together in one. Pure.

The first are told at once, for an alert that waits is late. When more than `at_once` begin within `group_wait_s`, the
further ones are held back, and one message tells of all of them: after `group_wait_s`, brought up to date every
`group_wait_s` while it gathers and every `group_interval_s` later. When that time is over and few go on, those are told
as themselves. What has ended meanwhile is never told as itself. The ways of Alertmanager, but that the first need not
wait: https://prometheus.io/docs/alerting/latest/configuration/#route.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import Kind, NoticeGroup
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.severity import SEVERITY, worse
from bot.core.model.snapshot import Snapshot
from probes.model import State

NAMED = 12
"""Services kept by name for a message; the rest is counted."""
EVERY = 1_000_000_000
"""Up to this many at once are never grouped."""


@dataclass(frozen=True, slots=True)
class GroupTiming:
    """How one target wants to hear of many at once, in seconds; `at_once` new ones in `group_wait_s` are no storm."""

    group_wait_s: float = 30.0
    group_interval_s: float = 300.0
    at_once: int = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One that is held back, as its newest edition has it: `began` in Unix seconds, `quiet` while people silence it."""

    service: str
    components: int
    worst: State
    began: float
    taken: bool = False
    quiet: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What one target hears together: since when it gathers, when it was last told (Unix seconds) and what."""

    kind: Kind
    target: str
    begun: float
    said_at: float | None = None
    said: NoticeGroup | None = None

    @property
    def name(self) -> str:
        """One group of a kind and target gathers at a time."""
        return f"{self.target}/{self.kind.value}"

    @property
    def id(self) -> str:
        """What people call it."""
        return short_id(self.kind.value, self.target, f"{self.begun:.3f}")


@dataclass(frozen=True, slots=True)
class Step:
    """What follows for a group now: something to say, and whether it is over, its members left to themselves."""

    say: NoticeGroup | None = None
    over: bool = False


def kind_of(snapshot: Snapshot) -> Kind | None:
    """What a root is grouped with; None for what is always told at once: what we say of ourselves."""
    match snapshot.about:
        case Discrepancy():
            return Kind.DISCREPANCIES
        case Incident():
            return Kind.INCIDENTS
        case _:
            return None


def member(snapshot: Snapshot) -> Member:
    """A root's newest edition in brief. Raises ValueError for what is never grouped."""
    name = snapshot.service_name or snapshot.service
    match snapshot.about:
        case Discrepancy() as record:
            number = 1 if record.component else 0
            return Member(name, number, record.measured, record.since, over=snapshot.agreed)
        case Incident() as incident:
            return Member(
                name,
                len(incident.components),
                worse(incident.worst, incident.state),
                incident.started_at,
                taken=incident.acknowledged_at is not None,
                quiet=incident.silence is not None and not incident.announced,
                over=incident.status is IncidentStatus.RESOLVED,
            )
        case _:
            raise ValueError("what we say of ourselves is in no group")


def step(group: Group, members: Mapping[str, Member], pace: GroupTiming, now: float) -> Step:
    """What follows for a group, which has one member at least, at `now` (Unix seconds)."""
    age = now - group.begun
    going = [one for one in members.values() if not (one.over or one.quiet)]
    if group.said_at is None and age < pace.group_wait_s and going:
        return Step()
    if group.said_at is None and len(members) == len(going) == 1:
        # A message about one more would be no less than that one's own.
        return Step(over=True)
    told = told_as_one(group.kind, group.id, members.values())
    few = len(going) <= pace.at_once and age >= pace.group_interval_s
    if few or not going:
        return Step(replace(told, own=len(going), over_at=now), over=True)
    every = pace.group_wait_s if age < pace.group_interval_s else pace.group_interval_s
    fresh = group.said_at is None or not 0 <= now - group.said_at < every
    return Step(told if fresh and told != group.said else None)


def told_as_one(kind: Kind, its_id: str, members: Iterable[Member]) -> NoticeGroup:
    """The figures of a message about all of these, of which there is one at least."""
    every = list(members)
    going = [one for one in every if not (one.over or one.quiet)]
    worst = State.UNKNOWN
    for one in going or every:
        worst = worse(worst, one.worst)
    return NoticeGroup(
        kind=kind,
        id=its_id,
        since=min(one.began for one in every),
        services=_services(going or every)[:NAMED],
        spread=len({one.service for one in going or every}),
        total=len(every),
        going=len(going),
        components=sum(one.components for one in going or every),
        worst=worst,
        taken=sum(one.taken for one in going),
    )


def _services(members: list[Member]) -> tuple[tuple[str, int], ...]:
    """How many of each by name, the worst first."""
    count = Counter(one.service for one in members)
    bad = {one.service: SEVERITY.get(one.worst, 0) for one in sorted(members, key=lambda m: SEVERITY.get(m.worst, 0))}
    return tuple(sorted(count.items(), key=lambda item: (-bad[item[0]], -item[1], item[0])))
