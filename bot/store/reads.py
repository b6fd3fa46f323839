"""What the desk reads: nothing here writes, and nothing asks more than the store already knows."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from bot.store import keys
from bot.store.client import RedisClient, mapping, text
from bot.store.keys import keys_of
from bot.store.pings import PingStore
from bot.store.types import START, Delivery, Undeliverable, outlet_of


class Reads:
    """The kept word on each service. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link
        self.pings = PingStore(link)

    async def assessments(self, service: str) -> dict[str, str]:
        return mapping(await self._link.call("HGETALL", keys_of(service).assessments))

    async def assessed(self, service: str, fields: Sequence[str]) -> dict[str, str]:
        """Those of the assessments' fields that are there."""
        found = await self._link.call("HMGET", keys_of(service).assessments, *fields) if fields else []
        return {name: text(body) for name, body in zip(fields, found, strict=True) if body is not None}

    async def positions(self, services: Sequence[str]) -> dict[str, str]:
        """How far the stream of each service is judged, "" where nothing is."""
        asked = (self._link.call("HGET", keys_of(service).judge, "position") for service in services)
        found = await asyncio.gather(*asked)
        return {service: text(position) for service, position in zip(services, found, strict=True)}

    async def attention(self, service: str) -> dict[str, str]:
        return mapping(await self._link.call("HGETALL", keys_of(service).attention))

    async def incidents(self, service: str, limit: int = 20) -> list[str]:
        """The newest incidents (JSON), last opened first."""
        k = keys_of(service)
        ids = await self._link.call("ZREVRANGE", k.opened, 0, limit - 1)
        bodies = await self._link.call("HMGET", k.incidents, *ids) if ids else []
        return [text(body) for body in bodies if body is not None]

    async def incident(self, service: str, incident: str) -> str | None:
        body = await self._link.call("HGET", keys_of(service).incidents, incident)
        return None if body is None else text(body)

    async def timeline(self, service: str, limit: int = 100) -> list[str]:
        """The newest lines, last written first."""
        return [text(line) for line in await self._link.call("LRANGE", keys_of(service).timeline, 0, limit - 1)]

    async def outcome(self, service: str, act: str) -> str | None:
        """What became of a person's act (JSON), once it is judged."""
        body = await self._link.call("GET", keys_of(service).outcome(act))
        return None if body is None else text(body)

    async def note(self, name: str) -> str:
        """A note that one process keeps for all, "" where there is none."""
        return text(await self._link.call("GET", keys.note(name)))

    async def announcements(self) -> dict[str, str]:
        """What people put on the page (JSON), by id."""
        return mapping(await self._link.call("HGETALL", keys.ANNOUNCEMENTS))

    async def record(self, service: str, incident: str) -> str | None:
        """What was kept of an incident for its report (JSON)."""
        body = await self._link.call("HGET", keys_of(service).incidents, f"record:{incident}")
        return None if body is None else text(body)

    async def rollups(
        self, service: str, components: Sequence[str], chunks: Sequence[tuple[str, int]]
    ) -> tuple[float, list[dict[int, str]]]:
        """Until when all is written (Unix seconds, 0: nothing yet), and each chunk's buckets, component by component.

        A chunk is named by its kind and number.
        """
        k = keys_of(service)
        keys = [k.rollup(kind, component, chunk) for component in components for kind, chunk in chunks]
        rolled, *found = await self._link.calls([
            ("HGET", k.judge, "rolled"),
            *(("HGETALL", key) for key in keys),
        ])  # fmt: skip
        return float(rolled or 0), [{int(n): t for n, t in mapping(fields).items()} for fields in found]

    async def ledger(self, service: str) -> list[str]:
        """All rows (JSON), oldest first."""
        return [text(row) for row in await self._link.call("ZRANGE", keys_of(service).ledger, 0, -1)]

    async def deliveries(self, service: str, limit: int = 100) -> list[Delivery]:
        """The deliveries written last, newest first."""
        key = keys_of(service).deliveries
        ids = [text(name) for name in await self._link.call("ZREVRANGE", key, 0, limit - 1)]
        return await self._deliveries(service, ids) if ids else []

    async def delivery(self, service: str, delivery: str) -> Delivery | None:
        """One delivery."""
        found = await self._deliveries(service, [delivery])
        return found[0] if found else None

    async def _deliveries(self, service: str, ids: Sequence[str]) -> list[Delivery]:
        k = keys_of(service)
        fields = ("sub", "ch", "v", "dv", "n", "dn", "where", "tries", "error", "dead", "doubts", "by", "held")
        rows = [("HMGET", k.delivery(name), *fields) for name in ids]
        scores = [("ZSCORE", k.due(outlet_of(name)), name) for name in ids]
        replies = await self._link.calls([*rows, *scores])
        found = zip(ids, replies[: len(ids)], replies[len(ids) :], strict=True)
        return [_delivery(name, row, at) for name, row, at in found if row[0] is not None]

    async def backlog(self, service: str, most: int) -> tuple[int, float | None]:
        """How many rows of the stream are not judged yet (counted up to `most`), and when the newest was written."""
        k = keys_of(service)
        position = text(await self._link.call("HGET", k.judge, "position")) or START
        waiting, newest = await self._link.calls([
            ("XRANGE", k.stream, f"({position}", "+", "COUNT", most),
            ("XREVRANGE", k.stream, "+", "-", "COUNT", 1),
        ])  # fmt: skip
        return len(waiting), int(text(newest[0][0]).split("-")[0]) / 1000 if newest else None

    async def newest(self, service: str) -> str:
        """The position of the newest row of the stream, "" where there is none."""
        rows = await self._link.call("XREVRANGE", keys_of(service).stream, "+", "-", "COUNT", 1)
        return text(rows[0][0]) if rows else ""

    async def aside(self, service: str, limit: int) -> list[str]:
        """The rows set aside last (JSON), newest first."""
        return [text(line) for line in await self._link.call("LRANGE", keys_of(service).aside, 0, limit - 1)]

    async def undeliverable(self, service: str) -> list[Undeliverable]:
        """What could not be said and why, newest first."""
        lines = await self._link.call("LRANGE", keys_of(service).undeliverable, 0, -1)
        return [Undeliverable(**json.loads(line)) for line in lines]


def _delivery(name: str, row: list[Any], due: object) -> Delivery:
    subject, channel, version, done, trail, posted, where, tries, error, dead, doubts, by, held = row
    return Delivery(
        id=name,
        subject=text(subject),
        channel=text(channel),
        version=int(version),
        done_version=int(done or 0),
        waiting_trail=int(trail or 0) - int(posted or 0),
        where=text(where),
        tries=int(tries or 0),
        error=text(error),
        due_at=None if due is None else float(text(str(due))),
        dead_at=None if dead is None else float(dead),
        doubts=int(doubts or 0),
        by=text(by),
        held_until=None if held is None else float(held),
    )
