"""People's acts on the real store: done once, by the first, through the judge; noted when nobody judges."""

import asyncio
import json
import time

import pytest
from redis.asyncio import Redis

from bot.core.model.action import ActionRequest
from bot.core.model.incident import IncidentStatus
from bot.errors import StoreError
from bot.judging.actions import WAIT_S
from bot.store.keys import OUTCOME_TTL_S, keys_of
from bot.store.stream_rows import decode, encode
from tests.support.scene import ANN, BOB, Scene, events


@pytest.fixture
def scene(store):
    """A store with nothing in it yet."""
    return Scene(store)


async def test_the_same_press_twice_is_one_act(scene):
    """The platform sends it again, to another replica: the same verdict, one line, one audit line."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        press = scene.wish("ack", name, id="interaction/1 \u2603")
        first, second = await asyncio.gather(scene.acts().submit("claude", press), scene.acts().submit("claude", press))
        third = await scene.acts().submit("claude", press)

    assert first == second == third
    assert first.ok
    assert len(events(await scene.incident(name), "acknowledged")) == 1
    [line] = await scene.audit()
    assert line["command"]["who"] == ANN
    assert line["command"]["where"] == "slack:T1"
    assert line["outcome"]["incident"] == name


async def test_of_two_people_at_once_one_wins_and_the_other_is_told(scene):
    """Through two replicas, at the same moment."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        told = await asyncio.gather(
            scene.acts().submit("claude", scene.wish("ack", name)),
            scene.acts().submit("claude", scene.wish("ack", name, who=BOB)),
        )
    incident = await scene.incident(name)
    winner = {"Ann": "Ann on Slack", "Bob": "Bob on Discord"}[incident.acknowledged_by.name]

    assert sorted(t.ok for t in told) == [False, True]
    assert f"already acknowledged by {winner}" in next(t.text for t in told if not t.ok)


async def test_without_a_judge_it_is_noted_and_done_later(scene):
    """None within a second; the next judge does it, once, and one after that does not do it again."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
    began = time.monotonic()
    assert await scene.acts().submit("claude", scene.wish("ack", name, id="late")) is None
    assert time.monotonic() - began < WAIT_S + 0.3
    for owner in ("two", "three"):
        scene.awake = scene.judge(owner)
        async with scene.at_work(scene.awake):
            await scene.see(True)
            await scene.remembered(scene.sent + 1)
            outcome = await scene.acts().submit("claude", scene.wish("ack", name, id="late"))
            assert outcome is not None
            assert outcome.ok
    assert len(events(await scene.incident(name), "acknowledged")) == 1
    assert len(await scene.audit()) == 1


async def test_a_judge_that_dies_before_its_commit_loses_nothing(scene):
    """It has read the act, its commit is refused: nothing is done; the next one does it once."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
    token = await scene.store.lease("claude", "dead", 60_000)
    await scene.store.release("claude", token)
    assert await scene.acts().submit("claude", scene.wish("resolve", name, id="r1")) is None
    await scene.judge("dead")._hold(token)
    assert (await scene.incident(name)).status is not IncidentStatus.RESOLVED
    assert await scene.audit() == []
    assert await scene.store.views.outcome("claude", "r1") is None

    async with scene.at_work(scene.judge("next")):
        await scene.until(lambda: scene.store.views.outcome("claude", "r1"))
    incident = await scene.incident(name)

    assert incident.resolved_by.name == "Ann"
    assert len(events(incident, "resolved")) == len(await scene.audit()) == 1


async def test_a_store_that_hangs_is_said(scene, redis_url):
    """Nothing is known to be noted: an error within a second, and the same press again does it, once."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake), Redis.from_url(redis_url) as redis:
        name = await scene.outage()
        press = scene.wish("ack", name, id="again")
        await redis.execute_command("CLIENT", "PAUSE", 1_300, "ALL")
        began = time.monotonic()
        with pytest.raises(StoreError):
            await scene.acts().submit("claude", press)
        assert time.monotonic() - began < WAIT_S + 0.3
        assert (await redis.ping()) is True
        outcome = await scene.acts().submit("claude", press)

    assert outcome is not None
    assert outcome.ok
    assert len(events(await scene.incident(name), "acknowledged")) == 1


async def test_silence_edits_what_stands_and_posts_nothing_new(scene):
    """The root goes on being edited, its trail stands still, through a restart; at the end it is said, once."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        told = await scene.acts().submit("claude", scene.wish("silence", "claude-api", "10m", "known"))
        assert told.ok
    [before] = await scene.store.views.deliveries("claude", 10)
    scene.awake = scene.judge("two")
    async with scene.at_work(scene.awake):
        for _ in range(6):
            await scene.see(True)
            await scene.remembered(scene.sent + 1)
        assert (await scene.acts().submit("claude", scene.wish("ack", name))).ok
        [during] = await scene.store.views.deliveries("claude", 10)
        kept = await scene.remembered(0)
        for _ in range(20):
            await scene.see(True)
            await scene.remembered(scene.sent + 2)
    [after] = await scene.store.views.deliveries("claude", 10)
    incident = await scene.incident(name)

    assert [s.reason for s in kept.silences] == ["known"]
    assert during.version > before.version
    assert during.waiting_trail == before.waiting_trail
    assert after.waiting_trail == during.waiting_trail + 1
    assert [e.text for e in events(incident, "silence ended")] == ["still failing"]
    assert incident.acknowledged_by.name == "Ann"
    assert incident.silence is None


