"""Every command's answer: asked of a real desk, on a store with an outage in it and with a judge at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.person import Person
from bot.core.routing.tree import Subscription, SubscriptionFilter
from bot.delivery.routes import configured_routes
from bot.delivery.subscriptions import Subscriptions
from bot.desk.desk import Desk
from bot.desk.open import open_desk
from bot.settings import Channel, Component, Service, Web
from bot.store.codec import ROUTE
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from tests.support import site_world
from tests.support.scene import Scene

ANN = Person("slack", "T1", "U1", "Ann")
ADMIN = Asker(ANN, Role.ADMIN, here="slack:C1")
VIEWER = Asker(Person("discord", "G1", "22", "Vic"), here="discord:5")
SETTINGS = replace(
    site_world.SETTINGS,
    channels=(Channel("console", "console"), Channel("slack", "slack"), Channel("discord", "discord")),
    web=Web("127.0.0.1:0"),
)
WATCHED = replace(
    SETTINGS, services=(Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),)),)
)
"""What the judge of the scene watches."""

QUESTIONS = (
    "status", "status claude", "status claude-api", "status chatgpt", "status gw", "status claude-console",
    "why claude-api", "why gw", "why 4F7K", "tips claude-api", "tips claude-api code", "tips claude-code",
    "explain 529 overloaded_error", "explain HTTP 429 rate_limit_error", "explain something nobody knows",
    "alternatives claude-api", "should-i claude-api 10m", "should-i gw", "should-i claude-console",
    "should I wait for claude code?", "history claude-api 7d", "history claude", "history", "incidents",
    "incident 4F7K", "incident 9Q2M", "ledger", "ledger claude", "reliability", "reliability claude",
    "accuracy", "accuracy claude",
    "postmortem 9Q2M", "postmortem 4F7K", "digest", "digest week", "silences", "subscriptions", "routes",
    "routes claude-api", "doctor", "deliveries", "audit", "help",
    *(f"help {name}" for name in COMMANDS),
    "is claude down?", "what does overloaded_error mean", "stauts", "why nothing-known", "incident ZZZZ", "silence",
)  # fmt: skip
"""What can be asked of a store alone."""

ACTS = (
    "report claude-api it logs me out", "report claude-api", "works claude-api", "ack", "ack", "incidents", "silences",
    "silence claude-api 2h known, vendor is on it", "silence claude-api 2h", "status claude-api", "silences",
    "unsilence claude-api", "unsilence claude-api", "silence {id} until resolved", "silences", "unsilence {id}",
    "silence state=partial_outage 1h", "silences", "maintenance claude-api 90m from 22:00 gateway upgrade",
    "maintenance claude-api 30m", "maintenance claude-api end", "announce 4h We move our gateway tonight",
    "announce end", "notify", "notify", "release", "release", "ack", "resolve {id} seen enough", "resolve {id}",
    "right", "wrong", "wrong", "incident {id}", "incidents", "subscribe claude partial", "unsubscribe claude", "test",
    "postmortem {id}", "deliveries", "audit", "digest",
)  # fmt: skip
"""What people do one after another in an outage; `{id}` is its incident."""


class Posted(Subscriptions):
    """Subscriptions whose test message arrives at once: nobody delivers here."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, None, configured_routes(store, SETTINGS), {"slack": True, "console": False})  # type: ignore[arg-type]

    async def _post(self, target: str, text: str) -> None:
        """Nothing to wait for."""


@cache
def gathered() -> dict[str, Answer]:
    """Every answer, from a store of its own."""
    return asyncio.run(_gathered())


async def _gathered() -> dict[str, Answer]:
    with TemporaryDirectory() as folder:
        async with EmbeddedServer(Path(folder)) as server, open_store(server.url, Path(folder)) as store:
            return await answers(store)


async def answers(store: Store) -> dict[str, Answer]:
    """Every answer, by the line that was typed; a line that comes again has its place behind it."""
    found: dict[str, Answer] = {}
    async for line, answer in _every(store):
        found[line if line not in found else f"{line} ({len(found)})"] = answer
    return found


async def _every(store: Store) -> AsyncIterator[tuple[str, Answer]]:
    await site_world.fill(store)
    route = Subscription("slack:C1", SubscriptionFilter(("claude",)), ANN, site_world.NOW - 90_000)
    await store.subscriptions.subscribe("slack:C1 claude", ROUTE.dump(route))
    desk = open_desk(store, SETTINGS, subscribes=Posted(store), now=lambda: site_world.NOW)
    for line in QUESTIONS:
        yield line, await desk.ask(line, ADMIN, site_world.NOW)
    yield "ack of a viewer", await desk.ask("ack", VIEWER, site_world.NOW)
    await store._link.call("FLUSHALL")
    async with _outage(store) as (desk, scene, incident):
        for line in ACTS:
            scene.now += 1.0
            yield line, await desk.ask(line.format(id=incident), ADMIN, scene.now)


@asynccontextmanager
async def _outage(store: Store) -> AsyncIterator[tuple[Desk, Scene, str]]:
    scene = Scene(store)
    judge = scene.judge("one")
    scene.awake = judge
    async with scene.at_work(judge):
        incident = await scene.outage()
        yield (
            open_desk(store, WATCHED, wake=scene.wake, subscribes=Posted(store), now=lambda: scene.now),
            scene,
            incident,
        )
