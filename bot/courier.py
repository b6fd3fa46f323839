"""The courier: what is to be said, to where it is said. One task a channel, so that none waits for another.

A delivery is a conversation on one channel: the newest edition of a root message, and the lines of its trail. Each
round claims what is due, words it now, posts or edits, and writes down how far it came. At least once: a crash between
saying and writing it down repeats the same message under the same key, and the channel lands it on the first one.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot import advice
from bot.channels.channel import Channel
from bot.core.incident import Entry, Snapshot
from bot.core.words.wording import card
from bot.errors import DeliveryError, StoreError
from bot.store.store import Store
from bot.store.values import Claimed
from bot.store.values import Courier as Claimant

log = logging.getLogger(__name__)

CLAIM_S = 60.0
"""A courier that died holding a claim is followed by another after this long."""
DELIVER_S = 30.0
"""One call to a channel; longer than that is an ambiguous failure."""
BATCH = 20
IDLE_S = 0.5
TRIES = 12
"""Then a delivery is put aside, with the reason, in the list of the undeliverable (after about half an hour)."""
BACKOFF_S = 300.0

SNAPSHOT = TypeAdapter(Snapshot)
ENTRY = TypeAdapter(Entry)


@dataclass(slots=True)
class Progress:
    """How far one delivery has come: the edition and trail line last said, and where."""

    version: int
    trail: int
    where: str


class Courier:
    """Delivers every service's notices to every open channel."""

    def __init__(
        self,
        store: Store,
        services: Sequence[str],
        channels: Mapping[str, Channel],
        owner: str,
        now: Callable[[], float],
    ) -> None:
        self._outbox = store.outbox
        self._services = services
        self._channels = channels
        self._claimant = Claimant(owner, CLAIM_S)
        self._now = now
        self._tips = advice.tips()
        self.news = {name: asyncio.Event() for name in channels}

    def wake(self) -> None:
        """There is something to deliver."""
        for news in self.news.values():
            news.set()

    async def run(self, name: str) -> None:
        """Deliver to one channel, for ever."""
        news = self.news[name]
        while True:
            news.clear()
            try:
                said = await self.round(name)
            except StoreError as error:
                log.debug("courier of %s waits for the store: %s", name, error)
                said = 0
            if not said:
                try:
                    async with asyncio.timeout(IDLE_S):
                        await news.wait()
                except TimeoutError:
                    continue

    async def round(self, name: str) -> int:
        """Deliver what is due on one channel now; the number of deliveries tried.

        Raises:
            StoreError: the store is away; what was said but not written down is repeated under the same key.
        """
        tried = 0
        for service in self._services:
            claims = await self._outbox.claim(service, self._claimant, self._now(), BATCH, name)
            for claimed in claims:
                await self._deliver(self._channels[name], claimed)
            tried += len(claims)
        return tried

    async def _deliver(self, channel: Channel, claimed: Claimed) -> None:
        progress = Progress(claimed.done_version, 0, claimed.where)
        try:
            await self._say(channel, claimed, progress)
        except TimeoutError:
            error = DeliveryError(f"no answer within {DELIVER_S:.0f} s", ambiguous=True)
            await self._failed(claimed, progress, error)
        except DeliveryError as error:
            await self._failed(claimed, progress, error)
        else:
            await self._outbox.done(claimed, progress.version, progress.trail, progress.where)

    async def _say(self, channel: Channel, claimed: Claimed, progress: Progress) -> None:
        """Root first, then the trail in its order; `progress` says how far it came if something is raised."""
        message = card(SNAPSHOT.validate_json(claimed.body), self._now(), self._tips)
        async with asyncio.timeout(DELIVER_S):
            if not progress.where:
                where = await channel.post(message, claimed.id)
                progress.where, progress.version = json.dumps(where), claimed.version
            elif progress.version < claimed.version:
                where = await channel.edit(json.loads(progress.where), message)
                progress.where, progress.version = json.dumps(where), claimed.version
        for number, line in claimed.trail:
            async with asyncio.timeout(DELIVER_S):
                await channel.follow(json.loads(progress.where), ENTRY.validate_json(line), f"{claimed.id}#{number}")
            progress.trail = number

    async def _failed(self, claimed: Claimed, progress: Progress, error: DeliveryError) -> None:
        """Write down how far it came; then later again, or never."""
        wait = error.retry_after if error.retry_after is not None else min(BACKOFF_S, 2.0 ** (claimed.tries - 1))
        again = self._now() + wait
        if progress.version > claimed.done_version or progress.trail:
            # The root stands; what is missing is tried again from there.
            await self._outbox.done(claimed, progress.version, progress.trail, progress.where, again)
        elif error.permanent or claimed.tries >= TRIES:
            log.error("%s cannot be delivered: %s", claimed.id, error)
            await self._outbox.give_up(claimed, str(error), self._now())
            return
        else:
            await self._outbox.retry(claimed, str(error), again)
        log.warning("%s is tried again in %.0f s: %s", claimed.id, wait, error)
