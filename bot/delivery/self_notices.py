"""What Groundtruth says of itself: tests of a target, and that a target or a whole channel cannot be reached.

It goes the way all notices go, through the outbox, as the service `OWN` that nobody can configure: services' names
have no capital letters. Which troubles are open is that service's state, written with the notice, so that several
processes tell of each once, and the next process tells of its end.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.core.health.signs import RUNBOOK, Kind, listeners
from bot.core.model.group import Correlation, NoticeGroup
from bot.core.model.snapshot import Snapshot
from bot.core.text.inline import between, moment
from bot.errors import StoreError
from bot.store.codec import SNAPSHOT, Codec
from bot.store.store import Store
from bot.store.types import START, Commit, DeliveryWrite, Token

log = logging.getLogger(__name__)

OWN = "GROUNDTRUTH"
LEASE_MS = 2_000
TRIES, AGAIN_S = 25, 0.1
"""Who finds another process speaking tries again for longer than its lease can last."""
AT_ONCE = 20
"""Troubles told at the same time; more of them are one trouble, and the log has the rest."""
DAY_S = 86_400.0
"""A trouble that lasts is told again after a day."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One that was told and is not over: since when (Unix seconds), and the sentence."""

    since: float
    text: str


@dataclass(frozen=True, slots=True)
class SelfNotice:
    """What is said: the same subject again is an edit.

    In place of a text it may be about `several` incidents, or about what some have in common (`cause`).
    """

    subject: str
    text: str
    targets: Sequence[str]
    over: bool = False
    lines: Sequence[tuple[str, str]] = ()
    several: NoticeGroup | None = None
    cause: Correlation | None = None


@dataclass(frozen=True, slots=True)
class HealthEvent:
    """One line of our own timeline: what was said of which trouble, when (Unix seconds), and whether it was its end."""

    at: float
    what: str
    text: str
    over: bool = False


OPEN = Codec(dict[str, Trouble], "judge")
TOLD = Codec(HealthEvent, "timeline")


class SelfNotices:
    """Says things to targets beside the judges. `said` is called when there is something to deliver.

    Every call is False when another process is just saying something, and raises `StoreError` when the store is away.
    """

    def __init__(
        self, store: Store, owner: str, now: Callable[[], float], said: Callable[[], None], runbook: str = RUNBOOK
    ) -> None:
        """`runbook` is the address of the page with an entry for each trouble."""
        self._store = store
        self._owner = owner
        self._now = now
        self._said = said
        self.runbook = runbook
        self._one = asyncio.Lock()

    async def tell(
        self, subject: str, text: str, targets: Sequence[str], lines: Sequence[tuple[str, str]] = (), entry: str = ""
    ) -> bool:
        """Say it, or bring it up to date; `lines` are (label, text) below the text, `entry` is that of the runbook."""
        async with self._turn() as token:
            notice = SelfNotice(subject, text, targets, lines=(*lines, *self._entry(entry)))
            return token is not None and await self._write(token, await self.open(), (notice,))

    async def publish(self, notices: Sequence[SelfNotice]) -> bool:
        """Say all of these, or bring them up to date, in one write."""
        async with self._turn() as token:
            return token is not None and await self._write(token, await self.open(), notices)

    async def trouble(  # noqa: PLR0913 - one sentence, to whom, and what is known of it
        self,
        what: str,
        text: str,
        targets: Sequence[str],
        *,
        over: bool,
        since: float | None = None,
        until: float | None = None,
        entry: str = "",
    ) -> bool:
        """Say that `what` is in trouble, once, and when it is not any more; True as well where nothing is new in that.

        `since` and `until` (Unix seconds) are when it began and ended, if not just now; `entry` is that of the runbook.
        """
        if over and what not in await self.open():
            return True
        async with self._turn() as token:
            if token is None:
                return False
            troubles = await self.open()
            known = troubles.pop(what, None)
            if over is (known is None) or (known is None and len(troubles) >= AT_ONCE):
                return True
            now = self._now()
            told, first = (known.since, known.text) if known else (now, text)
            if not over:
                troubles[what] = Trouble(told, text)
            before = (
                ("Was", f"{first}, {between(told, max(told, until or now))}")
                if over
                else ("Since", moment(since or told))
            )
            lines = (before, *(() if over else self._entry(entry)))
            notice = SelfNotice(f"trouble@{what}@{round(told)}", text, targets, over, lines)
            return await self._write(token, troubles, (notice,), (HealthEvent(now, what, text, over),))

    def _entry(self, entry: str) -> tuple[tuple[str, str], ...]:
        return (("Runbook", f"{self.runbook}#{entry}"),) if entry else ()

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[Token | None]:
        """The right to write, one after the other; None while another process has it."""
        async with self._one:
            token = await self._store.lease(OWN, self._owner, LEASE_MS)
            try:
                yield token
            finally:
                if token is not None:
                    await self._store.release(OWN, token)

    async def open(self) -> dict[str, Trouble]:
        """The troubles that were told lately and are not over."""
        found = OPEN.load((await self._store.load(OWN)).state or None) or {}
        return {what: one for what, one in found.items() if self._now() - one.since < DAY_S}

    async def _write(
        self,
        token: Token,
        troubles: dict[str, Trouble],
        notices: Sequence[SelfNotice],
        told: Sequence[HealthEvent] = (),
    ) -> bool:
        writes = tuple(write for notice in notices for write in self._deliveries(notice))
        log_lines = tuple(TOLD.dump(one) for one in told)
        commit = Commit(START, OPEN.dump(troubles).encode(), deliveries=writes, log=log_lines)
        written = await self._store.commit(OWN, token, commit)
        self._said()
        return written

    def _deliveries(self, notice: SelfNotice) -> list[DeliveryWrite]:
        now = self._now()
        lines = tuple((label, text) for label, text in notice.lines)
        snapshot = Snapshot(
            now,
            OWN,
            "Groundtruth",
            None,
            None,
            (),
            notice.text,
            over=notice.over,
            lines=lines,
            several=notice.several,
            cause=notice.cause,
        )
        body, edition = SNAPSHOT.dump(snapshot), round(now * 1000)
        return [DeliveryWrite(notice.subject, t, edition, body, urgent=True) for t in notice.targets]


class UnreachableNotices:
    """Tells those who watch the other targets that one cannot be reached, once, and when it can again."""

    def __init__(
        self, news: SelfNotices, watchers: Callable[[], Awaitable[Sequence[str]]], otherwise: Sequence[str] = ()
    ) -> None:
        """`otherwise` are told where none of the watchers can be reached."""
        self._news = news
        self._watchers = watchers
        self._otherwise = tuple(otherwise)

    async def __call__(self, what: str, text: str, over: bool, entry: str = Kind.CHANNEL) -> None:
        """`what` is a target or a whole channel, or of another `entry` in the runbook."""
        try:
            others = listeners(await self._watchers(), self._otherwise, frozenset({what}))
            for _ in range(TRIES):
                if await self._news.trouble(what, text, others, over=over, entry=entry):
                    return
                await asyncio.sleep(AGAIN_S)
        except StoreError as error:
            log.warning("could not send the notice that %s: %s", text, error)
