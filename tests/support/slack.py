"""Slack channels and apps opened on the fake."""

import itertools

from bot.channels.context import ChatServices
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.open import Slack as SlackApp
from bot.channels.slack.options import Options, read
from bot.channels.slack.receiver import PATH, Http, Pace
from bot.channels.slack.web_api import Web
from bot.store.store import Store
from tests.channels.slack.clerk import Clerk
from tests.fakes.slack.server import Slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

NOW = 1_776_094_260.0


def options(url: str, **changes) -> Options:
    """Valid ones for our Slack."""
    given = {"token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SIGNING_SECRET, "api_url": url}
    return read("slack", given | changes)


def hurried():
    """A clock by which a second and a half pass whenever it is read: nothing waits for its turn."""
    read = itertools.count()
    return lambda: NOW + 1.5 * next(read)


def channel_on(it: Slack, store: Store, call_s: float = 5.0, now=lambda: NOW, **changes) -> SlackChannel:
    """A channel that is not open yet; another one on the same store is another replica."""
    given = options(it.url, channels=["C1"], **changes)
    return SlackChannel("slack", Web("slack", given, call_s), given, store.notes, now)


QUICK = Pace(ping_s=0.1, look_s=0.05, stale_s=1.0, call_s=5.0)


def app_on(it: Slack, store: Store, clerk: Clerk, pace: Pace = QUICK, **changes) -> SlackApp:
    """A whole Slack channel that is not open yet; another one on the same store is another replica."""
    around = ChatServices(clerk, store.notes, lambda: NOW)
    return SlackApp("slack", options(it.url, channels=["C1"], **changes), around, pace)


async def reached(fake: Slack, *apps: SlackApp) -> None:
    """Slack knows how to reach them, or they are connected."""
    ports = [it.intake.port for it in apps if isinstance(it.intake, Http)]
    fake.deliveries.http = tuple(f"http://127.0.0.1:{port}{PATH}" for port in ports)
    if not ports:
        await fake.workspace.until(lambda: len(fake.sockets.open) == len(apps))


async def answered(fake, reply, count=1):
    """The answers to an interaction, once there are so many."""
    await fake.workspace.until(lambda: len(reply.answers) >= count)
    return reply.answers


async def asked(fake, clerk, line):
    """Who asked for this line."""
    await fake.workspace.until(lambda: line in clerk.lines)
    return next(asker for text, asker in clerk.asked if text == line)
