"""Several workspaces: installed by a browser on loopback, told and answered each with its own token, and let go."""

import asyncio
import contextlib
import io
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from cryptography.fernet import Fernet

from bot.channels.context import ChannelContext
from bot.channels.slack.open import Slack as SlackApp
from bot.channels.slack.open import opened
from bot.channels.slack.options import read
from bot.core.model.card import Colour
from bot.errors import DeliveryError, UserError
from tests.fakes.slack.oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.slack.workspace import BOT_TOKEN, SIGNING_SECRET, Workspace
from tests.support.contract import CARD
from tests.support.slack import NOW, reached

OTHER = "T2OTHER"
KEY = Fernet.generate_key().decode()


def given(fake, **more):
    """The options of a channel that several workspaces may install."""
    oauth = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "encryption_key": KEY,
        "public_url": "http://127.0.0.1:1",
        "workspaces": [OTHER],
        **more.pop("oauth", {}),
    }
    plain = {"token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "mode": "http", "listen": "127.0.0.1:0"}
    return {**plain, "api_url": fake.url, "channels": ["C1"], "oauth": oauth, **more}


@contextlib.asynccontextmanager
async def app_on(fake, store, clerk, owner="one", now=lambda: NOW, **more):
    """The app as it is opened in production; another one on the same store is another replica."""
    context = ChannelContext(
        Path(), io.StringIO(), "plain", now, clerk, store.notes, store.leases, owner, installations=store.installations
    )
    app = opened("slack", given(fake, **more), context)
    assert isinstance(app, SlackApp)
    async with app:
        await reached(fake, app)
        yield app


@pytest.fixture
def other(fake):
    workspace = Workspace(team=OTHER)
    workspace.room("C7")
    return workspace


async def installed(fake, app, workspace, **changes):
    """What a browser shows at the end of the way from /slack/install through Slack's page; `changes` spoil the way."""
    base = f"http://127.0.0.1:{app.intake.port}"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(f"{base}/slack/install", allow_redirects=False) as sent:
            assert sent.status == 302
            cookie = sent.headers["Set-Cookie"].partition(";")[0]
            address = sent.headers["Location"]
        back = fake.oauth.allowed(address, workspace).replace("http://127.0.0.1:1", base)
        back = changes.get("back", back)
        async with browser.get(back, headers={"Cookie": changes.get("cookie", cookie)}) as page:
            return page.status, await page.text(), back


async def test_a_workspace_installs_is_told_and_answered(fake, store, clerk, other):
    """Each with its own token: a root, an edit and a line there; a command there is answered with its place's name."""
    async with app_on(fake, store, clerk) as app:
        status, page, _ = await installed(fake, app, other)
        assert (status, page) == (
            200,
            "Groundtruth is installed in Team T2OTHER. Type /invite @Groundtruth in a channel, then /avail there.\n",
        )
        assert app.health()[1].endswith("installed in 1 other workspace")

        where = await app.post(f"{OTHER}/C7", CARD, "k1")
        (root,) = other.standing("C7")
        assert "t2other.slack.com/archives/C7" in where["permalink"]
        where = await app.edit(where, replace(CARD, headline="🔴 Claude API: down", tone=Colour.RED))
        assert root.edits == 1
        assert where["team"] == OTHER
        assert not fake.workspace.standing(), "nothing is said at home"

        reply = await fake.person("U5").types("status", channel="C7", team_id=OTHER)
        await fake.workspace.until(lambda: reply.answers)
        asker = clerk.asked[-1][1]
        assert (asker.here, asker.person.place) == (f"slack:{OTHER}/C7", OTHER)

        home = await app.post("C1", CARD, "k2")
        assert "team" not in home
        assert len(fake.workspace.standing("C1")) == 1


async def test_the_token_is_encrypted_and_read_with_an_older_key(fake, store, clerk, other):
    """Neither token nor client secret stands in the store; a key that was replaced still decrypts."""
    async with app_on(fake, store, clerk) as app:
        await installed(fake, app, other)
    (name,) = await store.installations.names()
    record = await store.installations.get(name)
    assert name == f"slack/{OTHER}"
    assert fake.oauth.granted[0] not in record
    assert CLIENT_SECRET not in record

    both = f"{Fernet.generate_key().decode()},{KEY}"
    async with app_on(fake, store, clerk, oauth={"encryption_key": both}) as app:
        await app.post(f"{OTHER}/C7", CARD, "k1")
    strange = Fernet.generate_key().decode()
    async with app_on(fake, store, clerk, oauth={"encryption_key": strange}) as app:
        with pytest.raises(DeliveryError, match="has not installed the app") as error:
            await app.post(f"{OTHER}/C7", CARD, "k2")
        assert error.value.permanent


async def test_who_is_not_named_is_refused(fake, store, clerk):
    """An installation by a workspace that the configuration does not name keeps nothing, and says so."""
    async with app_on(fake, store, clerk) as app:
        status, page, _ = await installed(fake, app, Workspace(team="T9STRANGE"))
        assert status == 403
        assert page == "This workspace (T9STRANGE) may not install Groundtruth: its id is not in oauth.workspaces.\n"
        assert not await store.installations.names()
        reply = await fake.person("U5").types("status", channel="C7", team_id="T9STRANGE")
        assert not reply.acked.body
        assert not clerk.asked


async def test_a_link_is_good_once_and_in_one_browser(fake, store, clerk, other):
    """A replayed or foreign redirect installs nothing."""
    async with app_on(fake, store, clerk) as app:
        status, page, _ = await installed(fake, app, other, cookie="slack-app-oauth-state=somebody-elses")
        assert (status, page) == (400, "Open /slack/install again, and finish in the same browser.\n")
        assert not await store.installations.names()
        _, _, back = await installed(fake, app, other)
        await store.installations.drop(f"slack/{OTHER}")
        state = back.rpartition("state=")[2]
        status, page, _ = await installed(fake, app, other, back=back, cookie=f"slack-app-oauth-state={state}")
        assert (status, page) == (
            401,
            "This link was used already, or is older than ten minutes. Open /slack/install again.\n",
        )
        assert not await store.installations.names()


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}]
)
async def test_who_uninstalls_is_forgotten(fake, store, clerk, other, event):
    """The token goes, and what was to be posted there ends with the sentence that says why."""
    async with app_on(fake, store, clerk) as app:
        await installed(fake, app, other)
        await app.post(f"{OTHER}/C7", CARD, "k1")
        payload = {"type": "event_callback", "event_id": "E1", "team_id": OTHER, "api_app_id": "A0APP", "event": event}
        assert (await fake.deliveries.send("events_api", payload)).ok
        async with asyncio.timeout(5):
            while await store.installations.names():  # noqa: ASYNC110  (the store has no event to wait for)
                await asyncio.sleep(0.01)
        with pytest.raises(DeliveryError, match="has uninstalled it: install it at /slack/install"):
            await app.post(f"{OTHER}/C7", CARD, "k2")


