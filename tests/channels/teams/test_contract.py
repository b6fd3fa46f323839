"""Teams keeps the contract of all channels."""

import pytest

from tests.fakes.teams import ALERTS
from tests.support.contract import ChannelContract


class TestTeams(ChannelContract):
    """Looked at as a member of the team would; a root is known by what was noted of its key."""

    place = ALERTS

    @pytest.fixture
    async def channel(self, opens, fake):
        self.fake = fake
        self.where: dict[str, list[str]] = {}
        async with opens() as it:
            post = it.post

            async def posted(place, card, key):
                where = await post(place, card, key)
                self.where.setdefault(key, []).append(where["activity"])
                return where

            it.post = posted
            yield it

    def roots(self, key):
        return sum(m.id in self.where[key] for m in self.fake.roots.values())

    def root(self, key):
        return self.fake.roots[self.where[key][-1]]

    def trail(self, key):
        return [m.said["text"].partition(": ")[2] for m in self.fake.thread(self.root(key))]

    def headline(self, key):
        return self.root(key).headline
