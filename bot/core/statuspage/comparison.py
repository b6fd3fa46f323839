"""Page against measurement for all components of one service: doubts, standing discrepancies, and their ends. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.ids import short_id
from bot.core.model.incident import TimelineEntry
from bot.core.statuspage import discrepancy
from bot.core.statuspage.discrepancy import READINGS, Case, PendingDiscrepancy
from probes.model import Page


@dataclass(frozen=True, slots=True)
class ReadFailures:
    """How often in a row the page could not be read, since when, and the latest reason."""

    count: int = 0
    since: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison's memory between two commits; discrepancies by component, "" for the page as a whole."""

    standing: dict[str, Discrepancy] = field(default_factory=dict)
    doubts: dict[str, PendingDiscrepancy] = field(default_factory=dict)
    misses: ReadFailures = ReadFailures()


class Comparison:
    """Keeps the discrepancies of one service; `take()` gives what changed since the last time."""

    def __init__(self, service: str, kept: Compared) -> None:
        self._service = service
        self._standing = dict(kept.standing)
        self._doubts = dict(kept.doubts)
        self._misses = kept.misses
        self._said: dict[str, tuple[Discrepancy, TimelineEntry | None]] = {}

    def state(self) -> Compared:
        """What must be written for another process to go on here."""
        return Compared(dict(self._standing), dict(self._doubts), self._misses)

    @property
    def going(self) -> bool:
        """Whether there is any discrepancy, doubt or unread page that the next readings may change."""
        return bool(self._standing or self._doubts or self._misses.count or self._said)

    @property
    def disputed(self) -> set[str]:
        """The components of which there is a discrepancy or a doubt."""
        return {c for c in (*self._standing, *self._doubts) if c}

    def standing(self) -> tuple[Discrepancy, ...]:
        """The discrepancies that have been said and go on."""
        return tuple(self._standing.values())

    def take(self) -> list[tuple[Discrepancy, TimelineEntry | None]]:
        """Discrepancies that began or ended since the last call, each with its line for the trail."""
        said, self._said = list(self._said.values()), {}
        return said

    def read(self, page: Page, at: float) -> None:
        """Count whether the page could be read at all."""
        if not page.unreadable:
            self._misses = ReadFailures()
            self._end_unreadable(at)
            return
        since = self._misses.since if self._misses.count else at
        self._misses = ReadFailures(self._misses.count + 1, since, page.unreadable)
        if self._misses.count >= READINGS[DiscrepancyKind.UNREADABLE] and "" not in self._standing:
            self._say(
                Discrepancy(
                    id="D" + short_id(self._service, "page", f"{since:.3f}"),
                    service=self._service,
                    component="",
                    kind=DiscrepancyKind.UNREADABLE,
                    since=since,
                    opened_at=at,
                    claimed_words=page.unreadable,
                )
            )

    def compare(self, cases: Iterable[Case], now: float) -> None:
        """Compare each component once, after new readings of either side."""
        for case in cases:
            self._compare(case, now)

    def _compare(self, case: Case, now: float) -> None:
        record = self._standing.get(case.component)
        if record is not None:
            ended = discrepancy.closed(record, case, now)
            if ended is None:
                self._amend(record, case, now)
                return
            del self._standing[case.component]
            self._said[ended.id] = (ended, TimelineEntry(now, "closed", ended.outcome))
        kind = discrepancy.disagreement(case)
        standing = discrepancy.doubt(self._doubts.get(case.component), kind, case.heard, now)
        if standing is None:
            self._doubts.pop(case.component, None)
        elif standing.readings < discrepancy.readings(standing.kind, case):
            self._doubts[case.component] = standing
        else:
            self._doubts.pop(case.component, None)
            self._say(discrepancy.opened(case, standing, self._service, now))

    def _amend(self, record: Discrepancy, case: Case, now: float) -> None:
        changed = discrepancy.amended(record, case)
        if changed is not None and changed.mention is not None:
            self._standing[case.component] = changed
            text = f"the page opened an incident that marks no component: {changed.mention.words}"
            self._said[changed.id] = (changed, TimelineEntry(now, "mentioned", text))

    def _say(self, record: Discrepancy) -> None:
        self._standing[record.component] = record
        self._said[record.id] = (record, None)

    def _end_unreadable(self, at: float) -> None:
        record = self._standing.pop("", None)
        if record is not None:
            ended = replace(record, version=record.version + 1, closed_at=at, outcome="readable again")
            self._said[ended.id] = (ended, TimelineEntry(at, "closed", ended.outcome))
