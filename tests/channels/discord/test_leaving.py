"""How listening ends: what was asked is answered, nothing of discord.py is left behind."""

import asyncio
import threading
from dataclasses import replace

import pytest
from discord.gateway import KeepAliveHandler

from bot.channels.discord.client import stopped
from tests.support.discord import PACE
from tests.support.platforms import until


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


def beating():
    """The threads in which discord.py keeps sockets alive."""
    return [one for one in threading.enumerate() if isinstance(one, KeepAliveHandler)]


async def asks(fake, replicas, place, line="avail status"):
    """Somebody asks, and the desk is at it."""
    before = len(replicas.desk.asked)
    asked = await fake.people.slash(fake.user("Ann"), place, line)
    await until(lambda: len(replicas.desk.asked) > before)
    return asked


@pytest.mark.parametrize("slow_s", [0.5, 1.8])
async def test_what_is_under_way_is_answered_before_the_end(fake, replicas, place, slow_s):
    """At once or announced first: the answer comes, and only then all is closed."""
    bot = await replicas.start()
    await replicas.listening()
    replicas.desk.slow_s = slow_s
    asked = await asks(fake, replicas, place)
    await bot.__aexit__(None, None, None)
    assert "29 of 160 requests failed" in asked.text
    assert asked.ephemeral
    assert not fake.gateway.live


async def test_what_would_take_longer_than_the_end_is_told_to_ask_again(fake, replicas, place):
    """Nobody is left with "thinking"; the end is not held up for longer than it may be."""
    bot = await replicas.start(pace=replace(PACE, drain_s=2.3))
    await replicas.listening()
    replicas.desk.slow_s = 60.0
    asked = await asks(fake, replicas, place)
    async with asyncio.timeout(4.0):
        await bot.__aexit__(None, None, None)
    assert "is restarting" in asked.text


async def test_another_listens_while_the_first_still_answers(fake, replicas, place):
    """The turn is passed on at once; nothing is answered twice."""
    # A lease that would run out by itself only long after.
    first = await replicas.start("one", pace=replace(PACE, lease_s=60.0))
    await replicas.listening()
    await replicas.start("two")
    replicas.desk.slow_s = 1.2
    asked = await asks(fake, replicas, place)
    leaving = asyncio.create_task(first.__aexit__(None, None, None))
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
    assert not asked.replies
    replicas.desk.slow_s = 0.0
    later = await (await fake.people.slash(fake.user("Ben"), place, "avail help")).settled()
    await leaving
    assert (len(asked.replies), len(later.replies)) == (1, 1)


async def test_a_session_that_breaks_still_answers_what_it_heard(fake, replicas, place):
    """Fed what it cannot parse: a new one listens meanwhile."""
    await replicas.start()
    await replicas.listening()
    replicas.desk.slow_s = 0.8
    asked = await asks(fake, replicas, place)
    await fake.gateway.raw("}{ not json")
    await asked.settled()
    assert "29 of 160 requests failed" in asked.text
    await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)


@pytest.mark.parametrize("how", ["listening", "resumed", "anew", "garbage", "hello twice", "greeted"])
async def test_no_thread_outlives_the_bot(fake, replicas, place, how):
    """Heartbeats are threads that talk to the loop: all have ended when the bot is closed, however it stood."""
    fake.gateway.heartbeat_ms = 10
    bot = await replicas.start(pace=replace(PACE, identify_s=60.0 if how == "greeted" else 0.05))
    await replicas.listening()
    match how:
        case "resumed":
            await fake.gateway.drop(4000)
            await fake.gateway.until(lambda: fake.gateway.resumes == 1)
        case "anew":
            await fake.gateway.invalidate()
            await fake.gateway.until(lambda: fake.gateway.identifies == 2)
        case "garbage":
            await fake.gateway.raw("[]")
            await fake.gateway.until(lambda: fake.gateway.identifies == 2)
        case "hello twice":
            await fake.gateway.raw('{"op": 10, "d": {"heartbeat_interval": 10}}')
            await until(lambda: len(beating()) == 2)
        case "greeted":
            await fake.gateway.invalidate()
            await until(lambda: fake.gateway.connections == 2 and beating())
        case _:
            await until(lambda: fake.gateway.heartbeats > 3)
    await bot.__aexit__(None, None, None)
    assert beating() == []


async def test_a_task_that_loses_a_cancellation_is_cancelled_again():
    """As a connection may that fails at the same moment; it would go on as if nothing had been said."""
    lost = 0

    async def stubborn():
        nonlocal lost
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if lost == 2:
                    raise
                lost += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await stopped(task, again_s=0.01)
    assert task.cancelled()
    assert lost == 2
