"""`/ping/...`: where jobs report in, by the paths of Healthchecks, so that its clients work unchanged.

https://healthchecks.io/docs/http_api/
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.settings import Settings
from bot.store.keys import PING_BODY
from bot.store.pings import PingStore
from bot.web.api.limits import Limits
from bot.web.replies import TEXT
from bot.web.routing import Call, HttpError, Route, Section

PER_MINUTE = 120
"""Words of one job."""
LARGEST_CODE = 255
HEADERS = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORDS = {"": "ok", "start": "start", "fail": "fail", "log": "log"}
NOT_FOUND = "not found"
CREATE = "not found: a heartbeat is added in the configuration here, a ping creates none"

Ping = Callable[[Call], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """Whose pings are let in: by UUID, or by slug for whoever knows the key."""

    names: frozenset[str]
    key: str
    pings: PingStore
    per_job: Limits
    per_address: Limits

    async def by_uuid(self, call: Call) -> web.Response:
        """`/ping/<uuid>`."""
        if not UUID.fullmatch(call.params["uuid"]):
            raise self._unknown(call)
        return await self._kept(call, call.params["uuid"], "")

    async def by_two(self, call: Call) -> web.Response:
        """`/ping/<uuid>/<word>` or `/ping/<key>/<slug>`: no key looks like a UUID of ours."""
        first, second = call.params["first"], call.params["second"]
        if UUID.fullmatch(first):
            return await self._kept(call, first, second)
        return await self._by_slug(call, first, second, "")

    async def by_slug(self, call: Call) -> web.Response:
        """`/ping/<key>/<slug>/<word>`."""
        return await self._by_slug(call, call.params["key"], call.params["slug"], call.params["word"])

    async def _by_slug(self, call: Call, key: str, slug: str, word: str) -> web.Response:
        known = bool(self.key) and hmac.compare_digest(_digest(key), _digest(self.key))
        if not known or UUID.fullmatch(slug):
            raise self._unknown(call)
        return await self._kept(call, slug, word)

    async def _kept(self, call: Call, name: str, word: str) -> web.Response:
        """Write it down, then say so. Raises HttpError."""
        name = name.casefold()
        if name not in self.names:
            raise self._unknown(call)
        self.per_job.take(name, call.now)
        kind, code = _meant(word)
        run = call.query("rid")
        if run and not UUID.fullmatch(run):
            raise HttpError(400, "invalid uuid format")
        await self.pings.add(name, kind, run.casefold(), code, call.body.decode("utf-8", "replace"))
        return web.Response(text="OK", headers={**HEADERS, "Content-Type": TEXT, "Ping-Body-Limit": str(PING_BODY)})

    def _unknown(self, call: Call) -> HttpError:
        self.per_address.admit(call)
        return HttpError(404, CREATE if call.query("create") else NOT_FOUND)


def _meant(word: str) -> tuple[str, int | None]:
    """What a word of an address means, with the exit code that it is. Raises HttpError."""
    if word in WORDS:
        return WORDS[word], None
    if word.isascii() and word.isdecimal() and len(word) <= 3 and int(word) <= LARGEST_CODE:
        return ("fail" if int(word) else "ok"), int(word)
    raise HttpError(400, "invalid url format")


def pings(settings: Settings, store: PingStore, limits: Limits) -> Section:
    """The routes."""
    key = settings.web.ping_key if settings.web else None
    names = frozenset(check.target for check in settings.heartbeats())
    door = Door(names, key.reveal() if key else "", store, Limits(PER_MINUTE), limits)
    paths: dict[str, Ping] = {
        "/ping/{uuid}": door.by_uuid,
        "/ping/{uuid}/": door.by_uuid,
        "/ping/{first}/{second}": door.by_two,
        "/ping/{key}/{slug}/{word}": door.by_slug,
    }
    routes = [
        Route(method, path, handler, keeps=4 * PING_BODY)
        for path, handler in paths.items()
        for method in ("GET", "POST")
    ]
    return Section(("/ping",), routes, fault)


def fault(_call: Call, told: HttpError) -> web.Response:
    """A fault in a line, without its end: clients compare it."""
    return web.Response(status=told.status, text=told.sentence, headers={**HEADERS, "Content-Type": TEXT})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
