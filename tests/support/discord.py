"""Discord channels opened on the fake."""

import asyncio
from dataclasses import replace

from bot.channels.discord.gateway import Pace
from bot.channels.discord.options import Options, options
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from tests.fakes.discord.server import Discord
from tests.support.clock import AT
from tests.support.contract import HOSTILE


def pointed_at(fake: Discord, **more: object) -> Options:
    """The options of a bot of this Discord."""
    given = {"token": fake.world.token, "api_url": fake.api_url, "gateway_url": fake.gateway_url, **more}
    return options("discord", given)


class FrontDesk:
    """A desk that says back what it was asked, and remembers by whom; `slow_s` and `broken` make it misbehave."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asker]] = []
        self.slow_s = 0.0
        self.broken: Exception | None = None
        self.answer = Answer("Claude API: 29 of 160 requests failed", AT, lines=(("We measure", HOSTILE),))

    async def ask(self, text: str, asker: Asker, _now: float) -> Answer:
        self.asked.append((text, asker))
        await asyncio.sleep(self.slow_s)
        if self.broken is not None:
            raise self.broken
        needed = {"ack": Role.RESPONDER, "silence": Role.RESPONDER, "subscribe": Role.ADMIN}.get(
            text.split(maxsplit=1)[0]
        )
        if needed is not None and not asker.role.may(needed):
            return Answer(f"{text.split(maxsplit=1)[0]} needs the role {needed}", AT, refused=True)
        return replace(self.answer, title=f"{text}: {self.answer.title}")

    async def complete(self, text: str, _asker: Asker) -> list[tuple[str, str]]:
        return [(f"{text} {n}", f"value-{n}") for n in range(25)]


PACE = Pace(lease_s=1.0, look_s=0.05, again_s=0.1, most_s=1.0, identify_s=0.05, stale_s=60.0, start_s=10.0)
