"""Listening to Discord: one of several processes, through drops, garbage and dead sockets, never fatal to the rest."""

import asyncio
import json
import sys
from dataclasses import replace

import pytest

from bot.channels.discord.client import AT_ONCE, EVERY_S
from bot.channels.discord.gateway import Pace
from tests.support.contract import CARD
from tests.support.discord import PACE


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


async def answered(fake, place, line="avail status"):
    """Somebody asks and is answered; how long that took, in seconds."""
    asked = await (await fake.people.slash(fake.user("Ann"), place, line)).settled(10)
    return asked.done_s


async def until(condition, within_s=10.0):
    """Wait for something to be true; TimeoutError if it never is."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  (what is waited for tells nobody)
            await asyncio.sleep(0.02)


async def test_commands_are_registered_again_only_when_they_changed(fake, replicas, place):
    """Their hash is in the store: a restart does not use up Discord's daily number."""
    for _ in range(2):
        await replicas.start()
        await replicas.listening()
        await answered(fake, place)
        await replicas.stack.aclose()
    assert (fake.world.syncs, fake.gateway.identifies) == (1, 2)


async def test_a_dropped_connection_resumes_and_hears_what_it_missed(fake, replicas, place):
    """No new session is begun, and the command that came meanwhile is answered."""
    await replicas.start()
    await replicas.listening()
    await answered(fake, place)
    await fake.gateway.drop(4000)
    await answered(fake, place)
    await fake.gateway.ask_to_reconnect()
    await fake.gateway.until(lambda: fake.gateway.resumes == 2)
    assert fake.gateway.identifies == 1


async def test_an_invalid_session_is_begun_anew(fake, replicas, place):
    """As Discord wants it."""
    await replicas.start()
    await replicas.listening()
    await fake.gateway.invalidate()
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
    await answered(fake, place)


@pytest.mark.parametrize("garbage", [
    "}{ not json",
    "[]",
    json.dumps({"op": 0, "t": "INTERACTION_CREATE", "s": 99, "d": {"type": 2}}),
    json.dumps({"op": 0, "t": "GUILD_CREATE", "s": 99, "d": None}),
    json.dumps({"op": 10, "d": "hello"}),
])  # fmt: skip
async def test_a_payload_that_cannot_be_parsed_ends_nothing_but_the_session(fake, replicas, place, garbage):
    """Posting goes on meanwhile, and a new session listens."""
    bot = await replicas.start()
    await replicas.listening()
    await fake.gateway.raw(garbage)
    await bot.post(place.id, CARD, "k1")
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
    await answered(fake, place)
    assert len(place.messages) == 1


async def test_a_zombie_is_thrown_away(fake, replicas, place):
    """The socket is open, events may come, but heartbeats are not acknowledged: a new connection is made."""
    fake.gateway.heartbeat_ms = 100
    bot = await replicas.start(pace=replace(PACE, stale_s=0.6))
    await replicas.listening()
    fake.gateway.acks = False
    await fake.gateway.until(lambda: fake.gateway.identifies == 2)
    fake.gateway.acks = True
    await until(lambda: fake.gateway.live and bot.health()[0])
    await answered(fake, place)


async def test_heartbeats_that_are_not_acknowledged_are_no_readiness(fake, replicas):
    """Health says so by itself, also before anybody has looked and thrown the connection away."""
    fake.gateway.heartbeat_ms = 100
    bot = await replicas.start(pace=replace(PACE, stale_s=0.6, look_s=30.0))
    await replicas.listening()
    await until(lambda: bot.health()[0])
    fake.gateway.acks = False
    await until(lambda: not bot.health()[0])
    assert "last heartbeat" in bot.health()[1]
    assert fake.gateway.live


async def test_a_token_that_is_not_known_is_said_and_not_tried_again_soon(fake, replicas, place):
    """Each try would count towards a ban."""
    token, fake.world.token = fake.world.token, "other"
    bot = await replicas.start(token=token)
    await until(lambda: "does not know the bot's token" in bot.health()[1])
    asked = len(fake.requests)
    await asyncio.sleep(1.0)
    assert not bot.health()[0]
    assert len(fake.requests) == asked


async def test_a_token_revoked_while_listening_is_said(fake, replicas, place):
    """Discord closes the socket with 4004."""
    bot = await replicas.start()
    await replicas.listening()
    fake.world.token = "other"
    await fake.gateway.drop(4004)
    await until(lambda: "does not know the bot's token" in bot.health()[1])


async def test_sessions_begun_are_counted_through_restarts(fake, replicas, place, clock):
    """Before Discord would reset the token no more are begun, and health says so; soon one is, the next day many."""
    name = f"discord.sessions.{fake.world.application}"
    await replicas.store.notes.put(name, f"{clock() + (AT_ONCE - 1) * EVERY_S:.0f}", 86_400)
    bot = await replicas.start()
    await replicas.listening()
    await fake.gateway.invalidate()
    await until(lambda: "no more until" in bot.health()[1])
    assert fake.gateway.identifies == 1
    for passed, begun in ((EVERY_S + 1, 2), (86_401, 4)):
        await replicas.stack.aclose()
        clock.at += passed
        await replicas.start()
        await replicas.listening()
        await fake.gateway.invalidate()
        await fake.gateway.until(lambda begun=begun: fake.gateway.identifies == begun)
        assert fake.gateway.identifies == begun


async def test_only_one_of_two_listens(fake, replicas, place):
    """The other stands by and is well; when the first one stops it listens at once."""
    first, second = await replicas.start("one"), await replicas.start("two")
    await replicas.listening()
    await until(lambda: first.health()[0])
    assert "another process's turn" in second.health()[1]
    await first.__aexit__(None, None, None)
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
    await answered(fake, place)


async def test_a_killed_leader_is_followed_and_nothing_doubles(fake, replicas, place, redis_url, tmp_path):
    """kill -9, at the default pace: the next command is answered within ten seconds, an old one not again."""
    arguments = (redis_url, fake.api_url, fake.gateway_url, fake.world.token, str(tmp_path))
    leader = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.channels.discord.process", *arguments)
    try:
        await replicas.listening()
        await replicas.start("two", Pace())
        asked = await (await fake.people.slash(fake.user("Ann"), place, "avail ack", incident="4F7K")).settled()
        assert replicas.desk.asked == [], "answered by the leader"
        began = asyncio.get_running_loop().time()
    finally:
        leader.kill()
        await leader.wait()
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
    await fake.people.again(asked)
    await answered(fake, place)
    assert asyncio.get_running_loop().time() - began < 10
    assert [text for text, _ in replicas.desk.asked] == ["status"]
    assert len(asked.replies) == 1
