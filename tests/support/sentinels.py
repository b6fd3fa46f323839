"""A primary with replicas and Sentinels on loopback, to be paused and killed by the test."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.embedded_binary import find_binary

DOWN_AFTER_MS = 1_000


async def free_port() -> int:
    """A port that nobody listens at."""
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
        return port


@dataclass
class Replicated:
    """The servers by their ports; `sentinels` know them as `main`."""

    folder: Path
    servers: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)
    sentinels: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address by the Sentinels."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.sentinels)}/main"

    async def start(self, port: int, of: int = 0, *, wait: bool = True) -> None:
        """One server, a replica `of` another one (which has its data, to `wait` for) or a primary; it answers then."""
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes"]
        words += ["--repl-diskless-sync-delay", "0", "--repl-timeout", "10"]
        words += ["--replicaof", "127.0.0.1", str(of)] if of else []
        self.servers[port] = await _process(*words)
        await self.until(port, lambda info: not of or not wait or info.get("master_link_status") == "up")

    async def watch(self, primary: int, quorum: int) -> None:
        """One Sentinel more."""
        port = await free_port()
        conf = self.folder / f"sentinel-{port}.conf"
        conf.write_text(
            f"port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {primary} {quorum}\n"
            f"sentinel down-after-milliseconds main {DOWN_AFTER_MS}\nsentinel failover-timeout main 4000\n"
        )
        self.sentinels[port] = await _process(str(conf), "--sentinel")

    async def primary(self) -> int:
        """The port of the primary, as the first Sentinel that answers says."""
        for port in self.sentinels:
            async with Redis(port=port, socket_timeout=1) as sentinel:
                reply = await sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
                return int(reply[1])
        raise AssertionError("no Sentinel")

    async def moved(self, before: int, within_s: float = 30.0) -> int:
        """The new primary, as soon as there is one that is ready to be written to."""
        async with asyncio.timeout(within_s):
            while (port := await self.primary()) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await self.until(port, lambda info: info["role"] == "master")
        return port

    async def until(self, port: int, true, within_s: float = 20.0) -> None:
        """Wait until `true` of a server's INFO."""
        async with asyncio.timeout(within_s):
            while True:
                with contextlib.suppress(RedisError, OSError):
                    async with Redis(port=port, socket_timeout=1) as redis:
                        if true(await redis.info("replication")):
                            return
                await asyncio.sleep(0.02)

    async def whole(self, within_s: float = 60.0) -> int:
        """The primary, as soon as all others follow it and are in step; a busy machine may fail over once more."""
        async with asyncio.timeout(within_s):
            while True:
                with contextlib.suppress(RedisError, OSError):
                    port = await self.primary()
                    async with Redis(port=port, socket_timeout=1) as redis:
                        info = await redis.info("replication")
                    others = [one for name, one in info.items() if name.startswith("slave") and isinstance(one, dict)]
                    online = sum(one.get("state") == "online" for one in others)
                    if info["role"] == "master" and online >= len(self.servers) - 1:
                        return port
                await asyncio.sleep(0.05)

    def pause(self, port: int) -> None:
        """As a suspended machine."""
        self.servers[port].send_signal(signal.SIGSTOP)

    def resume(self, port: int) -> None:
        """The machine wakes up, and knows nothing of what happened."""
        self.servers[port].send_signal(signal.SIGCONT)

    async def kill(self, port: int) -> None:
        """kill -9; the server may be started again under its port."""
        process = self.servers.pop(port)
        process.kill()
        await process.wait()


@asynccontextmanager
async def replicated(folder: Path, replicas: int = 2, sentinels: int = 1) -> AsyncIterator[Replicated]:
    """A primary, its replicas in step, and Sentinels that know of them."""
    group = Replicated(folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_end, group)
        first = await free_port()
        await group.start(first)
        for _ in range(replicas):
            await group.start(await free_port(), first)
        await group.until(first, lambda info: info["connected_slaves"] == replicas)
        for _ in range(sentinels):
            await group.watch(first, sentinels // 2 + 1)
        async with asyncio.timeout(30):
            while not await _knows(group, replicas, sentinels):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield group


async def _knows(group: Replicated, replicas: int, sentinels: int) -> bool:
    for port in group.sentinels:
        try:
            async with Redis(port=port, socket_timeout=1) as redis:
                found = await redis.execute_command("SENTINEL", "MASTER", "main")
        except (RedisError, OSError):
            return False
        fields = found if isinstance(found, dict) else dict(zip(found[::2], found[1::2], strict=True))
        said = {_text(name): _text(value) for name, value in fields.items()}
        if int(said["num-slaves"]) < replicas or int(said["num-other-sentinels"]) < sentinels - 1:
            return False
    return True


def _text(raw: object) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


async def _end(group: Replicated) -> None:
    for process in (*group.sentinels.values(), *group.servers.values()):
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            await process.wait()


async def _process(*words: str) -> asyncio.subprocess.Process:
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(str(find_binary()), *words, stdout=quiet, stderr=quiet)
