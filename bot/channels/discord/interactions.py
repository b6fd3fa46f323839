"""Where an interaction is received: once, in time, privately, whatever happens behind it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

import aiohttp
import discord

from bot.channels.context import DeskPort, KeyValues, posted_in
from bot.channels.discord import roles
from bot.channels.discord.answers import Reply, reply, sentence
from bot.channels.discord.options import Options
from bot.channels.discord.thread_charts import PICTURE
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.errors import StoreError
from bot.pictures.drawn import Pictures

log = logging.getLogger(__name__)

DIRECT_S = 1.5
"""An answer that takes longer is announced first ("thinking"); Discord gives three seconds."""
PATIENCE_S = 60.0
SEEN_S = 900.0
"""An interaction's token lives fifteen minutes: after that it cannot be answered anyway."""
MEMORY_S = 0.7
LAST_S = 2.0
"""Of the time to drain, what is kept for telling those who would have to wait longer."""
COMPLETE_S = 2.0
FILE_S = 5.0
UNHEARD = (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError)
"""What comes of an answer that Discord does not take: too late, already answered, gone."""
LATE = frozenset({10062, 40060})
"""Discord's codes for an interaction that is gone or was answered: another try is in vain."""
LEAVING = "this bot is restarting and could not wait for the answer; check /avail status and ask again"
AWAY = "our store is away; try again in a moment"
BROKEN = "this failed on our side and is in the log; try again, and tell whoever runs this bot"

Dress = Callable[[Reply], discord.ui.View]
"""Puts the buttons under a reply."""


