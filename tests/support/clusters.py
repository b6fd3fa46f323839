"""A cluster of primaries and replicas on loopback, to be paused and killed by the test."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.embedded_binary import find_binary
from tests.support.sentinels import free_port

SLOTS = 16_384
THIRDS = tuple((number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1) for number in range(3))
TIMEOUT_MS = 1_000
"""After this a node that does not answer is given up by the others."""


@dataclass
class Nodes:
    """The nodes by their ports; `password` is what they ask for."""

    folder: Path
    password: str | None = None
    running: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)
    buses: dict[int, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address by all nodes."""
        return f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in self.buses)}"

    def ask(self, port: int) -> Redis:
        """A client of one node."""
        return Redis(host="127.0.0.1", port=port, socket_timeout=1, protocol=2, password=self.password)

    async def said(self, port: int, *words: Any) -> Any:
        """One reply of one node."""
        async with self.ask(port) as redis:
            return await redis.execute_command(*words)

    async def form(self, replicas: int, ranges: Sequence[Sequence[int]] = THIRDS) -> None:
        """Three primaries with first and last slots, and so many replicas each, in step."""
        ports = await asyncio.gather(*(self.start() for _ in range(3 * (1 + replicas))))
        for number, port in enumerate(ports[:3]):
            await self.said(port, "CLUSTER", "ADDSLOTSRANGE", *ranges[number])
            await self.said(port, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for port in ports[1:]:
            await self.joins(port, ports[0], replica=False)
        for number, port in enumerate(ports[3:]):
            await self.until(port, "CLUSTER", "REPLICATE", await self.name(ports[number % 3]), true=bool)
        await self.settled(3 * replicas)

    async def start(self, port: int = 0) -> int:
        """One node, new or again; it answers when this returns."""
        port = port or await free_port()
        bus = self.buses.setdefault(port, await free_port())
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes"]
        words += ["--cluster-enabled", "yes", "--cluster-port", str(bus), "--cluster-node-timeout", str(TIMEOUT_MS)]
        words += ["--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"]
        quiet = asyncio.subprocess.DEVNULL
        self.running[port] = await asyncio.create_subprocess_exec(
            str(find_binary()), *words, stdout=quiet, stderr=quiet
        )
        await self.until(port, "PING", true=bool)
        return port

    async def until(self, port: int, *words: str, true, within_s: float = 30.0) -> Any:
        """Wait until `true` of a node's reply, which is returned."""
        async with asyncio.timeout(within_s):
            while True:
                with contextlib.suppress(RedisError, OSError):
                    reply = await self.said(port, *words)
                    if true(reply):
                        return reply
                await asyncio.sleep(0.02)

    async def roles(self) -> dict[int, list[int]]:
        """The ports of the primaries and of their replicas in step, as they say themselves."""
        found = {}
        for port in self.running:
            with contextlib.suppress(RedisError, OSError):
                role = await self.said(port, "ROLE")
                if role[0] == b"master":
                    found[port] = [int(one[1]) for one in role[2]]
        return found

    async def owner(self, slot: int, asked: int = 0) -> int:
        """The port of the primary of a slot, as the first node that answers says."""
        for port in (asked,) if asked else tuple(self.running):
            with contextlib.suppress(RedisError, OSError):
                for first, last, primary, *_ in await self.said(port, "CLUSTER", "SLOTS"):
                    if first <= slot <= last:
                        return int(primary[1])
        raise AssertionError("no node knows")

    async def moved(self, slot: int, before: int, within_s: float = 30.0) -> int:
        """The new primary of a slot, as soon as the others name one."""
        others = [port for port in self.running if port != before]
        async with asyncio.timeout(within_s):
            while (port := await self.owner(slot, others[0])) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return port

    async def settled(self, replicas: int, primaries: int = 3, within_s: float = 40.0) -> None:
        """Wait until each primary has its replicas and every node knows all."""
        async with asyncio.timeout(within_s):
            while True:
                roles = await self.roles()
                whole = len(roles) == primaries and sum(len(row) for row in roles.values()) == replicas
                if whole and all([await self._knows(port, primaries, replicas) for port in self.running]):
                    return
                await asyncio.sleep(0.05)

    async def _knows(self, port: int, primaries: int, replicas: int) -> bool:
        try:
            slots = await self.said(port, "CLUSTER", "SLOTS")
            state = await self.said(port, "CLUSTER", "INFO")
        except (RedisError, OSError):
            return False
        of = {str(primary): len(copies) for _, _, primary, *copies in slots}
        return b"cluster_state:ok" in state and len(of) == primaries and sum(of.values()) == replicas

    async def name(self, port: int) -> str:
        """The name of a node, by which the others know it."""
        found: bytes = await self.said(port, "CLUSTER", "MYID")
        return found.decode()

    async def joins(self, port: int, to: int, *, replica: bool) -> None:
        """A node that was just started, as a replica of another one or empty."""
        await self.said(port, "CLUSTER", "MEET", "127.0.0.1", str(to), str(self.buses[to]))
        if replica:
            name = await self.name(to)
            await self.until(port, "CLUSTER", "REPLICATE", name, true=bool)

    def pause(self, port: int) -> None:
        """As a suspended machine."""
        self.running[port].send_signal(signal.SIGSTOP)

    def resume(self, port: int) -> None:
        """The machine wakes up, and knows nothing of what happened."""
        self.running[port].send_signal(signal.SIGCONT)

    async def kill(self, port: int) -> None:
        """kill -9; the node may be started again under its port."""
        process = self.running.pop(port)
        process.kill()
        await process.wait()

    async def emptied(self) -> None:
        """Nothing on any node, and every slot back where it was first."""
        for port in await self.roles():
            await self.said(port, "FLUSHALL")
        held = [row[:3] for row in await self.said(next(iter(self.running)), "CLUSTER", "SLOTS")]
        for first, last in THIRDS:
            here = [(max(low, first), min(high, last), int(node[1])) for low, high, node in held]
            here = [row for row in here if row[0] <= row[1]]
            home = max(here, key=lambda row: row[1] - row[0])[2]
            for low, high, port in here:
                for number in range(low, high + 1) if port != home else ():
                    await move(self, number, *await moving(self, number, home))

    async def end(self) -> None:
        """End all nodes."""
        for process in self.running.values():
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                await process.wait()


async def moving(nodes: Nodes, number: int, to: int = 0) -> tuple[int, int]:
    """A slot is on its way (0: to any other): the ports of the node that has it and of the one that gets it."""
    source = await nodes.owner(number)
    target = to or next(port for port in sorted(await nodes.roles()) if port != source)
    await nodes.said(target, "CLUSTER", "SETSLOT", number, "IMPORTING", await nodes.name(source))
    await nodes.said(source, "CLUSTER", "SETSLOT", number, "MIGRATING", await nodes.name(target))
    return source, target


async def move(nodes: Nodes, number: int, source: int, target: int, most: int | None = None) -> None:
    """So many keys of a slot, or all and the slot itself."""
    while found := await nodes.said(source, "CLUSTER", "GETKEYSINSLOT", number, most or 100):
        await nodes.said(source, "MIGRATE", "127.0.0.1", target, "", 0, 5000, "KEYS", *found)
        if most is not None:
            return
    if most is None:
        name = await nodes.name(target)
        for port in (target, source, *(set(await nodes.roles()) - {source, target})):
            await nodes.said(port, "CLUSTER", "SETSLOT", number, "NODE", name)


@asynccontextmanager
async def clustered(folder: Path, replicas: int = 1) -> AsyncIterator[Nodes]:
    """Three primaries with so many replicas each, in step."""
    nodes = Nodes(folder)
    try:
        await nodes.form(replicas)
        yield nodes
    finally:
        await nodes.end()