async def test_what_opens_under_maintenance_is_recorded_and_not_posted(scene):
    """Nothing on any channel while it lasts; in the record with its silence; said when the work ends."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        await scene.see(*[False] * 40)
        await scene.remembered(40)
        assert (await scene.acts().submit("claude", scene.wish("maintenance", "claude", "1h"))).ok
        for _ in range(12):
            await scene.see(True)
            await scene.remembered(scene.sent + 1)
        [incident] = await scene.incidents()
        assert incident.silence.work
        assert await scene.store.views.deliveries("claude", 10) == []
        standing = await scene.store.views.assessments("claude")
        assert '"work":true' in standing["claude-api"]

        assert (await scene.acts().submit("claude", scene.wish("unsilence", "claude"))).ok
    [delivery] = await scene.store.views.deliveries("claude", 10)
    assert delivery.subject == incident.id


async def test_feedback_after_the_end_edits_the_message(scene):
    """The judge has forgotten it: the record is read, the vote written, the root edited, no line in the trail."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        assert (await scene.acts().submit("claude", scene.wish("resolve", name))).ok
        [before] = await scene.store.views.deliveries("claude", 10)
        assert (await scene.acts().submit("claude", scene.wish("wrong", name.lower(), who=BOB))).ok
        assert not (await scene.acts().submit("claude", scene.wish("wrong", name, who=BOB))).ok
        late = await scene.acts().submit("claude", scene.wish("ack", name, who=BOB))
        [after] = await scene.store.views.deliveries("claude", 10)
        kept = await scene.remembered(0)

    assert late.text.startswith(f"incident {name} is already resolved by Ann on Slack")
    assert [(v.by.name, v.right) for v in (await scene.incident(name)).verdict] == [("Bob", False)]
    assert after.version > before.version
    assert after.waiting_trail == before.waiting_trail
    assert kept.incidents == {}


@pytest.mark.parametrize("words", ["<!channel> @everyone </a>", "\x1b[2J\n\n", "\u202e" * 50, "x" * 5000, "\ud800"])
async def test_hostile_words_are_only_words(scene, words):
    """As name, id, verb, target, length and reason."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        for args in ((name, "1h", words), (words, "1h", words), (name, words), (name,)):
            for verb in ("silence", "ack", "right", words):
                wish = ActionRequest(scene.now, verb, args, words, words, words, f"{words}{verb[:9]}{args}"[:3000])
                outcome = await scene.acts().submit("claude", wish)
                assert outcome is not None
                assert "\n" not in outcome.text
                assert "\x1b" not in outcome.text
        incident = await scene.incident(name)

    assert all("\n" not in line.text and "\x1b" not in line.text for line in incident.timeline)
    assert incident.silence is not None


async def test_a_clock_ahead_of_the_judges_sets_nothing_in_the_future(scene):
    """A desk whose clock is a day ahead silences from now."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        ahead = ActionRequest(scene.now + 86_400, "silence", (name, "1h"), ANN, "", "Ann")
        assert (await scene.acts().submit("claude", ahead)).ok
        assert (await scene.incident(name)).silenced_until == scene.now + 3600


async def test_verdicts_go_by_themselves(scene):
    """The key of an outcome has its time to live."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        await scene.acts().submit("claude", scene.wish("ack", "ZZZZ", id="a1"))
    left = await scene.store._link.call("TTL", keys_of("claude").outcome("a1"))
    assert 0 < left <= OUTCOME_TTL_S


def test_rows_of_acts_of_an_older_version_are_read():
    """They had no name and no id."""
    row = decode(b'{"k":"c","t":1.5,"b":"ack","w":"slack:T1:U1","p":"C1","a":["4F7K"]}')
    assert row == ActionRequest(1.5, "ack", ("4F7K",), "slack:T1:U1", "C1")
    fresh = ActionRequest(1.5, "ack", ("4F7K",), "slack:T1:U1", "slack:C1", "Ann", "id-1")
    assert decode(encode(fresh)) == fresh


async def test_a_secret_in_a_reason_is_not_kept(scene):
    """Whoever sends it, in whatever form: a silence's reason goes through the one redactor before it is stored."""
    reason = (
        "curl -u admin:hunter2pass and https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/aaaaaaaaaaaaaaaaaaaaaaa1"
    )
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        done = await scene.acts().submit("claude", scene.wish("silence", name, "3600s", reason))

    assert done.ok
    kept = json.dumps(await scene.audit()) + repr(await scene.incident(name))
    assert "curl -u admin:[hidden]" in kept
    assert "hunter2pass" not in kept
    assert "aaaaaaaaaaaaaaaaaaaaaaa1" not in kept
