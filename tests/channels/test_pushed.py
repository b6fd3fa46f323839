"""incident.io, ntfy and Grafana IRM: the contract, the faults, and what is sent when."""

from dataclasses import replace

import pytest

from bot.channels.ntfy.options import read
from bot.core.model.card import CardFacts, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import UserError
from probes.model import State
from tests.support.contract import CARD, ChannelContract
from tests.support.outlets import NOW, OutletFaults
from tests.support.receivers import OnGrafanaIrm, OnIncidentIo, OnNtfy

TAKEN = replace(CARD, tone=Colour.YELLOW, facts=CardFacts("claude", ("api",), State.PARTIAL, acknowledged=True))
OVER = replace(CARD, tone=Colour.GREEN, closed=True, headline="🟢 Claude API: resolved")


class Pushed(OutletFaults, ChannelContract):
    """One message a key, replaced; the newest lines of the trail stand in its text."""

    lines = False

    async def test_the_trail_keeps_its_order_and_takes_each_line_once(self, channel):
        """There is no trail: the card brings its newest lines."""
        lines = tuple(TimelineEntry(NOW + n, "changed", f"line {n}") for n in (1, 2, 3))
        await channel.post("", replace(CARD, trail=lines), "k1")
        assert self.trail("k1") == ["line 1", "line 2", "line 3"]


class TestIncidentIo(OnIncidentIo, Pushed):
    pass


class TestNtfy(OnNtfy, Pushed):
    pass


class TestGrafanaIrm(OnGrafanaIrm, Pushed):
    pass


class TestIncidentIoLife(OnIncidentIo):
    async def test_firing_then_resolved(self, fake, channel):
        """Fresher figures are not sent; an acknowledgement stands in the metadata."""
        where = await channel.post("", CARD, "k1")
        where = await channel.edit(where, replace(CARD, headline=CARD.headline.replace("18", "23")))
        where = await channel.edit(where, TAKEN)
        await channel.edit(where, OVER)
        told = [(a["status"], a["metadata"]["standing"], a["metadata"]["severity"]) for a in fake.taken]
        assert told == [
            ("firing", "firing", "error"),
            ("firing", "acknowledged", "error"),
            ("resolved", "resolved", "info"),
        ]


class TestNtfyLife(OnNtfy):
    async def test_louder_when_worse_and_quiet_when_in_hand(self, fake, channel):
        """A telephone rings only for what nobody has taken yet."""
        where = await channel.post("", CARD, "k1")
        for card in (CARD, replace(CARD, tone=Colour.RED), TAKEN, OVER):
            where = await channel.edit(where, card)
        assert [m["priority"] for m in fake.taken] == [4, 5, 2, 2]

    async def test_whoever_is_called_again_gets_a_message_of_its_own(self, fake, channel):
        """As loud as the trouble is bad, once, and saying of what; who has taken it is left alone."""
        where = await channel.post("", CARD, "k1")
        calls = [TimelineEntry(NOW, "reminded", f"still open, nobody acknowledged for {n} min") for n in (10, 20, 30)]
        for _ in range(2):
            await channel.follow(where, calls[0], "k1#4")
        await channel.follow(where, TimelineEntry(NOW, "escalated", "step 1 of on-call, to pagerduty"), "k1#5")
        where = await channel.edit(where, TAKEN)
        await channel.follow(where, calls[1], "k1#6")
        where = await channel.edit(where, CARD)
        await channel.follow(where, calls[2], "k1#7")
        root, rung, taken, back, again = fake.taken
        assert root["sequence_id"] == taken["sequence_id"] == back["sequence_id"]
        assert len({m["sequence_id"] for m in (root, rung, again)}) == 3
        assert [(m["title"], m["message"], m["priority"]) for m in (rung, again)] == [
            (CARD.headline, calls[0].text, root["priority"]),
            (CARD.headline, calls[2].text, root["priority"]),
        ]

    async def test_long_words_stay_a_message(self, fake, channel):
        """4,096 bytes, whatever the letters."""
        await channel.post("", replace(CARD, lines=(("We measure", "😀" * 5_000),)), "k1")
        assert len(fake.taken[0]["message"].encode()) <= 4_096

    @pytest.mark.parametrize("topic", ["", "a/b", "x" * 65])
    async def test_topics(self, topic):
        with pytest.raises(UserError, match=r"channels\.phone\.topic"):
            read("phone", {"topic": topic})


class TestGrafanaIrmLife(OnGrafanaIrm):
    async def test_alerting_then_ok(self, fake, channel):
        """What somebody has taken is not alerted again; handed back it is, and the end is told."""
        where = await channel.post("", CARD, "k1")
        for card in (TAKEN, replace(TAKEN, headline="still"), replace(CARD, tone=Colour.RED), OVER):
            where = await channel.edit(where, card)
        assert [(a["state"], a["severity"]) for a in fake.taken] == [
            ("alerting", "error"),
            ("alerting", "critical"),
            ("ok", "info"),
        ]
