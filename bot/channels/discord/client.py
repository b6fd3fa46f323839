"""discord.py's client: one session at the gateway, from login to its end."""

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import aiohttp
import discord
from discord.gateway import KeepAliveHandler

from bot.channels.context import KeyValues
from bot.channels.discord import components, slash_commands
from bot.channels.discord.interactions import InteractionHandler
from bot.errors import GroundtruthError, StoreError

log = logging.getLogger(__name__)

DAY_S = 86_400.0
AT_ONCE = 100
EVERY_S = DAY_S / 800
"""So many sessions may be begun at once, and one more in so many seconds: 900 in any day, and never none for long.
Discord allows 1,000 in 24 hours, and beyond them resets the bot's token."""
SYNC_S = 30.0
COMMANDS_TTL_S = 30 * DAY_S
CLOSE_S = 2.0
"""A socket that nobody answers on any more is not waited for longer than this."""
THREADS_S = 5.0
_ACK = re.compile(r'"op":\s*11\b')


class SpentError(GroundtruthError):
    """Another session may only be begun in `wait_s` seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many sessions were begun: no more until {wait_s:.0f} s have passed")
        self.wait_s = wait_s


class Client(discord.Client):
    """One try at the gateway; the next one is a new client. `acked_at` is loop time; `ways` are its to close."""

    def __init__(
        self,
        reception: InteractionHandler,
        memory: KeyValues,
        now: Callable[[], float],
        pause_s: float,
        ways: aiohttp.BaseConnector,
    ) -> None:
        super().__init__(
            connector=ways,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=0.5,
        )
        self.reception = reception
        self.tree = slash_commands.AppCommands(self)
        self.acked_at = asyncio.get_running_loop().time()
        self._memory = memory
        self._now = now
        self._pause_s = pause_s
        self._ways = ways

    @property
    def stale_s(self) -> float:
        """Seconds since Discord last acknowledged a heartbeat, or since this client was made."""
        return asyncio.get_running_loop().time() - self.acked_at

    async def setup_hook(self) -> None:
        """Register the commands if they changed; buttons of any age work."""
        self.add_dynamic_items(*components.KINDS)
        self.tree.add_command(slash_commands.group(self.reception))
        try:
            async with asyncio.timeout(SYNC_S):
                await self._sync()
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("%s could not register its commands; the earlier ones stay: %s", self.reception.name, error)

    async def _sync(self) -> None:
        guild = discord.Object(self.reception.options.guild) if self.reception.options.guild else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        name = f"discord.commands.{self.application_id}.{guild.id if guild else ''}"
        wanted = slash_commands.fingerprint(self.tree)
        if await self._noted(name) == wanted:
            return
        await self.tree.sync(guild=guild)
        await self._note(name, wanted, COMMANDS_TTL_S)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count what Discord counts, through restarts. Raises SpentError where they come too often."""
        del shard_id
        if not initial:
            await asyncio.sleep(self._pause_s)
        name = f"discord.sessions.{self.application_id}"
        used = _used(await self._noted(name), self._now())
        wait_s = used - (AT_ONCE - 1) * EVERY_S
        if wait_s > 0:
            raise SpentError(wait_s)
        await self._note(name, f"{self._now() + used + EVERY_S:.0f}", used + EVERY_S + 60.0)

    async def leave(self) -> None:
        """End the session, so that nothing more is sent to it; what was heard can still be answered."""
        if self.ws is not None and self.ws.open:
            await _within(CLOSE_S, self.ws.close(code=1000))

    async def close(self) -> None:
        """End all of it, its threads too: they talk to the loop, so they must not outlive it."""
        await _within(CLOSE_S, super().close())
        await _within(CLOSE_S, self.http.close())
        await self._ways.close()
        beating = [one for one in threading.enumerate() if isinstance(one, KeepAliveHandler) and self._owns(one)]
        for one in beating:
            one.stop()
        # The loop runs meanwhile: a thread may just be waiting for it.
        await asyncio.to_thread(_joined, beating)

    def _owns(self, beating: KeepAliveHandler) -> bool:
        """Also of a connection that was given up before it was one, of which discord.py keeps nothing else."""
        return beating.ws._connection is self._connection  # noqa: SLF001

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Forms; commands, buttons and menus find their own way."""
        if interaction.type is discord.InteractionType.modal_submit:
            await components.submitted(interaction, self.reception)
        elif interaction.type is discord.InteractionType.component and not components.known(interaction):
            await self.reception.say(interaction, components.GONE, components.dressed())

    async def on_socket_raw_receive(self, message: str) -> None:
        """Note each acknowledged heartbeat: a socket can be open and dead."""
        if len(message) < 200 and _ACK.search(message):
            self.acked_at = asyncio.get_running_loop().time()

    async def _noted(self, name: str) -> str:
        try:
            return await self._memory.get(name)
        except StoreError as error:
            log.debug("cannot read %s from the store: %s", name, error)
            return ""

    async def _note(self, name: str, text: str, ttl_s: float) -> None:
        try:
            await self._memory.put(name, text, ttl_s)
        except StoreError as error:
            log.debug("cannot write %s to the store: %s", name, error)


async def _within(seconds: float, ending: Coroutine[Any, Any, None]) -> None:
    """Let something end, for so long; that it ends badly is nobody's news."""
    task = asyncio.create_task(ending)
    await asyncio.wait({task}, timeout=seconds)
    await stopped(task)
    if not task.cancelled() and task.exception() is not None:
        log.debug("the gateway did not close cleanly: %s", task.exception())


async def stopped(task: asyncio.Task[None], again_s: float = 0.5) -> None:
    """Cancel a task until it ends: a cancellation can be lost in a connection that fails at the same moment."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=again_s)


def _joined(threads: Sequence[threading.Thread]) -> None:
    for one in threads:
        one.join(THREADS_S)
        if one.is_alive():
            log.warning("the discord.py thread %s does not stop", one.name)


def _used(noted: str, now: float) -> float:
    """For how many seconds' worth sessions were begun ahead; more than can be was noted by another clock."""
    try:
        ahead = float(noted or now) - now
    except ValueError:
        return 0.0
    return ahead if 0.0 <= ahead <= AT_ONCE * EVERY_S else 0.0
