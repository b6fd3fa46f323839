"""A whole Groundtruth on two platforms at once: a vendor, our Slack, our Discord, and people on both."""

import asyncio
import io
import re
import time
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from bot.app import Running, Terminal, running
from bot.config.load import from_text
from bot.demo.vendor import Vendor
from bot.settings import Settings
from tests.channels.discord.reading import headline
from tests.fakes.discord.people import Asked
from tests.fakes.discord.server import Discord, discord
from tests.fakes.discord.shapes import custom_ids
from tests.fakes.discord.world import PERMISSIONS, Channel
from tests.fakes.discord.world import Message as Embedded
from tests.fakes.pagerduty import ROUTING_KEY, WEBHOOK_SECRET
from tests.fakes.slack.people import Reply
from tests.fakes.slack.server import Slack, slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN, Message

with warnings.catch_warnings():
    # Of sound, which we do not use: discord.py imports a module that Python 3.13 no longer has.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord as _  # noqa: F401

ALL = ("claude-ai", "claude-api", "claude-code")
OURS = re.compile(r"asked by|cannot post to|does not take messages|deliveries|this is a test")
"""What Groundtruth says of itself."""
SECRETS = {
    "SLACK_BOT_TOKEN": BOT_TOKEN,
    "SLACK_APP_TOKEN": APP_TOKEN,
    "PAGERDUTY_ROUTING_KEY": ROUTING_KEY,
    "PAGERDUTY_WEBHOOK_SECRET": WEBHOOK_SECRET,
}


async def until(true: Callable[[], Any], within_s: float = 10.0, what: Callable[[], object] = str) -> Any:
    """Wait for something to be so; TimeoutError with `what()` if it never is."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := true()):  # noqa: ASYNC110  (two servers and a process: no single thing could set an event)
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise TimeoutError(f"never so: {what()}") from None
    return found


class Platforms:
    """Both platforms and who is there; `here` and `there` are Slack's channels, `alerts` is Discord's."""

    def __init__(self, vendor: Vendor, slack: Slack, discord: Discord) -> None:
        self.vendor, self.slack, self.discord = vendor, slack, discord
        for room in ("C1", "C2", "C3"):
            slack.workspace.room(room)
        self.alerts = discord.world.channel("alerts")
        self.other = discord.world.channel("other")
        self.ann = slack.person("U1")
        self.root = slack.person("U9")
        self.ben = discord.user("ben")
        self.owner = discord.user("olga", permissions=sum(PERMISSIONS.values()))

    def channels(self, **discord: Any) -> dict[str, Any]:
        """The part of the configuration that names them."""
        return {
            "slack": {
                "kind": "slack",
                "token": "${SLACK_BOT_TOKEN}",
                "app_token": "${SLACK_APP_TOKEN}",
                "channels": ["C1", "C2"],
                "roles": {"admin": ["U9"]},
                "api_url": self.slack.url,
            },
            "discord": {
                "kind": "discord",
                "token": "${DISCORD_TOKEN}",
                "channels": [int(self.alerts.id)],
                "api_url": self.discord.api_url,
                "gateway_url": self.discord.gateway_url,
                **discord,
            },
        }

    @property
    def secrets(self) -> dict[str, str]:
        """The environment."""
        return SECRETS | {"DISCORD_TOKEN": self.discord.world.token}

    def settings(self, folder: Path, interval_s: float = 0.2, **more: Any) -> Settings:
        """What is configured."""
        watched = self.vendor.configuration(interval_s=interval_s, timeout_s=1.0)
        watched |= {"state_dir": str(folder / "state"), "channels": self.channels(), **more}
        return from_text(yaml.safe_dump(watched), "both", environ=self.secrets)

    @asynccontextmanager
    async def watched(self, folder: Path, now: Callable[[], float] = time.time, **more: Any) -> AsyncIterator[Running]:
        """Groundtruth in this process, heard by both."""
        async with running(self.settings(folder, **more), Terminal(io.StringIO(), "plain", now)) as opened:
            await self.heard()
            yield opened

    async def heard(self) -> None:
        """Wait until people can speak on both."""
        await until(lambda: self.slack.sockets.open and self.discord.gateway.live and self.discord.world.commands, 20.0)

    def outage(self) -> None:
        """Everything of the vendor fails."""
        self.vendor.set(*ALL, rate=1.0, kinds="http_500")

    # What stands.

    def slack_roots(self, channel: str) -> list[Message]:
        """Roots about incidents, not about disagreements with the page nor about ourselves."""
        standing = self.slack.workspace.standing(channel)
        return [m for m in standing if "⚖" not in m.headline and not OURS.search(m.shown)]

    def discord_roots(self, channel: Channel | None = None) -> list[Embedded]:
        """The same on Discord."""
        standing = self.discord.roots((channel or self.alerts).id)
        return [m for m in standing if m.embeds and "⚖" not in title(m) and not OURS.search(title(m))]

    def all_roots(self) -> list[int]:
        """How many stand in each of the three alert channels."""
        return [len(self.slack_roots("C1")), len(self.slack_roots("C2")), len(self.discord_roots())]

    async def told(self, within_s: float = 30.0) -> tuple[Message, Message, Embedded]:
        """The one root in each of the alert channels, as soon as all stand."""
        await until(lambda: all(self.all_roots()), within_s, self.all_roots)
        (here,), (there,), (on_discord,) = self.slack_roots("C1"), self.slack_roots("C2"), self.discord_roots()
        return here, there, on_discord

    # What people do.

    async def types(self, text: str, channel: str = "C1", *, admin: bool = False) -> Reply:
        """A slash command on Slack, answered."""
        reply = await (self.root if admin else self.ann).types(text, channel=channel)
        await until(lambda: reply.answers, what=lambda: text)
        return reply

    async def asks(self, line: str, channel: Channel | None = None, *, admin: bool = False, **options: str) -> Asked:
        """A slash command on Discord, answered."""
        who = self.owner if admin else self.ben
        return await (await self.discord.people.slash(who, channel or self.alerts, f"avail {line}", **options)).settled(
            10.0
        )

    async def presses(self, message: Embedded, verb: str) -> Asked:
        """A button on Discord, answered."""
        (button,) = [one for one in custom_ids(message) if one.startswith(f"gt:{verb}:")]
        return await (await self.discord.people.press(self.ben, message, button)).settled()


def title(message: Embedded) -> str:
    """The headline of a message on Discord."""
    return headline(message)


def trail(fake: Discord, root: Embedded) -> list[Embedded]:
    """What stands in a root's thread."""
    thread = fake.world.channels.get(root.id)
    return thread.messages if thread else []


@asynccontextmanager
async def platforms(**vendor: Any) -> AsyncIterator[Platforms]:
    """Vendor, Slack and Discord, until the block ends."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(Vendor(**vendor))
        yield Platforms(
            one, await stack.enter_async_context(slack()), await stack.enter_async_context(discord(time.time))
        )
