"""Programs of the configuration, run without a shell: bounded in time and output, ended with all that they started."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.child_environment import USUAL

KEPT = 4_096
"""Bytes of its newest output that are kept."""
REST_S = 0.5
"""What stands in the pipe when a program has ended is read for so long: its children may hold it open for ever."""


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended: its exit code, negative for a signal, None where its time was over; its last words."""

    code: int | None
    output: str


async def run(command: Sequence[str], words: bytes, variables: Mapping[str, str], limit_s: float) -> ProgramResult:
    """Run it in a process group of its own, `words` on its standard input. Raises OSError where it cannot be begun."""
    seen = {**USUAL, **variables}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=STDOUT, env=seen, cwd=os.sep, start_new_session=True
    )
    try:
        return await _ended(process, words, limit_s)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()


async def _ended(process: Process, words: bytes, limit_s: float) -> ProgramResult:
    told = asyncio.create_task(_tell(process, words))
    kept = bytearray()
    heard = asyncio.create_task(_listen(process, kept))
    code: int | None = None
    try:
        async with asyncio.timeout(limit_s):
            code = await process.wait()
    except TimeoutError:
        pass
    else:
        await asyncio.wait({heard}, timeout=REST_S)
    finally:
        for task in (told, heard):
            task.cancel()
        await asyncio.wait({told, heard})
    return ProgramResult(code, kept.decode("utf-8", "replace"))


async def _tell(process: Process, words: bytes) -> None:
    """A program may close its standard input unread."""
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(words)
        await process.stdin.drain()
    process.stdin.close()


async def _listen(process: Process, kept: bytearray) -> None:
    assert process.stdout is not None
    while chunk := await process.stdout.read(65_536):
        kept += chunk
        del kept[:-KEPT]
