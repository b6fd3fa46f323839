"""Alertmanager: the contract, the faults, and alerts that are kept alive by being sent again."""

from dataclasses import replace

import pytest

from bot.channels.alertmanager.options import read
from bot.core.model.card import CardFacts, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from probes.model import State
from tests.fakes.alertmanager import Alertmanager
from tests.fakes.outlet import Fault, serving
from tests.support.contract import CARD, ChannelContract
from tests.support.outlets import NOW, OutletFaults
from tests.support.receivers import OnAlertmanager

RED = replace(CARD, tone=Colour.RED, headline="🔴 Claude API: down")
OVER = replace(CARD, tone=Colour.GREEN, closed=True, headline="🟢 Claude API: resolved")


class TestAlertmanager(OnAlertmanager, OutletFaults, ChannelContract):
    """Looked at through its API; the trail is part of the alert."""

    lines = False

    async def test_a_repeated_post_lands_on_the_first(self, channel):
        """A worse one is another alert by its label; the milder one ends in the same request."""
        first = await channel.post("", CARD, "k1")
        assert dict(await channel.post("", RED, "k1")) == dict(first)
        (firing,) = self.fake_world.firing(NOW)
        assert firing["labels"]["severity"] == "critical"
        assert firing["annotations"]["summary"] == RED.headline
        assert len(self.fake_world.requests) == 2

    async def test_the_trail_keeps_its_order_and_takes_each_line_once(self, channel):
        """There is no trail: the card brings its newest lines."""
        lines = tuple(TimelineEntry(NOW + n, "changed", f"line {n}") for n in (1, 2, 3))
        await channel.post("", replace(CARD, trail=lines), "k1")
        assert self.trail("k1") == ["line 1", "line 2", "line 3"]


class TestAlerts(OnAlertmanager):
    async def test_identity_is_stable_and_told_in_labels(self, fake, channel):
        """Fresher words and more components are the same alert; people route by service and severity."""
        where = await channel.post("", replace(CARD, facts=CardFacts("claude", ("api",))), "k1")
        wider = CardFacts("claude", ("api", "web"), State.PARTIAL, acknowledged=True)
        await channel.edit(where, replace(CARD, tone=Colour.YELLOW, headline="wider", facts=wider))
        (alert,) = fake.alerts.values()
        assert alert["labels"] == {
            "alertname": "GroundtruthIncident",
            "groundtruth": "k1",
            "service": "claude",
            "severity": "error",
            "team": "platform",
        }
        assert alert["annotations"]["components"] == "api, web"
        assert alert["annotations"]["standing"] == "acknowledged"

    async def test_it_ends_by_itself_unless_sent_again_and_at_once_when_over(self, fake, channel):
        """It outlives neither us nor the trouble."""
        where = await channel.post("", CARD, "k1")
        assert fake.firing(NOW + 899)
        assert not fake.firing(NOW + 901)
        await channel.edit(where, CARD)
        assert len(fake.requests) == 2, "the same again is still sent"
        await channel.edit(where, OVER)
        assert not fake.firing(NOW)

    async def test_severity_rises_and_does_not_fall(self, fake, channel):
        """Calmer words do not end the alert that people were paged for; the end ends it all."""
        where = await channel.post("", CARD, "k1")
        await channel.edit(where, RED)
        await channel.edit(where, replace(CARD, tone=Colour.YELLOW))
        assert [a["labels"]["severity"] for a in fake.firing(NOW)] == ["critical"]
        await channel.edit(where, OVER)
        assert not fake.firing(NOW)

    async def test_a_rise_that_was_not_heard_leaves_nothing_firing_behind(self, fake, channel):
        """The request failed after it was taken: at the end both are over, the milder one by itself at the latest."""
        where = await channel.post("", CARD, "k1")
        fake.faults = [Fault(cut=True)]
        with pytest.raises(DeliveryError):
            await channel.edit(where, RED)
        await channel.edit(where, RED)
        await channel.edit(where, OVER)
        assert not [a for a in fake.firing(NOW) if a["labels"]["severity"] != "error"]
        assert not fake.firing(NOW + 901)

    async def test_every_member_is_told_and_one_is_enough(self, fake, opens):
        """A member that is down delays nothing and loses nothing: it hears it at the next refresh."""
        async with serving(Alertmanager) as other, opens("", urls=[fake.url, other.url]) as channel:
            where = await channel.post("", CARD, "k1")
            assert (len(fake.alerts), len(other.alerts)) == (1, 1)
            other.faults = [Fault(500)]
            await channel.edit(where, RED)
            other.faults, fake.faults = [Fault(500)], [Fault(503, headers={"retry-after": "9"})]
            with pytest.raises(DeliveryError) as caught:
                await channel.edit(where, RED)
            assert caught.value.ambiguous

    @pytest.mark.parametrize(
        "wrong",
        [{"urls": []}, {"labels": {"a-b": "c"}}, {"token": "t", "user": "u"}, {"expires_s": 5}, {"urls": ["x"]}],
    )
    async def test_wrong_options(self, wrong):
        with pytest.raises(UserError, match=r"channels\.am\."):
            read("am", {"urls": ["http://am:9093"]} | wrong)
