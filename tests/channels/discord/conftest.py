"""A Discord of our own for each test, and the clock it shares with the bot."""

import asyncio
import contextlib
import io
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.context import ChannelContext
from bot.channels.discord.gateway import Pace
from bot.channels.discord.open import Discord as DiscordBot
from bot.errors import StoreError
from bot.store.store import Store
from tests.fakes.discord.server import Discord, discord
from tests.support.clock import Clock
from tests.support.discord import PACE, FrontDesk, pointed_at

with warnings.catch_warnings():
    # Of sound, which we do not use: discord.py imports a module that Python 3.13 no longer has.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord as _  # noqa: F401


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[Discord]:
    async with discord(clock) as one:
        yield one


class Notes:
    """The store's notes; while they are `away` they give no answer, as a store that hangs does."""

    def __init__(self, store: Store) -> None:
        self._notes = store.notes
        self.away = False

    async def set_once(self, name: str, ttl_s: float) -> bool:
        return await self._there() and await self._notes.set_once(name, ttl_s)

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        await self._there()
        await self._notes.put(name, value, ttl_s)

    async def get(self, name: str) -> str:
        await self._there()
        return await self._notes.get(name)

    async def _there(self) -> bool:
        if self.away:
            await asyncio.sleep(60)
        return True


class Turns:
    """Whose turn it is, by the store; while that is `away` it answers nobody."""

    def __init__(self, store: Store) -> None:
        self._turns = store.leases
        self.away = False
        self.asked = 0

    async def acquire(self, name: str, owner: str, ttl_ms: int) -> bool:
        self.asked += 1
        if self.away:
            raise StoreError("away")
        return await self._turns.acquire(name, owner, ttl_ms)

    async def release(self, name: str, owner: str) -> None:
        await self._turns.release(name, owner)


class Replicas:
    """Processes of one bot, as many as a test wants: each with its own connection, desk and notes shared."""

    def __init__(self, fake: Discord, store: Store, tmp_path: Path) -> None:
        self.fake, self.store, self.folder = fake, store, tmp_path
        self.desk = FrontDesk()
        self.notes = Notes(store)
        self.turns = Turns(store)
        self.stack = contextlib.AsyncExitStack()

    async def start(self, owner: str = "one", pace: Pace = PACE, **more: object) -> DiscordBot:
        now = self.fake.world.now
        outside = ChannelContext(self.folder, io.StringIO(), "plain", now, self.desk, self.notes, self.turns, owner)
        bot = DiscordBot("discord", pointed_at(self.fake, **more), outside, pace)
        return await self.stack.enter_async_context(bot)

    async def listening(self, sessions: int = 1) -> None:
        """Wait until so many sessions are listened to and the commands stand."""
        await self.fake.gateway.until(lambda: len(self.fake.gateway.live) == sessions)


@pytest.fixture
async def replicas(fake: Discord, store: Store, tmp_path: Path) -> AsyncIterator[Replicas]:
    made = Replicas(fake, store, tmp_path)
    async with made.stack:
        yield made
