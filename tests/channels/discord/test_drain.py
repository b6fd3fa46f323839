"""A long queue and Discord's limits: 50 requests a second for the bot, a few posts at once for a channel."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.discord.channel import DiscordChannel
from bot.channels.discord.rate_limits import REQUESTS, WINDOW_S, Requests
from bot.delivery.outbox_claims import AT_ONCE
from tests.support.discord import pointed_at
from tests.support.draining import EACH, Draining

CHANNELS = 100
POSTS = "POST /channels/{channel}/messages"


async def test_a_long_queue_drains_and_nothing_is_refused(fake, clock, store):
    """As fast as the limits allow, each said once and asked once; nobody is told of trouble, since there is none."""
    places = [fake.world.channel(f"alerts-{n}") for n in range(CHANNELS)]
    fake.limits.routes[POSTS] = (2, 4.0)
    world = Draining(store, [f"discord:{place.id}" for place in places])
    world.now = began = clock.at
    await world.queue()
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as channel:
        courier = world.courier("one", {"discord": channel})
        while await world.waiting("discord"):
            while await courier.round("discord"):
                pass
            clock.at += 0.5
            world.now = clock.at
        assert channel.health()[0]
    assert [len(place.messages) for place in places] == [EACH] * CHANNELS
    assert len(fake.requests) == CHANNELS * EACH
    assert len(fake.limits.invalid) == 0
    assert courier.most <= 2 * AT_ONCE
    assert clock.at - began < 1.2 * CHANNELS * EACH / REQUESTS


@given(st.floats(1e3, 2e9), st.lists(st.one_of(st.just(0.0), st.floats(0, 0.1)), max_size=300))
def test_in_no_second_are_there_more_requests_than_discord_takes(now, passed):
    """And whoever waits as told may ask; a clock that is set back holds nobody up."""
    requests = Requests()
    made: list[float] = []
    for seconds in passed:
        now += seconds
        lately = sum(at + WINDOW_S - now > 0 for at in made)
        wait = requests.wait(now)
        assert (wait > 0) == (lately >= REQUESTS)
        assert 0 <= wait <= WINDOW_S + 0.001
        made += [] if wait else [now]
        assert sum(at + WINDOW_S - now > 0 for at in made) <= REQUESTS
    assert requests.wait(now - 500.0) == 0