async def test_a_persons_revoked_token_is_not_the_bots(fake, store, clerk, other):
    """We have none of people's."""
    async with app_on(fake, store, clerk) as app:
        await installed(fake, app, other)
        event = {"type": "tokens_revoked", "tokens": {"oauth": ["U7"], "bot": []}}
        payload = {"type": "event_callback", "event_id": "E1", "team_id": OTHER, "api_app_id": "A0APP", "event": event}
        assert (await fake.deliveries.send("events_api", payload)).ok
        await app.post(f"{OTHER}/C7", CARD, "k1")
        assert await store.installations.names()


async def test_a_token_is_rotated_once_by_all_replicas(fake, store, clerk, other):
    """Each refresh token is good once; the new token is written down before it is used."""
    fake.oauth.expires_in = 3_600
    async with (
        app_on(fake, store, clerk, now=time.time) as app,
        app_on(fake, store, clerk, "two", now=time.time) as second,
    ):
        await installed(fake, app, other)
        fake.oauth.expires_in = 12 * 3_600
        posts = (app.post(f"{OTHER}/C7", CARD, "k1"), second.post(f"{OTHER}/C7", CARD, "k2"))
        await asyncio.gather(*posts)
        assert len(fake.oauth.granted) == 2
        assert len(other.standing("C7")) == 2
        del fake.oauth.tokens[fake.oauth.granted[0]]
        async with app_on(fake, store, clerk, "three", now=time.time) as third:
            await third.post(f"{OTHER}/C7", CARD, "k3")


async def test_without_a_token_only_other_workspaces_are_served(fake, store, clerk, other):
    """No home is needed."""
    async with app_on(fake, store, clerk, token="", channels=[]) as app:
        await installed(fake, app, other)
        await app.post(f"{OTHER}/C7", CARD, "k1")
        assert len(other.standing("C7")) == 1
        reply = await fake.person("U5").types("status", channel="C7", team_id=OTHER)
        await fake.workspace.until(lambda: reply.answers)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"mode": "socket", "app_token": "xapp-1"}, "mode: `oauth` needs mode: http"),
        ({"token": ""}, "channels: needs `token`, whose workspace it names"),
        ({"oauth": {"encryption_key": "short"}}, "oauth.encryption_key: expected 32 random bytes in URL-safe base64"),
        ({"oauth": {"client_secret": ""}}, "oauth.client_secret: it is empty"),
        ({"oauth": {"client_id": "12"}}, "oauth.client_id"),
        ({"oauth": {"public_url": "http://groundtruth.example.com"}}, "oauth.public_url"),
        ({"oauth": {"workspaces": []}}, "oauth.workspaces"),
        ({"oauth": {"workspaces": ["C1"]}}, "oauth.workspaces.0"),
    ],
)
async def test_complaints(fake, change, complaint):
    """Each names the key and what was expected."""
    with pytest.raises(UserError) as error:
        read("slack", given(fake, **change))
    assert f"channels.slack.{complaint}" in str(error.value)
