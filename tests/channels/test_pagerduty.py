"""PagerDuty: the contract, the faults, and the life of an alert."""

from dataclasses import replace

import pytest

from bot.channels.pagerduty.options import read
from bot.core.model.card import CardFacts, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from probes.model import State
from tests.fakes.outlet import Fault
from tests.support.contract import CARD, ChannelContract
from tests.support.outlets import OutletFaults
from tests.support.pagerduty import TAKEN
from tests.support.receivers import OnPagerDuty

OVER = replace(CARD, headline="🟢 Claude API: resolved", tone=Colour.GREEN, closed=True)
DISPUTE = replace(CARD, kind="discrepancy", headline="⚖️ the page says fine; we measure 22% failures")


class TestPagerDuty(OnPagerDuty, OutletFaults, ChannelContract):
    """Looked at as somebody on call would; lines and what is no incident are change events."""


class TestLife(OnPagerDuty):
    async def test_trigger_acknowledge_resolve(self, fake, channel):
        """Three events, one alert, each sent once however often the figures are refreshed."""
        where = await channel.post("", CARD, "k1")
        (alert,) = fake.alerts
        assert (alert.state, alert.severity) == ("triggered", "error")
        where = await channel.edit(where, TAKEN)
        assert (alert.state, alert.severity) == ("acknowledged", "error")
        assert alert.events[-1]["payload"]["component"] == "api, web"
        assert alert.events[-1]["payload"]["source"] == "claude"
        for share in (19, 23):
            fresher = replace(TAKEN, headline=CARD.headline.replace("18", str(share)))
            where = await channel.edit(where, fresher)
        where = await channel.edit(where, OVER)
        await channel.edit(where, OVER)
        assert alert.state == "resolved"
        assert [e["event_action"] for e in alert.events] == ["trigger", "acknowledge", "resolve"]

    async def test_fresher_figures_do_not_page_again_whoever_resolved_it_there(self, fake, channel):
        """A trigger for a resolved alert opens a new one, so only news is sent."""
        where = await channel.post("", CARD, "k1")
        fake.alerts[0].state = "resolved"
        where = await channel.edit(where, replace(CARD, headline=CARD.headline.replace("18", "21")))
        assert len(fake.alerts) == 1
        await channel.edit(where, replace(CARD, tone=Colour.RED, headline="🔴 Claude API: down"))
        assert [a.severity for a in fake.alerts] == ["error", "critical"]

    async def test_quiet_is_acknowledged_and_handing_back_triggers(self, fake, channel):
        """Who asked for quiet is not woken; what is handed back is fired again."""
        where = await channel.post("", CARD, "k1")
        quiet = replace(CARD, tone=Colour.GREY, facts=CardFacts(worst=State.MAJOR, silenced=True))
        where = await channel.edit(where, quiet)
        assert (fake.alerts[0].state, fake.alerts[0].severity) == ("acknowledged", "critical")
        await channel.edit(where, CARD)
        assert fake.alerts[0].events[-1]["event_action"] == "trigger"

    async def test_reopened_is_a_new_alert(self, fake, channel):
        """PagerDuty's rule, and ours: after its end the same key pages again."""
        where = await channel.edit(await channel.post("", CARD, "k1"), OVER)
        await channel.edit(where, CARD)
        assert [a.state for a in fake.alerts] == ["resolved", "triggered"]

    async def test_what_is_over_before_it_could_be_said_wakes_nobody(self, fake, channel):
        """PagerDuty was away for the whole incident."""
        await channel.post("", OVER, "k1")
        assert not fake.alerts

    @pytest.mark.parametrize(
        ("tone", "severity"),
        [
            (Colour.RED, "critical"),
            (Colour.ORANGE, "error"),
            (Colour.YELLOW, "warning"),
            (Colour.GREY, "warning"),
            (Colour.BLUE, "info"),
        ],
    )
    async def test_severities(self, fake, channel, tone, severity):
        await channel.post("", replace(CARD, tone=tone), "k1")
        assert fake.alerts[0].severity == severity

    async def test_disagreements_are_change_events(self, fake, channel):
        """They page nobody; each change and the end are said once."""
        where = await channel.post("", DISPUTE, "k1")
        await channel.post("", DISPUTE, "k1")
        where = await channel.edit(where, replace(DISPUTE, headline=DISPUTE.headline.replace("22", "31")))
        await channel.follow(where, TimelineEntry(1.0, "closed", "the page agrees"), "k1#1")
        await channel.edit(where, replace(DISPUTE, headline="⚖️ page now agrees", closed=True))
        assert not fake.alerts
        assert [c["payload"]["summary"] for c in fake.changes] == [DISPUTE.headline, "⚖️ page now agrees"]

    async def test_a_long_key_is_hashed(self, fake, channel):
        """255 characters at most, the same for the same key, and no two alike."""
        for key in ("k" * 300, "k" * 301, "k" * 300, "with blank", ""):
            await channel.post("", CARD, key)
        assert len(fake.alerts) == 4

    async def test_an_unknown_key_stops_the_channel(self, fake, opens):
        """PagerDuty says it with 400, but it is nobody's message that is wrong."""
        async with opens(fake.url, routing_key="0" * 32) as channel:
            with pytest.raises(DeliveryError, match="routing_key") as caught:
                await channel.post("", CARD, "k1")
        assert caught.value.everywhere
        assert "0" * 32 not in str(caught.value)

    async def test_a_lost_answer_makes_no_second_alert(self, fake, channel):
        """Heard, but we were not told."""
        fake.faults = [Fault(done=True, cut=True)]
        with pytest.raises(DeliveryError):
            await channel.post("", CARD, "k1")
        await channel.post("", CARD, "k1")
        assert len(fake.alerts) == 1

    async def test_links_are_only_web_addresses(self, fake, channel):
        """Nothing that runs."""
        bad = (
            ("x", "javascript:alert(1)"),
            ("x", "https://a b"),
            ("x", "\x1bhttps://a"),
            ("page", "https://a.example/"),
        )
        await channel.post("", replace(CARD, links=bad), "k1")
        assert fake.alerts[0].events[0]["links"] == [{"href": "https://a.example/", "text": "page"}]


def test_options_are_complained_about_without_values():
    """Every one of them, and none says what it was."""
    with pytest.raises(UserError) as caught:
        read("pd", {"routing_key": "short-secret", "url": "ftp://u:pw@x", "answer_s": 99, "other": 1})
    said = str(caught.value)
    assert said.count("\n") == 3
    assert all(f"channels.pd.{key}: " in said for key in ("routing_key", "url", "answer_s", "other"))
    assert "short-secret" not in said
    assert "pw" not in said
