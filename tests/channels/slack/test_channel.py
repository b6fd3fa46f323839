"""Roots, edits and trails on Slack, when all is well and when it is not; each over the wire."""

from dataclasses import replace

import pytest

from bot.channels.slack.rate_limits import BURST, LONGEST_S
from bot.channels.storm import may_call
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from tests.support.contract import CARD
from tests.support.slack import NOW, channel_on, hurried
from tests.support.words import read

RED = replace(CARD, tone=Colour.RED, headline="🔴 Claude API: down")
GREEN = replace(CARD, tone=Colour.GREEN, headline="🟢 Claude API: resolved", closed=True)


def line(event: str, text: str = "what happened") -> TimelineEntry:
    return TimelineEntry(NOW, event, text)


async def refused(doing) -> DeliveryError:
    with pytest.raises(DeliveryError) as found:
        await doing
    return found.value


async def test_a_root_as_people_see_it(fake, channel):
    """Headline in both places, colour bar, nothing unfurled, nobody mentioned; and where it stands."""
    where = await channel.post("C1", CARD, "k")
    (root,) = fake.workspace.standing("C1")
    assert root.text == read(root.headline) == CARD.headline
    assert root.color == "#e8762d"
    assert "We measure" in root.shown
    assert "29 of 160 requests failed in 12\u00a0min" in root.shown
    assert (root.said["unfurl_links"], root.said["unfurl_media"]) == (False, False)
    assert where["permalink"] == f"https://groundtruth-test.slack.com/archives/C1/p{root.ts.replace('.', '')}"
    assert (where["channel"], where["ts"], where["possibly_duplicated"]) == ("C1", root.ts, False)


async def test_lines_of_threads_and_roots_share_the_conversation_s_turns(fake, channel):
    """What comes too soon asks nobody and waits; another conversation and an edit do not."""
    where = await channel.post("C1", CARD, "k1")
    for number in range(BURST - 1):
        await channel.follow(where, line("acknowledged"), f"k1#{number}")
    before = fake.calls["chat.postMessage"]
    for waits in (channel.follow(where, line("changed"), "k1#9"), channel.post("C1", CARD, "k2")):
        error = await refused(waits)
        assert (error.turn, error.everywhere, error.permanent, error.ambiguous) == (True, False, False, False)
        assert error.retry_after is not None
        assert 0 < error.retry_after <= LONGEST_S
    assert fake.calls["chat.postMessage"] == before == BURST
    await channel.edit(where, RED)
    fake.workspace.room("C2")
    await channel.post("C2", CARD, "k3")


async def test_an_edit_replaces_everything_in_place(fake, channel):
    """With fresh block ids, which our Slack insists on."""
    where = await channel.post("C1", CARD, "k")
    for card in (RED, GREEN):
        where = await channel.edit(where, card)
    (root,) = fake.workspace.standing("C1")
    assert (root.headline, root.text, root.color, root.edits) == (GREEN.headline, GREEN.headline, "#2eb886", 2)


async def test_only_worse_and_the_end_reach_the_whole_channel(fake, store):
    """A thread is quiet; the channel hears that it got worse, and when it is over, whatever the colour does."""
    async with channel_on(fake, store, now=hurried()) as channel:
        where = await channel.post("C1", CARD, "k")
        await channel.follow(where, line("opened"), "k#1")
        await channel.follow(where, line("changed"), "k#2")
        where = await channel.edit(where, RED)
        await channel.follow(where, line("worse"), "k#3")
        await channel.follow(where, line("acknowledged"), "k#4")
        where = await channel.edit(where, replace(RED, tone=Colour.YELLOW))
        await channel.follow(where, line("closed"), "k#5")
        where = await channel.edit(where, GREEN)
        await channel.follow(where, line("resolved"), "k#6")
        (root,) = fake.workspace.standing("C1")
        assert [m.broadcast for m in fake.workspace.thread(root)] == [False, False, True, False, False, True]


async def test_a_trail_line_has_its_time_in_the_readers_zone(fake, channel):
    where = await channel.post("C1", CARD, "k")
    await channel.follow(where, line("changed", "<!here> & worse"), "k#1")
    (said,) = fake.workspace.thread(fake.workspace.standing("C1")[0])
    assert said.said["text"] == ("<!date^1776094260^{time}|15:31 UTC>  changed: &lt;!here&gt; &amp; worse")


async def test_another_replica_finds_the_root(fake, store, channel):
    """Killed between Slack's answer and the courier's note: whoever repeats the post edits what stands there."""
    first = await channel.post("C1", CARD, "k")
    async with channel_on(fake, store) as other:
        again = await other.post("C1", RED, "k")
        await channel.follow(first, line("changed"), "k#1")
        await other.follow(again, line("changed"), "k#1")
    (root,) = fake.workspace.standing("C1")
    assert root.headline == RED.headline
    assert again["ts"] == first["ts"]
    assert len(fake.workspace.thread(root)) == 1


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"])
async def test_a_root_that_is_gone_is_replaced(fake, channel, code):
    """Deleted by hand or too old: a new root, and the trail goes on under it."""
    where = await channel.post("C1", CARD, "k")
    if code == "message_not_found":
        fake.workspace.standing("C1")[0].deleted = True
    else:
        fake.faults.add("chat.update", error=code)
    where = await channel.edit(where, RED)
    await channel.follow(where, line("changed"), "k#1")
    root = fake.workspace.standing("C1")[-1]
    assert (root.ts, root.headline) == (where["ts"], RED.headline)
    assert len(fake.workspace.thread(root)) == 1


