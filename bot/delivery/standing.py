"""Messages that stand on channels, as the process remembers them that posted them: for the day the store knows none."""

from dataclasses import dataclass

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import clock
from bot.store.codec import SNAPSHOT
from bot.store.types import Claimed, DeliveryWrite

STANDING = 2_000
"""Messages remembered by one process, the newest."""


@dataclass(frozen=True, slots=True)
class StandingRoot:
    """A message that is not over: what was claimed and said last, and where it stands (JSON)."""

    claimed: Claimed
    snapshot: Snapshot
    where: str


def over(snapshot: Snapshot) -> bool:
    """Whether nothing more can follow."""
    match snapshot.about:
        case Discrepancy():
            return snapshot.agreed
        case Incident(status=status):
            return status is IncidentStatus.RESOLVED
        case _:
            return snapshot.over


def last_edition(root: StandingRoot, now: float) -> DeliveryWrite:
    """What the message says from now on: that nobody keeps it up to date."""
    said = (
        f"{root.snapshot.service_name}: this message about {root.claimed.subject} is not kept up to date any more, the"
        f" store lost its records at {clock(now, now)}; what goes on is told in a new message"
    )
    bare = Snapshot(now, root.snapshot.service, root.snapshot.service_name, None, None, (), said, over=True)
    claimed = root.claimed
    return DeliveryWrite(
        claimed.subject, claimed.channel, claimed.version + 1, SNAPSHOT.dump(bare), urgent=True, due_at=now
    )
