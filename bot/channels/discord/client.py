"""discord.py's client: one session at the gateway, from login to its end."""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands

from bot.channels.desk import Memory
from bot.channels.discord import presses, tree
from bot.channels.discord.options import Options
from bot.channels.discord.reception import Reception
from bot.errors import GroundtruthError, StoreError

log = logging.getLogger(__name__)

IDENTIFIES = 900
"""Of the 1,000 that Discord allows in 24 hours; beyond them it resets the bot's token."""
DAY_S = 86_400.0
SYNC_S = 30.0
COMMANDS_TTL_S = 30 * DAY_S
_ACK = re.compile(r'"op":\s*11\b')


class SpentError(GroundtruthError):
    """No more sessions may be begun today."""


def point(options: Options) -> None:
    """Let discord.py talk to the configured addresses; they are globals of its, one Discord a process."""
    discord.http.Route.BASE = options.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(options.gateway_url)


class Client(discord.Client):
    """One try at the gateway; the next one is a new client. `acked_at` is loop time."""

    def __init__(self, reception: Reception, memory: Memory, now: Callable[[], float], pause_s: float) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=0.5,
        )
        self.reception = reception
        self.tree = app_commands.CommandTree(self)
        self.acked_at = asyncio.get_running_loop().time()
        self._memory = memory
        self._now = now
        self._pause_s = pause_s

    @property
    def stale_s(self) -> float:
        """Seconds since Discord last acknowledged a heartbeat, or since this client was made."""
        return asyncio.get_running_loop().time() - self.acked_at

    async def setup_hook(self) -> None:
        """Register the commands if they changed; buttons of any age work."""
        self.add_dynamic_items(presses.Press, presses.Choose)
        self.tree.add_command(tree.group(self.reception))
        try:
            async with asyncio.timeout(SYNC_S):
                await self._sync()
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("%s could not register its commands; those of before go on: %s", self.reception.name, error)

    async def _sync(self) -> None:
        guild = discord.Object(self.reception.options.guild) if self.reception.options.guild else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        name = f"discord.commands.{self.application_id}.{guild.id if guild else ''}"
        wanted = tree.fingerprint(self.tree)
        if await self._noted(name) == wanted:
            return
        await self.tree.sync(guild=guild)
        await self._note(name, wanted, COMMANDS_TTL_S)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count what Discord counts, through restarts; raises SpentError before the last ones are used."""
        del shard_id
        if not initial:
            await asyncio.sleep(self._pause_s)
        name = f"discord.identifies.{self.application_id}"
        began, count = _window(await self._noted(name), self._now())
        if count >= IDENTIFIES:
            raise SpentError(f"{count} sessions were begun within a day: no more until Discord counts anew")
        left = max(60.0, began + DAY_S - self._now())
        await self._note(name, json.dumps([began, count + 1]), left)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Forms; commands, buttons and menus find their own way."""
        if interaction.type is discord.InteractionType.modal_submit:
            await presses.submitted(interaction, self.reception)

    async def on_socket_raw_receive(self, message: str) -> None:
        """Note each acknowledged heartbeat: a socket can be open and dead."""
        if len(message) < 200 and _ACK.search(message):
            self.acked_at = asyncio.get_running_loop().time()

    async def _noted(self, name: str) -> str:
        try:
            return await self._memory.noted(name)
        except StoreError as error:
            log.debug("the store does not tell %s: %s", name, error)
            return ""

    async def _note(self, name: str, text: str, ttl_s: float) -> None:
        try:
            await self._memory.note(name, text, ttl_s)
        except StoreError as error:
            log.debug("the store does not keep %s: %s", name, error)


def _window(noted: str, now: float) -> tuple[float, int]:
    """When the day of counting began, and the count."""
    try:
        told: Any = json.loads(noted or "[]")
        began, count = float(told[0]), int(told[1])
    except (ValueError, TypeError, IndexError):
        return now, 0
    return (began, count) if 0 <= now - began < DAY_S else (now, 0)
