"""Who listens to Discord: one of all replicas, for as long as it is heard; whatever breaks here breaks nothing else.

A lease decides who. A connection that drops resumes by itself (discord.py); one that is dead or fed what it cannot
parse is thrown away, and a new one is made after a while. Its task is watched from outside: no error of it gets out.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass

import discord

from bot.channels.context import ChannelContext
from bot.channels.discord.client import Client, SpentError, stopped
from bot.channels.discord.endpoints import point
from bot.channels.discord.interactions import InteractionHandler
from bot.errors import StoreError
from bot.http.connector import ProxyConnector

log = logging.getLogger(__name__)

TOKEN_WAIT_S = 300.0
"""A token that Discord does not know is tried again this often: each try counts towards a ban."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds.

    The lease's life and how often it is checked; from one try to connect to the next (`again_s`, doubled up to
    `most_s`); before a session is begun anew on the same client; how long a heartbeat may go unanswered, and a
    connection may take until it is ready; how long what was asked before the end may take to be answered.
    """

    lease_s: float = 5.0
    look_s: float = 1.0
    again_s: float = 2.0
    most_s: float = 120.0
    identify_s: float = 5.0
    stale_s: float = 120.0
    start_s: float = 60.0
    drain_s: float = 10.0


class Gateway:
    """Listens while it is this process's turn; `run` never ends by itself."""

    def __init__(self, reception: InteractionHandler, outside: ChannelContext, pace: Pace) -> None:
        self._reception = reception
        self._outside = outside
        self._pace = pace
        self._lease = f"discord.{reception.name}"
        self._ours = False
        self._client: Client | None = None
        self._why = "not connected yet"
        self._failures = 0
        self._ending: set[asyncio.Task[None]] = set()

    def health(self) -> tuple[bool, str]:
        """Whether Discord is listened to, here or elsewhere, and how it stands."""
        client = self._client
        if not self._ours:
            return True, "the gateway is another process's turn"
        if client is None or not client.is_ready():
            return False, f"not listening to Discord: {self._why}"
        return client.stale_s < self._pace.stale_s, f"listening; last heartbeat {client.stale_s:.0f} s ago"

    async def run(self, trusted: ssl.SSLContext) -> None:
        """Take the turn whenever it is free, and listen as long as it lasts; at the end answer what was heard."""
        point(self._reception.options)
        try:
            while True:
                wait = self._pace.look_s
                if await self._our_turn():
                    wait = await self._listen(trusted)
                await self._rest(wait)
        finally:
            await self._pass_on()
            if self._ending:
                await asyncio.wait(self._ending)

    async def _listen(self, trusted: ssl.SSLContext) -> float:
        """One client from login to its end; the seconds to wait before the next."""
        clock = asyncio.get_running_loop().time
        began = clock()
        outside, pace = self._outside, self._pace
        ways = ProxyConnector(trusted)
        client = self._client = Client(self._reception, outside.memory, outside.now, pace.identify_s, ways)
        task = asyncio.create_task(client.start(self._reception.options.token.reveal()), name="discord gateway")
        try:
            while not task.done() and self._alive(client, clock() - began) and await self._our_turn():
                await asyncio.wait({task}, timeout=pace.look_s)
        finally:
            self._client = None
            await stopped(task)
            ending = asyncio.create_task(self._end(client), name="discord gateway ends")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        return self._after(None if task.cancelled() else task.exception())

    def _alive(self, client: Client, age: float) -> bool:
        dead = client.stale_s > self._pace.stale_s
        if dead or (not client.is_ready() and age > self._pace.start_s):
            self._why = f"Discord {'has stopped answering heartbeats' if dead else 'began no session in time'}"
            log.warning("%s reconnects: %s", self._reception.name, self._why)
            return False
        if client.is_ready() and age > self._pace.start_s:
            self._failures = 0
        return True

    def _after(self, error: BaseException | None) -> float:
        """What an ended client means for the next one."""
        self._failures += 1
        wait = min(self._pace.most_s, self._pace.again_s * 2.0 ** min(self._failures - 1, 20))
        if error is None:
            return wait if self._ours else self._pace.look_s
        self._why = f"{type(error).__name__}: {str(error)[:200]}"
        if isinstance(error, discord.LoginFailure) or getattr(error, "code", 0) == 4004:
            self._why = "Discord does not know the bot's token: set a new one (Developer Portal, Bot, Reset Token)"
            wait = TOKEN_WAIT_S
        elif isinstance(error, SpentError):
            self._why, wait = str(error), max(error.wait_s, wait)
        log.warning("%s reconnects in %.0f s: %s", self._reception.name, wait, self._why)
        log.debug("the gateway ended", exc_info=error)
        return wait

    async def _rest(self, wait: float) -> None:
        """Wait; the turn is kept meanwhile if it is ours, so that a broken session is not begun twice."""
        until = asyncio.get_running_loop().time() + wait
        while (left := until - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(left, self._pace.look_s))
            if self._ours:
                await self._our_turn()

    async def _our_turn(self) -> bool:
        """Whether we hold the lease; while the store is away whoever listens goes on, and nobody begins."""
        try:
            async with asyncio.timeout(self._pace.lease_s):
                ttl_ms = round(self._pace.lease_s * 1000)
                ours = await self._outside.leases.acquire(self._lease, self._outside.owner, ttl_ms)
        except (StoreError, TimeoutError) as error:
            log.debug("%s: cannot tell which process listens: %s", self._reception.name, error)
            return self._ours
        if ours != self._ours:
            log.info("%s: the gateway is %s", self._reception.name, "ours" if ours else "another's")
        self._ours = ours
        return ours

    async def _end(self, client: Client) -> None:
        """Hear no more; what was heard is answered, then all is closed. A new client need not wait for it."""
        await client.leave()
        await self._reception.drained(self._pace.drain_s)
        await client.close()

    async def _pass_on(self) -> None:
        """Let another replica listen at once."""
        if not self._ours:
            return
        self._ours = False
        try:
            async with asyncio.timeout(1.0):
                await self._outside.leases.release(self._lease, self._outside.owner)
        except (StoreError, TimeoutError) as error:
            log.debug("could not release the gateway lease: %s", error)
