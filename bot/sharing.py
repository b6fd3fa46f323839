"""The processes that share a kind of work: each says that it lives, and hears who else does.

It is preference only. What must not be done twice is kept by leases and claims; checks may be done twice for seconds.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from time import monotonic

from bot.core.sharing import Share
from bot.errors import StoreError
from bot.store.store import Store

log = logging.getLogger(__name__)

BEAT_S, ANSWER_S = 1.0, 2.0
"""Between two words of a process, and how long the store has for each."""
SILENT_S = 4.0
"""A process that is silent for so long has died, or is suspended: the others have its share within `BEAT_S` more."""
SETTLED_S = 10.0
"""So long after its first word a process asks for what is its own and others do: one that dies at once moves nothing.
After the store was away nobody is taken for dead for so long either: all were silent, and one of them speaks first."""
LEAVE_S = 1.0


def _nothing() -> None:
    """Nobody wants to know."""


class Peers:
    """This process in one group; `what` names the work they share.

    `changed` is called when another joins or leaves. While `unfit` is true this process leaves its share to the others,
    and goes on with it all the same: they may be no better.
    """

    def __init__(self, store: Store, group: str, owner: str, what: str, clock: Callable[[], float] = monotonic) -> None:
        self._store, self._group, self._owner, self._what, self._clock = store, group, owner, what, clock
        self.changed: Callable[[], None] = _nothing
        self.unfit: Callable[[], bool] = lambda: False
        self.share = Share(owner)
        self._began = self._patient_until = float("-inf")
        self._away = False

    async def run(self) -> None:
        """Beat for ever; while the store is away everybody goes on with the share that he has."""
        while True:
            await asyncio.sleep(BEAT_S)
            await (self.leave() if self.unfit() else self.beat())

    async def beat(self) -> None:
        """Say once that we live, and hear who does."""
        try:
            async with asyncio.timeout(ANSWER_S):
                heard = await self._store.peers.beat(self._group, self._owner, round(SILENT_S * 1000))
        except (StoreError, TimeoutError) as error:
            self._lost(error)
            return
        now = self._clock()
        if self._began == float("-inf"):
            self._began = now
        if self._away:
            # The others could not be heard either.
            self._away, self._patient_until = False, now + SETTLED_S
        self.share.settled = now - self._began >= SETTLED_S
        self._among([*heard, *self.share.members] if now < self._patient_until else heard)

    async def leave(self) -> None:
        """We stop: the others need not wait until we are silent."""
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._store.peers.leave(self._group, self._owner, round(SILENT_S * 1000))

    def _among(self, members: list[str]) -> None:
        before = len(self.share.members)
        if self.share.among(members):
            log.info("%s: shared by %d processes (before: %d)", self._what, len(self.share.members), before)
            self.changed()

    def _lost(self, error: StoreError | TimeoutError) -> None:
        if not self._away and not self.share.alone:
            said = "%s: the store is away (%s), so this process goes on with its share, one of %d"
            log.warning(said, self._what, error or "no answer", len(self.share.members))
        self._away = True
