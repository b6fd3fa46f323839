"""Jira Service Management and Opsgenie: the contract, the faults, and the life of an alert."""

from dataclasses import replace

import pytest

from bot.core.model.card import CardFacts, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from probes.model import State
from tests.fakes.outlet import Fault
from tests.support.contract import CARD, ChannelContract
from tests.support.outlets import NOW, OutletFaults
from tests.support.receivers import OnJira

TAKEN = replace(CARD, tone=Colour.YELLOW, facts=CardFacts("claude", ("api",), State.PARTIAL, acknowledged=True))
OVER = replace(CARD, tone=Colour.GREEN, closed=True, headline="🟢 Claude API: resolved")


class TestJiraServiceManagement(OnJira, OutletFaults, ChannelContract):
    """Looked at as somebody on call would."""


class TestLife(OnJira):
    async def test_create_acknowledge_hand_back_close(self, fake, channel):
        """One alert through all of it, each turn asked for once."""
        where = await channel.post("", CARD, "slack/x 4F7K")
        (alert,) = fake.alerts
        assert (alert.state, alert.words["priority"]) == ("open", "P2")
        for card, state in ((TAKEN, "acknowledged"), (TAKEN, "acknowledged"), (CARD, "open"), (OVER, "closed")):
            where = await channel.edit(where, card)
            assert alert.state == state
        await channel.edit(where, OVER)
        assert [r.path.rpartition("/")[2] for r in fake.requests].count("close") == 1
        assert alert.count == 1
        assert alert.words["message"] == OVER.headline

    async def test_fresher_figures_ask_nothing(self, fake, channel):
        """Nobody is told twice, and what a person closed there stays closed."""
        where = await channel.post("", CARD, "k1")
        fake.alerts[0].state = "closed"
        asked = len(fake.requests)
        await channel.edit(where, replace(CARD, headline=CARD.headline.replace("18", "23")))
        assert len(fake.requests) == asked
        await channel.edit(where, replace(CARD, tone=Colour.RED, headline="🔴 down"))
        assert len(fake.alerts) == 1

    async def test_worse_is_dearer(self, fake, channel):
        where = await channel.post("", CARD, "k1")
        await channel.edit(where, replace(CARD, tone=Colour.RED, headline="🔴 down"))
        assert fake.alerts[0].words["priority"] == "P1"

    async def test_reopened_is_a_new_alert(self, fake, channel):
        where = await channel.edit(await channel.post("", CARD, "k1"), OVER)
        await channel.edit(where, TAKEN)
        assert [a.state for a in fake.alerts] == ["closed", "acknowledged"]

    async def test_what_is_over_before_it_could_be_said_wakes_nobody(self, fake, channel):
        await channel.post("", OVER, "k1")
        assert not fake.requests

    async def test_a_long_headline_is_whole_in_the_description(self, fake, channel):
        """A message holds 130 characters."""
        words = "x" * 200
        await channel.post("", replace(CARD, headline=words), "k1")
        assert words in fake.alerts[0].words["description"]
        assert "more)" in fake.alerts[0].words["message"]

    async def test_a_turn_that_failed_is_taken_again(self, fake, channel):
        """The words went through, the acknowledgement did not."""
        where = await channel.post("", CARD, "k1")
        asked = len(fake.requests)
        fake.faults = []
        fake.always = Fault(500)
        with pytest.raises(DeliveryError):
            await channel.edit(where, TAKEN)
        fake.always = None
        await channel.edit(where, TAKEN)
        assert fake.alerts[0].state == "acknowledged"
        assert len(fake.requests) > asked + 1

    async def test_notes(self, fake, channel):
        where = await channel.post("", CARD, "a/b c")
        await channel.follow(where, TimelineEntry(NOW, "changed", "worse"), "a/b c#1")
        assert fake.alerts[0].notes == ["worse"]
