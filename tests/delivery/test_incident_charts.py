"""Charts below incidents, over the wire to both platforms: they follow the words, and nothing waits for them."""

import asyncio
import contextlib
import sys

import pytest

from bot.channels.discord.channel import DiscordChannel
from bot.delivery import incident_charts
from bot.delivery.incident_charts import CHART_S
from bot.errors import StoreError
from bot.pictures import drawn
from bot.process import Process
from bot.settings import Service, Settings
from tests.fakes.discord.server import discord
from tests.fakes.slack.server import slack
from tests.support.charted import Charted, KilledError, killed
from tests.support.clock import Clock
from tests.support.discord import pointed_at
from tests.support.slack import channel_on


@contextlib.asynccontextmanager
async def on_slack(store, **options):
    clock = Clock()
    async with slack() as fake:
        fake.workspace.room("C1")
        async with channel_on(fake, store, now=clock, **options) as channel:
            world = Charted(store, "slack", channel, "C1", clock)
            world.fake = fake
            yield world


@contextlib.asynccontextmanager
async def on_discord(store, **options):
    clock = Clock()
    async with discord(clock) as fake:
        place = fake.world.channel("alerts")
        async with DiscordChannel("discord", pointed_at(fake, **options), store.notes, clock) as channel:
            world = Charted(store, "discord", channel, place.id, clock)
            world.fake, world.place = fake, place
            yield world


@pytest.fixture
async def slacked(store):
    async with on_slack(store) as world:
        yield world


@pytest.fixture
async def discorded(store):
    async with on_discord(store) as world:
        yield world


def thread_of(world):
    """What stands in the thread under the only root."""
    if world.place is not None:
        (root,) = world.place.messages
        thread = world.fake.world.channels.get(root.id)
        return thread.messages if thread else []
    root, *_ = world.fake.workspace.standing("C1")
    return [m for m in world.fake.workspace.messages if m.thread_ts == root.ts and not m.deleted]


async def test_slack_s_own_chart_follows_in_the_thread_and_is_edited_in_place(slacked):
    """Nothing while the incident is not counted yet; then one message, replaced every few minutes and at the end."""
    await slacked.opened()
    worker = slacked.draws()
    slacked.past.written_to = slacked.past.incident.opened_at - 1
    await worker.look()
    assert thread_of(slacked) == [], "a chart without the incident would say that all is well"
    slacked.passes(60)
    await worker.look()
    await worker.look()
    (chart,) = thread_of(slacked)
    kinds = [block["type"] for block in chart.blocks]
    assert kinds == ["data_visualization", "data_visualization", "context"]
    assert [b["title"] for b in chart.blocks[:2]] == ["Claude API: failures, 2h", "Claude API: latency, 2h"]
    assert "in % of checks failed: Claude API 23.1." in chart.text
    assert chart.edits == 0
    for _ in range(4):
        slacked.passes(CHART_S / 2)
        await worker.look()
    assert [m.edits for m in thread_of(slacked)] == [2]
    slacked.ends()
    slacked.passes(CHART_S)
    await worker.look()
    slacked.passes(CHART_S)
    await worker.look()
    (chart,) = thread_of(slacked)
    assert (chart.edits, "the last picture" in str(chart.blocks[-1])) == (3, True)


async def test_discord_s_picture_is_replaced_by_edits(discorded):
    """An attachment in the thread, described for those who do not see it; one at any time."""
    await discorded.opened()
    worker = discorded.draws()
    discorded.passes(60)
    await worker.look()
    (chart,) = thread_of(discorded)
    first = chart.files["charts.png"]
    assert first.startswith(b"\x89PNG")
    assert "% of checks failed" in chart.described["charts.png"]
    discorded.passes(CHART_S)
    await worker.look()
    (chart,) = thread_of(discorded)
    assert list(chart.files) == ["charts.png"]
    assert (chart.edits, chart.files["charts.png"] != first) == (1, True)


