"""What the desk reads: nothing here writes, and nothing asks more than the store already knows."""

import json
from typing import Any

from bot.store.keys import keys_of
from bot.store.link import Link, mapping, text
from bot.store.values import Delivery, Undeliverable, outlet_of


class Views:
    """The kept word on each service. Operations raise `StoreError`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def assessments(self, service: str) -> dict[str, str]:
        return mapping(await self._link.call("HGETALL", keys_of(service).assessments))

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

    async def ledger(self, service: str) -> list[str]:
        """All rows (JSON), oldest first."""
        return [text(row) for row in await self._link.call("ZRANGE", keys_of(service).ledger, 0, -1)]

    async def deliveries(self, service: str, limit: int = 100) -> list[Delivery]:
        """The deliveries written last, newest first."""
        k = keys_of(service)
        ids = [text(name) for name in await self._link.call("ZREVRANGE", k.deliveries, 0, limit - 1)]
        if not ids:
            return []
        fields = ("sub", "ch", "v", "dv", "n", "dn", "where", "tries", "error", "dead", "doubts")
        rows = [("HMGET", k.delivery(name), *fields) for name in ids]
        scores = [("ZSCORE", k.due(outlet_of(name)), name) for name in ids]
        replies = await self._link.calls([*rows, *scores])
        found = zip(ids, replies[: len(ids)], replies[len(ids) :], strict=True)
        return [_delivery(name, row, at) for name, row, at in found if row[0] is not None]

    async def undeliverable(self, service: str) -> list[Undeliverable]:
        """What could not be said and why, newest first."""
        lines = await self._link.call("LRANGE", keys_of(service).undeliverable, 0, -1)
        return [Undeliverable(**json.loads(line)) for line in lines]


def _delivery(name: str, row: list[Any], due: object) -> Delivery:
    subject, channel, version, done, trail, posted, where, tries, error, dead, doubts = row
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
    )
