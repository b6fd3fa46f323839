"""People type and press in Teams; what is not Microsoft's word, or not for us, does nothing."""

import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.core.commands.table import Role
from bot.core.model.card import Action
from tests.fakes.teams import ALERTS, ANN, BEN, OTHER, TENANT
from tests.support.contract import CARD


async def test_a_mention_is_answered_in_its_thread(channel, fake, clerk):
    """The mention is no part of the command; the answer goes where the message came from."""
    status, _ = await fake.types("status claude-api&nbsp;", root="77")
    assert status == 200
    asker = clerk.asked[0][1]
    assert clerk.lines == ["status claude-api"]
    assert (asker.here, asker.role) == (f"teams:{ALERTS}", Role.RESPONDER)
    assert (asker.person.platform, asker.person.user, asker.person.name) == ("teams", ANN, "Ann")
    (reply,) = fake.replies
    assert reply.conversation == f"{ALERTS};messageid=77"
    assert reply.headline == "answer to 'status claude-api'"
    assert "Claude API · 🟠 failing" in reply.shown
    assert reply.labels() == ["Acknowledge", "Silence"]
    assert fake.heard[-1].startswith("POST /emea/"), "its region's address"


async def test_an_empty_mention_is_status(channel, fake, clerk):
    await fake.types("")
    assert clerk.lines == ["status"]


async def test_a_button_acts_and_tells_who_pressed(channel, fake, clerk):
    """A short note, and nothing more in the channel."""
    await channel.post(ALERTS, replace(CARD, actions=(Action("ack", "Acknowledge", "4F7K"),)), "k1")
    (root,) = fake.standing(ALERTS)
    status, said = await fake.presses(root, "Acknowledge")
    assert (status, said["statusCode"]) == (200, 200)
    assert said["value"] == "ack: done by Ann"
    assert clerk.lines == ["ack 4F7K"]
    assert not fake.replies


async def test_roles_are_by_listed_ids_and_by_place(opens, fake, clerk):
    """A channel without alerts makes nobody a responder."""
    async with opens(roles={"admin": [BEN]}):
        await fake.types("status", room=OTHER)
        await fake.types("status", room=OTHER, who=BEN)
        await fake.types("status", room=ALERTS)
    assert [asker.role for _, asker in clerk.asked] == [Role.VIEWER, Role.ADMIN, Role.RESPONDER]


async def test_the_same_message_delivered_twice_is_answered_once(channel, fake, clerk):
    """The Connector repeats what was not answered in time."""
    activity = fake.activity(text="status")
    assert (await fake.sends(activity))[0] == 200
    assert (await fake.sends(activity))[0] == 200
    assert clerk.lines == ["status"]
    assert len(fake.replies) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"exp": int(time.time()) - 3_600},
        {"serviceurl": "https://evil.example"},
        {"serviceurl": None},
        {"aud": None},
    ],
)
async def test_a_token_that_is_not_for_us_is_refused(channel, fake, clerk, claims):
    """Issuer, audience, end, and the address that answers go to."""
    status, _ = await fake.sends(fake.activity(text="ack 4F7K"), fake.token(**claims))
    assert status == 403
    assert not clerk.lines
    assert not fake.replies


async def test_a_foreign_key_no_token_and_no_endorsement_are_refused(opens, fake, clerk):
    """Also a key that Microsoft published for another channel."""
    async with opens() as channel:
        own, fake.key = fake.key, rsa.generate_private_key(65_537, 2_048)
        forged, fake.key = fake.token(), own
        for token in (forged, "", "x.y.z"):
            assert (await fake.sends(fake.activity(text="ack"), token))[0] == 403
        assert channel.health()[1].endswith("check app_id")
    fake.endorsements = ("webchat",)
    async with opens():
        assert (await fake.sends(fake.activity(text="ack")))[0] == 403
    assert not clerk.lines


async def test_another_tenant_or_platform_is_refused(channel, fake, clerk):
    """A bot that somebody else installed takes no orders there."""
    foreign = {"tenant": {"id": TENANT.replace("1", "9")}, "channel": {"id": ALERTS}}
    assert (await fake.sends(fake.activity(text="ack", channelData=foreign)))[0] == 403
    assert (await fake.sends(fake.activity(text="ack", channelId="webchat")))[0] == 403
    assert not clerk.lines


@pytest.mark.parametrize(
    "body", [[], {"type": 7}, {"type": "message", "entities": "x"}, {"type": "message", "id": "x" * 999}]
)
async def test_garbage_is_refused_without_a_traceback(channel, fake, clerk, body):
    status, _ = await fake.sends(body)
    assert status in {400, 403}
    assert not clerk.lines


async def test_what_is_no_message_is_passed_over(channel, fake, clerk):
    """Reactions, joins, typing."""
    assert await fake.sends(fake.activity(type="conversationUpdate")) == (200, "nothing for us")
    assert not clerk.lines


async def test_a_store_that_is_away_is_said(channel, fake, clerk):
    """To who pressed by a note, in the thread to who typed."""
    await channel.post(ALERTS, replace(CARD, actions=(Action("ack", "Acknowledge", "4F7K"),)), "k1")
    clerk.away = True
    (root,) = fake.standing(ALERTS)
    away = "I can't read my store right now. Try again in a minute."
    assert (await fake.presses(root, "Acknowledge"))[1]["value"] == away
    await fake.types("status")
    assert fake.replies[0].headline == away
