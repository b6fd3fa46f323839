"""What is blind says so within a minute, everywhere: real processes whose control hosts cannot be reached."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]

WITHIN_S = 60.0


async def fine(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An answer that is well."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
    await writer.drain()
    writer.close()


def closed() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Watched:
    """A real `groundtruth run` on two vendors, with control hosts that nobody reaches; everything else by default."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self.folder, self.file, self.began = folder, folder / "groundtruth.yaml", time.monotonic()
        folder.mkdir()

        def service(name: str, port: int) -> dict[str, Any]:
            check = {"kind": "http", "target": f"http://127.0.0.1:{port}/", "interval": 5, "vendor": True}
            return {
                "id": name,
                "name": name.upper(),
                "page": None,
                "components": {f"{name}-api": {"name": f"{name.upper()} API", "checks": {"http": check}}},
            }

        control = [f"http://127.0.0.{n}:{closed()}/" for n in (1, 2)]
        services = [service(name, port) for name, port in ports.items()]
        self.file.write_text(
            yaml.safe_dump({"services": services, "control": control, "state_dir": str(folder / "state")})
        )

    async def called(self, *words: str) -> str:
        """What a command prints."""
        command = (sys.executable, "-m", "bot", "--config", str(self.file), *words)
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]}
        )
        out, _ = await process.communicate()
        return out.decode()

    async def says(self, words: str, *command: str) -> str:
        """Ask until the answer has these words; at the latest a minute after the start."""
        while True:
            answer = await self.called(*command)
            if words in answer:
                return answer
            assert time.monotonic() - self.began < WITHIN_S, f"not within {WITHIN_S:.0f} s: {words!r}; said: {answer}"
            await asyncio.sleep(1)

    async def told(self, words: str) -> float:
        """Seconds until the console was told something of ourselves with these words."""
        record = self.folder / "state" / "console.jsonl"
        while not (record.exists() and words in record.read_text()):
            assert time.monotonic() - self.began < WITHIN_S, f"no notice within {WITHIN_S:.0f} s: {words!r}"
            await asyncio.sleep(0.2)
        return time.monotonic() - self.began


@asynccontextmanager
async def watching(folder: Path, ports: dict[str, int]) -> AsyncIterator[Watched]:
    """It runs inside."""
    watched = Watched(folder, ports)
    command = (sys.executable, "-m", "bot", "--config", str(watched.file), "run", "--json")
    with (folder / "out").open("wb") as out, (folder / "errors").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=out, stderr=errors, env={"PATH": os.environ["PATH"]}
        )
        try:
            yield watched
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def test_blocked_control_hosts_and_no_network_at_all_are_told_within_a_minute(tmp_path: Path) -> None:
    """Where vendors answer, the control hosts are blocked; where nothing does, every state is grey with its reason."""
    async with AsyncExitStack() as stack:
        ports = {}
        for name in ("alpha", "beta"):
            server = await stack.enter_async_context(await asyncio.start_server(fine, "127.0.0.1", 0))
            ports[name] = server.sockets[0].getsockname()[1]
        blocked = await stack.enter_async_context(watching(tmp_path / "blocked", ports))
        alone = await stack.enter_async_context(watching(tmp_path / "alone", {"alpha": closed(), "beta": closed()}))

        said = await asyncio.gather(
            blocked.told("no control host answers, though what is watched does; if a firewall blocks them, set"),
            alone.told("no control host answers, nor anything else; is its network down?"),
        )
        assert max(said) < WITHIN_S
        status, why, doctor = await asyncio.gather(
            alone.says("no control host answers", "ask", "status"),
            alone.says("no control host answers", "ask", "why alpha"),
            alone.says("no control host answers", "ask", "doctor"),
        )
        assert "⚪" in status
        assert "🟢" not in status.partition("\n")[0]
        assert 'set "control" to hosts that may be reached' in why
        assert "🟢 we are well" not in doctor
        # A blocked host hides nothing: what is measured there is believed.
        assert "🟢" in await blocked.says("🟢", "ask", "status")
        assert "no control host answers" in await blocked.called("ask", "doctor")
