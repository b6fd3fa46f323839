"""The heartbeat: a dead-man's switch is kept quiet for as long as we really work, and not a moment longer.

One beat an interval for all replicas: whoever holds the turn beats. Whether we work is read from the store, so the
beat stops when the store is away, nobody judges, nothing is checked, or nothing can be told.
"""

import logging

from bot.errors import DeliveryError, StoreError
from bot.fields import HttpOptions
from bot.health.status import HealthReader, not_ready_reasons
from bot.http.client import HttpClient, Request
from bot.process import Process
from bot.settings import Heartbeat
from probes.secret import Secret

log = logging.getLogger(__name__)

TURN = "heartbeat"
KEPT = 2.5
"""Intervals for which the turn stays with a process that is not heard of."""


class HeartbeatJob:
    """Beats every interval; `way` is open while it does."""

    def __init__(self, process: Process, wanted: Heartbeat) -> None:
        self._process = process
        self._wanted = wanted
        self._health = HealthReader(process.store, process.settings)
        self._stopped = False
        secrets = [wanted.url, *([wanted.fail] if wanted.fail else []), *(value for _, value in wanted.headers)]
        self.way = HttpClient("the heartbeat", process.now, secrets, HttpOptions(ca_file=wanted.ca_file))

    async def run(self) -> None:
        """Ping the switch until cancelled."""
        async with self.way:
            # What has just begun has judged nothing yet, which is no failure.
            await self._process.every(self._wanted.interval_s, self.beat, at_once=False)

    async def beat(self) -> bool:
        """Beat once if we work and it is our turn; whether it was sent."""
        leases, owner, wanted = self._process.store.leases, self._process.owner, self._wanted
        try:
            # Whoever can take the turn can write.
            ours = await leases.acquire(TURN, owner, round(wanted.interval_s * KEPT * 1000))
            why = await self._why() if ours else ""
        except StoreError as error:
            self._note(f"{error}")
            return False
        if not ours:
            return False
        again = bool(why) and self._stopped
        self._note(why)
        if why:
            # One check that finds us at rest may be a moment's; the silence has begun all the same.
            return again and wanted.fail is not None and await self._ask(wanted.fail)
        return await self._ask(wanted.url)

    async def _why(self) -> str:
        """What keeps us from our work, "" where nothing does. Raises StoreError."""
        found = await not_ready_reasons(self._health, self._process.now())
        return "; ".join(f"{sign.name}: {sign.sentence}" for sign in found[:3])

    def _note(self, why: str) -> None:
        """Say in the log once that it stopped, and that it goes on."""
        if bool(why) is not self._stopped:
            self._stopped = bool(why)
            log.warning("the heartbeat stops: %s" if why else "the heartbeat goes on%s", why)

    async def _ask(self, address: Secret) -> bool:
        headers = {name: value.reveal() for name, value in self._wanted.headers}
        try:
            await self.way.send(Request("heartbeat", address, b"", headers=headers, method=self._wanted.method))
        except DeliveryError as error:
            log.warning("the heartbeat was not accepted: %s", error)
            return False
        return True
