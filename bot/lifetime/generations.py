"""One generation of workers at a time, made from one configuration; the next replaces it whole or not at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from bot.errors import GroundtruthError
from bot.lifetime.open_channels import OpenChannels
from bot.settings import Settings
from bot.supervision import innermost

REST_S = 35.0
"""A call to a channel ends within thirty seconds: what is in hand then is written down."""

Idle = Callable[[], Awaitable[None]]
"""Begins nothing new, and returns when what is in hand is done."""
Begin = Callable[[Settings], AbstractAsyncContextManager[Idle]]
"""A generation at work inside. Raises UserError where it cannot be: an address is taken, a file is not there."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A configuration that is to take the place of the one in force, and where the answer goes."""

    settings: Settings
    done: asyncio.Future[None]


class Generations:
    """Keeps a generation at work, in one task of its own: what is opened there is closed there."""

    def __init__(self, settings: Settings, channels: OpenChannels, begin: Begin) -> None:
        self.settings = settings
        """Those in force."""
        self._channels = channels
        self._begin = begin
        self._wanted: asyncio.Queue[_Wanted | None] = asyncio.Queue()
        self._leaving = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everything runs inside. Raises UserError where it cannot begin."""
        begun = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._live(begun), name="generations")
                await begun.wait()
                yield
                self._leaving.set()
                self._wanted.put_nowait(None)
        except BaseExceptionGroup as group:
            raise innermost(group) from group

    async def swap(self, settings: Settings) -> None:
        """Put these settings in force. Raises UserError, and those before stay in force, where that cannot be."""
        done = asyncio.get_running_loop().create_future()
        self._wanted.put_nowait(_Wanted(settings, done))
        await done

    async def _live(self, begun: asyncio.Event) -> None:
        async with self._channels.opened(self.settings.channels):
            try:
                idle = await self._begun(self.settings)
                begun.set()
                while (wanted := await self._wanted.get()) is not None:
                    idle = await self._replaced(idle, wanted)
            finally:
                await self._stack.aclose()

    async def _begun(self, settings: Settings) -> Idle:
        self._stack = contextlib.AsyncExitStack()
        return await self._stack.enter_async_context(self._begin(settings))

    async def _replaced(self, idle: Idle, wanted: _Wanted) -> Idle:
        """The next generation in the place of this one; this one, begun again, where the next cannot be."""
        ended = False

        async def end() -> None:
            nonlocal ended
            await self._rest(idle)
            await self._stack.aclose()
            ended = True

        try:
            async with self._channels.replaced(wanted.settings.channels, end):
                after = await self._begun(wanted.settings)
        except (GroundtruthError, OSError) as error:
            after = await self._begun(self.settings) if ended else idle
            if not wanted.done.done():
                wanted.done.set_exception(error)
            return after
        self.settings = wanted.settings
        if not wanted.done.done():
            wanted.done.set_result(None)
        return after

    async def _rest(self, idle: Idle) -> None:
        """Wait for what is in hand, unless the end of the process has begun meanwhile."""
        waits = {asyncio.ensure_future(idle()), asyncio.ensure_future(self._leaving.wait())}
        _, late = await asyncio.wait(waits, timeout=REST_S, return_when=asyncio.FIRST_COMPLETED)
        for one in late:
            one.cancel()
