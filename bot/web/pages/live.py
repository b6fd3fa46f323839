"""News for open pages: one comparison for all of them, sent as events that a page can resume after a break.

An event's id is the stream position up to which its words are true, with this process's mark. A page that comes back
with an id hears of everything that changed since; one with an id of another process hears of everything.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.core.model.status import ServiceStatus
from bot.http.keep_alive import streaming
from bot.web.pages.state_labels import banner, label_of, name_of
from bot.web.routing import Call, HttpError
from bot.web.site import Site

TICK_S = 15.0
"""A page hears at least this often how fresh everything is."""
COMPARE_S = 1.0
SLOW_S = 20.0
"""A reader who takes no byte for so long is cut off; its browser comes back and resumes."""
RETRY_MS = 5_000
WATCHERS = 3_500
"""Open pages at a time; the rest of the connections are for everybody else."""
PLACES = 16
"""Our latest places, for each of which what is new is kept ready: most readers are at the newest."""
BEGINNING = (-1, 0)
Seen = tuple[str, str, str]
"""What a page shows of a component or incident: name, colour, word."""


class Live:
    """What open pages are told. `run` compares; `events` is the handler of a stream."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shown = {True: _Shown(), False: _Shown()}
        self._number = (0, 0)
        self._news = asyncio.Event()
        self._watchers = 0
        self._places = deque([self._number], PLACES)
        self._made: dict[tuple[bool, tuple[int, int]], bytes] = {}

    def follow(self, site: Site) -> None:
        """Tell of this site from now on, with the same mark in event ids: those who listen go on."""
        site.epoch = self._site.epoch
        self._site = site
        self._made.clear()

    async def run(self) -> None:
        """Compare after every change, and every second, for states grow old by themselves."""
        while True:
            self.compare()
            await self._site.changed(COMPARE_S)

    def compare(self) -> None:
        """Find what changed for whom, and wake everybody who is to hear of it."""
        now, site = self._site.process.now(), self._site
        announced = {f"a:{one.id}": (one.text, "blue", "announced") for one in site.announcements}
        number = max(site.revision, (self._number[0], self._number[1] + 1))
        changed = [
            shown.take(_present(standings, now) | announced, number)
            for shown, standings in ((self._shown[True], site.standings), (self._shown[False], site.outward))
        ]
        if any(changed):
            self._number = number
            self._places.append(number)
            self._made.clear()
            self._news.set()
            self._news = asyncio.Event()

    async def events(self, call: Call) -> web.StreamResponse:
        """The stream of one page, until it goes away or reads too slowly."""
        if self._watchers >= WATCHERS:
            raise HttpError(503, "too many pages are open", {"Retry-After": "30"})
        streaming(call.request)
        response = web.StreamResponse(headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        })  # fmt: skip
        self._watchers += 1
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await response.prepare(call.request)
                await self._told(call, response)
        finally:
            self._watchers -= 1
        return response

    async def _told(self, call: Call, response: web.StreamResponse) -> None:
        at = self._place(call.request.headers.get("Last-Event-ID", ""))
        await _sent(response, f"retry: {RETRY_MS}\n\n{self._tick()}".encode())
        while True:
            news = self._news
            told = self._since(at, inside=call.visitor.inside)
            at = self._number
            if told:
                await _sent(response, told)
            try:
                async with asyncio.timeout(TICK_S):
                    await news.wait()
            except TimeoutError:
                await _sent(response, self._tick().encode())

    def _place(self, shown: str) -> tuple[int, int]:
        """The place of an event id: where the page is now for a new one, the very beginning for a foreign one."""
        if not shown:
            return self._number
        position, _, epoch = shown[:80].partition(".")
        first, _, second = position.partition("-")
        if epoch != self._site.epoch or not (first.isdecimal() and second.isdecimal()):
            return BEGINNING
        return int(first), int(second)

    def _since(self, at: tuple[int, int], *, inside: bool) -> bytes:
        """What is to be told since a place, made once for all who are there; b"" for nothing."""
        made = self._made.get((inside, at))
        if made is None:
            found = self._shown[inside].since(at)
            made = self._event(found, inside).encode() if found else b""
            # A reader may name any place; kept is only what others can be at as well.
            if at == BEGINNING or at in self._places:
                self._made[inside, at] = made
        return made

    def _event(self, found: Mapping[str, Seen], inside: bool) -> str:
        standings = self._site.standings if inside else self._site.outward
        title = banner(list(standings.values()), self._site.process.now())
        told = {
            "banner": {"tone": title.tone, "text": title.text},
            "changed": [{"id": name, "name": n, "tone": t, "word": w} for name, (n, t, w) in found.items()],
        }
        return _event("state", told, self._id())

    def _tick(self) -> str:
        fresh = self._site.freshness(self._site.process.now())
        return _event("tick", {"as_of": fresh.as_of, "age_s": fresh.age_s, "stale": fresh.stale}, self._id())

    def _id(self) -> str:
        return f"{self._number[0]}-{self._number[1]}.{self._site.epoch}"


class _Shown:
    """What some see, and since when each thing looks as it does."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._moved: dict[str, tuple[int, int]] = {}

    def take(self, present: Mapping[str, Seen], number: tuple[int, int]) -> bool:
        """The present; whether it differs from before."""
        changed = [name for name, seen in present.items() if self._seen.get(name) != seen]
        gone = self._seen.keys() - present.keys()
        self._seen = dict(present)
        for name in gone:
            self._moved.pop(name, None)
        self._moved |= dict.fromkeys(changed, number)
        return bool(changed or gone)

    def since(self, at: tuple[int, int]) -> dict[str, Seen]:
        """What looks otherwise since a place."""
        return {name: self._seen[name] for name, moved in self._moved.items() if moved > at}


def _present(standings: Mapping[str, ServiceStatus], now: float) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for standing in standings.values():
        for voices in standing.voices:
            look = label_of(voices, now)
            found[f"c:{voices.measured.component}"] = (name_of(voices), look.tone.value, look.word)
        for one in standing.incidents:
            found[f"i:{one.id}"] = (one.id, one.state.value, f"{one.status.value} {one.version}")
    return found


async def _sent(response: web.StreamResponse, told: bytes) -> None:
    """Raises TimeoutError where the reader takes nothing."""
    async with asyncio.timeout(SLOW_S):
        await response.write(told)


def _event(name: str, told: Any, at: str) -> str:
    return f"id: {at}\nevent: {name}\ndata: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n"
