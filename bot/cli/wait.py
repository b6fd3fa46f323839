"""`groundtruth wait`: blocks until a component has been up for a while. For scripts and CI."""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from bot.config.load import load
from bot.core.model.severity import SEVERITY
from bot.core.text.durations import duration, seconds_of
from bot.core.text.states import WORDS
from bot.core.text.symptoms import present
from bot.demo.clock import CLOCK, time_by
from bot.desk.reader import Reader
from bot.errors import StoreError, UserError
from bot.settings import Settings
from bot.store.connect import open_kept
from probes.model import State

EXAMPLES = """\
  groundtruth wait claude-api                          until it is operational
  groundtruth wait claude-api --up 10m                 until it has been so for ten minutes
  groundtruth wait claude-api --at-least degraded      slow or intermittent will do
  groundtruth wait claude-api --up 10m --timeout 2h && ./deploy.sh
  groundtruth wait claude-api --url https://status.example.com --token-file token
Exit code: 0 it is up, 1 it was not before the timeout, 2 no such component or no answer. Unknown is not up."""

LEAST = {"operational": 0, "degraded": 1, "partial": 2}
EVERY_S = 2.0
PATIENCE_S = 10.0
"""Seconds of one request."""
UNREACHED_S = 300.0
"""Nobody answered for so long: there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The component as it is at `now` (Unix seconds): its state, and since when it is in it."""

    state: State
    since: float | None
    now: float


Read = Callable[[], Awaitable[Reading]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("component", help="the component's id, such as claude-api")
    parser.add_argument("--up", type=_length, default=0.0, metavar="DURATION", help="up for so long: 10m, 1h")
    parser.add_argument("--timeout", type=_length, default=None, metavar="DURATION", help="give up after this")
    parser.add_argument("--at-least", choices=LEAST, default="operational", help="what counts as up")
    parser.add_argument("--url", help="ask this Groundtruth's API, not the store of the configuration")
    parser.add_argument("--token-file", type=Path, help="a file with a token for the API")
    parser.add_argument("--state-dir", type=Path, help="ask the records in this directory, such as a demo's")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def _length(text: str) -> float:
    seconds = seconds_of(text)
    if seconds is None:
        raise argparse.ArgumentTypeError(f"expected a duration such as 30s, 10m or 2h, not {text[:40]!r}")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Wait, then say how it ended."""
    waiting = WaitProgress(args.component, LEAST[args.at_least], args.up, sys.stderr.write)
    outcome = asyncio.run(_waited(args, waiting))
    if args.json:
        sys.stdout.write(json.dumps({"component": args.component, "up": outcome, **waiting.data}) + "\n")
    else:
        sys.stdout.write(waiting.sentence(up=outcome) + "\n")
    return 0 if outcome else 1


class WaitProgress:
    """How long a component has been up; tells each change."""

    def __init__(self, component: str, most: int, up_s: float, tell: Callable[[str], object]) -> None:
        self._component, self._most, self._up_s, self._tell = component, most, up_s, tell
        self._state: State | None = None
        self._since: float | None = None
        self.lasts_s = 0.0

    @property
    def data(self) -> dict[str, object]:
        """Where it stands, for JSON."""
        return {"state": self._state.value if self._state else None, "up_s": round(self.lasts_s, 1)}

    def take(self, read: Reading) -> bool:
        """Whether it has been up for long enough."""
        up = SEVERITY.get(read.state, self._most + 1) <= self._most
        if read.state is not self._state:
            self._state = read.state
            self._tell(f"{self._component}: {WORDS[read.state]}\n")
        if not up:
            self._since, self.lasts_s = None, 0.0
            return False
        if self._since is None:
            self._since = min(read.now, read.since if read.since is not None else read.now)
        self.lasts_s = max(0.0, read.now - self._since)
        return self.lasts_s >= self._up_s

    def sentence(self, *, up: bool) -> str:
        """How it ended."""
        state = WORDS[self._state] if self._state else "not known"
        lasts = f" for {duration(self.lasts_s)}" if up and self._up_s else ""
        return f"{self._component} is {state}{lasts}" + ("" if up else "; gave up waiting")


async def _waited(args: argparse.Namespace, waiting: WaitProgress) -> bool:
    async with _source(args) as read:
        try:
            async with asyncio.timeout(args.timeout):
                return await until_up(read, waiting)
        except TimeoutError:
            return False


async def until_up(read: Read, waiting: WaitProgress, every_s: float = EVERY_S) -> bool:
    """Read until it is up; raises UserError where nobody answers for long."""
    answered = time.monotonic()
    while True:
        try:
            found = await read()
        except (StoreError, httpx.TransportError) as error:
            if time.monotonic() - answered > UNREACHED_S:
                raise UserError(f"nobody answers for {duration(UNREACHED_S)}: {error}") from None
        else:
            answered = time.monotonic()
            if waiting.take(found):
                return True
        await asyncio.sleep(every_s)


@contextlib.asynccontextmanager
async def _source(args: argparse.Namespace) -> AsyncIterator[Read]:
    if args.url:
        async with _client(args.url, args.token_file) as client:
            yield lambda: _by_api(client, args.component)
        return
    settings = load(args.config)
    if args.state_dir is not None:
        settings = replace(settings, redis=None, state_dir=args.state_dir)
    async with from_store(settings, args.component) as read:
        yield read


@contextlib.asynccontextmanager
async def from_store(settings: Settings, component: str) -> AsyncIterator[Read]:
    """Reads the store of a Groundtruth that runs. Raises UserError for another component, or where none runs."""
    known = {c.id: c.service for c in settings.components()}
    if component not in known:
        raise UserError(f"no component is called {component[:60]!r}: groundtruth ask lists them")
    url = settings.redis.reveal() if settings.redis else None
    async with open_kept(url, settings.state_dir) as (store, runs):
        if not runs:
            raise UserError(f"no Groundtruth runs on {settings.state_dir}: nothing would ever change")
        reader = Reader(store.views, settings.services)

        async def read() -> Reading:
            played = time_by(await store.notes.get(CLOCK), time.time())
            now = time.time() if played is None else played
            standing = await reader.standing(known[component])
            measured = next(v.measured for v in standing.voices if v.measured.component == component)
            return Reading(present(measured, now), measured.since, now)

        yield read


def _client(url: str, token: Path | None) -> httpx.AsyncClient:
    try:
        return client_of(url, token.read_text().strip() if token is not None else "")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {token}: {error}") from None


def client_of(url: str, token: str) -> httpx.AsyncClient:
    """A client of the Groundtruth at that address. Raises UserError for what is no address."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE_S)
    except httpx.InvalidURL:
        raise UserError(f"expected an address such as https://status.example.com, not {url[:80]!r}") from None


async def _by_api(client: httpx.AsyncClient, component: str) -> Reading:
    try:
        answer = await client.get(f"/v1/components/{component}")
    except httpx.UnsupportedProtocol:
        raise UserError("expected an address that begins with http:// or https://") from None
    if answer.status_code in {401, 403, 404}:
        raise UserError(f"{client.base_url}: {answer.status_code}, no component {component[:60]!r} for us")
    if answer.status_code != 200:
        raise httpx.ReadError(f"HTTP {answer.status_code}")
    try:
        body = answer.json()
        one = body["component"]
        now = time.time() if body["as_of"] is None else body["as_of"] + body["age_s"]
        return Reading(State(one["state"]), one["since"], now)
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{client.base_url} answers, but not as Groundtruth does") from None
