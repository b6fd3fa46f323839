"""The same incident on Slack and Discord at once, in one process and in two that die."""

import asyncio
import re
import time
from collections import Counter

import pytest

from bot.store.connect import open_store
from tests.fakes.discord.shapes import custom_ids, words
from tests.fakes.slack.workspace import labels as read
from tests.support.platforms import platforms, title, trail, until
from tests.support.replicas import can, recorded, replica

pytestmark = pytest.mark.timeout(120)

SOON_S = 2.0
"""What is done on one platform is seen on the other."""


@pytest.fixture
async def both():
    async with platforms() as it:
        yield it


def labels(message):
    """The buttons and menus of a Slack message."""
    return [label for one in message.elements() for label in read(one)]


EVERY = "claude.ai, API and Claude Code"
"""A component that joins after the incident is closed by hand would open its own."""


async def within(seconds, true, what=str):
    """It becomes so, and in time."""
    began = time.monotonic()
    await until(true, 15.0, what)
    took = time.monotonic() - began
    assert took < seconds, f"after {took:.1f} s"


async def test_one_incident_from_first_failure_to_the_end(both, tmp_path):
    """One root in each channel, edited in place; what is done on one platform is seen on the other, both ways."""
    async with both.watched(tmp_path):
        both.outage()
        here, there, on_discord = await both.told()
        assert here.headline == there.headline == title(on_discord)

        (incident,) = {one.split(":")[2] for one in custom_ids(on_discord) if one.startswith("gt:ack:")}
        typing = await both.discord.people.typing(both.ben, both.alerts, "avail why", "what", "")
        offered = [one["value"] for one in (await typing.settled()).choices]
        assert offered[0] == incident, "what is open is completed first, then what there is"
        assert {"claude", "claude-api", "claude-code"} <= set(offered)

        took = await both.ann.presses(here, "Acknowledge")
        await within(SOON_S, lambda: can(on_discord, "unack") and "Release" in labels(there))
        assert took.acked.after_s < 1.0
        assert "👀 u1 on Slack is on it since" in words(on_discord)

        back = await both.presses(on_discord, "unack")
        await within(SOON_S, lambda: "Acknowledge" in labels(here) and "Acknowledge" in labels(there))
        assert "is released" in back.text
        await within(SOON_S, lambda: can(on_discord, "ack"))

        mine = await both.presses(on_discord, "ack")
        await within(SOON_S, lambda: "👀 ben on Discord is on it since" in here.shown, lambda: here.shown)
        assert f"You're on it: incident {incident}" in mine.text
        late = await both.types("ack", "C2")
        assert "ben" in late.answers[0].shown, "the second is told who was first"

        await until(lambda: EVERY in here.headline, 20.0, lambda: here.headline)
        await both.types("resolve", "C2")
        both.vendor.follow()
        ended = [lambda: "🟢" in here.headline, lambda: "🟢" in there.headline, lambda: "🟢" in title(on_discord)]
        await until(lambda: all(one() for one in ended), 20.0, lambda: [here.headline, title(on_discord)])
        await until(
            lambda: any("resolved" in line.text and line.broadcast for line in both.slack.workspace.thread(here)),
            what=lambda: [(line.text, line.broadcast) for line in both.slack.workspace.thread(here)],
        )
        await until(lambda: any("resolved" in words(line) for line in trail(both.discord, on_discord)))
        assert both.all_roots() == [1, 1, 1]
        assert here.edits >= 3
        assert on_discord.edits >= 3
    assert not both.slack.sockets.open
    assert not both.discord.gateway.live


NUMBER = re.compile(r"<t:\d+:R>|<!date\^\d+\^\{ago\}\|[^>]*>|\d+")


COMPONENT = re.compile(r"\**(\S+) (claude\.ai|Claude API|Claude Code)\**\s+(.*)")


