"""Deliveries in a courier's hands: claimed for one channel, kept while they are worked at, left to others otherwise."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from bot.delivery.channel_queue import ChannelQueue
from bot.errors import StoreError
from bot.store.outbox import Outbox
from bot.store.types import Claimant, ClaimedDelivery

log = logging.getLogger(__name__)

CLAIM_S = 15.0
"""A courier that died holding a claim is followed by another after this long; one that lives renews it meanwhile."""
KEEP_S = 5.0
AT_ONCE = 32
"""Places of one channel served at the same time."""


class OutboxClaims:
    """Takes what is due, of one channel at a time; `speed` seconds of the clock pass in one of the machine."""

    def __init__(
        self, outbox: Outbox, services: Sequence[str], owner: str, now: Callable[[], float], speed: float = 1.0
    ) -> None:
        self._outbox = outbox
        self._services = tuple(services)
        self._now = now
        self.closed = False
        """Whether nothing is taken any more."""
        self._claimant = Claimant(owner, CLAIM_S * speed, AT_ONCE)

    async def take(self, line: ChannelQueue) -> dict[str, list[ClaimedDelivery]]:
        """What is due, by target; those are busy from now on. Raises StoreError."""
        if self.closed or len(line.busy) >= AT_ONCE or self._now() < line.rests_until:
            return {}
        if line.why:
            found = await self._trial(line)
        else:
            claims = (self._claimed(line, service, self._claimant) for service in self._services)
            replies = await asyncio.gather(*claims, return_exceptions=True)
            found = [one for reply in replies if not isinstance(reply, BaseException) for one in reply]
            errors = [reply for reply in replies if isinstance(reply, BaseException)]
            if errors and not found:
                raise errors[0]
        found.sort(key=lambda claimed: claimed.channel)
        by_target = {target: list(claims) for target, claims in groupby(found, lambda claimed: claimed.channel)}
        line.busy.update(by_target)
        line.hands.update((claim_key(claimed), claimed) for claimed in found)
        return by_target

    async def _trial(self, line: ChannelQueue) -> list[ClaimedDelivery]:
        """After a rest one delivery tries whether it is over."""
        for service in self._services:
            found = await self._claimed(line, service, replace(self._claimant, at_once=1))
            if found:
                return found
        return []

    async def _claimed(self, line: ChannelQueue, service: str, claimant: Claimant) -> list[ClaimedDelivery]:
        return list(await self._outbox.claim(service, line.channel.name, claimant, self._now(), line.busy))

    async def keep(self, line: ChannelQueue) -> None:
        """Renew what is in hand, for ever: a delivery may take longer than a dead courier's claim should last."""
        while True:
            await asyncio.sleep(KEEP_S)
            for name, claimed in tuple(line.hands.items()):
                try:
                    kept = await self._outbox.keep(claimed, self._now() + self._claimant.lease_s)
                except StoreError as error:
                    log.debug("claims of %s wait for the store: %s", line.channel.name, error)
                    break
                if not kept:
                    line.hands.pop(name, None)


def claim_key(claimed: ClaimedDelivery) -> str:
    """The name of one claim among those in hand."""
    return f"{claimed.service}/{claimed.id}/{claimed.token}"
