"""Our own Slack, and the channel as it is opened in production, talking to it over the wire."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.open import Slack as SlackApp
from bot.store.store import Store
from tests.channels.slack.clerk import Clerk
from tests.fakes.slack.server import Slack, slack
from tests.support.slack import app_on, channel_on, reached


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
async def fake() -> AsyncIterator[Slack]:
    async with slack() as it:
        it.workspace.room("C1")
        it.workspace.room("C2")
        yield it


@pytest.fixture
async def channel(fake: Slack, store: Store) -> AsyncIterator[SlackChannel]:
    async with channel_on(fake, store) as it:
        yield it


@pytest.fixture(params=["socket", "http"])
async def app(request, fake: Slack, store: Store, clerk: Clerk) -> AsyncIterator[SlackApp]:
    """The app, heard by Slack in each of the two ways."""
    async with app_on(fake, store, clerk, mode=request.param, listen="127.0.0.1:0") as it:
        await reached(fake, it)
        yield it
