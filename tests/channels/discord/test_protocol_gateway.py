"""The gateway's protocol, opcode by opcode, between the real discord.py and a Discord of our own."""

import json
import logging
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.discord.client import AT_ONCE, DAY_S, EVERY_S, _used
from bot.core.commands.table import Role
from bot.core.model.card import Action
from tests.fakes.discord.world import PERMISSIONS
from tests.support.contract import CARD
from tests.support.discord import PACE
from tests.support.platforms import until

GUILDS = 1 << 0


@pytest.fixture
def place(fake):
    return fake.world.channel("alerts")


async def answered(fake, place, line="avail status", **options):
    """Somebody asks and is answered."""
    return await (await fake.people.slash(fake.user("Ann"), place, line, **options)).settled(10)


async def test_no_intent_is_asked_for_but_servers(fake, replicas):
    """IDENTIFY says which: none is privileged."""
    await replicas.start()
    await replicas.listening()
    assert fake.gateway.intents == GUILDS


async def test_heartbeats_keep_the_pace_that_hello_names_and_are_acknowledged(fake, replicas):
    """What is acknowledged is what health tells of."""
    fake.gateway.heartbeat_ms = 50
    bot = await replicas.start()
    await fake.gateway.until(lambda: fake.gateway.heartbeats >= 5)
    await until(lambda: bot.health()[0])
    assert "last heartbeat 0 s ago" in bot.health()[1]
    assert fake.gateway.connections == 1


async def test_a_session_that_is_invalid_but_can_be_resumed_is_resumed(fake, replicas, place):
    """INVALID_SESSION with true: no session of the day's number is spent, and nothing that came is missed."""
    await replicas.start()
    await replicas.listening()
    await fake.gateway.invalidate(resumable=True)
    asked = await answered(fake, place)
    await fake.gateway.until(lambda: fake.gateway.resumes == 1)
    assert (fake.gateway.identifies, len(asked.replies)) == (1, 1)


async def test_before_ready_nobody_is_said_to_listen(fake, replicas):
    """Identified is not enough: without READY readiness says so, and another try is made after a while."""
    fake.gateway.ready_comes = False
    bot = await replicas.start(pace=replace(PACE, start_s=1.0))
    await fake.gateway.until(lambda: fake.gateway.identifies == 1)
    assert (bot.health()[0], bot.health()[1][:24]) == (False, "not listening to Discord")
    await until(lambda: "began no session" in bot.health()[1])
    fake.gateway.ready_comes = True
    await fake.gateway.until(lambda: fake.gateway.identifies == 2)
    await until(lambda: bot.health()[0])


async def test_a_resume_goes_where_ready_said(fake, replicas, place):
    """To the session's own address, and with what the session was told last."""
    await replicas.start()
    await replicas.listening()
    await fake.gateway.drop(4000)
    await answered(fake, place)
    assert fake.gateway.came == ["/gateway", "/gateway/resumed"]


async def test_a_server_that_never_comes_is_no_reason_for_silence(fake, replicas, place):
    """Discord's own outages leave GUILD_CREATE out; roles come with the interaction itself."""
    fake.gateway.guild_comes = False
    await replicas.start(roles={"admin": [8]})
    await replicas.listening()
    asked = await (await fake.people.slash(fake.user("Cid", "8"), place, "avail status")).settled()
    assert asked.ephemeral
    assert replicas.desk.asked[0][1].role is Role.ADMIN


async def test_being_thrown_out_and_invited_again_ends_nothing(fake, replicas, place):
    """GUILD_DELETE, then GUILD_CREATE: the session goes on."""
    await replicas.start()
    await replicas.listening()
    await fake.gateway.dispatch("GUILD_DELETE", {"id": fake.world.guild})
    await fake.gateway.dispatch("GUILD_CREATE", fake.gateway.guild())
    await answered(fake, place)
    assert fake.gateway.identifies == 1


@pytest.mark.parametrize("event", [
    {"op": 0, "t": "SOMETHING_NEW", "s": 9, "d": {"a": 1}},
    {"op": 99, "t": None, "s": None, "d": None},
])  # fmt: skip
async def test_what_is_new_at_discord_is_passed_over(fake, replicas, place, event):
    """The same session goes on."""
    await replicas.start()
    await replicas.listening()
    await fake.gateway.raw(json.dumps(event))
    await answered(fake, place)
    assert fake.gateway.identifies == 1


@pytest.mark.parametrize(("what", "status"), [("GET /users/@me", 503), ("GET /oauth2", 500), ("GET /users/@me", 429)])
async def test_a_login_that_fails_is_tried_again(fake, replicas, place, what, status):
    """Discord away, or Cloudflare's 429 without a word of Discord's: listening begins later."""
    fake.fail(what, status, 1, body="error code: 1015")
    await replicas.start()
    await replicas.listening()
    await answered(fake, place)


