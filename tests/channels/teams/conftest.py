"""Our own Teams, and the channel as it is opened in production, talking to it over the wire."""

import contextlib
import io
import time

import pytest

from bot.channels.context import ChannelContext
from bot.channels.teams.channel import opened as open_teams
from tests.channels.slack.clerk import Clerk
from tests.fakes.teams import teams
from tests.support.teams import options


@pytest.fixture
def clerk():
    return Clerk()


@pytest.fixture
async def fake():
    async with teams() as it:
        yield it


@pytest.fixture
def opens(fake, store, clerk, tmp_path):
    """Opens a replica on our Teams; `now` is the machine's time unless it is given."""

    @contextlib.asynccontextmanager
    async def opened(now=time.time, owner="one", **more):
        around = ChannelContext(tmp_path, io.StringIO(), "plain", now, clerk, store.notes, store.leases, owner)
        async with open_teams("teams", options(fake, **more), around) as channel:
            assert channel.listening is not None
            fake.takes = f"http://127.0.0.1:{channel.listening.port}/teams/messages"
            yield channel

    return opened


@pytest.fixture
async def channel(opens):
    async with opens() as it:
        yield it
