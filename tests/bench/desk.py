"""How soon the desk answers with 1,000 components: `python -m tests.bench.desk`. Embedded server, a process of its own.

Every command is asked in turn, all components judged anew between two questions, so that nothing is remembered.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.service import About
from bot.core.model.snapshot import ComponentStatus
from bot.desk.desk import Desk
from bot.desk.open import open_desk
from bot.settings import Component, Service, Settings
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from bot.store.types import START, Commit, IncidentWrite
from probes.model import State

ROUNDS, GOAL_MS = 100, 100.0
SPREADS = ((1, 1000), (50, 20))
"""Services, and components of each."""
ACTING = {"subscribe", "unsubscribe", "test", "report", "works"}
ASKER = Asker(Person("terminal", "", "bench", "bench"), Role.ADMIN)
VOICES, INCIDENT, ABOUT = TypeAdapter(ComponentStatus), TypeAdapter(Incident), TypeAdapter(About)


def configured(services: int, components: int) -> Settings:
    """So many services of so many components."""
    return Settings(
        tuple(
            Service(
                f"s{s}",
                f"Vendor {s}",
                components=tuple(Component(f"s{s}-c{c}", f"s{s}", f"Part {s} {c}") for c in range(components)),
            )
            for s in range(services)
        )
    )


async def judged(store: Store, service: Service, now: float) -> None:
    """All of it measured a moment ago, one in twenty in trouble, one incident open."""
    kept = {"about:": ABOUT.dump_json(About(now, (900.0, 3240.0))).decode()}
    for n, one in enumerate(service.components):
        state = State.PARTIAL if n % 20 == 0 else State.OPERATIONAL
        failed = 29 if state is State.PARTIAL else 0
        measured = Measurement(
            one.id, one.name, state, failed / 160, 0.0, 0.3, failed, 160, 720.0, at=now - n % 30,
            symptoms=(("http_500", 27), ("http_529", 2)), request_ids=("req_011CQ7example1", "req_011CQ7example2"),
            vantages=("fra", "iad"), all_vantages=("fra", "iad"), latency_ms=312.0, usual_latency_ms=300.0,
        )  # fmt: skip
        kept[one.id] = VOICES.dump_json(ComponentStatus(measured), exclude_defaults=True).decode()
        kept[f"why:{one.id}"] = "x" * 900
    first = service.components[0].id
    open_one = Incident(
        "4F7K", service.id, "failures", IncidentStatus.OPEN, (first,), State.PARTIAL, now - 900, now - 800, (first,)
    )
    token = await store.lease(service.id, "bench", 600_000)
    assert token is not None
    incidents = (IncidentWrite("4F7K", now - 800, INCIDENT.dump_json(open_one).decode()),) if service.id == "s0" else ()
    assert await store.commit(service.id, token, Commit(START, b"", kept, incidents=incidents))


async def asked(desk: Desk, text: str) -> list[float]:
    """Milliseconds of each answer."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = await desk.ask(text, ASKER, time.time())
        took.append((time.perf_counter() - started) * 1000)
        assert answer.title
    return sorted(took)


def questions() -> list[str]:
    """Every command that reads, as widely as it can be asked."""
    wide = {
        "why": "why s0-c0",
        "tips": "tips s0-c0",
        "alternatives": "alternatives s0-c0",
        "history": "history s0-c0 90d",
    }
    reading = [c for c in COMMANDS.values() if c.role is Role.VIEWER and c.name not in ACTING | {"right", "wrong"}]
    return [wide.get(c.name, f"{c.name} 529" if c.name == "explain" else c.name) for c in reading]


async def main() -> int:
    slowest = 0.0
    with tempfile.TemporaryDirectory() as directory:
        async with EmbeddedServer(Path(directory)) as server, open_store(server.url, Path(directory)) as store:
            for services, components in SPREADS:
                settings = configured(services, components)
                for service in settings.services:
                    await judged(store, replace(service), time.time())
                desk = open_desk(store, settings)
                sys.stdout.write(f"{services} services of {components} components\n")
                for text in questions():
                    took = await asked(desk, text)
                    p99 = took[int(len(took) * 0.99) - 1]
                    slowest = max(slowest, p99)
                    sys.stdout.write(f"  {text:24} p50 {statistics.median(took):6.1f} ms   p99 {p99:6.1f} ms\n")
    sys.stdout.write(f"slowest p99 {slowest:.1f} ms, to be below {GOAL_MS:.0f}\n")
    return int(slowest > GOAL_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
