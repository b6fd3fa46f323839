"""Many incidents at once on one channel."""

from dataclasses import replace

from bot.core.model.incident import IncidentStatus
from bot.core.routing.grouping import GroupTiming
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.grouping import Grouping
from bot.delivery.self_notices import SelfNotices
from bot.errors import StoreError
from bot.process import Process
from probes.model import State
from tests.support.delivery import INCIDENT, World
from tests.support.desk import SETTINGS

PACE = GroupTiming()


class Storm(World):
    """A world whose couriers ask the gate, and whose groups are told when the test says so."""

    def __init__(self, store, owner="one"):
        super().__init__(store)
        self.incidents = {}
        self.grouping = self.groups(owner)

    def groups(self, owner):
        news = SelfNotices(self.store, owner, lambda: self.now, lambda: None)
        process = Process(self.store, SETTINGS, owner, lambda: self.now)
        return Grouping(process, news, lambda _target: PACE)

    def courier(self, owner="courier"):
        office = CourierContext(owner, lambda: self.now, self.worded, self.trouble, self.grouping.gate)
        return Courier(self.store, ["claude"], self.books, office)

    async def begin(self, count, **how):
        """So many incidents begin now."""
        for _ in range(count):
            one = replace(INCIDENT, id=f"I{len(self.incidents):03}", started_at=self.now, **how)
            self.incidents[one.id] = one
            await self.say(one)

    async def change(self, *names, **how):
        """New editions of these."""
        for name in names:
            self.incidents[name] = replace(self.incidents[name], **how)
            await self.say(self.incidents[name])

    async def end(self, *names):
        await self.change(*names, status=IncidentStatus.RESOLVED, resolved_at=self.now, state=State.OPERATIONAL)

    async def round(self):
        """Couriers until nothing is due, the groups, and couriers again."""
        await self.deliver()
        await self.grouping.round()
        await self.deliver()

    async def deliver(self):
        courier = self.courier()
        while await courier.round("one"):
            pass

    async def minutes(self, count):
        """Time passes in steps of ten seconds."""
        for _ in range(round(count * 6)):
            await self.round()
            self.now += 10
        await self.round()

    @property
    def roots(self):
        """What stands, without the groups."""
        return [head for key, head in self.books["one"].roots.items() if "group@" not in key]

    @property
    def told(self):
        """What the groups say."""
        return [head for key, head in self.books["one"].roots.items() if "group@" in key]


class Mortal:
    """A store part that dies before or after its n-th call of one kind."""

    def __init__(self, part, name, at, *, after):
        self._part, self._name, self._left, self._after = part, name, at, after

    def __getattr__(self, name):
        call = getattr(self._part, name)
        if name != self._name:
            return call

        async def mortal(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise StoreError("killed")
            result = await call(*args, **kwargs)
            if self._left == 0:
                raise StoreError("killed")
            return result

        return mortal
