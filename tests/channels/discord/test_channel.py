"""Posting to Discord by REST alone: faults, limits, rights, and what is never said twice."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from bot.channels.discord import rest
from bot.channels.discord.channel import DiscordChannel
from bot.core.model.card import Action, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import Style, moment
from bot.errors import DeliveryError
from tests.channels.discord.reading import headline, line
from tests.fakes.discord.shapes import custom_ids, words
from tests.support.contract import CARD, HOSTILE
from tests.support.discord import pointed_at

LINE = TimelineEntry(1_776_094_000.0, "changed", "Claude Code fails too")
WORSE = replace(CARD, headline="🔴 Claude API: down", tone=Colour.RED)


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


@pytest.fixture
async def channel(fake, clock, store):
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as opened:
        yield opened


async def refused(call):
    """The error of a call that must fail."""
    with pytest.raises(DeliveryError) as raised:
        await call
    return raised.value


async def test_the_gateway_is_not_needed(fake, channel, place):
    """A process that does not listen delivers all the same: no login, no socket."""
    await channel.post(place.id, CARD, "k1")
    assert [(method, path) for method, path, _ in fake.requests] == [("POST", f"/channels/{place.id}/messages")]
    assert fake.gateway.connections == 0


async def test_a_crash_between_posting_and_writing_it_down_never_doubles(fake, clock, store, channel, place):
    """Another process posts the same key a minute later: the first message is found and brought up to date."""
    first = await channel.post(place.id, CARD, "k1")
    clock.at += 61
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as other:
        second = await other.post(place.id, WORSE, "k1")
    assert first == second
    assert [headline(m) for m in place.messages] == ["🔴 Claude API: down"]


@pytest.mark.parametrize("status", [-1, 500, 502, 504])
async def test_an_answer_that_is_lost_is_said_to_be_ambiguous_and_repeated_harmlessly(fake, channel, place, status):
    """The message stands already; trying again does not make a second one."""
    fake.fail("POST /channels", status, 1, after=True)
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert (error.ambiguous, error.permanent) == (True, False)
    await channel.post(place.id, CARD, "k1")
    assert len(place.messages) == 1


async def test_a_storm_of_429_is_waited_out_and_the_newest_goes_out(fake, clock, channel, place):
    """Discord says how long; meanwhile nothing is asked, whatever is to be said here; then the newest goes out."""
    where = await channel.post(place.id, CARD, "k1")
    clock.at += 60
    storm = fake.fail("PATCH", 429, retry_after=300.0)
    error = await refused(channel.edit(where, WORSE))
    assert (error.retry_after, error.everywhere) == (300.0, False)
    asked = len(fake.requests)
    for _ in range(28):
        clock.at += 10
        assert 0 < (await refused(channel.edit(where, WORSE))).retry_after <= 300
    assert len(fake.requests) == asked
    fake.faults.remove(storm)
    clock.at += 21
    await channel.edit(where, replace(CARD, headline="🟢 Claude API: resolved"))
    assert headline(place.messages[0]) == "🟢 Claude API: resolved"
    assert len(fake.limits.invalid) == 1


async def test_a_global_limit_rests_the_whole_channel(fake, clock, channel, place):
    """Whatever place it is about."""
    other = fake.world.channel("other")
    fake.fail("POST", 429, 1, retry_after=4.0, scope="global")
    assert (await refused(channel.post(place.id, CARD, "k1"))).everywhere
    error = await refused(channel.post(other.id, CARD, "k2"))
    assert (error.everywhere, error.retry_after) == (True, 4.0)
    assert not channel.health()[0]
    clock.at += 4.1
    await channel.post(other.id, CARD, "k2")
    assert channel.health()[0]


async def test_a_bucket_that_is_used_up_is_not_overdrawn(fake, clock, channel, place):
    """The headers say so before a 429 does."""
    fake.limits.routes["POST /channels/{channel}/messages"] = (2, 5.0)
    await channel.post(place.id, CARD, "k1")
    await channel.post(place.id, CARD, "k2")
    assert 0 < (await refused(channel.post(place.id, CARD, "k3"))).retry_after <= 5
    await channel.post(fake.world.channel("other").id, CARD, "k3")
    clock.at += 5.1
    await channel.post(place.id, CARD, "k3")
    assert len(fake.limits.invalid) == 0


async def test_a_cloudflare_ban_is_not_taken_for_a_limit(fake, channel, place):
    """No `Via`, no JSON: everything rests for long."""
    fake.limits.invalid_most = 0
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert error.everywhere
    assert error.retry_after == 3600
    await refused(channel.post(place.id, CARD, "k2"))
    assert len(fake.requests) == 1


async def test_a_revoked_token_opens_the_circuit(fake, clock, channel, place):
    """One question a minute, whatever is to be said, so that Discord never bans the address; nothing is given up."""
    where = await channel.post(place.id, CARD, "k1")
    fake.world.token = "another"
    before = len(fake.requests)
    for n in range(50):
        error = await refused(channel.post(place.id, CARD, f"k{n + 2}"))
        assert (error.everywhere, error.permanent) == (True, False)
    assert "does not know the bot's token" in str(error)
    assert len(fake.requests) == before + 1
    fake.world.token = "MTA.fake.token"
    clock.at += 61
    await channel.edit(where, WORSE)


async def test_missing_rights_are_named_and_not_asked_for_again_and_again(fake, clock, channel, place):
    """Permanent for the message at hand; the channel is asked again after a minute."""
    place.denied = {"SEND_MESSAGES"}
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert error.permanent
    assert "Send Messages" in str(error)
    for n in range(20):
        assert not (await refused(channel.post(place.id, CARD, f"k{n + 2}"))).permanent
    assert len(fake.limits.invalid) == 1
    place.denied = set()
    clock.at += 61
    await channel.post(place.id, CARD, "k2")


@pytest.mark.parametrize(("denied", "words_of_it"), [({"VIEW_CHANNEL"}, "View Channel"), (None, "no such channel")])
async def test_a_channel_that_is_gone_or_hidden_is_a_permanent_failure(fake, channel, place, denied, words_of_it):
    """Trying again is useless, and the sentence says what to do."""
    if denied is None:
        del fake.world.channels[place.id]
    else:
        place.denied = denied
    error = await refused(channel.post(place.id, CARD, "k1"))
    assert error.permanent
    assert words_of_it in str(error)
    again = await refused(channel.post(place.id, CARD, "k2"))
    assert again.permanent is (denied is None)
    assert len(fake.limits.invalid) == (0 if denied is None else 1)


@pytest.mark.parametrize("place", ["general", "", "12/../34", "1²"])
async def test_a_place_that_is_no_id_is_refused_unasked(fake, channel, place):
    """What stands in a path must be digits."""
    assert (await refused(channel.post(place, CARD, "k1"))).permanent
    assert fake.requests == []


async def test_a_deleted_root_becomes_a_new_one_once(fake, clock, channel, place):
    """Its place changes; the same edit repeated lands on the new one."""
    where = await channel.post(place.id, CARD, "k1")
    place.messages.clear()
    clock.at += 30
    moved = await channel.edit(where, WORSE)
    clock.at += 30
    assert await channel.edit(where, WORSE) == moved
    assert [headline(m) for m in place.messages] == ["🔴 Claude API: down"]


async def test_edits_in_one_channel_are_ten_seconds_apart_and_everyone_gets_a_turn(fake, clock, channel, place):
    """Of twenty messages edited all the time none waits for more turns than there are messages."""
    wheres = [await channel.post(place.id, CARD, f"k{n}") for n in range(20)]
    clock.at += 3_600
    again = dict.fromkeys(range(20), 0.0)
    edits: dict[int, list[float]] = {n: [] for n in range(20)}
    tries = dict.fromkeys(range(20), 0)
    for _ in range(1_000):
        clock.at += 1
        for n in [n for n, at in again.items() if at <= clock.at]:
            tries[n] += 1
            try:
                await channel.edit(wheres[n], WORSE)
            except DeliveryError as error:
                again[n] = clock.at + (error.retry_after or 0)
            else:
                edits[n].append(clock.at)
                again[n] = clock.at
    moments = sorted(at for times in edits.values() for at in times)
    assert min(b - a for a, b in itertools.pairwise(moments)) >= 10
    assert {len(times) for times in edits.values()} <= {4, 5, 6}
    assert max(tries.values()) <= 12


async def test_a_root_older_than_an_hour_is_followed_in_its_thread(fake, clock, channel, place):
    """30046: the news stands in the thread once, edits rest, and the root is brought up to date later."""
    where = await channel.post(place.id, CARD, "k1")
    clock.at += 4_000
    fault = fake.fail("PATCH", 429, code=30046)
    for _ in range(3):
        error = await refused(channel.edit(where, WORSE))
        assert error.retry_after >= 30
        clock.at += error.retry_after
    thread = fake.world.channels[place.messages[0].id]
    assert [headline(m) for m in thread.messages] == ["🔴 Claude API: down"]
    fake.faults.remove(fault)
    await channel.edit(where, WORSE)
    assert headline(place.messages[0]) == "🔴 Claude API: down"


async def test_old_roots_that_rest_hold_no_young_one_up(fake, clock, channel, place):
    """30046 is about what is older than an hour: of those none is asked for meanwhile, the newest incident goes on."""
    old = [await channel.post(place.id, CARD, key) for key in ("k1", "k2")]
    clock.at += 4_000
    young = await channel.post(place.id, CARD, "k3")
    fault = fake.fail(f"PATCH /channels/{place.id}/messages/{old[0]['message']}", 429, 1, code=30046)
    await refused(channel.edit(old[0], WORSE))
    assert fault.times == 0
    clock.at += 11
    asked = len(fake.requests)
    assert (await refused(channel.edit(old[1], WORSE))).retry_after > 10
    assert len(fake.requests) == asked
    await channel.edit(young, WORSE)
    assert headline(place.messages[2]) == "🔴 Claude API: down"


async def test_our_own_pace_stays_below_the_limit_of_old_messages(fake, clock, channel, place):
    """Three edits in six seconds is the figure that is known."""
    where = await channel.post(place.id, CARD, "k1")
    clock.at += 4_000
    for _ in range(30):
        clock.at += 10
        await channel.edit(where, WORSE)
    assert len(fake.limits.invalid) == 0


async def test_what_somebody_did_is_shown_at_once_on_an_old_root(fake, clock, channel, place):
    """Its buttons change without waiting for a turn; one such edit between two others, and never a limit met."""
    open_, taken = (replace(CARD, actions=(Action(verb, verb, "4F7K"),)) for verb in ("ack", "unack"))
    where = await channel.post(place.id, open_, "k1")
    clock.at += 4_000
    where = await channel.edit(where, replace(open_, headline="19%"))
    clock.at += 1
    where = await channel.edit(where, taken)
    assert custom_ids(place.messages[0]) == ["gt:unack:4F7K"]
    for card in (replace(taken, headline="20%"), open_):
        assert 0 < (await refused(channel.edit(where, card))).retry_after <= 10
    clock.at += 10
    await channel.edit(where, open_)
    assert custom_ids(place.messages[0]) == ["gt:ack:4F7K"]
    assert len(fake.limits.invalid) == 0


async def test_the_trail_finds_its_thread_again_and_wakes_it(fake, clock, store, channel, place):
    """Made by another process (160004), and archived since: posting is enough."""
    where = await channel.post(place.id, CARD, "k1")
    await channel.follow(where, LINE, "k1#1")
    thread = fake.world.channels[place.messages[0].id]
    thread.archived = True
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as other:
        await other.follow(where, replace(LINE, text="second"), "k1#2")
        await other.follow(where, replace(LINE, text="second"), "k1#2")
    assert not thread.archived
    assert [line(m) for m in thread.messages] == ["changed: Claude Code fails too", "changed: second"]


@pytest.mark.parametrize("denied", ["CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS"])
async def test_without_threads_the_root_tells_the_trail(fake, clock, channel, place, denied):
    """A missing right is no reason to fail; the last lines stand in the root."""
    place.denied = {denied}
    where = await channel.post(place.id, CARD, "k1")
    for n in range(5):
        await channel.follow(where, LINE, f"k1#{n}")
    clock.at += 30
    await channel.edit(where, replace(WORSE, trail=(LINE,)))
    assert "Claude Code fails too" in words(place.messages[0])
    assert len(fake.limits.invalid) <= 2


async def test_a_locked_or_deleted_thread_is_no_failure(fake, channel, place):
    """Somebody wants quiet."""
    where = await channel.post(place.id, CARD, "k1")
    await channel.follow(where, LINE, "k1#1")
    fake.world.channels[place.messages[0].id].locked = True
    await channel.follow(where, LINE, "k1#2")
    del fake.world.channels[place.messages[0].id]
    await channel.follow(where, LINE, "k1#3")


async def test_a_refused_form_goes_out_as_plain_text(fake, channel, place):
    """The alert is never lost."""
    fake.fail("POST /channels", 400, 1, code=50035)
    await channel.post(place.id, replace(CARD, lines=((HOSTILE, HOSTILE),)), "k1")
    [message] = place.messages
    assert message.embeds == []
    assert headline(message) == CARD.headline
    assert not message.pinged


async def test_only_allowed_roles_are_pinged_and_only_when_it_opens(fake, clock, store, place):
    """From the list of this channel; hostile words ping nobody; an edit calls nobody again."""
    role = fake.world.role("on call")
    hostile = replace(CARD, headline=f"<@&{role}> @everyone <@1>", lines=(("<@&5>", "@here"),), footer="@everyone")
    async with DiscordChannel(
        "discord", pointed_at(fake, ping_roles={place.id: [role]}), store.notes, clock
    ) as channel:
        where = await channel.post(place.id, hostile, "k1")
        clock.at += 30
        await channel.edit(where, hostile)
        await channel.follow(where, TimelineEntry(1.0, "<@&5>", "@everyone"), "k1#1")
        await channel.post(fake.world.channel("other").id, hostile, "k2")
        await channel.post(place.id, replace(hostile, tone=Colour.YELLOW), "k3")
    pinged = [m.pinged for c in fake.world.channels.values() for m in c.messages]
    assert pinged == [{f"role {role}"}, set(), set(), set()]


async def test_a_reminder_calls_the_roles_again(fake, clock, store, place):
    """In the thread, where nobody else would look; whatever its words are."""
    role = fake.world.role("on call")
    async with DiscordChannel(
        "discord", pointed_at(fake, ping_roles={place.id: [role]}), store.notes, clock
    ) as channel:
        where = await channel.post(place.id, CARD, "k1")
        await channel.follow(where, TimelineEntry(1.0, "escalated", "step 1 of on-call, to pagerduty"), "k1#1")
        await channel.follow(where, TimelineEntry(2.0, "reminded", "still open @everyone <@1>"), "k1#2")
    step, reminder = fake.world.channels[where["message"]].messages
    assert not step.pinged
    assert reminder.pinged == {f"role {role}"}


async def test_times_colour_buttons_and_links(fake, channel, place):
    """In the reader's zone, accent by tone, one row of buttons, the menu below, links only where they open."""
    actions = (Action("ack", "Acknowledge", "4F7K"), Action("silence", "Silence", "4F7K"), Action("why", "Why?", "a b"))
    links = (("vendor page", "https://status.example.com"), ("bad", "javascript:alert(1)"), ("bad", "https://x y"))
    began = moment(1_776_094_260.0, Style.AGO)
    card = replace(CARD, actions=actions, links=links, footer=f"Started {began}")
    await channel.post(place.id, card, "k1")
    [message] = place.messages
    assert "Started <t:1776094260:t> (<t:1776094260:R>)" in words(message)
    assert message.embeds[0]["color"] == 0xE8762D
    assert custom_ids(message) == ["gt:ack:4F7K", "gt:silence:4F7K"]
    assert [i["url"] for row in message.components for i in row["components"] if "url" in i] == [links[0][1]]


async def test_a_hanging_discord_holds_the_courier_for_less_than_its_time(fake, channel, place, monkeypatch):
    """One call ends by itself, and says that it may have been heard."""
    monkeypatch.setattr(rest, "ANSWER_S", 0.2)
    fake.fail("POST", 0, 1)
    async with asyncio.timeout(5):
        error = await refused(channel.post(place.id, CARD, "k1"))
    assert error.ambiguous


async def test_several_messages_unanswered_are_discord_s_trouble_one_alone_is_not(fake, channel, place):
    """So that a message that breaks something does not rest the channel, and an outage gives nothing up."""
    fake.fail("POST", 503)
    for _ in range(3):
        assert not (await refused(channel.post(place.id, CARD, "k1"))).everywhere
    assert (await refused(channel.post(place.id, CARD, "k2"))).everywhere
