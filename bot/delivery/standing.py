"""Messages that stand on channels, as the process remembers them that posted them: for the day the store knows none."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import clock
from bot.store.codec import SNAPSHOT
from bot.store.keys import DELIVERY_TTL_S
from bot.store.outbox import Outbox
from bot.store.types import ClaimedDelivery, DeliveryWrite

STANDING = 2_000
"""Messages remembered by one process, the newest."""
Root = tuple[str, str, str]
"""Service and id of a delivery, and where it stands: after the store was emptied one delivery can have two messages."""


@dataclass(frozen=True, slots=True)
class StandingRoot:
    """A message that is not over: what was claimed and said last, and where it stands (JSON)."""

    claimed: ClaimedDelivery
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


async def over_in_store(outbox: Outbox, roots: Mapping[Root, StandingRoot], now: float) -> list[Root]:
    """Those that are over by what the store has of them, whoever delivered it. Raises StoreError.

    What the store does not know any more is over by its age alone: a failover can lose the newest rows.
    """
    found: list[Root] = []
    for service in {key[0] for key in roots}:
        keys, changed = [key for key in roots if key[0] == service], list[Root]()
        for key, edition in zip(keys, await outbox.editions(service, [id_ for _, id_, _ in keys]), strict=True):
            root = roots[key]
            if edition is None and now - root.snapshot.at > DELIVERY_TTL_S:
                found.append(key)
            elif edition is not None and edition[0] == edition[1] > root.claimed.version:
                changed.append(key)
        # Only what another process has delivered since is read whole.
        rows = await outbox.delivered(service, [id_ for _, id_, _ in changed]) if changed else []
        for key, row in zip(changed, rows, strict=True):
            said = SNAPSHOT.load(row[1]) if row is not None and row[1] else None
            if said is not None and over(said):
                found.append(key)
    return found


def last_edition(root: StandingRoot, now: float) -> DeliveryWrite:
    """What the message says from now on: that nobody keeps it up to date."""
    said = (
        f"this message about {root.claimed.subject} is not kept up to date any more, the store lost its records at"
        f" {clock(now, now)}; what goes on is told in a new message"
    )
    bare = Snapshot(now, root.snapshot.service, root.snapshot.service_name, None, None, (), said, over=True)
    claimed = root.claimed
    return DeliveryWrite(
        claimed.subject, claimed.channel, claimed.version + 1, SNAPSHOT.dump(bare), urgent=True, due_at=now
    )
