"""A judge with an open incident, for tests of actions."""

import asyncio
import json

from bot.core.model.action import ActionRequest
from bot.judging.actions import ActionQueue
from bot.store.codec import INCIDENT
from tests.support.judging import World

ANN, BOB = "slack:T1:U1", "discord:G1:U2"
NAMES = {ANN: "Ann", BOB: "Bob"}


class Scene(World):
    """A world in which people act; `awake` is the judge of this process."""

    awake = None

    def wake(self, service):
        """What main gives the acts."""
        assert service == "claude"
        if self.awake is not None:
            self.awake.news.set()

    def acts(self):
        """One desk's way to the judge."""
        return ActionQueue(self.store, self.wake)

    def wish(self, verb, *args, who=ANN, id=""):  # noqa: A002 - the name it has in the row
        """What a person wants now."""
        return ActionRequest(self.now, verb, args, who, who.rpartition(":")[0], NAMES.get(who, who), id)

    async def outage(self):
        """Health, then failures, until an incident stands; its id."""
        await self.see(*[False] * 40)
        await self.remembered(self.sent)
        for _ in range(12):
            await self.see(True)
            await self.remembered(self.sent)
        [incident] = await self.incidents()
        return incident.id

    async def incident(self, name):
        """As the store has it."""
        return INCIDENT.load(await self.store.views.incident("claude", name))

    async def until(self, true):
        """Wait for the judge."""
        async with asyncio.timeout(20):
            while not await true():  # noqa: ASYNC110 - the store is asked, nothing here could set an event
                await asyncio.sleep(0.01)

    async def audit(self):
        """The acts in the service's timeline."""
        lines = [json.loads(line) for line in await self.store.views.timeline("claude")]
        return [line for line in lines if "command" in line]


def events(incident, *wanted):
    """Lines of these kinds."""
    return [line for line in incident.timeline if line.event in wanted]
