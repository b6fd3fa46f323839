"""What every channel must do; subclass it with a fixture `channel` (opened) and a way to look at what stands there.

`roots(key)` is how many root messages stand for a key, `trail(key)` the texts of its trail in order,
`headline(key)` what the root says now.
"""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace

from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from tests.support.words import read

CARD = Card(
    subject="4F7K",
    kind="incident",
    tone=Colour.ORANGE,
    emoji="🟠",
    headline="🟠 Claude API: intermittent failures, about 18% of requests",
    lines=(("We measure", "29 of 160 requests failed in 12 min"), ("Status page", '"All Systems Operational"')),
    footer="Since 15:31 UTC",
)
HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\n<!channel> @everyone </a> **x** & <script> [red]markup[/red] :smile: \u202eevil"


class ChannelContract(ABC):
    """Promises of every channel."""

    place = ""

    @abstractmethod
    def roots(self, key: str) -> int: ...

    @abstractmethod
    def trail(self, key: str) -> list[str]: ...

    @abstractmethod
    def headline(self, key: str) -> str: ...

    async def test_a_post_stands_once(self, channel):
        """One post, one root, saying the headline."""
        await channel.post(self.place, CARD, "k1")
        assert self.roots("k1") == 1
        assert read(self.headline("k1")) == CARD.headline

    async def test_a_repeated_post_lands_on_the_first(self, channel):
        """The courier may not know that it was heard: the same key is the same root, newest words win."""
        first = await channel.post(self.place, CARD, "k1")
        second = await channel.post(self.place, replace(CARD, headline="🔴 Claude API: down"), "k1")
        assert dict(first) == dict(second)
        assert self.roots("k1") == 1
        assert self.headline("k1") == "🔴 Claude API: down"

    async def test_an_edit_is_in_place(self, channel):
        """The root changes, and does not multiply."""
        where = await channel.post(self.place, CARD, "k1")
        where = await channel.edit(where, replace(CARD, headline="🟡 Claude API: acknowledged"))
        await channel.edit(where, replace(CARD, headline="🟢 Claude API: resolved", tone=Colour.GREEN, closed=True))
        assert self.roots("k1") == 1
        assert self.headline("k1") == "🟢 Claude API: resolved"

    async def test_two_keys_are_two_roots(self, channel):
        """Incidents do not share a message."""
        await channel.post(self.place, CARD, "k1")
        await channel.post(self.place, replace(CARD, headline="other"), "k2")
        assert (self.roots("k1"), self.roots("k2")) == (1, 1)
        assert read(self.headline("k1")) == CARD.headline

    async def test_the_trail_keeps_its_order_and_takes_each_line_once(self, channel):
        """Lines stand as they were said; a repeated one is not said twice."""
        where = await channel.post(self.place, CARD, "k1")
        for n in (1, 2, 2, 3):
            await channel.follow(where, TimelineEntry(1_776_094_000.0 + n, "changed", f"line {n}"), f"k1#{n}")
        assert self.trail("k1") == ["line 1", "line 2", "line 3"]

    async def test_hostile_text_is_only_text(self, channel):
        """What steers, pings or marks up elsewhere stands there as letters."""
        hostile = replace(
            CARD,
            subject=HOSTILE,
            headline=HOSTILE,
            lines=((HOSTILE, HOSTILE),),
            footer=HOSTILE,
            links=((HOSTILE, HOSTILE),),
        )
        where = await channel.post(self.place, hostile, "k1")
        await channel.follow(where, TimelineEntry(1.0, HOSTILE, HOSTILE), "k1#1")
        said = self.headline("k1")
        assert "<!channel> @everyone </a> **x** & <script> [red]markup[/red]" in said
        assert said.isprintable()

    async def test_a_huge_card_is_cut_not_refused(self, channel):
        """Whatever its size, it is said."""
        huge = replace(CARD, headline="h" * 100_000, lines=tuple(("label" * 100, "x" * 100_000) for _ in range(200)))
        await channel.post(self.place, huge, "k1")
        assert self.roots("k1") == 1
        assert 0 < len(self.headline("k1")) < 4_000

    async def test_an_empty_card_is_still_a_message(self, channel):
        """Nothing in it is no reason to fail."""
        await channel.post(self.place, Card("", "", Colour.GREY, "", ""), "k1")
        assert self.roots("k1") == 1

    async def test_many_at_once(self, channel):
        """Concurrent deliveries do not tear each other."""
        cards = {f"k{n}": replace(CARD, headline=f"headline {n}") for n in range(30)}
        await asyncio.gather(*(channel.post(self.place, card, key) for key, card in cards.items()))
        for key, card in cards.items():
            assert self.roots(key) == 1
            assert read(self.headline(key)) == card.headline
