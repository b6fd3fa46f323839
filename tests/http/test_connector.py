"""Slack and Discord through a proxy and with certificates of one's own: posting, and the sockets that hear people."""

import contextlib
import io
import ssl
from dataclasses import replace

import pytest
import trustme

from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.errors import DeliveryError, UserError
from tests.channels.slack.clerk import Clerk
from tests.fakes.discord.server import discord
from tests.fakes.proxy import tunnel
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.fakes.web import answer, serve
from tests.support.contract import CARD
from tests.support.platforms import until

NOW = 1_776_094_260.0
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def authority(tmp_path):
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
def tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ways(monkeypatch):
    """Sets the surroundings' proxies."""

    def told(**proxies):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in proxies.items():
            monkeypatch.setenv(name, value)

    told()
    return told


class OnSlack:
    """A workspace behind TLS, and a channel on it."""

    serving = staticmethod(slack)

    def __init__(self, fake):
        fake.workspace.room("C1")
        self.fake, self.place = fake, "C1"
        self.given = {"token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": fake.url, "channels": ["C1"]}

    async def heard(self):
        await until(lambda: self.fake.sockets.open)
        reply = await self.fake.person("U1").types("status", channel="C1")
        await until(reply.is_answered)

    @property
    def sockets(self):
        return self.fake.sockets.open

    @property
    def standing(self):
        return self.fake.workspace.standing("C1")


class OnDiscord:
    """A server behind TLS, and a channel on it."""

    @staticmethod
    def serving(tls):
        return discord(lambda: NOW, tls=tls)

    def __init__(self, fake):
        self.fake, self.room = fake, fake.world.channel("alerts")
        self.place = self.room.id
        self.given = {"token": fake.world.token, "api_url": fake.api_url, "gateway_url": fake.gateway_url}

    async def heard(self):
        await until(lambda: self.fake.gateway.live and self.fake.world.commands)
        asked = await self.fake.people.slash(self.fake.user("ann"), self.room, "avail status")
        assert (await asked.settled()).text

    @property
    def sockets(self):
        return self.fake.gateway.live

    @property
    def standing(self):
        return self.fake.roots(self.room.id)


@pytest.fixture(params=[OnSlack, OnDiscord], ids=["slack", "discord"])
async def platform(request, tls):
    async with request.param.serving(tls=tls) as fake:
        yield request.param(fake)


@pytest.fixture
def channel(platform, store, tmp_path):
    kind = "slack" if isinstance(platform, OnSlack) else "discord"
    around = ChannelContext(tmp_path, io.StringIO(), "plain", lambda: NOW, Clerk(), store.notes, store.leases, "one")

    def opened(*, trial=False, **more):
        given = platform.given | {"ca_file": str(tmp_path / "ca.pem")} | more
        return CHANNELS[kind].opened(kind, given, replace(around, trial=trial))

    return opened


async def test_everything_goes_through_the_proxy(platform, channel, ways):
    """Posts, answers and the socket alike: it falls with the proxy, which sees hosts and ports and nothing else."""
    async with contextlib.AsyncExitStack() as stack:
        proxying = contextlib.AsyncExitStack()
        proxy = await proxying.enter_async_context(serve(tunnel))
        stack.push_async_callback(proxying.aclose)
        ways(HTTPS_PROXY=proxy.url())
        it = await stack.enter_async_context(channel())
        await it.post(platform.place, CARD, "k1")
        await platform.heard()
        await proxying.aclose()
        await until(lambda: not platform.sockets)
    assert len(platform.standing) == 1
    assert {asked.method for asked in proxy.requests} == {"CONNECT"}
    assert "token" not in repr(proxy.requests).lower()


async def test_what_needs_no_proxy_goes_directly(platform, channel, ways):
    """NO_PROXY counts for the socket too."""
    ways(HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="127.0.0.1")
    async with channel() as it:
        await it.post(platform.place, CARD, "k1")
        await platform.heard()


async def test_a_proxy_that_refuses_is_a_failed_delivery(platform, channel, ways):
    """One sentence, and nothing is lost: it is tried again."""
    async with serve(answer(status=407)) as proxy:
        ways(HTTPS_PROXY=proxy.url())
        async with channel(trial=True) as it:
            with pytest.raises(DeliveryError) as refused:
                await it.post(platform.place, CARD, "k1")
    assert not refused.value.permanent
    assert platform.standing == []


async def test_an_unknown_certificate_is_not_trusted(platform, channel, ways):
    """Without the file nothing is sent there, not even a token."""
    ways()
    async with channel(trial=True, ca_file="") as it:
        with pytest.raises(DeliveryError):
            await it.post(platform.place, CARD, "k1")
    assert platform.standing == []


async def test_certificates_that_cannot_be_read(channel, tmp_path):
    """One sentence with the channel and the key."""
    (tmp_path / "empty.pem").write_text("not a certificate")
    for file in ("none.pem", "empty.pem"):
        with pytest.raises(UserError, match="ca_file cannot be read as certificates"):
            async with contextlib.AsyncExitStack() as stack:
                await stack.enter_async_context(channel(trial=True, ca_file=str(tmp_path / file)))
