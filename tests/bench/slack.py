"""Slack, ours on loopback in the same process: `python -m tests.bench.slack`.

How soon a command is acknowledged and answered with 50 people typing at once and 1,000 components; how long an alert
takes to 1,000 channels, one of which hangs.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.channels.context import ChatServices, DeskPort
from bot.channels.slack.open import Slack
from bot.channels.slack.options import read
from bot.channels.slack.receiver import PATH, Http, Pace
from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.incident import IncidentStatus, TimelineEntry
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.desk.open import open_desk
from bot.store.codec import ENTRY, SNAPSHOT
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from bot.store.types import START, Commit, DeliveryWrite, Token
from probes.model import State
from tests.bench.desk import configured, judged
from tests.fakes.slack.faults import Limits
from tests.fakes.slack.server import Slack as Workspace
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.support.delivery import INCIDENT, MEASURED

AT_ONCE, EACH = 50, 10
CHANNELS = 1_000
ACK_GOAL_MS, ANSWER_GOAL_MS = 1_000.0, 2_000.0


def told(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spread(took: list[float]) -> str:
    """Median and 99th percentile of seconds, in milliseconds."""
    ordered = sorted(took)
    return (
        f"p50 {statistics.median(ordered) * 1000:6.1f} ms   p99 {ordered[int(len(ordered) * 0.99) - 1] * 1000:6.1f} ms"
    )


def channel(fake: Workspace, store: Store, desk: DeskPort, mode: str) -> Slack:
    """The channel as it is opened in production."""
    given = {"token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SIGNING_SECRET, "api_url": fake.url}
    options = read("slack", {**given, "mode": mode, "listen": "127.0.0.1:0", "channels": ["C1"]})
    return Slack("slack", options, ChatServices(desk, store.notes, time.time), Pace(call_s=5.0))


async def commands(fake: Workspace, store: Store, mode: str) -> bool:
    """50 people type ten commands each, one after the other."""
    settings = configured(50, 20)
    for service in settings.services:
        await judged(store, service, time.time())
    acks: list[float] = []
    answers: list[float] = []
    async with channel(fake, store, open_desk(store, settings), mode) as app:
        if isinstance(app.intake, Http):
            fake.deliveries.http = (f"http://127.0.0.1:{app.intake.port}{PATH}",)
        else:
            fake.deliveries.http = ()
            await fake.workspace.until(lambda: fake.sockets.open)

        async def types(number: int) -> None:
            person = fake.person(f"U{number}")
            for _ in range(EACH):
                began = time.perf_counter()
                reply = await person.types("status s0-c0")
                assert reply.acked.ok
                acks.append(time.perf_counter() - began)
                await fake.workspace.until(reply.is_answered, 30.0)
                answers.append(time.perf_counter() - began)

        await asyncio.gather(*(types(number) for number in range(AT_ONCE)))
    told(f"  {mode:6} command to ack     {spread(acks)}")
    told(f"  {mode:6} command to answer  {spread(answers)}")
    late = sorted(answers)[int(len(answers) * 0.99) - 1]
    return max(acks) * 1000 < ACK_GOAL_MS and late * 1000 < ANSWER_GOAL_MS


async def everywhere(fake: Workspace, store: Store) -> bool:
    """One notice to 1,000 channels within Slack's documented limits, one of which hangs; then its end, for a minute."""

    async def worded(snapshot: Snapshot, now: float) -> Card:
        return card(snapshot, now)

    async def trouble(_what: str, _text: str, _over: bool) -> None:
        return

    places = [f"C{number}" for number in range(1, CHANNELS + 1)]
    for place in places:
        fake.workspace.room(place)
    fake.faults.add("chat.postMessage", channel="C7", hang=True)
    fake.limits = Limits()
    body = SNAPSHOT.dump(Snapshot(100.0, "claude", "Claude", INCIDENT, None, (ComponentStatus(MEASURED),), "opened"))
    lines = (ENTRY.dump(INCIDENT.timeline[0]),) if INCIDENT.timeline else ()
    now = time.time()
    writes = tuple(
        DeliveryWrite(INCIDENT.id, f"slack:{place}", 1, body, urgent=True, trail=lines, due_at=now) for place in places
    )
    async with channel(fake, store, open_desk(store, configured(1, 1)), "socket") as app:
        courier = Courier(store, ["claude"], {"slack": app}, CourierContext("bench", time.time, worded, trouble))
        token = await store.lease("claude", "bench", 600_000)
        assert token is not None
        began = time.perf_counter()
        assert await store.commit("claude", token, Commit(START, b"{}", deliveries=writes))
        task = asyncio.create_task(courier.run("slack"))
        try:
            await fake.workspace.until(fake.workspace.standing, 60.0)
            soonest = time.perf_counter() - began
            await fake.workspace.until(lambda: len(fake.workspace.standing()) >= CHANNELS - 1, 60.0)
            took = time.perf_counter() - began
            await fake.workspace.until(lambda: len(fake.workspace.standing()) == CHANNELS, 60.0)
            last = time.perf_counter() - began
            ended = await _over(fake, store, token, places)
        finally:
            task.cancel()
            await asyncio.wait([task])
    told(f"  verdict written to first message {soonest * 1000:.0f} ms")
    told(f"  an alert in 999 channels after {took:.1f} s, in the one that hung (for 5 s) after {last:.1f} s")
    told(f"  its end stood in {CHANNELS} threads after {ended:.1f} s; roots edited within a minute: {_green(fake)}")
    told(f"  refused with 429: {fake.limits.met} of {fake.calls.total()} calls")
    return took < 30 and not fake.limits.met


async def _over(fake: Workspace, store: Store, token: Token, places: Sequence[str]) -> float:
    """The end of the incident in all threads: seconds; the roots then have the rest of a minute."""
    over = replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=1_300.0, state=State.OPERATIONAL)
    body = SNAPSHOT.dump(Snapshot(1_300.0, "claude", "Claude", over, None, (ComponentStatus(MEASURED),), "over"))
    line = (ENTRY.dump(TimelineEntry(1_300.0, "resolved", "quiet")),)
    writes = tuple(
        DeliveryWrite(INCIDENT.id, f"slack:{p}", 2, body, urgent=True, trail=line, due_at=time.time()) for p in places
    )
    began = time.perf_counter()
    assert await store.commit("claude", token, Commit("0-1", b"{}", deliveries=writes))
    await fake.workspace.until(lambda: sum(m.broadcast for m in fake.workspace.messages) >= CHANNELS, 120.0)
    took = time.perf_counter() - began
    await asyncio.sleep(max(0.0, 60.0 - took))
    return took


def _green(fake: Workspace) -> int:
    return sum(bool(root.edits) for root in fake.workspace.standing() if not root.broadcast)


async def main() -> int:
    well = True
    with tempfile.TemporaryDirectory() as directory:
        async with EmbeddedServer(Path(directory)) as server, open_store(server.url, Path(directory)) as store:
            async with slack() as fake:
                fake.workspace.room("C1")
                for mode in ("socket", "http"):
                    well &= await commands(fake, store, mode)
            async with slack() as fake:
                well &= await everywhere(fake, store)
    return int(not well)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
