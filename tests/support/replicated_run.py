"""Whole processes on one store, told on Slack, Discord and a webhook while one service after the other fails."""

import asyncio
import itertools
import re
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bot.cli import ask
from bot.config.load import load
from bot.store.codec import INCIDENT, REMEMBERED
from bot.store.connect import open_store
from bot.store.stream_rows import decode
from probes.model import Observation
from tests.fakes import webhook
from tests.fakes.outlet import World, said, serving
from tests.support.instance import Instance
from tests.support.platforms import Platforms, platforms, title, trail
from tests.support.proofs import Reconciliation
from tests.support.stores import readable

INTERVAL_S, TIMEOUT_S = 1.0, 0.8


class Sites(World):
    """Services that answer well until they are `down`, and two hosts that always do."""

    def __init__(self, number):
        super().__init__()
        self.names = [f"site-{n}" for n in range(number)]
        self.down = set()
        self.asked = itertools.count(1)

    def do(self, asked):
        self.requests.clear()
        answer = said(500 if asked.path.strip("/") in self.down else 204)
        answer.headers["x-request-id"] = f"asked-{next(self.asked)}"
        return answer

    def configuration(self, interval_s, timeout_s):
        """What is watched."""
        # By a rule: how long the statistics take is another question than who takes over.
        check = {"kind": "http", "interval": INTERVAL_S, "timeout": TIMEOUT_S, "alert_after": 3}
        services = [
            {
                "id": name,
                "name": name.title(),
                "page": None,
                "components": {
                    f"{name}-api": {"name": f"{name} API", "checks": {"http": check | {"target": f"{self.url}/{name}"}}}
                },
            }
            for name in self.names
        ]
        control = [f"{self.url}/204", f"{self.url.replace('127.0.0.1', 'localhost')}/204"]
        return {"services": services, "control": control, "courtesy": {"per_second": 10_000, "at_once": 1_000}}


class Webhook(webhook.Webhook):
    """Ours, which knows the incidents that it was told of."""

    @property
    def incidents(self):
        """Ids of the incidents told."""
        return {one.message.subject for one in self.messages if one.message and one.message.kind == "incident"}

    def of(self, service, since=0):
        """Those of one service that were told after so many messages."""
        about = [one.message for one in self.messages[since:] if one.message and one.message.kind == "incident"]
        return {one.subject for one in about if one.service.lower() == service}