async def test_where_slack_refuses_the_block_a_picture_comes(slacked):
    """One while it lasts and one at the end, for files cannot be replaced; the words are as they were."""
    slacked.fake.workspace.scopes.add("files:write")
    await slacked.opened()
    worker = slacked.draws()
    slacked.fake.faults.add("chat.postMessage", error="invalid_blocks", times=2)
    slacked.passes(60)
    await worker.look()
    for _ in range(3):
        slacked.passes(CHART_S)
        await worker.look()
    assert [list(m.said["files"]) for m in thread_of(slacked)] == [[{"id": "F2", "title": "Claude API: failures, 2h"}]]
    (upload,) = slacked.fake.workspace.uploads.values()
    assert upload[1].startswith(b"\x89PNG")
    assert "% of checks failed" in upload[2]
    slacked.ends()
    slacked.passes(CHART_S)
    await worker.look()
    assert len(thread_of(slacked)) == 2


@pytest.mark.parametrize("why", ["no scope", "no extra"])
async def test_where_slack_takes_neither_the_words_stand_alone(slacked, monkeypatch, why):
    """It is tried once, and not again."""
    if why == "no extra":
        slacked.fake.workspace.scopes.add("files:write")
        monkeypatch.setattr(drawn, "EXTRA", "not_installed_here")
    await slacked.opened()
    slacked.fake.faults.add("chat.postMessage", error="invalid_blocks", times=9)
    slacked.passes(60)
    for _ in range(3):
        await slacked.draws().look()
        slacked.passes(CHART_S)
    assert (slacked.fake.calls["chat.postMessage"], thread_of(slacked)) == (2, [])


async def test_an_attachment_that_is_refused_is_not_sent_again(discorded):
    """The root is as it was."""
    await discorded.opened()
    before = discorded.place.messages[0].edits
    discorded.fake.fail(f"POST /channels/{discorded.place.messages[0].id}/messages", 413, code=40005)
    for _ in range(3):
        discorded.passes(CHART_S)
        await discorded.draws().look()
    root = discorded.place.messages[0].id
    assert len(discorded.fake.asked("POST", f"/channels/{root}/messages")) == 1
    assert (len(discorded.place.messages), discorded.place.messages[0].edits) == (1, before)


@pytest.mark.parametrize(("opened", "edits"), [(on_slack, 0), (on_discord, 1)])
async def test_a_kill_between_posting_and_noting_leaves_one_chart(store, opened, edits):
    """Where a repeat lands on the first one it goes on; elsewhere what may stand there stays as it is."""
    async with opened(store) as world:
        await world.opened()
        world.passes(60)
        async with killed(next(iter(world.books.values()))):
            with pytest.raises(KilledError):
                await world.draws().look()
        world.passes(40)
        await world.draws().look()
        world.passes(CHART_S)
        await world.draws().look()
        (chart,) = thread_of(world)
        assert chart.edits == edits


async def test_slack_s_last_picture_never_stands_twice(slacked):
    """Files cannot be replaced: the last one is a post like the first, noted before it is made."""
    slacked.fake.workspace.scopes.add("files:write")
    await slacked.opened()
    slacked.fake.faults.add("chat.postMessage", error="invalid_blocks")
    slacked.passes(60)
    await slacked.draws().look()
    slacked.ends()
    slacked.passes(CHART_S)
    async with killed(slacked.books["slack"]):
        with pytest.raises(KilledError):
            await slacked.draws().look()
    for _ in range(2):
        slacked.passes(CHART_S)
        await slacked.draws().look()
    assert len(thread_of(slacked)) == 2, "one while it lasted, and one at its end"


@pytest.mark.parametrize("opened", [on_slack, on_discord])
async def test_a_chart_says_what_it_is_and_promises_no_other(store, opened):
    """Nobody may ever edit it again; what it says stays true."""
    async with opened(store) as world:
        await world.opened()
        world.passes(60)
        await world.draws().look()
        (chart,) = thread_of(world)
        said = str(chart.blocks[-1]) if world.place is None else chart.content
        assert "Counted until" in said
        assert "kept" not in said


