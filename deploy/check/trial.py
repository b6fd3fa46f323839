"""The first day of a new operator, in containers of the image: started on Valkey, scraped, reloaded, killed, restored.

Every step is timed, and what people would lose is looked for afterwards a silence.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from image import NAME, buildah, inside
from parts import FailedError, SkippedError, needed, run


def _free() -> int:
    """A port that nobody listens at."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


PORT, PAGE, HEALTH = _free(), _free(), _free()
FIRST, SECOND = "services: [claude]", "services: [claude, openai]"
PATIENCE_S = 90.0


def check() -> list[str]:
    """What was done and how long it took. Raises FailedError."""
    needed("buildah")
    if os.getuid() != 0:
        raise SkippedError("buildah's chroot needs root")
    if NAME not in buildah("images", "--format", "{{.Name}}:{{.Tag}}"):
        raise SkippedError("the image is not built yet: make check-deploy PARTS=image")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        day = Day(Path(folder), stack)
        steps = [day.store, day.start, day.ask, day.scrape, day.reload, day.refuse, day.backup, day.kill, day.restore]
        return [_timed(step) for step in steps]


def _timed(step: Callable[[], None]) -> str:
    began = time.monotonic()
    step()
    return f"{time.monotonic() - began:5.1f} s  {' '.join((step.__doc__ or '').split())}"


class Day:
    """The containers and the folder of the configuration."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._stack, self._folder = stack, folder
        folder.chmod(0o711)
        self._config = folder / "etc"
        self._config.mkdir()
        self._backup = folder / "backup"
        self._backup.mkdir()
        os.chown(self._backup, 65532, 65532)
        self._write(FIRST)
        self._bot = stack.enter_context(_container())
        self._valkey = stack.enter_context(_container())

    def store(self) -> None:
        """An empty Valkey runs in a container of its own."""
        program = "$(find /opt -name valkey-server -type f)"
        words = f"exec {program} --port {PORT} --bind 127.0.0.1 --appendonly no --save '' --dir /tmp"
        self._stack.enter_context(_started(inside(self._valkey, "sh", "-c", words), _shut_down))
        _until(_answers, "Valkey answers")

    def start(self) -> None:
        """The bot is started on it, and answers at /livez and /healthz."""
        words = ("sh", "-c", "echo $$ > /tmp/pid; exec /usr/bin/tini -s -- groundtruth run")
        self._stack.enter_context(_started(inside(self._bot, *words, mounts=self._mounts), self._stop))
        _until(lambda: "true" in _get(HEALTH, "/livez"), "/livez answers")
        _until(lambda: "serving" in _get(PAGE, "/healthz"), "/healthz answers")

    def ask(self) -> None:
        """`groundtruth ask` shows how everything stands, and a silence is set."""
        if "Claude" not in self._inside("groundtruth", "ask", "status"):
            raise FailedError("ask does not know Claude")
        self._inside("groundtruth", "ask", "silence", "claude-api", "2h", "known")

    def scrape(self) -> None:
        """/metrics is scraped and names the components."""
        _until(lambda: 'component="claude-api"' in _get(PAGE, "/metrics"), "metrics name claude-api")

    def reload(self) -> None:
        """A service is added to the file, and is there by reload, without a restart."""
        self._write(SECOND)
        _until(lambda: 'service="openai"' in _get(PAGE, "/metrics"), "the new service is in the metrics")

    def refuse(self) -> None:
        """A broken file is refused: the process goes on with the former configuration."""
        self._write("services: [claud]")
        time.sleep(12)
        if 'service="openai"' not in _get(PAGE, "/metrics"):
            raise FailedError("a broken file changed what runs")
        self._write(SECOND)

    def backup(self) -> None:
        """`groundtruth export` writes a backup while it runs."""
        self._inside("groundtruth", "export", "/backup/gt.jsonl")

    def kill(self) -> None:
        """The bot is killed with SIGKILL, and Valkey with everything in it."""
        tini = int(self._inside("cat", "/tmp/pid"))
        [bot] = Path(f"/proc/{tini}/task/{tini}/children").read_text().split()
        for pid in (int(bot), tini):  # killing process 1 of a real container kills all of it
            os.kill(pid, signal.SIGKILL)
        _shut_down()

    def restore(self) -> None:
        """An empty Valkey, `groundtruth restore`, the bot again: the silence is there."""
        self.store()
        self._inside("groundtruth", "restore", "/backup/gt.jsonl")
        self.start()
        silences = self._inside("groundtruth", "ask", "silences")
        if not re.search(r"claude[- ]api", silences, re.IGNORECASE):
            raise FailedError(f"the silence is gone: {silences}")

    def _stop(self) -> None:
        with contextlib.suppress(FailedError, OSError):
            os.kill(int(self._inside("cat", "/tmp/pid")), signal.SIGTERM)

    @property
    def _mounts(self) -> list[str]:
        return [f"{self._config}:/etc/groundtruth:ro", f"{self._backup}:/backup"]

    def _write(self, services: str) -> None:
        file = self._config / "groundtruth.yaml"
        listens = f'health: {{listen: "127.0.0.1:{HEALTH}"}}\nweb: {{listen: "127.0.0.1:{PAGE}"}}\n'
        new = file.with_suffix(".new")
        new.write_text(f"{services}\nredis: redis://127.0.0.1:{PORT}/0\n{listens}vantage: {{name: here}}\n")
        new.replace(file)

    def _inside(self, *words: str) -> str:
        return run(*inside(self._bot, *words, mounts=self._mounts))


@contextlib.contextmanager
def _container() -> Iterator[str]:
    container = buildah("from", "--pull-never", NAME).strip()
    try:
        yield container
    finally:
        buildah("rm", container)


@contextlib.contextmanager
def _started(command: list[str], stop: Callable[[], None]) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        if process.poll() is None:
            stop()
            process.wait(30)


def _until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise FailedError(f"never so: {what}")
        time.sleep(0.1)


def _answers() -> bool:
    return _valkey(b"PING\r\n").startswith(b"+PONG")


def _shut_down() -> None:
    _valkey(b"SHUTDOWN NOSAVE\r\n")


def _valkey(request: bytes) -> bytes:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1) as connection:
        connection.sendall(request)
        return connection.recv(100)
    return b""


def _get(port: int, path: str) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{port}{path}", timeout=3) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
