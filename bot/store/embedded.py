"""The server we run ourselves where no address of one is given: private, on disk, and gone when we are.

What is lost when: nothing when either process is killed, because the server hands every write to the operating system
before it answers (`appendfsync everysec` then puts it on the disk once a second); at most the last second when
the machine itself loses power. On Linux the kernel stops the server when we are killed, and stopping keeps everything.
Elsewhere a killed Groundtruth leaves its server behind; the next start ends it first. Two servers on one
directory are impossible: each inherits the lock of `StoreDirectory.server_lock` for life.
"""

import asyncio
import logging
import os
import shlex
import sys
from collections import deque
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.child_environment import USUAL
from bot.errors import UserError
from bot.store.embedded_binary import find_binary
from bot.store.embedded_directory import KEPT, StoreDirectory
from bot.supervision import Supervisor

log = logging.getLogger(__name__)

READY_S = 20.0
"""Longest silence of a starting server; one that says it is reading its file back has all the time it needs."""
STOP_S = 3.0
"""After this a server that was asked to stop is killed; half a second is usual."""
BACK_OFF_S = (0.05, 0.5, 1.0, 2.0, 5.0)
"""Waits between restarts of a server that keeps dying."""
_POLL_S = 0.01

LAUNCH = """
import ctypes, os, sys
parent, program = int(sys.argv[1]), sys.argv[2:]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 15)  # PR_SET_PDEATHSIG, SIGTERM; stays set through exec
if os.getppid() != parent:
    sys.exit("the parent has gone")
os.execv(program[0], program)
"""
"""Run by a bare interpreter that becomes the server: code between fork and exec would not be safe beside threads."""


def command(binary: Path, directory: Path, socket: Path, *, writable: bool = True, mode: int = 0o600) -> list[str]:
    """The server's whole configuration: no port, one socket, an append-only file, nothing ever evicted.

    One that is not `writable` refuses every write: it waits for a replica that nobody starts.
    """
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": f"{mode:o}",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "databases": "1",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "min-replicas-to-write": "0" if writable else "1",
    }
    return [str(binary), *(word for name, value in settings.items() for word in (f"--{name}", value))]


async def answer(socket: Path, request: bytes = b"PING\r\n") -> bytes:
    """The first line a server on the socket answers; b"" when there is none."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return b""
    try:
        writer.write(request)
        return await reader.readline()
    except (OSError, ValueError):
        return b""
    finally:
        writer.close()


class EmbeddedServer:
    """A server for as long as the context is open; restarted when it dies, with the same data on the same socket.

    Raises:
        UserError: on entry, when the directory is taken or the server cannot start.
    """

    def __init__(
        self, state_dir: Path, *, writable: bool = True, socket: Path | None = None, mode: int = 0o600
    ) -> None:
        """`socket` is where it listens instead of in its directory, with the permissions `mode`."""
        self._directory = StoreDirectory(state_dir)
        self._socket, self._mode = socket, mode
        self._writable = writable
        self._claim = -1
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._said: deque[str] = deque(maxlen=5)
        self.restarts = 0

    async def __aenter__(self) -> Self:
        binary = find_binary()
        self._directory.prepare()
        self._claim = self._directory.claim()
        try:
            await self._start(binary)
        except BaseException:
            await self._stop()
            raise
        self._keeper = asyncio.create_task(
            Supervisor().keep("the embedded store", partial(self._keep, binary)), name="embedded-server"
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    @property
    def url(self) -> str:
        return f"unix://{self._directory.socket_path()}"

    @property
    def pid(self) -> int | None:
        """The server's process, None between a crash and the restart."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def _start(self, binary: Path) -> None:
        """One server, answering.

        Raises:
            UserError: when it ends, or says nothing for too long.
        """
        try:
            async with asyncio.timeout(READY_S) as patience:
                socket = await self._launch(binary)
                while not (reply := await answer(socket)).startswith(b"+PONG"):
                    if reply.startswith(b"-LOADING"):
                        patience.reschedule(asyncio.get_running_loop().time() + READY_S)
                    if self._listener is None or self._listener.done():
                        raise UserError(self._ended(binary))
                    await asyncio.wait({self._listener}, timeout=_POLL_S)
        except TimeoutError as error:
            raise UserError(f"the embedded store in {self._directory.root} does not answer") from error
        except OSError as error:
            raise UserError(f"the embedded store cannot start: {error.strerror}") from error

    async def _launch(self, binary: Path) -> Path:
        """A new server process, and the socket it will listen on."""
        lock = await self._lock()
        try:
            socket = self._directory.make_socket_path(self._socket)
            arguments = command(binary, self._directory.root, socket, writable=self._writable, mode=self._mode)
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", LAUNCH, str(os.getpid()), *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=(lock,),
                env=USUAL,
                start_new_session=True,  # Ctrl-C is for us; we stop the server when we are done with it
                umask=0o077,
            )
        finally:
            os.close(lock)
        self._listener = asyncio.create_task(self._listen(self._process), name="embedded-server-output")
        return socket

    async def _lock(self) -> int:
        """The server's lock, as soon as an earlier server has gone; it is asked to go."""
        while (lock := self._directory.server_lock()) is None:
            await answer(self._directory.socket_path(), b"SHUTDOWN\r\n")
            await asyncio.sleep(_POLL_S)
        return lock

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Pass on what the server says, until it ends."""
        assert process.stdout is not None
        while chunk := await process.stdout.read(4096):
            for line in chunk.decode("utf-8", "replace").splitlines():
                self._said.append(line.strip()[:300])
                log.debug("embedded store: %s", self._said[-1])
        await process.wait()

    def _ended(self, binary: Path) -> str:
        """Why it does not start, and what its user can do."""
        said = self._last_words()
        if "Bad file format" not in said:
            return f"the embedded store cannot start: {said}"
        kept = self._directory.root / KEPT
        # Only the newest file can be damaged at its end. The server's program mends it under another name.
        newest = max(kept.glob("*.incr.aof"), key=lambda file: file.stat().st_mtime, default=kept)
        mend = f"exec -a valkey-check-aof {shlex.quote(str(binary))} --fix {shlex.quote(str(newest))}"
        return (
            f"the append-only file of the embedded store is damaged (after a loss of power?): copy {kept} to a safe"
            f" place, then cut off the damaged end with `bash -c {shlex.quote(mend)}`, or restore a backup into another"
            " state_dir"
        )

    def _last_words(self) -> str:
        return " ".join(line for line in self._said if line) or "it ended without any output"

    async def _keep(self, binary: Path) -> None:
        """Start it again whenever it has ended, more patiently each time it does not even start."""
        failures = 0
        while True:
            assert self._process is not None
            code = await self._process.wait()
            log.warning("the embedded store ended (%s) and is started again", code)
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
            try:
                await self._start(binary)
            except UserError as error:
                failures += 1
                await self._end_server()
                log.warning("the embedded store does not start: %s", error)
            else:
                failures = 0
                self.restarts += 1

    async def _stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._end_server()
        os.close(self._claim)

    async def _end_server(self) -> None:
        """Ask, then make it; what it kept is on its way to the disk either way."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
        if self._listener is not None:  # bounded: a child that rewrites the file may outlive a killed server
            await asyncio.wait({self._listener}, timeout=1)
            self._listener.cancel()
