"""How long the incidents on record lasted: ours, and those that the vendor itself stated. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry, Source

ENOUGH = 8
"""With fewer on record for a component, those of its whole service are taken."""


@dataclass(frozen=True, slots=True)
class PastLengths:
    """Seconds of each, in the order of their beginnings; `component`: of the component alone, else of its service.

    `stated` of them have the vendor's own times.
    """

    seconds: tuple[float, ...] = ()
    component: bool = False
    stated: int = 0


@dataclass(frozen=True, slots=True)
class _Past:
    began_at: float
    ended_at: float
    components: tuple[str, ...]
    stated: bool = False


def past_lengths(incidents: Iterable[Incident], entries: Iterable[LedgerEntry], component: str) -> PastLengths:
    """The lengths of what is over, of one component where enough is on record.

    What the vendor states counts where we measured nothing at that time. Trouble of one vantage is not the component's.
    """
    ours = {
        one.id: _Past(one.started_at, one.ended_at, one.components)
        for one in incidents
        if one.scope != "vantage" and one.ended_at is not None
    }
    entries = tuple(entries)
    for entry in entries:
        # Older incidents than those that were given have their times in the ledger.
        if entry.source is Source.MEASURED and entry.incident not in ours and (past := _whole(entry)):
            ours[entry.incident] = past
    measured = list(ours.values())
    stated = [past for entry in entries if entry.source is Source.STATED and (past := _whole(entry))]
    found = [*measured, *(one for one in stated if not any(_overlap(one, other) for other in measured))]
    found = sorted((one for one in found if one.ended_at > one.began_at), key=lambda one: one.began_at)
    own = [one for one in found if component in one.components]
    return _lengths(own, component=True) if len(own) >= ENOUGH else _lengths(found, component=False)


def _lengths(found: Sequence[_Past], *, component: bool) -> PastLengths:
    seconds = tuple(one.ended_at - one.began_at for one in found)
    return PastLengths(seconds, component, sum(one.stated for one in found))


def _whole(entry: LedgerEntry) -> _Past | None:
    if entry.began_at is None or entry.ended_at is None:
        return None
    return _Past(entry.began_at, entry.ended_at, entry.components, entry.source is Source.STATED)


def _overlap(one: _Past, other: _Past) -> bool:
    return one.began_at < other.ended_at and other.began_at < one.ended_at
