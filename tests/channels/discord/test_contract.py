"""Discord keeps the promises of every channel, over the wire."""

import pytest

from bot.channels.discord.channel import DiscordChannel, nonce
from tests.channels.discord.reading import headline, line
from tests.support.clock import Clock
from tests.support.contract import ChannelContract
from tests.support.discord import pointed_at


class TestDiscord(ChannelContract):
    """By a clock that runs on while the courier would wait: edits are spaced."""

    @pytest.fixture
    def clock(self):
        return Clock(tick=11.0)

    @pytest.fixture
    async def channel(self, fake, store):
        self.fake = fake
        self.place = fake.world.channel("alerts").id
        async with DiscordChannel("discord", pointed_at(fake), store.notes, fake.world.now) as opened:
            yield opened

    def _found(self, key):
        wanted = nonce("discord", self.place, key)
        return [m for m in self.fake.roots(self.place) if m.nonce == wanted]

    def roots(self, key):
        return len(self._found(key))

    def headline(self, key):
        return headline(self._found(key)[0])

    def trail(self, key):
        thread = self.fake.world.channels[self._found(key)[0].id]
        return [line(m).partition(": ")[2] for m in thread.messages]
