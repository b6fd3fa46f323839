"""Two bots on two Discords in one process: each talks to its own."""

import io

from bot.channels.context import ChannelContext
from bot.channels.discord.open import Discord as DiscordBot
from tests.fakes.discord.server import discord
from tests.support.discord import PACE, pointed_at
from tests.support.platforms import until


async def test_each_bot_talks_to_its_own_discord(fake, replicas, clock, store, tmp_path):
    """discord.py keeps its addresses for the whole process; here each gateway's task has its own."""
    async with discord(lambda: clock() + 60.0) as other:
        other.world.token = "another.fake.token"
        await replicas.start()
        outside = ChannelContext(
            tmp_path, io.StringIO(), "plain", clock, replicas.desk, store.notes, store.leases, "one"
        )
        async with DiscordBot("second", pointed_at(other), outside, PACE):
            await until(lambda: fake.gateway.live and other.gateway.live and other.world.commands)
            for one in (fake, other):
                place = one.world.channel("alerts")
                asked = await (await one.people.slash(one.user("Ann"), place, "avail status")).settled()
                assert "29 of 160 requests failed" in asked.text
            assert [who.here.partition(":")[0] for _, who in replicas.desk.asked] == ["discord", "second"]
    assert len(fake.limits.invalid) == len(other.limits.invalid) == 0
