"""The doctor's sentences about Discord, rights, the invite link, and options that are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.discord.channel import DiscordChannel
from bot.channels.discord.doctor import examine
from bot.channels.discord.invite import invite_link, steps
from bot.channels.discord.options import OPTIONS, options
from bot.channels.discord.permissions import ADMINISTRATOR, ALL, NEEDED, granted, lacking
from bot.errors import DeliveryError, UserError
from probes.secret import Secret
from tests.fakes.discord.world import PERMISSIONS
from tests.support.contract import CARD
from tests.support.discord import pointed_at


async def told(fake, **more):
    """What the doctor says, by name."""
    return {s.name: (s.level, s.sentence) for s in await examine("discord", pointed_at(fake, **more))}


async def test_all_in_order(fake):
    place = fake.world.channel("alerts")
    said = await told(fake, channels=[place.id], application_id=fake.world.application)
    assert {level for level, _ in said.values()} == {"ok"}
    assert len(said) == 5
    assert place.messages == []
    assert (fake.gateway.connections, fake.gateway.identifies) == (1, 0), "no session of the day's number is spent"


@pytest.mark.parametrize("how", ["nowhere", "no socket", "closes", "[]", '{"op": 9}', "}{"])
async def test_a_gateway_that_does_not_greet_us_is_said(fake, how):
    """A proxy that lets requests through and no sockets: alerts would go out, and nobody could answer."""
    given = {}
    match how:
        case "nowhere":
            given = {"gateway_url": "ws://127.0.0.1:9/"}
        case "no socket":
            given = {"gateway_url": fake.api_url.replace("http", "ws") + "/users/@me"}
        case "closes":
            fake.gateway.refuses = 4000
        case _:
            fake.gateway.hello = how
    level, sentence = (await told(fake, **given))["discord: gateway"]
    assert (level, "gateway_url" in sentence) == ("bad", True)


async def test_a_wrong_token_is_one_sentence(fake):
    [(level, sentence)] = (await told(fake, token="wrong.token.here")).values()
    assert level == "bad"
    assert "Reset Token" in sentence
    assert "wrong" not in sentence


@pytest.mark.parametrize(("denied", "level", "words"), [
    ({"SEND_MESSAGES"}, "bad", "missing Send Messages"),
    ({"VIEW_CHANNEL"}, "bad", "View Channel"),
    ({"CREATE_PUBLIC_THREADS"}, "warning", "missing Create Public Threads"),
    ({"READ_MESSAGE_HISTORY"}, "warning", "missing Read Message History"),
])  # fmt: skip
async def test_a_missing_right_is_named(fake, denied, level, words):
    place = fake.world.channel("alerts", denied)
    said = (await told(fake, channels=[place.id]))[f"discord:{place.id}"]
    assert said[0] == level
    assert words in said[1]


async def test_other_steps_that_are_missing(fake):
    """No server, another application, an endpoint elsewhere, intents that are not needed, a channel that is none."""
    fake.world.flags, fake.world.interactions_url = 1 << 15, "https://example.com"
    said = await told(fake, channels=[123], guild=77)
    assert said["discord: intents"][0] == "warning"
    assert "Interactions Endpoint URL" in said["discord: application"][1]
    assert invite_link(fake.world.application, 77) in said["discord: servers"][1]
    assert said["discord:123"][0] == "bad"
    fake.world.in_guild = False
    assert "in no server" in (await told(fake))["discord: servers"][1]
    assert "correct application_id" in (await told(fake, application_id=5))["discord: application"][1]


@pytest.mark.parametrize("body", ["null", "[]", "{}", "[1]", '"no"', "<html>"])
@pytest.mark.parametrize("what", ["GET", "GET /channels", "GET /users/@me/guilds", "/roles"])
async def test_whatever_answers_in_discord_s_place_gets_a_sentence(fake, what, body):
    """A proxy's page, or an API that is another's."""
    place = fake.world.channel("alerts")
    fake.fail(what, 200, body=body)
    said = await told(fake, channels=[place.id], ping_roles={place.id: [7]})
    assert {level for level, _ in said.values()} & {"bad", "warning"}


async def test_an_address_that_is_not_the_api_s_is_said(fake):
    """The two mistakes one makes with it."""
    [(level, sentence)] = (await told(fake, api_url=fake.api_url.removesuffix("/v10"))).values()
    assert (level, "/api/v10" in sentence) == ("bad", True)
    fake.gone = True
    [(level, sentence)] = (await told(fake)).values()
    assert (level, "api_url" in sentence) == ("bad", True)


async def test_roles_that_would_not_be_pinged_are_named(fake):
    """Discord calls nobody for a role that nobody may mention, and says nothing of it."""
    place, role = fake.world.channel("alerts"), fake.world.role("on call")
    said = lambda found: found[f"discord:{place.id} pings"]  # noqa: E731
    assert said(await told(fake, ping_roles={place.id: [role]}))[0] == "ok"
    fake.world.roles[role]["mentionable"] = False
    level, sentence = said(await told(fake, ping_roles={place.id: [role]}))
    assert (level, "on call would not be pinged" in sentence) == ("bad", True)
    rights = fake.world.roles[fake.world.guild]
    rights["permissions"] = str(int(rights["permissions"]) | PERMISSIONS["MENTION_EVERYONE"])
    assert said(await told(fake, ping_roles={place.id: [role]}))[0] == "ok"
    assert "no role of this server" in said(await told(fake, ping_roles={place.id: [role, 77]}))[1]


@pytest.mark.parametrize("given", ["general", "<#12>", 0, -5, 2**63, 1.5, True, None])
def test_what_is_no_id_is_told_where_ids_are_found(given):
    with pytest.raises(UserError, match=r"channels\.discord\.channels\.0: expected a Discord id, about 18 digits"):
        options("discord", {"token": "t", "channels": [given]})


@pytest.mark.parametrize("right", ["SEND_MESSAGES", "EMBED_LINKS"])
async def test_a_subscription_that_cannot_post_hears_which_right_is_missing(fake, store, clock, right):
    """The test post's refusal names it."""
    place = fake.world.channel("alerts", {right})
    async with DiscordChannel("discord", pointed_at(fake), store.notes, clock) as channel:
        with pytest.raises(DeliveryError, match="missing " + right.replace("_", " ").title()):
            await channel.post(place.id, CARD, "k1")


