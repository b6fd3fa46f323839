"""Silences by matchers through judge and store: held back, visible, and their end told where they were asked for."""

from dataclasses import replace

from bot.core.matching import matcher
from bot.core.silences import written
from bot.judge import ABOUT, ABOUT_FIELD
from tests.test_acts import Scene


async def deliveries(scene, subject):
    """What was to be said of a subject."""
    return [d for d in await scene.store.views.deliveries("claude", 100) if d.subject == subject]


async def test_what_matchers_fit_is_recorded_and_not_said(store):
    """The incident stands, the desk sees what the silence covers, and no message is begun."""
    scene = Scene(store)
    scene.awake = scene.judge("one")
    target = written([matcher('component=~".*-api"'), matcher("service=claude")])
    async with scene.at_work(scene.awake):
        told = await scene.acts().act("claude", scene.wish("silence", target, "6h", "known", id="p1"))
        name = await scene.outage()
        incident = await scene.incident(name)
        kept = ABOUT.validate_json((await store.views.assessed("claude", [ABOUT_FIELD]))[ABOUT_FIELD])

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
        ids = [(await scene.acts().act("claude", wish)).silence for wish in (heard, other)]
        await scene.see(*[False] * 10)

        async def ended():
            return sum(line["command"]["verb"] == "silence ended" for line in await scene.audit()) == 2

        await scene.until(ended)
        await scene.see(*[False] * 10)
        await scene.remembered(scene.sent)

    assert [d.channel for d in await deliveries(scene, ids[0])] == ["console"]
    assert await deliveries(scene, ids[1]) == []
    assert sum(line["command"]["verb"] == "silence ended" for line in await scene.audit()) == 2
