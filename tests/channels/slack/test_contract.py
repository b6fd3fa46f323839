"""Slack keeps the contract of all channels."""

import pytest

from tests.support.contract import ChannelContract
from tests.support.slack import channel_on, hurried


class TestSlack(ChannelContract):
    """Looked at as a member of the workspace would; a root is known by what was noted of its key."""

    place = "C1"

    @pytest.fixture
    async def channel(self, fake, store):
        self.workspace = fake.workspace
        self.keys: dict[str, list[str]] = {}
        async with channel_on(fake, store, now=hurried()) as it:
            post = it.post

            async def posted(place, card, key):
                where = await post(place, card, key)
                known = self.keys.setdefault(key, [])
                if where["ts"] not in known:
                    known.append(where["ts"])
                return where

            it.post = posted  # type: ignore[method-assign]
            yield it

    def root(self, key):
        return next(m for m in self.workspace.standing() if m.ts == self.keys[key][-1])

    def roots(self, key):
        return sum(m.ts in self.keys[key] for m in self.workspace.standing())

    def trail(self, key):
        return [m.text.partition(": ")[2] for m in self.workspace.thread(self.root(key))]

    def headline(self, key):
        return self.root(key).headline
