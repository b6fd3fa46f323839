"""Channels that listen keep their address through a change of their options, whatever their kind."""

import io
import socket
from dataclasses import replace

import pytest

from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.channels.teams.channel import Teams
from bot.errors import UserError
from bot.lifetime.open_channels import OpenChannels
from bot.settings import Channel
from tests.channels.slack.clerk import Clerk
from tests.fakes.teams import BEN, teams
from tests.support.teams import options


async def nothing():
    """Nothing is in hand."""


def port_of(held):
    channel = held.now["teams"]
    assert isinstance(channel, Teams)
    assert channel.listening is not None
    return channel.listening.port


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def test_a_channel_that_listens_takes_its_own_place(store, tmp_path, port):
    """The one before is closed first, and comes back where the next cannot be."""
    around = ChannelContext(tmp_path, io.StringIO(), "plain", lambda: 1.0, Clerk(), store.notes, store.leases, "one")
    async with teams() as fake:
        before = Channel("teams", "teams", options(fake, listen=f"127.0.0.1:{port}"))
        after = replace(before, options={**before.options, "roles": {"admin": [BEN]}})
        wrong = replace(before, options={**before.options, "ca_file": str(tmp_path / "none.pem")})
        held = OpenChannels(around)
        async with held.opened([before]):
            async with held.replaced([after], nothing):
                assert fake.origin
            assert port_of(held) == port
            with pytest.raises(UserError):
                async with held.replaced([wrong], nothing):
                    raise AssertionError
            assert port_of(held) == port


def test_who_listens_says_so():
    """By kind and options."""
    listening = {
        ("teams", ()),
        ("slack", (("mode", "http"),)),
        ("pagerduty", (("webhook", "given"),)),
    }
    for name, kind in CHANNELS.items():
        for given in ((), (("mode", "http"),), (("webhook", "given"),)):
            expected = name == "teams" or (name, given) in listening
            assert kind.listens(dict(given)) is expected, (name, given)
