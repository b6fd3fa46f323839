"""Requests and answers as Discord's API has them: what is sent, what is counted, what is never asked twice."""

import asyncio
import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.discord.channel import NONCE_S, DiscordChannel
from bot.channels.discord.invalid_requests import MOST, WINDOW_S, InvalidRequestCounter
from bot.core.model.card import Action
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from tests.channels.discord.reading import headline
from tests.support.contract import CARD, HOSTILE
from tests.support.discord import pointed_at
from tests.support.platforms import until

LINE = TimelineEntry(1_776_094_000.0, "changed", "Claude Code fails too")
QUIET: dict[str, list[str]] = {"parse": []}


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


@pytest.fixture
async def channel(fake, clock, store):
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as opened:
        yield opened


@pytest.fixture
async def bot(replicas, place):
    opened = await replicas.start(channels=[place.id])
    await replicas.listening()
    return opened


async def refused(call):
    """The error of a call that must fail."""
    with pytest.raises(DeliveryError) as raised:
        await call
    return raised.value


async def test_every_create_enforces_its_nonce_and_none_is_another_s(fake, channel, place):
    """Roots and lines of a trail; two channels, keys or lines never share one."""
    other = fake.world.channel("other")
    for where in (place, other):
        for key in ("k1", "k2"):
            at = await channel.post(where.id, CARD, key)
            await channel.follow(at, LINE, f"{key}#1")
    sent = [body for _, _, body in fake.asked("POST", "/messages") if body and "nonce" in body]
    assert len(sent) == 8
    assert all(body["enforce_nonce"] is True and len(body["nonce"]) == 25 for body in sent)
    assert len({body["nonce"] for body in sent}) == 8
    assert [len(one.messages) for one in (place, other)] == [2, 2]


async def test_a_try_too_old_for_its_nonce_is_found_by_a_look_at_the_channel(fake, clock, store, channel, place):
    """Discord has forgotten the nonce; another's message about the same is not taken for ours."""
    fault = fake.fail("POST /channels", -1, 1, after=True)
    await refused(channel.post(place.id, CARD, "k1"))
    assert fault.times == 0
    clock.at += 3_600
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as later:
        await later.post(place.id, replace(CARD, headline="🔴 Claude API: down"), "k1")
        assert [headline(m) for m in place.messages] == ["🔴 Claude API: down"]
        await later.post(place.id, replace(CARD, subject="9ZZZ"), "k2")
    assert len(place.messages) == 2
    assert NONCE_S < 300


@pytest.mark.parametrize("way", ["direct", "deferred", "shared"])
async def test_every_answer_pings_nobody_by_the_client_s_own_word(fake, replicas, bot, place, way):
    """Discord's default for answers would be to notify the users that a text names."""
    replicas.desk.answer = replace(replicas.desk.answer, title=f"<@1> <@&2> {HOSTILE}")
    replicas.desk.slow_s = 1.8 if way == "deferred" else 0.0
    ann = fake.user("Ann")
    asked = await (await fake.people.slash(ann, place, "avail status")).settled()
    if way == "shared":
        shared = await fake.people.press(ann, asked.replies[0], "gt:share:answer")
        await until(lambda: shared.replies)
    said = [body.get("data") or body for m, p, body in fake.requests if "/callback" in p or p.startswith("/webhooks")]
    texts = [data for data in said if data.get("embeds")]
    assert texts
    assert all(data["allowed_mentions"]["parse"] == [] for data in texts)
    assert not any(one.pinged for one in (*asked.replies, *place.messages))


async def test_every_message_edit_and_line_says_whom_it_may_ping(fake, clock, channel, place):
    """An edit without a word of it would ask Discord's defaults again."""
    where = await channel.post(place.id, CARD, "k1")
    clock.at += 30
    await channel.edit(where, CARD)
    await channel.follow(where, LINE, "k1#1")
    sent = [body for method, path, body in fake.requests if "/messages" in path and "threads" not in path and body]
    assert len(sent) == 3
    assert all(body["allowed_mentions"] == QUIET for body in sent)


