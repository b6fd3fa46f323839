"""What proofs share: a load of episodes on several services, judged and told, and the reconciliation of it all.

Time is played: `SPEED` seconds of it pass in one of the machine, so that an episode from its first failure to the end
of its incident takes twelve seconds. A result that comes ten minutes late, five seconds of the machine, is no evidence.
"""

import asyncio
import itertools
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.core.detection.assessment import AssessorSettings
from bot.core.messages.compose import card
from bot.core.model.service import ServiceView
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.errors import StoreError
from bot.judging.judge import Judge, JudgeContext
from bot.probing.stream_writer import StreamWriter
from bot.store.codec import INCIDENT, REMEMBERED
from bot.store.stream_rows import decode, encode
from probes.model import Fault, Layer, Observation, Outcome
from tests.support.delivery import TIPS, Notebook
from tests.support.routing import to

SPEED = 120.0
START = 1_776_000_000.0
SERVICES = ("one", "two", "three")
EVERY_S = 0.05
"""Between results of one service, by the machine's clock."""
BAD_S, GOOD_S = 3.0, 9.0
"""Of an episode, by the machine's clock."""
SETTLED_S = 60.0


@dataclass
class Reconciliation:
    """What became of what was sent; `twice` are rows counted twice, `again` messages said twice."""

    streamed: int = 0
    counted: int = 0
    lost: int = 0
    twice: int = 0
    episodes: int = 0
    missed: int = 0
    incidents: int = 0
    told: int = 0
    again: int = 0
    untold: list[str] = field(default_factory=list)

    def __str__(self):
        rows = f"streamed {self.streamed}, counted {self.counted}, lost {self.lost}, twice {self.twice}"
        said = f"incidents {self.incidents}, told {self.told}, untold {len(self.untold)}, said twice {self.again}"
        return f"{rows}; episodes {self.episodes}, missed {self.missed}, {said}"

    @property
    def clean(self):
        """Whether nothing was lost, doubled or left unsaid."""
        wrong = (self.lost, self.twice, self.missed, self.again, len(self.untold))
        return wrong == (0,) * 5 and self.counted == self.streamed and self.told == self.incidents > 0


class Book(Notebook):
    """A notebook that knows what was said twice, and when anything was said."""

    def __init__(self, clock):
        super().__init__("console")
        self.clock, self.times = clock, []
        self.posts, self.lines = Counter[str](), Counter[str]()

    async def post(self, place, card, key):
        self.posts[key] += 1
        self.times.append(self.clock())
        return await super().post(place, card, key)

    async def edit(self, where, card):
        self.times.append(self.clock())
        return await super().edit(where, card)

    async def follow(self, where, entry, key):
        self.lines[key] += 1
        self.times.append(self.clock())
        await super().follow(where, entry, key)

    @property
    def again(self):
        """How many posts and lines were said again."""
        return sum((self.posts - Counter(set(self.posts))).values()) + sum(
            (self.lines - Counter(set(self.lines))).values()
        )

    def silent_s(self, since, until):
        """The longest time between two acts from one moment to another."""
        moments = [since, *(at for at in self.times if since < at < until), until]
        return max(b - a for a, b in itertools.pairwise(moments))


class Load:
    """Probers, judges and a courier on one store."""

    def __init__(self, store, services=SERVICES):
        self.store, self.services = store, services
        self.clock = asyncio.get_running_loop().time
        self.began = self.clock()
        self.stream = StreamWriter(store, "eu")
        self.book = Book(self.clock)
        self.sent = Counter[str]()
        self.episodes: list[tuple[str, float, float]] = []
        self.stop = asyncio.Event()

    def now(self):
        """The time that is played."""
        return START + (self.clock() - self.began) * SPEED

    def judge(self, service, owner="one", lease_ms=10_000):
        """A judge of one service."""
        view = ServiceView(service, service.title(), {f"{service}-api": f"{service.title()} API"})
        settings = AssessorSettings(components=(f"{service}-api",), interval_s=EVERY_S * SPEED)
        context = JudgeContext(owner, self.now, to("console"), lambda: None, lease_ms)
        return Judge(self.store, view, settings, context)

    def courier(self, owner="courier"):
        """A courier of all services."""
        context = CourierContext(owner, self.now, self._worded, self._trouble, speed=SPEED)
        return Courier(self.store, self.services, {"console": self.book}, context)

    async def _worded(self, snapshot, now):
        return card(snapshot, now, TIPS)

    async def _trouble(self, what, text, over):
        """Nobody else listens."""

    async def probe(self, service, wait_s):
        """Stream episodes of trouble until asked to stop, and always a whole one."""
        await self._good(service, wait_s)
        while not self.stop.is_set():
            began = self.now()
            await self._stream(service, BAD_S, bad=True)
            self.episodes.append((service, began, self.now()))
            await self._good(service, GOOD_S)

    async def _good(self, service, seconds):
        await self._stream(service, seconds, bad=False)

    async def _stream(self, service, seconds, *, bad):
        until = self.clock() + seconds
        while self.clock() < until:
            outcome = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error") if bad else (Outcome.OK,)
            row = Observation(f"{service}-api/hello", service, f"{service}-api", "eu", self.now(), *outcome)
            self.stream.put(service, encode(row))
            self.sent[service] += 1
            await asyncio.sleep(EVERY_S)

    @asynccontextmanager
    async def at_work(self):
        """All at work; when the block is left, everything that was sent is judged and told, or a minute has passed."""
        probing = [
            asyncio.create_task(self.probe(service, 1 + number * (BAD_S + GOOD_S) / len(self.services)))
            for number, service in enumerate(self.services)
        ]
        work = [self.stream.run(), self.courier().run("console"), *(self.judge(one).run() for one in self.services)]
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
            self.stop.set()
            await asyncio.gather(*probing)
            await self._settled()
        finally:
            for task in (*probing, *tasks):
                task.cancel()
            await asyncio.gather(*probing, *tasks, return_exceptions=True)

    async def _settled(self):
        until = self.clock() + SETTLED_S
        while self.clock() < until:
            try:
                waiting = [await self.store.outbox.waiting(one, "console") for one in self.services]
                if not any(waiting) and sum([await self._counted(one) for one in self.services]) >= self.sent.total():
                    return
            except StoreError:
                pass
            await asyncio.sleep(0.2)

    async def _counted(self, service):
        loaded = await self.store.load(service)
        kept = REMEMBERED.load(loaded.state) if loaded.state else None
        return kept.counted if kept else 0

    async def reconciled(self):
        """What became of everything."""
        found = Reconciliation(episodes=len(self.episodes), lost=self.stream.lost, again=self.book.again)
        found.streamed, found.told = self.sent.total(), len(self.book.roots)
        for service in self.services:
            found.counted += await self._counted(service)
            read = [decode(raw) for _, raw in await self.store.read(service, count=200_000)]
            rows = Counter(row.at for row in read if isinstance(row, Observation))
            found.twice += rows.total() - len(rows)
            found.lost += self.sent[service] - len(rows)
            incidents = INCIDENT.load_all(await self.store.views.incidents(service, 500))
            found.incidents += len(incidents)
            found.untold += [one.id for one in incidents if f"console/{one.id}" not in self.book.roots]
            spans = [(one.started_at, one.ended_at or self.now()) for one in incidents]
            found.missed += sum(
                not any(began <= end and start <= ended for began, ended in spans)
                for name, start, end in self.episodes
                if name == service
            )
        return found