async def test_a_line_whose_root_is_gone_is_said_all_the_same(fake, channel):
    where = await channel.post("C1", CARD, "k")
    fake.workspace.standing("C1")[0].deleted = True
    await channel.follow(where, line("resolved"), "k#1")
    assert "resolved: what happened" in fake.workspace.standing("C1")[0].text


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"])
async def test_refused_blocks_go_out_as_plain_text(fake, channel, code):
    """What matters is that it is said."""
    fake.faults.add("chat.postMessage", error=code)
    where = await channel.post("C1", CARD, "k")
    (root,) = fake.workspace.standing("C1")
    assert root.blocks == []
    assert CARD.headline in root.text
    assert "29 of 160 requests failed" in root.text
    fake.faults.add("chat.update", error=code)
    await channel.edit(where, RED)
    assert RED.headline in root.text
    assert len(root.text) <= 3_900


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_patience_is_asked_for_in_seconds(fake, channel, method):
    where = await channel.post("C1", CARD, "k")
    fake.faults.add(method, retry_after=17)
    doing = channel.edit(where, RED) if method == "chat.update" else channel.post("C1", RED, "other")
    error = await refused(doing)
    assert (error.retry_after, error.permanent, error.ambiguous) == (17.0, False, False)
    assert fake.calls[method] == (1 if method == "chat.update" else 2), "it is the courier who tries again"


@pytest.mark.parametrize(
    "what", [{"error": "fatal_error"}, {"error": "internal_error"}, {"status": 503}, {"hang": True}], ids=str
)
@pytest.mark.parametrize("after", [True, False], ids=["posted", "not posted"])
async def test_an_unknown_outcome_is_said_to_be_one_and_marked(fake, store, what, after):
    """Nobody can know whether it was posted: the next try is marked as a possible repeat."""
    async with channel_on(fake, store, call_s=0.5) as channel:
        fake.faults.add("chat.postMessage", after=after, **what)
        error = await refused(channel.post("C1", CARD, "k"))
        assert (error.ambiguous, error.permanent) == (True, False)
        where = await channel.post("C1", CARD, "k")
        assert where["possibly_duplicated"] is True
        assert len(fake.workspace.standing("C1")) == (2 if after else 1)
        fake.faults.add("chat.update", after=after, **what)
        error = await refused(channel.edit(where, RED))
        assert error.ambiguous is False, "an edit may be repeated freely"
        assert dict(await channel.post("C1", RED, "k"))["ts"] == where["ts"]


async def test_what_never_reached_slack_is_not_in_doubt(fake, store):
    """Nobody listens there."""
    async with channel_on(fake, store, api_url="http://127.0.0.1:1/api/") as channel:
        error = await refused(channel.post("C1", CARD, "k"))
    assert (error.ambiguous, error.permanent) == (False, False)
    assert str(error) == "Slack cannot be reached"


async def test_a_place_that_is_closed_is_given_up_with_the_reason(fake, channel):
    """Archived, left, deleted: nothing but a person helps, and the reason says what to do."""
    fake.workspace.room("C2").archived = True
    fake.workspace.room("C3").member = False
    said = [await refused(channel.post(place, CARD, place)) for place in ("C2", "C3", "C404")]
    assert all(error.permanent and not error.everywhere for error in said)
    assert [str(error).rpartition("(")[2] for error in said] == [
        "is_archived)",
        "not_in_channel)",
        "channel_not_found)",
    ]
    assert "invite" in str(said[1])


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_that_is_refused_stops_the_whole_channel(fake, channel, code):
    """In mid-incident; when a person has mended it, it goes on."""
    where = await channel.post("C1", CARD, "k")
    fake.workspace.revoked = code
    for doing in (channel.edit(where, RED), channel.post("C2", CARD, "k2"), channel.follow(where, line("x"), "k#1")):
        error = await refused(doing)
        assert error.permanent
        assert error.everywhere
        assert "token" in str(error).lower() or "install" in str(error)
    assert channel._web.refused
    fake.workspace.revoked = ""
    await channel.edit(where, RED)
    assert not channel._web.refused


async def test_a_scope_that_is_missing_is_named(fake, channel):
    fake.workspace.scopes.discard("chat:write")
    error = await refused(channel.post("C1", CARD, "k"))
    assert "chat:write" in str(error)
    assert error.everywhere