BITS = st.integers(0, 2**40 - 1).map(lambda n: n & ~ADMINISTRATOR)
IDS = st.sampled_from(["guild", "r1", "r2", "me"])


@given(st.dictionaries(IDS, BITS), st.dictionaries(IDS, st.tuples(BITS, BITS)), st.sets(st.sampled_from(["r1", "r2"])))
def test_rights_as_discord_counts_them(roles, overwrites, own):
    """Each bit by itself: the member's own word, else its roles' (allowing wins), else everyone's, else granted."""
    told = [{"id": name, "permissions": str(bits)} for name, bits in roles.items()]
    channel = {
        "permission_overwrites": [{"id": n, "allow": str(a), "deny": str(d)} for n, (a, d) in overwrites.items()]
    }
    have = granted("guild", "me", own, told, channel)
    for bit in (1 << n for n in range(40)):
        expected = any(bits & bit for name, bits in roles.items() if name in {"guild", *own})
        for names in (["guild"], sorted(own), ["me"]):
            if any(overwrites.get(n, (0, 0))[1] & bit for n in names):
                expected = False
            if any(overwrites.get(n, (0, 0))[0] & bit for n in names):
                expected = True
        assert bool(have & bit) == expected


def test_administrators_may_everything_and_who_cannot_see_may_nothing():
    roles = [{"id": "guild", "permissions": str(ADMINISTRATOR)}]
    assert lacking(granted("guild", "me", (), roles, {}), NEEDED) == ()
    assert lacking(NEEDED["Send Messages"], NEEDED) == tuple(NEEDED)


def test_the_invite_asks_for_what_the_fake_calls_by_the_same_names():
    """And the guide's link is the one that is built."""
    for name in ("VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS"):
        assert ALL & PERMISSIONS[name]
    assert not ALL & (PERMISSIONS["MANAGE_GUILD"] | PERMISSIONS["MENTION_EVERYONE"])
    guide = (Path(__file__).parents[3] / "deploy/discord/README.md").read_text()
    assert invite_link("APPLICATION_ID") in guide
    assert all(f"`{option}`" in guide for option in OPTIONS)
    assert invite_link(5) in steps(5)


@pytest.mark.parametrize(("given", "key"), [
    ({}, "token"),
    ({"token": ""}, "token"),
    ({"token": "has blanks in it"}, "token"),
    ({"token": "t", "api_url": "ftp://x"}, "api_url"),
    ({"token": "t", "gateway_url": "https://x"}, "gateway_url"),
    ({"token": "t", "channels": ["general"]}, "channels.0"),
    ({"token": "t", "roles": {"owner": [1]}}, "roles.owner"),
    ({"token": "t", "ping_roles": {"everyone": [1]}}, "ping_roles"),
    ({"token": "t", "ping_roles": {"12": list(range(1, 42))}}, "ping_roles.12"),
    ({"token": "t", "colour": "red"}, "colour"),
])  # fmt: skip
def test_wrong_options_are_refused_by_name_and_never_shown(given, key):
    with pytest.raises(UserError) as raised:
        options("discord", given)
    assert f"channels.discord.{key}" in str(raised.value)
    assert "blanks" not in str(raised.value)


def test_a_token_of_the_vault_is_never_shown():
    made = options("discord", {"token": Secret("se.cr.et"), "channels": ["12"], "ping_roles": {"12": ["7"]}})
    assert "cr.et" not in repr(made)
    assert (made.token.reveal(), made.channels, dict(made.ping_roles)) == ("se.cr.et", (12,), {12: (7,)})