async def test_a_line_of_a_trail_unfolds_no_link(fake, channel, place):
    """SUPPRESS_EMBEDS, or a page of the vendor's would stand there in pictures."""
    await channel.follow(await channel.post(place.id, CARD, "k1"), LINE, "k1#1")
    assert fake.world.channels[place.messages[0].id].messages[0].flags == 1 << 2


@pytest.mark.parametrize("slow_s", [0.0, 1.8])
async def test_a_long_answer_comes_with_all_of_it_in_a_file(fake, replicas, bot, place, slow_s):
    """At once or deferred: nothing is lost, and the message says that there is more."""
    body = "\n".join(f"line {n} of the report" for n in range(400))
    replicas.desk.answer = replace(replicas.desk.answer, text=body)
    replicas.desk.slow_s = slow_s
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail postmortem")).settled()
    assert asked.replies[0].files == {"answer.md": body.encode()}
    assert "the whole of it is in the file" in asked.text
    assert asked.callback == (5 if slow_s else 4)


@pytest.mark.parametrize("readable", [True, False])
async def test_a_long_answer_is_shared_with_its_file(fake, replicas, bot, place, readable):
    """Whoever reads the shared one has all of it too; a file that cannot be read holds nothing up."""
    body = "\n".join(f"line {n} of the report" for n in range(400))
    replicas.desk.answer = replace(replicas.desk.answer, text=body)
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail postmortem")).settled()
    fake.cdn_gone = not readable
    shared = await fake.people.press(fake.user("Ann"), asked.replies[0], "gt:share:answer")
    await until(lambda: shared.replies)
    assert shared.replies[0].files == ({"answer.md": body.encode()} if readable else {})
    assert place.messages[-1] is shared.replies[0]
    assert asked.replies[0].files, "the asker keeps it"


async def test_a_slow_press_is_announced_privately_and_leaves_the_message_alone(fake, replicas, bot, place):
    """Type 5 with "thinking", not 6: the answer is the presser's own."""
    await bot.post(place.id, replace(CARD, actions=(Action("ack", "Acknowledge", "4F7K"),)), "k1")
    replicas.desk.slow_s = 1.8
    [root] = place.messages
    pressed = await (await fake.people.press(fake.user("Ann"), root, "gt:ack:4F7K")).settled()
    assert (pressed.callback, pressed.ephemeral) == (5, True)
    assert pressed.answered_s < 3.0
    assert (root.edits, len(place.messages)) == (0, 1)


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (401, 50027), (403, 50013)])
async def test_an_answer_that_discord_does_not_take_is_not_sent_again(fake, bot, place, status, code, caplog):
    """Too late, already answered, no right: each further try would count towards a ban. A line in the log, no more."""
    fake.fail("/callback", status, code=code)
    await fake.people.slash(fake.user("Ann"), place, "avail status")
    await until(lambda: fake.asked("/callback"))
    fake.faults.clear()
    await (await fake.people.slash(fake.user("Ben"), place, "avail help")).settled()
    assert len(fake.asked("/callback")) == 2
    assert not fake.asked("/webhooks")
    assert "could not answer an interaction" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_answer_is_sent_again_where_discord_is_away_for_a_moment(fake, bot, place):
    """A 503 for one that is made within the three seconds."""
    fake.fail("/callback", 503, 1)
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail status")).settled()
    assert asked.answered_s < 3.0


async def test_a_command_of_another_version_is_answered(fake, replicas, bot, place):
    """Discord may still show what was registered before: nobody is left with "The application did not respond"."""
    [avail] = fake.world.commands
    avail["options"].append({"type": 1, "name": "gone", "description": "was there before"})
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail gone")).settled()
    assert asked.ephemeral
    assert "/avail help" in asked.text
    assert replicas.desk.asked == []


