"""One configuration in the place of another while everything runs: whole or not at all, and nothing is forgotten."""

from dataclasses import replace

import pytest

from bot.errors import UserError
from bot.settings import Channel
from tests.support.platforms import ALL, platforms, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


@pytest.fixture
async def both():
    async with platforms() as it:
        yield it


async def test_an_incident_goes_on_over_a_change(both, tmp_path):
    """The same root, the acknowledgement, the silence and the subscription; the connections stay as they are."""
    async with both.watched(tmp_path) as at_work:
        both.outage()
        here, _, _ = await both.told()
        await both.ann.presses(here, "Acknowledge")
        await until(lambda: "👀 <@U1> is on it since" in here.shown, what=lambda: here.shown)
        await both.types("subscribe claude-code", "C3", admin=True)
        sockets, sessions = both.slack.sockets.open, both.discord.gateway.live
        swapped = replace(both.settings(tmp_path, interval_s=0.3), vantage=at_work.settings.vantage)
        await at_work.swap(swapped)
        assert (both.slack.sockets.open, both.discord.gateway.live) == (sockets, sessions)
        listed = await both.types("subscriptions", "C3")
        assert "claude-code" in listed.shown.lower().replace(" ", "-")
        both.vendor.set(*ALL, rate=0.0)
        await both.types("resolve", "C1", admin=True)
        await until(lambda: "resolved" in here.shown.lower(), 30.0, lambda: here.shown)
        assert both.all_roots() == [1, 1, 1]


async def test_a_channel_that_cannot_be_opened_changes_nothing(both, tmp_path):
    """The settings before are still in force, with their channels open."""
    async with both.watched(tmp_path) as at_work:
        wanted = both.settings(tmp_path)
        slack, discord = (next(c for c in wanted.channels if c.name == name) for name in ("slack", "discord"))
        wrong = Channel("slack", "slack", {**slack.options, "token": type(slack.options["token"])("xoxb-wrong")})
        with pytest.raises(UserError, match="slack"):
            await at_work.swap(replace(wanted, channels=(wrong, discord)))
        both.outage()
        await both.told()
        await at_work.swap(replace(wanted, channels=(slack,)))
        await until(lambda: not both.discord.gateway.live)