def cells(text):
    """What is said of each component, without platform's form and without figures, which change while one asks."""
    found = {}
    for line in text.splitlines():
        if told := COMPONENT.fullmatch(line.replace("\xa0", " ").replace("\\", "")):
            found[told[2]] = (told[1], NUMBER.sub("N", told[3]))
    return found


async def test_the_same_question_has_the_same_answer_on_both(both, tmp_path):
    """Word for word, whatever each platform makes of them."""
    async with both.watched(tmp_path):
        await both.vendor.log.until(lambda log: log.total > 60, 30.0)
        for state in ("quiet", "outage"):
            if state == "outage":
                both.outage()
                await both.told()
            on_slack, on_discord = await asyncio.gather(both.types("status"), both.asks("status"))
            first = on_slack.answers[0].shown.splitlines()[0]
            assert first == on_discord.text.splitlines()[0]
            said = cells(on_slack.answers[0].shown)
            assert len(said) == 3
            if state == "quiet":
                assert said == cells(on_discord.text)


async def test_subscribing_by_command_tests_the_channel_first(both, tmp_path):
    """A message stands there before it is confirmed; a right that is missing is named; then incidents come there."""
    shut = both.discord.world.channel("shut", denied={"SEND_MESSAGES"})
    both.slack.workspace.room("C4", member=False)
    async with both.watched(tmp_path):
        refused = await both.types("subscribe claude", "C3")
        assert "needs the role admin" in refused.shown
        no = await both.types("subscribe claude", "C4", admin=True)
        assert "/invite" in no.shown
        no = await both.asks("subscribe", shut, admin=True, what="claude")
        assert "missing Send Messages" in no.text
        assert both.slack.workspace.standing("C3") == []
        yes = await both.types("subscribe claude", "C3", admin=True)
        assert "is subscribed to claude" in yes.shown
        yes = await both.asks("subscribe", both.other, admin=True, what="claude")
        assert "is subscribed to claude" in yes.text
        assert "asked by u9" in both.slack.workspace.standing("C3")[0].headline
        assert "asked by olga" in title(both.discord.roots(both.other.id)[0])
        both.outage()
        await both.told()
        await until(lambda: both.slack_roots("C3") and both.discord_roots(both.other))
        assert both.slack.workspace.standing("C4") == []
        assert both.discord.roots(shut.id) == []


async def test_a_deleted_channel_is_put_aside_and_the_others_are_told(both, tmp_path):
    """Nothing else waits for it, and it is told on both platforms, once."""
    async with both.watched(tmp_path) as running:
        both.outage()
        here, _, on_discord = await both.told()
        del both.slack.workspace.rooms["C2"]
        await both.ann.presses(here, "Acknowledge")
        await until(lambda: can(on_discord, "unack"))
        told = lambda where: [m for m in where if "cannot post to slack:C2" in m]  # noqa: E731
        on_slack = lambda: [m.headline for m in both.slack.workspace.standing("C1")]  # noqa: E731
        there = lambda: [title(m) for m in both.discord.roots(both.alerts.id)]  # noqa: E731
        await until(lambda: told(on_slack()) and told(there()))
        (dead, *_) = await running.store.views.undeliverable("claude")
        assert dead.channel == "slack:C2"
        assert "channel_not_found" in dead.error
        answer = await both.types("deliveries")
        assert "slack:C2" in answer.shown
        assert (len(told(on_slack())), len(told(there()))) == (1, 1)