@dataclass
class Run:
    """The processes, where they speak, and the incidents that were made."""

    both: Platforms
    hook: Webhook
    sites: Sites
    folder: Path
    redis: str
    processes: list[Instance] = field(default_factory=list)
    episodes: int = 0
    beside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """More channels, by name."""
    kept: dict[str, str] = field(default_factory=dict)
    """Their secrets."""

    async def add(self, name, code=None, **more):
        """Start one process more; `code`: the folder of another version's."""
        channels = self.both.channels()
        channels["hook"] = {"kind": "webhook", "url": self.hook.url, "secret": "${HOOK}"}
        channels |= self.beside
        folder = self.folder / name
        folder.mkdir()
        # Many incidents at once are told together half a minute later; here each counts by itself.
        apart = [{"to": list(channels), "at_once": 100}]
        one = Instance(folder, self.sites, redis=self.redis, channels=channels, **({"routes": apart} | more))
        one.environ, one.code = self.secrets, code
        self.processes.append(one)
        await one.start()
        return one

    @property
    def secrets(self):
        """The environment of the processes."""
        return self.both.secrets | {"HOOK": webhook.SECRET} | self.kept

    async def heard(self):
        """Wait until people can speak on both platforms."""
        slack, discord = self.both.slack, self.both.discord
        await self.until(lambda: slack.sockets.open and discord.gateway.live and discord.world.commands)

    async def killed(self, moments):
        """kill -9 of one process at random, which starts again at once."""
        one = moments.choice(self.processes)
        await one.kill()
        await one.start()

    def begin(self):
        """The next service fails."""
        self.sites.down.add(self.sites.names[self.episodes])
        self.episodes += 1

    async def ending(self):
        """Whatever was told is called over, and works again, for ever."""
        while True:
            await asyncio.sleep(2)
            await self._over([one for one in await self.open() if one.id in self.hook.incidents])

    async def end(self):
        """Somebody calls over whatever is open, and all works again."""
        while open_ := await self.open():
            await self._over(open_)
            await asyncio.sleep(0.5)

    async def _over(self, incidents):
        for one in incidents:
            self.sites.down.discard(one.service)
            await ask.asked(load(str(self.processes[0].file), self.secrets), f"resolve {one.id}")

    async def open(self):
        """The incidents that are not over."""
        return [one for one in await self.known() if one.resolved_at is None]

    async def known(self):
        """The incidents on record."""
        async with open_store(self.redis, self.folder) as store:
            rows = [await store.views.incidents(name, 500) for name in self.sites.names]
        return [one for each in rows for one in INCIDENT.load_all(each)]

    def told(self, incidents):
        """Whether every place has a message of each."""
        return min(len(self.hook.incidents), *(len(roots) for roots in self.roots.values())) >= incidents

    @property
    def roots(self):
        """The messages about one service, by place: what several services have in common is another message."""
        slack, discord = self.both.slack_roots, self.both.discord_roots()
        return {
            "C1": [one for one in slack("C1") if _alone(one.headline)],
            "C2": [one for one in slack("C2") if _alone(one.headline)],
            "discord": [one for one in discord if _alone(title(one))],
        }

    async def until(self, true, within_s=90.0):
        """Wait for something that processes do."""
        try:
            async with asyncio.timeout(within_s):
                while not true():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            stands = [one.headline for one in self.both.slack_roots("C1")]
            raise TimeoutError(f"never so: {self.episodes} services, {self.hook.incidents}, {stands}") from None

    async def reconciled(self):
        """What became of everything, once all is judged and told."""
        known = await self.known()
        found = Reconciliation(episodes=self.episodes, incidents=len(known), told=len(self.hook.incidents))
        found.untold = [one.id for one in known if one.id not in self.hook.incidents]
        found.missed = len(set(self.sites.names[: self.episodes]) - {one.service for one in known})
        async with open_store(self.redis, self.folder) as store:
            for name in self.sites.names:
                async with asyncio.timeout(60):
                    while any([await store.outbox.waiting(name, one) for one in ("slack", "discord", "hook")]):  # noqa: ASYNC110
                        await asyncio.sleep(0.2)
                    while (loaded := await store.load(name)).state is None:  # noqa: ASYNC110
                        await asyncio.sleep(0.2)
                rows = [(at, decode(raw)) for at, raw in await store.read(name, count=200_000)]
                answers = Counter(row.request_id for _, row in rows if isinstance(row, Observation) and row.request_id)
                found.streamed += sum(_place(at) <= _place(loaded.position) for at, _ in rows)
                found.counted += readable(REMEMBERED.load(loaded.state)).counted
                found.lost += loaded.lost
                found.twice += answers.total() - len(answers)
        return found

    @property
    def doubled(self):
        """Roots more than incidents in each place, by place; a marked one on Slack, turned into a link, is counted."""
        return {name: len(roots) - len(self.hook.incidents) for name, roots in self.roots.items()}

    @property
    def lines_again(self):
        """Lines that stand twice in a thread of Slack or Discord."""
        slack, discord = self.both.slack.workspace, self.both.discord
        roots = [*self.both.slack_roots("C1"), *self.both.slack_roots("C2")]
        threads = [[line.text for line in slack.thread(root)] for root in roots]
        threads += [[title(line) for line in trail(discord, root)] for root in self.both.discord_roots()]
        return [text for lines in threads for text, n in Counter(lines).items() if n > 1]


@asynccontextmanager
async def running_on(redis, folder, services=8):
    """A vendor, the platforms, and no process yet; all processes are ended with the block."""
    async with AsyncExitStack() as stack:
        both = await stack.enter_async_context(platforms(seed=3))
        sites = await stack.enter_async_context(serving(partial(Sites, services)))
        run = Run(both, await stack.enter_async_context(serving(Webhook)), sites, folder, redis)
        try:
            yield run
        finally:
            for one in run.processes:
                if one.process is not None and one.process.returncode is None:
                    await one.kill()


def _alone(headline):
    """Whether a headline names one service."""
    return len(set(re.findall(r"site\W\d+", headline.lower()))) == 1


def _place(position):
    time, number = position.split("-")
    return int(time), int(number)