class InteractionHandler:
    """Takes interactions of one bot to the desk; nothing is kept in it that another replica would miss.

    `_answering` are the tasks that answer, each with the one that asks the desk, once it does.
    """

    def __init__(
        self, name: str, options: Options, desk: DeskPort, memory: KeyValues, now: Callable[[], float]
    ) -> None:
        self.name = name
        self._pictures = Pictures()
        self.options = options
        self._desk = desk
        self._memory = memory
        self._now = now
        self._answering: dict[asyncio.Task[Any], asyncio.Task[Reply] | None] = {}

    async def drained(self, within_s: float) -> None:
        """Let those who asked be answered; who would wait longer is told to ask again."""
        waiting = set(self._answering)
        if not waiting:
            return
        _, late = await asyncio.wait(waiting, timeout=within_s - LAST_S)
        for asking in [self._answering[one] for one in late]:
            if asking is not None:
                asking.cancel()
        if late:
            log.warning("%s: %d answers were not ready at shutdown", self.name, len(late))
            _, late = await asyncio.wait(late, timeout=LAST_S)
        for one in late:
            one.cancel()

    async def ask(self, interaction: discord.Interaction, text: str, dress: Dress) -> None:
        """Ask the desk and answer privately; a repeated interaction is passed over in silence."""
        with self._under_way():
            if await self._first(interaction):
                await self._told(interaction, self._answer(interaction, text), dress)

    async def say(self, interaction: discord.Interaction, text: str, dress: Dress) -> None:
        """Answer privately with one sentence."""

        async def said() -> Reply:
            return sentence(text)

        with self._under_way():
            if await self._first(interaction):
                await self._told(interaction, said(), dress)

    async def fill(self, interaction: discord.Interaction, form: discord.ui.Modal) -> None:
        """Show a form; a repeated interaction is passed over in silence."""
        with self._under_way():
            if await self._first(interaction):
                try:
                    await interaction.response.send_modal(form)
                except UNHEARD as error:
                    log.warning("%s could not show a form: %s", self.name, error)

    async def complete(self, interaction: discord.Interaction, text: str) -> Sequence[tuple[str, str]]:
        """What an option could be completed to; nothing where it takes too long or fails."""
        try:
            async with asyncio.timeout(COMPLETE_S):
                who = await self._who(interaction)
                return () if who is None else await self._desk.complete(text, who)
        except (StoreError, TimeoutError) as error:
            log.debug("%s cannot complete: %s", self.name, error)
            return ()

    async def share(self, interaction: discord.Interaction) -> None:
        """Show everybody in the channel what the person sees; its button goes."""
        with self._under_way():
            if interaction.message is not None and await self._first(interaction):
                await self._shared(interaction, interaction.message)

    async def _shared(self, interaction: discord.Interaction, message: discord.Message) -> None:
        embeds = message.embeds[:1]
        for one in embeds:
            said = (one.footer.text or "").partition(" · shared by ")[0]
            who = discord.utils.remove_markdown(interaction.user.display_name)[:40]
            one.set_footer(text=f"{said} · shared by {who}".removeprefix(" · "))
        try:
            await interaction.response.edit_message(view=None)
            files = await self._hung(message)
            for one in embeds:
                drawn = any(file.filename == PICTURE for file in files)
                one.set_image(url=f"attachment://{PICTURE}" if drawn else None)
            await interaction.followup.send(embeds=embeds, files=files, ephemeral=False)
        except UNHEARD as error:
            log.warning("%s could not share an answer: %s", self.name, error)

    async def _hung(self, message: discord.Message) -> list[discord.File]:
        """The files of an answer, to hang them on another message; none where they cannot be read in time."""
        try:
            async with asyncio.timeout(FILE_S):
                return [await one.to_file() for one in message.attachments[:2]]
        except UNHEARD as error:
            log.warning("%s shares an answer without its files: %s", self.name, error)
            return []

    async def _answer(self, interaction: discord.Interaction, text: str) -> Reply:
        who = await self._who(interaction)
        if who is None:
            return sentence(roles.NOT_FOR_YOU)
        answer: Answer = await self._desk.ask(text, who, self._now())
        return reply(answer)

    async def _who(self, interaction: discord.Interaction) -> Asker | None:
        """The asker; where it is not known in time whether alerts come here, none do."""
        place = posted_in(self.name, str(roles.channel_of(interaction)))
        alerted = False
        try:
            async with asyncio.timeout(MEMORY_S):
                alerted = bool(await self._memory.get(place))
        except (StoreError, TimeoutError) as error:
            log.debug("%s cannot tell whether alerts go to %s: %s", self.name, place, error)
        return roles.asker(interaction, self.options, self.name, alerted=alerted)

    async def _first(self, interaction: discord.Interaction) -> bool:
        """Whether nobody has answered this interaction; where that is not known it is answered: acts happen once."""
        try:
            async with asyncio.timeout(MEMORY_S):
                return await self._memory.set_once(f"discord.{interaction.application_id}.{interaction.id}", SEEN_S)
        except (StoreError, TimeoutError) as error:
            log.debug("%s cannot tell whether %s was answered: %s", self.name, interaction.id, error)
            return True

    async def _told(self, interaction: discord.Interaction, work: Coroutine[Any, Any, Reply], dress: Dress) -> None:
        asking = asyncio.create_task(work, name=f"{self.name} asks")
        self._answering[_this()] = asking
        try:
            await asyncio.wait({asking}, timeout=DIRECT_S)
            if not asking.done():
                await interaction.response.defer(ephemeral=True, thinking=True)
                await asyncio.wait({asking}, timeout=PATIENCE_S)
            said = self._outcome(asking)
            sent: Mapping[str, Any] = {"embed": said.embed, "view": dress(said)}
            try:
                await _sent(interaction, sent, said.files())
            except discord.HTTPException as error:
                if not said.body or error.code in LATE:
                    raise
                log.warning("%s: a file was refused, its message goes without it: %s", self.name, error)
                await _sent(interaction, sent, [])
            await self._drawn(interaction, said)
        except UNHEARD as error:
            log.warning("%s could not answer an interaction: %s", self.name, error)
        finally:
            asking.cancel()

    async def _drawn(self, interaction: discord.Interaction, said: Reply) -> None:
        """Its charts, put into an answer that stands; without them it stays as it is."""
        if not (said.charts and self.options.charts):
            return
        png = await self._pictures.of(said.charts)
        if not png:
            return
        embed, files = said.pictured(png)
        try:
            await interaction.edit_original_response(embed=embed, attachments=files)
        except UNHEARD as error:
            log.warning("%s: an answer stays without its charts: %s", self.name, error)

    @contextlib.contextmanager
    def _under_way(self) -> Iterator[None]:
        """Shutdown waits for what runs inside this block."""
        self._answering[_this()] = None
        try:
            yield
        finally:
            del self._answering[_this()]

    def _outcome(self, asking: asyncio.Task[Reply]) -> Reply:
        """The reply, or a sentence instead: a person is never left with "This interaction failed"."""
        if not asking.done():
            return sentence("this takes too long; try again in a moment")
        if asking.cancelled():
            return sentence(LEAVING)
        error = asking.exception()
        if isinstance(error, StoreError):
            return sentence(AWAY)
        if error is not None:
            log.error("%s failed at an interaction", self.name, exc_info=error)
            return sentence(BROKEN)
        return asking.result()


async def _sent(interaction: discord.Interaction, sent: Mapping[str, Any], files: list[discord.File]) -> None:
    """The answer, as the first response or in place of "thinking"."""
    if interaction.response.is_done():
        await interaction.edit_original_response(**sent, attachments=files)
    else:
        await interaction.response.send_message(**sent, files=files, ephemeral=True)


def _this() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task