async def test_slack_gone_while_discord_goes_on(both, tmp_path):
    """Discord has the incident, its commands and buttons, and hears that Slack does not; nothing on it waits."""
    async with both.watched(tmp_path):
        both.slack.faults.add("*", times=10**6, status=503)
        both.slack.sockets.refuse = 503
        both.slack.sockets.cut()
        both.outage()
        await until(both.discord_roots, 20.0)
        (root,) = both.discord_roots()
        taken = await both.presses(root, "ack")
        assert taken.answered_s < 1.0
        await within(SOON_S, lambda: can(root, "unack"))
        told = lambda: [title(m) for m in both.discord.roots(both.alerts.id)]  # noqa: E731
        await until(lambda: any("slack" in one and "🟠" not in one for one in told()), 20.0, told)
        await until(lambda: EVERY in title(root), 20.0, lambda: title(root))
        both.vendor.follow()
        await both.asks("resolve")
        await until(lambda: "🟢" in title(root), 20.0, lambda: title(root))
        both.slack.faults.clear()
        both.slack.sockets.refuse = 0
        await until(lambda: both.slack_roots("C1") and both.slack_roots("C2"), 30.0)
        assert both.all_roots() == [1, 1, 1], [title(m) for m in both.discord_roots()]
        assert "🟢" in both.slack_roots("C1")[0].headline


@pytest.mark.slow
async def test_a_killed_leader_is_followed_and_nothing_doubles(both, tmp_path, redis_url):
    """kill -9 of one of two whole processes in mid-incident: the other judges, delivers, and hears both platforms."""
    leader, second = replica(both, tmp_path / "1", redis_url), replica(both, tmp_path / "2", redis_url)
    try:
        await leader.start()
        await both.heard()
        await second.start()
        await until(lambda: len(both.slack.sockets.open) == 2, 20.0, lambda: second.said)
        both.outage()
        here, _, on_discord = await both.told()
        await recorded(redis_url, tmp_path)
        began = time.monotonic()
        await leader.kill()
        await both.discord.gateway.until(lambda: both.discord.gateway.identifies == 2 and both.discord.gateway.live, 15)
        answer = await both.asks("status")
        took = time.monotonic() - began
        assert took < 10, f"after {took:.1f} s"
        assert "trouble" in answer.text
        await both.ann.presses(here, "Acknowledge")
        await until(lambda: can(on_discord, "unack"), 15.0, lambda: title(on_discord))
        done = await both.types("resolve")
        both.vendor.follow()
        await until(lambda: "🟢" in here.headline and "🟢" in title(on_discord), 30.0, lambda: [here.shown, done.shown])
        assert both.all_roots() == [1, 1, 1]
        await until(lambda: both.slack.workspace.thread(here), 30.0, lambda: here.shown)
        lines = Counter(line.text for line in both.slack.workspace.thread(here))
        assert max(lines.values()) == 1
        assert await second.stop(10) == 0
        assert "Traceback" not in leader.said + second.said
    finally:
        for process in (leader, second):
            if process.process is not None and process.process.returncode is None:
                await process.kill()


@pytest.mark.slow
async def test_killed_between_post_and_record(both, tmp_path, redis_url):
    """The messages stand and nobody wrote it down: afterwards Discord has one root, Slack at most one more."""
    both.discord.fail(f"POST /channels/{both.alerts.id}/messages", 0, after=True)
    both.slack.faults.add("chat.postMessage", times=10, hang=True, after=True)
    first = replica(both, tmp_path / "1", redis_url)
    try:
        await first.start()
        both.outage()
        await both.told()
    finally:
        await first.kill()
    both.discord.faults.clear()
    both.slack.faults.clear()
    # A claim of who died holds for a minute; for this one it has passed.
    async with both.watched(tmp_path, now=lambda: time.time() + 61, redis=redis_url):
        await both.types("resolve")
        both.vendor.follow()
        await until(lambda: "🟢" in title(both.discord_roots()[0]), 30.0, lambda: words(both.discord_roots()[0]))
        await until(lambda: all(any("🟢" in m.headline for m in both.slack_roots(c)) for c in ("C1", "C2")), 30.0)
        assert len(both.discord_roots()) == 1
        assert max(both.all_roots()) <= 2
    async with open_store(redis_url, tmp_path) as store:
        rows = await store.views.deliveries("claude")
    assert all(row.done_version >= row.version for row in rows if row.channel.startswith("discord")), rows