async def test_a_permalink_that_does_not_come_is_no_failure(fake, channel):
    """It is made of the workspace's own address, which may not be known yet."""
    fake.faults.add("auth.test", times=9, status=500)
    assert (await channel.post("C1", CARD, "k"))["permalink"] == ""


async def test_a_place_must_be_known(fake, store, channel):
    """One configured channel is meant where none is named; of several none is."""
    await channel.post("", CARD, "k")
    assert fake.workspace.standing("C1")
    channel.places = ("C1", "C2")
    assert (await refused(channel.post("", CARD, "k2"))).permanent


async def test_somebody_on_call_gets_the_message_and_the_way_to_the_channel(fake, channel):
    """A direct message: the same card, with the link to the channel's; edited in place, never a second one."""
    fake.workspace.user("U7")
    root = await channel.post("C1", CARD, "C1/k")
    where = await channel.post("U7", replace(CARD, actions=(Action("ack", "Acknowledge", "4F7K"),)), "U7/k")
    (direct,) = fake.workspace.standing("DU7")
    assert read(direct.headline) == CARD.headline
    assert f"<{root['permalink']}|channel's message ↗>" in str(direct.said)
    assert direct.element("Acknowledge")
    where = await channel.edit(where, RED)
    await channel.edit(where, GREEN)
    (direct,) = fake.workspace.standing("DU7")
    assert (direct.headline, direct.edits) == (GREEN.headline, 2)
    assert f"<{root['permalink']}|channel's message ↗>" in str(direct.said)


async def test_a_person_waits_for_the_channels_message_but_not_for_long(fake, store):
    """The link is worth a moment; without it the alert goes out all the same, and the link comes by an edit."""
    fake.workspace.user("U7")
    now = [NOW]
    async with channel_on(fake, store, now=lambda: now[0]) as channel:
        error = await refused(channel.post("U7", CARD, "U7/k"))
        assert (error.retry_after, error.ambiguous, error.permanent) == (1.0, False, False)
        now[0] += 3
        where = await channel.post("U7", CARD, "U7/k")
        root = await channel.post("C1", CARD, "C1/k")
        await channel.edit(where, CARD)
        (direct,) = fake.workspace.standing("DU7")
        assert f"<{root['permalink']}|channel's message ↗>" in str(direct.said)


async def test_nobody_can_be_written_to_directly_without_the_scope(fake, channel):
    fake.workspace.user("U7")
    fake.workspace.scopes.discard("im:write")
    await channel.post("C1", CARD, "C1/k")
    error = await refused(channel.post("U7", CARD, "U7/k"))
    assert "im:write" in str(error)
    assert (error.permanent, error.everywhere) == (True, False)
    assert (await refused(channel.post("U404", CARD, "U404/k"))).permanent


async def test_groups_are_mentioned_where_it_was_asked_for(fake, store):
    """Once, in the root of an alarming incident, there alone; an edit keeps the words, plain text has them too."""
    mention = "<!subteam^S1> <@U2>"
    async with channel_on(fake, store, now=hurried(), ping_groups={"C1": ["S1", "U2"], "C3": ["S1", "U2"]}) as channel:
        where = await channel.post("C1", CARD, "k1")
        (root,) = fake.workspace.standing("C1")
        assert mention in str(root.said["blocks"])
        assert read(root.headline) == root.text == CARD.headline
        await channel.edit(where, RED)
        assert mention in str(root.said["blocks"])
        await channel.post("C2", CARD, "k2")
        await channel.post("C1", replace(CARD, tone=Colour.YELLOW), "k3")
        await channel.post("C1", replace(CARD, kind="discrepancy"), "k4")
        assert fake.workspace.dump().count("subteam") == 1
        fake.workspace.room("C3")
        fake.faults.add("chat.postMessage", error="invalid_blocks")
        await channel.post("C3", CARD, "k5")
        assert mention in fake.workspace.standing("C3")[-1].said["text"]


async def test_people_are_called_once_a_storm(fake, store):
    """By its first message, by every further try at that one, and by no other message; also of another replica."""
    groups = {"C1": ["S1"]}
    async with channel_on(fake, store, ping_groups=groups) as one, channel_on(fake, store, ping_groups=groups) as other:
        for channel, key in ((one, "k1"), (other, "k2"), (one, "k3")):
            await channel.post("C1", CARD, key)
    assert fake.workspace.dump().count("subteam") == 1
    assert await may_call(store.notes, "slack", "C1", "k1")
    assert not await may_call(store.notes, "slack", "C1", "k2")


async def test_the_empty_and_the_huge_are_said(fake, channel):
    """Both as text and as blocks, within every limit our Slack knows."""
    await channel.post("C1", Card("", "", Colour.GREY, "", ""), "empty")
    huge = replace(CARD, lines=tuple((f"label {n}", "&<>" * 50_000) for n in range(200)), footer="f" * 50_000)
    await channel.post("C1", huge, "huge")
    empty, full = fake.workspace.standing("C1")
    assert empty.headline == "no headline"
    assert "more)" in full.shown
