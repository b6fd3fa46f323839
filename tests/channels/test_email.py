"""E-mail: the contract, threads, and what is told of a mail server that fails."""

import logging
import traceback
from dataclasses import replace

import pytest
import trustme

from bot.channels.email.opening import Email
from bot.channels.email.options import read
from bot.core.incident import Entry, Tone
from bot.errors import DeliveryError, UserError
from tests.channels.contract import CARD, HOSTILE, ChannelContract
from tests.channels.outlets import NOW
from tests.fakes.mail import PASSWORD, USER, mailing
from tests.fakes.web import ssl

OVER = replace(CARD, tone=Tone.GREEN, closed=True, headline="🟢 Claude API: resolved")


def options(port, **changes):
    given = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "bot@example.com", "to": ["a@example.com"]}
    return read("mail", given | changes)


def channel_on(fake, store, **changes):
    return Email("mail", options(fake.port, **changes), store.notes, lambda: NOW)


@pytest.fixture
async def fake():
    async with mailing() as it:
        yield it


@pytest.fixture
async def channel(fake, store):
    async with channel_on(fake, store) as it:
        yield it


def plain(message):
    return message.get_body(("plain",)).get_content()


class TestEmail(ChannelContract):
    """Looked at in the mailbox: a root is a message that answers none."""

    @pytest.fixture
    async def channel(self, fake, store):
        self.box = fake
        self.keys = {}
        async with channel_on(fake, store) as it:
            edit = it.edit

            async def noted(where, card):
                before = len(self.box.box)
                result = await edit(where, card)
                for message in self.box.box[before:]:
                    self.keys.setdefault(where["key"], message["In-Reply-To"] or message["Message-ID"])
                return result

            it.edit = noted
            yield it

    def thread(self, key):
        mine = [m for m in self.box.box if self.head(key) in (m["Message-ID"], m["In-Reply-To"])]
        assert mine
        return mine

    def head(self, key):
        from_key = {m["Message-ID"] for m in self.box.box if m["X-Key"] == key}
        return next(iter(from_key), None) or self.by_order(key)

    def by_order(self, key):
        return self.keys[key]

    def roots(self, key):
        return sum(m["In-Reply-To"] is None for m in self.thread(key))

    def trail(self, key):
        return [r.partition("changed: ")[2] for r in plain(self.thread(key)[-1]).splitlines() if "changed: " in r]

    def headline(self, key):
        return plain(self.thread(key)[-1]).splitlines()[0]

    async def test_the_trail_keeps_its_order_and_takes_each_line_once(self, channel):
        """A mail a line would be too many: a message brings the newest lines."""
        lines = tuple(Entry(NOW + n, "changed", f"line {n}") for n in (1, 2, 3))
        where = await channel.post("", replace(CARD, trail=lines), "k1")
        await channel.follow(where, Entry(NOW, "changed", "line 4"), "k1#4")
        assert self.trail("k1") == ["line 1", "line 2", "line 3"]
        assert len(self.box.arrived) == 1