async def test_commands_that_cannot_be_registered_stop_nothing_and_are_tried_again(fake, replicas, place):
    """30034, the day's number: those of before go on; the hash is only noted when they stand."""
    fault = fake.fail("/commands", 400, code=30034)
    await replicas.start()
    await replicas.listening()
    assert fake.world.syncs == 0
    assert len(fake.asked("PUT")) == 1
    fake.faults.remove(fault)
    await replicas.stack.aclose()
    await replicas.start()
    await replicas.listening()
    await answered(fake, place)
    assert fake.world.syncs == 1


async def test_commands_are_for_members_of_servers_and_hidden_from_none(fake, replicas):
    """Discord's own permission is one for the whole group, whose most is reading: roles are checked by the desk."""
    await replicas.start()
    await replicas.listening()
    [avail] = fake.world.commands
    assert avail["default_member_permissions"] is None
    assert (avail["contexts"], avail["integration_types"]) == ([0, 1, 2], [0, 1])


async def test_an_interaction_that_another_replica_answered_is_passed_over(fake, replicas, place):
    """Its id is in the store: also after the turn was passed on, and whether it was a command, a button or a form."""
    first = await replicas.start("one")
    await replicas.listening()
    actions = (Action("ack", "Acknowledge", "4F7K"), Action("form-report", "Tell more", "4F7K"))
    await first.post(place.id, replace(CARD, actions=actions), "k1")
    ann, root = fake.user("Ann"), place.messages[0]
    heard = [
        await answered(fake, place),
        await (await fake.people.press(ann, root, "gt:ack:4F7K")).settled(),
        await (await fake.people.press(ann, root, "gt:form-report:4F7K")).settled(),
    ]
    await first.__aexit__(None, None, None)
    await replicas.start("two")
    await replicas.listening()
    before = len(fake.asked("/callback"))
    for one in heard:
        await fake.people.again(one)
    await answered(fake, place, "avail help")
    assert len(fake.asked("/callback")) == before + 1
    assert [text for text, _ in replicas.desk.asked] == ["status", "ack 4F7K", "help"]


async def test_a_store_that_is_away_ends_no_session(fake, replicas, place):
    """Who listens goes on listening, and answers; who does not begins nothing."""
    await replicas.start("one")
    await replicas.listening()
    replicas.turns.away = True
    await replicas.start("two")
    before = replicas.turns.asked
    await until(lambda: replicas.turns.asked > before + 5)
    await answered(fake, place)
    assert (fake.gateway.identifies, len(fake.gateway.live)) == (1, 1)


async def test_a_socket_closed_for_its_token_is_not_followed_by_a_login(fake, replicas, place):
    """4004 says it all: a login would be one more 401 towards a ban."""
    bot = await replicas.start()
    await replicas.listening()
    before = len(fake.requests)
    await fake.gateway.drop(4004)
    await until(lambda: "does not know the bot's token" in bot.health()[1])
    assert len(fake.requests) == before


async def test_the_token_stands_in_no_log(fake, replicas, place, caplog):
    """Whatever happens, at the finest level."""
    with caplog.at_level(logging.DEBUG):
        bot = await replicas.start()
        await replicas.listening()
        await answered(fake, place)
        await fake.gateway.raw("}{ not json")
        await fake.gateway.until(lambda: fake.gateway.identifies == 2 and fake.gateway.live)
        fake.world.token = "other"
        await fake.gateway.drop(4004)
        await until(lambda: "does not know the bot's token" in bot.health()[1])
    assert len(caplog.text) > 500
    assert "fake.token" not in caplog.text


async def test_the_permission_to_manage_the_server_is_admin_also_in_a_thread(fake, replicas, place):
    """Discord counts the asker's rights in the place, and sends them with every interaction."""
    bot = await replicas.start(channels=[place.id])
    await replicas.listening()
    where = await bot.post(place.id, CARD, "k1")
    fake.world.thread(place.id, str(where["message"]), {"name": "trail"})
    thread = fake.world.channels[str(where["message"])]
    for permissions in (PERMISSIONS["MANAGE_GUILD"], None):
        who = fake.user("Olga", permissions=permissions)
        await (await fake.people.slash(who, thread, "avail status")).settled()
    assert [asker.role for _, asker in replicas.desk.asked] == [Role.ADMIN, Role.RESPONDER]


@given(st.lists(st.floats(0, 20_000), max_size=100), st.floats(1, 90))
@settings(max_examples=30, deadline=None)
def test_no_day_has_more_sessions_than_discord_allows(waits, loop_s):
    """However they come, also in a loop all day; and none has to wait longer than a few minutes."""
    now, noted, begun = 1_000_000.0, "", list[float]()
    for wait in [*waits, *[loop_s] * 3_000]:
        now += wait
        used = _used(noted, now)
        if used <= (AT_ONCE - 1) * EVERY_S:
            noted = f"{now + used + EVERY_S:.0f}"
            begun.append(now)
        assert used - (AT_ONCE - 1) * EVERY_S <= EVERY_S + 1
    assert all(late - early >= DAY_S for early, late in zip(begun, begun[999:], strict=False))


@pytest.mark.parametrize("noted", ["", "nonsense", "nan", "inf", "-inf", "1e300", "9999999999999"])
def test_what_was_noted_wrongly_counts_as_nothing(noted):
    assert _used(noted, 1_000.0) == 0.0
