"""Courier and Discord together, by the test's clock: outages, crashes, and never a second root."""

from dataclasses import replace

import pytest

from bot.channels.discord.channel import DiscordChannel
from probes.model import State
from tests.fakes.discord.shapes import words
from tests.support.delivery import INCIDENT, OneChannel
from tests.support.discord import pointed_at


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


@pytest.fixture
async def world(fake, clock, store, place):
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as channel:
        yield OneChannel(store, "discord", channel, place.id, clock)


@pytest.mark.parametrize("how", ["gone", "503", "after"])
async def test_discord_gone_for_ten_minutes(fake, world, place, how):
    """Refused connections, 503 to everything, or posts that succeed without an answer: one root, the newest words."""
    courier = world.courier()
    fault = None
    if how == "gone":
        fake.gone = True
    else:
        fault = fake.fail("", 503 if how == "503" else -1, after=how == "after")
    for n in range(10):
        await world.say(
            replace(INCIDENT, version=n + 1, state=State.MAJOR), channels=(world.target,), trail=(f"line {n}",)
        )
        await world.rounds(courier, 60)
    fake.gone = False
    if fault:
        fake.faults.remove(fault)
    await world.say(replace(INCIDENT, version=20, acknowledged_at=world.now), channels=(world.target,))
    await world.rounds(courier, 400)
    assert len(place.messages) == 1
    assert "👀" in words(place.messages[0])
    thread = fake.world.channels[place.messages[0].id]
    assert [m.content.rpartition(" ")[2] for m in thread.messages] == [str(n) for n in range(10)]
    assert await world.store.views.undeliverable("claude") == []


async def test_a_crash_between_saying_and_writing_it_down(fake, world, place):
    """The claim runs out after a minute, another courier says it again: the nonce keeps it one root."""
    await world.say(channels=(world.target,))
    fault = fake.fail("POST /channels", -1, 1, after=True)
    await world.courier("dying").round("discord")
    assert fault.times == 0
    await world.rounds(world.courier("living"), 120)
    assert len(place.messages) == 1
    assert [d.version for d in await world.store.views.deliveries("claude", 5)] == [1]
