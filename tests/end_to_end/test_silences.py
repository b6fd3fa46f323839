"""Silences by matchers through judge and store: held back, visible, and their end told where they were asked for."""

import asyncio
import json
import re
from dataclasses import replace

import pytest

from bot.core.incidents.silences import written
from bot.core.routing.matchers import matcher
from bot.store.codec import ABOUT, ABOUT_FIELD
from tests.channels.discord.reading import told as read
from tests.support.platforms import platforms
from tests.support.scene import Scene
from tests.support.stores import readable


async def deliveries(scene, subject):
    """What was to be said of a subject."""
    return [d for d in await scene.store.views.deliveries("claude", 100) if d.subject == subject]


async def test_what_matchers_fit_is_recorded_and_not_said(store):
    """The incident stands, the desk sees what the silence covers, and no message is begun."""
    scene = Scene(store)
    scene.awake = scene.judge("one")
    target = written([matcher('component=~".*-api"'), matcher("service=claude")])
    async with scene.at_work(scene.awake):
        told = await scene.acts().submit("claude", scene.wish("silence", target, "6h", "known", id="p1"))
        name = await scene.outage()
        incident = await scene.incident(name)
        kept = readable(ABOUT.load((await store.views.assessed("claude", [ABOUT_FIELD]))[ABOUT_FIELD]))

    assert told.ok
    assert incident.silence.id == told.silence
    assert [(s.silence.target, s.covers) for s in kept.silences] == [(target, (name,))]
    assert await deliveries(scene, name) == []


async def test_the_end_of_a_silence_is_told_where_it_was_asked(store):
    """Once, if alerts go there; the log has it either way."""
    scene = Scene(store)
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        heard = replace(scene.wish("silence", "claude-api", "2m", id="p1"), where="console")
        other = replace(scene.wish("silence", "claude", "2m", id="p2"), where="slack:D1")
        ids = [(await scene.acts().submit("claude", wish)).silence for wish in (heard, other)]
        await scene.see(*[False] * 10)

        async def ended():
            return sum(line["command"]["verb"] == "silence ended" for line in await scene.audit()) == 2

        await scene.until(ended)
        await scene.see(*[False] * 10)
        await scene.remembered(scene.sent)

    assert [d.channel for d in await deliveries(scene, ids[0])] == ["console"]
    assert await deliveries(scene, ids[1]) == []
    assert sum(line["command"]["verb"] == "silence ended" for line in await scene.audit()) == 2


@pytest.mark.timeout(90)
async def test_a_silence_over_several_services_from_slack_to_its_end_on_discord(tmp_path):
    """With reason and author: nothing is said, everything is seen; by its id it ends on every service, and is heard."""
    async with platforms() as both:
        services = both.vendor.configuration(interval_s=0.2, timeout_s=1.0)["services"]
        own = {"kind": "http", "target": both.vendor.urls["control-1"] + "/", "interval": 0.2}
        part = {"name": "Gateway API", "checks": {"hello": own}}
        services.append({"id": "gateway", "name": "Gateway", "components": {"gateway-api": part}})
        async with both.watched(tmp_path, services=services) as running:
            told = await both.types('silence component=~".*" 1h known, the vendor is on it')
            assert "reaches 2 services" in told.answers[0].shown
            both.outage()
            async with asyncio.timeout(30):
                while not await running.store.views.incidents("claude", 1):  # noqa: ASYNC110  (the store is asked)
                    await asyncio.sleep(0.05)
            seen = await both.types("status")
            assert "silenced by u1 on Slack" in seen.answers[0].shown
            assert "🔴" in seen.answers[0].shown or "🟠" in seen.answers[0].shown
            listed = read((await both.asks("more silences")).text)
            (name,) = set(re.findall(r"\bS[0-9A-Z]{4,8}\b", listed))
            for word in ("known, the vendor is on it", "u1 on Slack", 'component=~".*"'):
                assert word in listed, word
            assert both.all_roots() == [0, 0, 0]

            ended = await both.asks("more unsilence", what=name)
            assert "no longer silenced" in ended.text
            await both.told()
            assert "nothing is silenced" in (await both.asks("more silences")).text
            for service in ("claude", "gateway"):
                lines = [json.loads(line) for line in await running.store.views.timeline(service)]
                done = [(line["command"]["verb"], line["outcome"]["ok"]) for line in lines if "command" in line]
                assert done == [("unsilence", True), ("silence", True)], "the newest first"


@pytest.mark.parametrize("length", ["0s", "59s", "10000d", "-1h", "until resolved"])
async def test_a_length_that_cannot_be_meant_is_refused(store, length):
    """Nothing, less than nothing, for ever, and until the end of what has not begun: one sentence, nothing kept."""
    scene = Scene(store)
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        await scene.see(*[False] * 10)
        await scene.remembered(scene.sent)
        told = await scene.acts().submit("claude", scene.wish("silence", "claude-api", length, id="p1"))
        kept = await scene.remembered(scene.sent + 1)
    assert not told.ok
    assert told.text.startswith(("for how long? from one minute to 30 d", "nothing is open on Claude API; say for how"))
    assert kept.silences == ()
