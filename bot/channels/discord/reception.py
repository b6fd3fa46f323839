"""Where an interaction is received: once, in time, privately, whatever happens behind it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import aiohttp
import discord

from bot.channels.desk import Asks, Memory
from bot.channels.discord import members
from bot.channels.discord.options import Options
from bot.channels.discord.replies import Reply, reply, sentence
from bot.core.words.answer import Answer
from bot.errors import StoreError

log = logging.getLogger(__name__)

DIRECT_S = 1.5
"""An answer that takes longer is announced first ("thinking"); Discord gives three seconds."""
PATIENCE_S = 60.0
SEEN_S = 900.0
"""An interaction's token lives fifteen minutes: after that it cannot be answered anyway."""
MEMORY_S = 0.7
COMPLETE_S = 2.0
UNHEARD = (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError)
"""What comes of an answer that Discord does not take: too late, already answered, gone."""
AWAY = "our store is away; try again in a moment"
BROKEN = "this failed on our side and is in the log; try again, and tell whoever runs this bot"

Dress = Callable[[Reply], discord.ui.View]
"""Puts the buttons under a reply."""


class Reception:
    """Takes interactions of one bot to the desk; nothing is kept in it that another replica would miss."""

    def __init__(self, name: str, options: Options, desk: Asks, memory: Memory, now: Callable[[], float]) -> None:
        self.name = name
        self.options = options
        self._desk = desk
        self._memory = memory
        self._now = now

    async def ask(self, interaction: discord.Interaction, text: str, dress: Dress) -> None:
        """Ask the desk and answer privately; a repeated interaction is passed over in silence."""
        if await self._first(interaction):
            await self._told(interaction, self._answer(interaction, text), dress)

    async def complete(self, interaction: discord.Interaction, text: str) -> Sequence[tuple[str, str]]:
        """What an option could be completed to; nothing where it takes too long or fails."""
        who = members.asker(interaction, self.options, self.name)
        if who is None:
            return ()
        try:
            async with asyncio.timeout(COMPLETE_S):
                return await self._desk.complete(text, who)
        except (StoreError, TimeoutError) as error:
            log.debug("%s cannot complete: %s", self.name, error)
            return ()

    async def share(self, interaction: discord.Interaction) -> None:
        """Show everybody in the channel what the person sees; its button goes."""
        if interaction.message is None or not await self._first(interaction):
            return
        embeds = interaction.message.embeds[:1]
        for one in embeds:
            said = (one.footer.text or "").partition(" · shared by ")[0]
            who = discord.utils.remove_markdown(interaction.user.display_name)[:40]
            one.set_footer(text=f"{said} · shared by {who}".removeprefix(" · "))
        try:
            await interaction.response.edit_message(view=None)
            await interaction.followup.send(embeds=embeds, ephemeral=False)
        except UNHEARD as error:
            log.warning("%s could not share an answer: %s", self.name, error)

    async def _answer(self, interaction: discord.Interaction, text: str) -> Reply:
        who = members.asker(interaction, self.options, self.name)
        if who is None:
            return sentence(members.NOT_FOR_YOU)
        answer: Answer = await self._desk.ask(text, who, self._now())
        return reply(answer)

    async def _first(self, interaction: discord.Interaction) -> bool:
        """Whether nobody has answered this interaction; where that is not known it is answered: acts happen once."""
        try:
            async with asyncio.timeout(MEMORY_S):
                return await self._memory.once(f"discord.{interaction.id}", SEEN_S)
        except (StoreError, TimeoutError) as error:
            log.debug("%s does not know whether %s was answered: %s", self.name, interaction.id, error)
            return True

    async def _told(self, interaction: discord.Interaction, work: Coroutine[Any, Any, Reply], dress: Dress) -> None:
        asking = asyncio.create_task(work, name=f"{self.name} asks")
        try:
            await asyncio.wait({asking}, timeout=DIRECT_S)
            if not asking.done():
                await interaction.response.defer(ephemeral=True, thinking=True)
                await asyncio.wait({asking}, timeout=PATIENCE_S)
            said = self._outcome(asking)
            sent: Mapping[str, Any] = {"embed": said.embed, "view": dress(said)}
            if interaction.response.is_done():
                await interaction.edit_original_response(**sent, attachments=said.files())
            else:
                await interaction.response.send_message(**sent, files=said.files(), ephemeral=True)
        except UNHEARD as error:
            log.warning("%s could not answer an interaction: %s", self.name, error)
        finally:
            asking.cancel()

    def _outcome(self, asking: asyncio.Task[Reply]) -> Reply:
        """The reply, or a sentence instead: a person is never left with "This interaction failed"."""
        if not asking.done():
            return sentence("this takes too long; try again in a moment")
        error = asking.exception()
        if isinstance(error, StoreError):
            return sentence(AWAY)
        if error is not None:
            log.error("%s failed at an interaction", self.name, exc_info=error)
            return sentence(BROKEN)
        return asking.result()
