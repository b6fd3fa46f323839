"""SIGTERM while the store hangs at the start."""

import asyncio
import os
import signal
import sys

import pytest
import yaml


@pytest.mark.parametrize("command", [["run", "--json"], ["probe"]])
async def test_sigterm_ends_a_start_that_hangs(tmp_path, command):
    """A server that takes the connection and says nothing: a signal ends the process in seconds, cleanly."""
    asked = asyncio.Event()

    async def silent(reader, writer):
        await reader.read(1)
        asked.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        file = tmp_path / "groundtruth.yaml"
        port = server.sockets[0].getsockname()[1]
        wanted = {"services": ["claude"], "redis": f"redis://127.0.0.1:{port}/0", "state_dir": str(tmp_path / "state")}
        file.write_text(yaml.safe_dump(wanted))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "--config", str(file), *command),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
        )
        try:
            async with asyncio.timeout(30):
                await asked.wait()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(8):
                _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in said