@pytest.mark.parametrize("opened", [on_slack, on_discord])
async def test_what_was_posted_is_written_down_when_the_store_is_back(store, opened, monkeypatch):
    """A failover between posting and noting: the chart goes on."""
    monkeypatch.setattr(incident_charts, "NOTE_AGAIN_S", 0.01)
    async with opened(store) as world:
        await world.opened()
        world.passes(60)
        put, away = store.notes.put, [False, True, True]

        async def perhaps(key, *words):
            if key.startswith("chart:") and away and away.pop(0):
                raise StoreError("failing over")
            await put(key, *words)

        monkeypatch.setattr(store.notes, "put", perhaps)
        await world.draws().look()
        world.passes(CHART_S)
        await world.draws().look()
        (chart,) = thread_of(world)
        assert (chart.edits, away) == (1, [])


async def test_no_chart_is_begun_that_the_round_has_no_time_for(slacked, monkeypatch):
    """It is not cut off half posted; the next round draws it."""
    await slacked.opened()
    slacked.passes(60)
    with monkeypatch.context() as patched:
        patched.setattr(incident_charts, "ROUND_S", incident_charts.DRAW_S - 1)
        await slacked.draws().look()
    assert thread_of(slacked) == []
    await slacked.draws().look()
    slacked.passes(CHART_S)
    await slacked.draws().look()
    (chart,) = thread_of(slacked)
    assert chart.edits == 1


async def test_a_round_without_time_for_all_goes_on_with_the_next_service(slacked, monkeypatch):
    """The first service does not take the time of all others for ever."""
    began = []
    worker = slacked.draws()
    worker._process = Process(slacked.store, Settings(tuple(Service(n, n) for n in "abc")), "a", slacked.clock)

    async def served(service, _drawing):
        began.append(service.id)
        return 1, False

    monkeypatch.setattr(worker, "_service", served)
    for _ in range(4):
        await worker.look()
    assert began == ["a", "b", "c", "a"]


async def test_an_end_of_the_process_lets_a_post_be_finished(slacked, monkeypatch):
    """A reload between posting and noting: the next process goes on with the chart."""
    await slacked.opened()
    slacked.passes(60)
    channel = slacked.books["slack"]
    whole, begun = channel.draw, asyncio.Event()

    async def draw(*args):
        begun.set()
        await asyncio.sleep(0.05)
        return await whole(*args)

    monkeypatch.setattr(channel, "draw", draw)
    looking = asyncio.create_task(slacked.draws().look())
    await begun.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    slacked.passes(CHART_S)
    await slacked.draws().look()
    (chart,) = thread_of(slacked)
    assert chart.edits == 1


async def test_a_slow_renderer_holds_up_no_word(discorded, monkeypatch, tmp_path):
    """While a picture is drawn the courier goes on; after its time there is none."""
    hangs = tmp_path / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(hangs))
    monkeypatch.setattr(incident_charts, "DRAW_S", 2.0)
    await discorded.opened()
    discorded.passes(60)
    drawing = asyncio.create_task(discorded.draws().look())
    await asyncio.sleep(0.1)
    await discorded.say(discorded.past.incident, channels=(discorded.target,), trail=("it is worse",))
    await discorded.courier().round("discord")
    assert not drawing.done()
    assert ["it is worse" in m.content for m in thread_of(discorded)] == [True]
    await drawing
    assert [m.files for m in thread_of(discorded)] == [{}]


@pytest.mark.parametrize("opened", [on_slack, on_discord])
async def test_off_by_a_setting(store, opened):
    """`charts: false`: nothing is drawn."""
    async with opened(store, charts=False) as world:
        await world.opened()
        world.passes(60)
        await world.draws().look()
        assert thread_of(world) == []


async def test_without_the_extra_discord_has_no_charts(discorded, monkeypatch):
    """And nothing else is missing."""
    monkeypatch.setattr(drawn, "EXTRA", "not_installed_here")
    await discorded.opened()
    discorded.passes(60)
    await discorded.draws().look()
    assert thread_of(discorded) == []
    assert len(discorded.place.messages) == 1


async def test_words_come_before_charts_in_a_busy_conversation(slacked):
    """A chart that would take a word's turn is not posted; it comes when there is room."""
    await slacked.opened()
    slacked.passes(60)
    channel = slacked.books["slack"]
    for number in range(3):
        assert channel._posts.wait("C1", slacked.now, f"word {number}") == 0
    await slacked.draws().look()
    assert thread_of(slacked) == []
    slacked.passes(60)
    await slacked.draws().look()
    assert len(thread_of(slacked)) == 1
