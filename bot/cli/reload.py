"""The configuration while we run: read again on SIGHUP and when it has changed, put in force whole or not at all."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from bot.app import Running
from bot.cli.hangup import HANGUPS
from bot.config.changes import changes
from bot.config.load import Effective, digest, effective
from bot.errors import ConfigError, GroundtruthError, StoreError, UserError
from bot.settings import Settings
from bot.store.connect import masked, reconnect

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""How often the files are hashed: inotify misses the swapped links of a ConfigMap, and single mounted files."""
SETTLE_S = 0.3
"""A file that is still being written differs after this time."""
SAID = 3
"""Complaints and changes in one message; `config check` and `config diff` have all."""
TROUBLE = "configuration"
STAYS = "what was in force stays in force"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the configuration comes from, and what the command line makes of it."""

    path: str | None
    adjusted: Callable[[Settings], Settings] = lambda settings: settings
    environment: Mapping[str, str] | None = None

    def read(self) -> Effective:
        """The configuration as the files say it now. Raises ConfigError or UserError."""
        found = effective(self.path, self.environment)
        return Effective(found.configuration, self.adjusted(found.settings), found.secrets)

    def digest(self) -> str:
        """What the files say now, as a digest."""
        return digest(self.path, self.environment)


class Reloader:
    """Puts what the files say in force. `say` prints one line for the operator."""

    def __init__(self, origin: Origin, first: Effective, running: Running, say: Callable[[str], None]) -> None:
        self._origin, self._now, self._running, self._say = origin, first, running, say
        self._asked = asyncio.Event()
        self._tried = origin.digest()
        self._refused = False

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """SIGHUP and changes of the files are heard inside."""
        task = asyncio.create_task(self._run(), name="reload")
        try:
            with HANGUPS.passed_to(self._asked.set):
                yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            asked = await self._wait()
            found = await asyncio.to_thread(self._origin.digest)
            if not asked and found == self._tried:
                continue
            await asyncio.sleep(SETTLE_S)
            if await asyncio.to_thread(self._origin.digest) != found:
                # Somebody is writing: the next look comes soon.
                self._asked.set()
                continue
            self._tried = found
            await self.reload(asked=asked)

    async def _wait(self) -> bool:
        """Until SIGHUP, or the next look; whether it was asked for."""
        try:
            async with asyncio.timeout(LOOK_S):
                await self._asked.wait()
        except TimeoutError:
            return False
        self._asked.clear()
        return True

    async def reload(self, *, asked: bool = False) -> None:
        """Read the files and put them in force, or say why not; `asked`: say it as well where nothing has changed."""
        try:
            wanted = await asyncio.to_thread(self._origin.read)
            found = list(map(str, changes(self._now, wanted)))
            if not found and wanted.settings == self._now.settings:
                await self._well("configuration read again: nothing changed", say=asked)
                return
            await self._swap(wanted)
        except (GroundtruthError, OSError) as error:
            await self._refuse(error)
        else:
            self._now = wanted
            for note in wanted.settings.notes:
                self._say(f"Note: {note}")
            await self._well(f"configuration reloaded: {_few(found) or 'the same keys'}")

    async def _swap(self, wanted: Effective) -> None:
        """Put it in force. Raises UserError where it needs a restart, or cannot be."""
        before, after = self._now.settings, wanted.settings
        fixed = list(restart_needed(before, after))
        if fixed:
            raise UserError(
                f"{' and '.join(fixed)} cannot change while it runs: restart it, or put the former value back"
            )
        if after.redis is not None and after.redis != before.redis:
            await reconnect(self._running.store, after.redis.reveal())
        await self._running.swap(after)

    async def _refuse(self, error: Exception) -> None:
        """The old one stays, and people hear why."""
        said = error.complaints if isinstance(error, ConfigError) else str(error).splitlines()
        rest = f"; and {len(said) - SAID} more, see `groundtruth config check`" if len(said) > SAID else ""
        text = f"configuration not reloaded, {STAYS}: {'; '.join(said[:SAID])}{rest}"
        log.error("%s", text)
        self._refused = True
        await self._tell(text, over=False)

    async def _well(self, text: str, *, say: bool = True) -> None:
        if say or self._refused:
            self._say(f"{text[:1].upper()}{text[1:]}.")
        if self._refused:
            await self._tell(text, over=True)
        self._refused = False

    async def _tell(self, text: str, *, over: bool) -> None:
        try:
            if not over:
                # Another complaint than the one before is told anew.
                await self._running.tell(TROUBLE, text, True)
            await self._running.tell(TROUBLE, text, over)
        except StoreError as error:
            log.warning("could not send the notice that %s: %s", text, error)


def restart_needed(before: Settings, after: Settings) -> list[str]:
    """The keys that differ and are read at the start alone."""
    fixed = [("redis", _server(before), _server(after)), ("vantage.name", before.vantage, after.vantage)]
    if before.redis is None and after.redis is None:
        # Beside a Redis it only holds the console's record.
        fixed.append(("state_dir", str(before.state_dir), str(after.state_dir)))
        fixed.append(("socket", f"{before.socket} {before.socket_mode}", f"{after.socket} {after.socket_mode}"))
    return [key for key, old, new in fixed if old != new]


def _server(settings: Settings) -> str:
    """Which server, whatever the password."""
    return masked(settings.redis.reveal()) if settings.redis else ""


def _few(sentences: list[str]) -> str:
    """The first of them, and how many there are beside."""
    more = len(sentences) - SAID
    return "; ".join(sentences[:SAID]) + (f"; and {more} more" if more > 0 else "")