@pytest.mark.parametrize("what", ["old:button", "gt:UPPER:1", "gt:ack"])
async def test_a_button_of_another_version_is_answered(fake, replicas, bot, place, what):
    """And a form of one."""
    root = fake.world.create(place.id, {"embeds": [{"title": "of last year"}], "components": [
        {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": what}]}]})  # fmt: skip
    ann = fake.user("Ann")
    pressed = await (await fake.people.press(ann, root, what)).settled()
    pressed.modal = {"custom_id": what, "components": []}
    sent = await (await fake.people.submit(ann, pressed)).settled()
    assert [one.ephemeral for one in (pressed, sent)] == [True, True]
    assert all("another version" in one.text for one in (pressed, sent))
    assert replicas.desk.asked == []


async def test_we_fall_silent_long_before_discord_bans_the_address(fake, clock, channel):
    """However many channels refuse us: 10,000 refusals in ten minutes would ban it. Then it goes on."""
    hidden = [fake.world.channel(f"c{n}", {"VIEW_CHANNEL"}) for n in range(MOST + 50)]
    fake.limits.overall.limit = 1_000_000
    for n, one in enumerate(hidden):
        clock.at += 0.2
        error = await refused(channel.post(one.id, CARD, f"k{n}"))
    assert len(fake.limits.invalid) == len(fake.requests) == MOST
    assert (error.everywhere, error.permanent) == (True, False)
    assert "would soon ban" in channel.health()[1]
    open_ = fake.world.channel("open")
    clock.at += error.retry_after + 0.1
    await channel.post(open_.id, CARD, "k")
    assert len(open_.messages) == 1


async def test_a_refusal_that_is_not_discord_s_own_word_gives_nothing_up(fake, clock, channel, place):
    """Cloudflare's or a proxy's page with 403: everything rests, the message is kept."""
    fake.fail("POST", 403, 1, body="<html>error code: 1020</html>")
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert (error.permanent, error.everywhere, error.retry_after) == (False, True, 600.0)
    await refused(channel.post(place.id, CARD, "k1"))
    assert len(fake.requests) == 1
    clock.at += 601
    await channel.post(place.id, CARD, "k1")


async def test_a_ban_is_not_shortened_by_an_answer_that_was_under_way(fake, clock, channel, place):
    """Of requests at once the longest wait holds."""
    fake.fail("POST", 429, 1, body="error code: 1015")
    fake.fail("POST", 429, retry_after=1.0, scope="global")
    calls = [channel.rest.call("POST", f"/channels/{place.id}/messages", {"content": str(n)}) for n in range(20)]
    await asyncio.gather(*(refused(call) for call in calls))
    assert len(fake.requests) == 20
    clock.at += 2.0
    assert (await refused(channel.post(place.id, CARD, "k1"))).retry_after > 500


async def test_a_limit_that_others_share_is_not_counted_against_us(fake, clock, channel, place):
    """Discord says so by X-RateLimit-Scope; it is waited for all the same."""
    fake.fail("POST", 429, 1, retry_after=3.0, scope="shared")
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert (error.everywhere, error.retry_after, len(fake.limits.invalid)) == (False, 3.0, 0)
    assert InvalidRequestCounter(1).count(429, "shared", clock()) == 0.0


@given(st.lists(st.tuples(st.sampled_from([200, 400, 401, 403, 404, 429]), st.floats(0, 60)), max_size=300))
def test_in_no_ten_minutes_are_there_more_refusals_than_the_limit(answers):
    """Whoever waits as he is told."""
    refusals, now, counted = InvalidRequestCounter(10), 1_000.0, list[float]()
    for status, passed in answers:
        now += passed
        wait = refusals.count(status, "user", now)
        assert 0.0 <= wait <= WINDOW_S
        counted += [now] if status in (401, 403, 429) else []
        now += wait
    for at in counted:
        assert sum(at <= one < at + WINDOW_S - 1e-6 for one in counted) <= 10
