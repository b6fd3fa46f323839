"""What jobs report of themselves, by the id in their address; times are the server's."""

import json
import secrets

from bot.core.model.ping import ClosedSpan, PingEvent, PingRecord
from bot.store import keys
from bot.store.client import RedisClient, mapping

OPEN_EVERY_S = 5.0
"""How often an open door says so."""
CLOSED_AFTER_S = 20.0
"""Without a word for so long it counts as closed."""


class PingStore:
    """Heartbeats by id, and the door that they come in by. Operations raise `StoreError`, and may be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def add(self, name: str, kind: str, run: str = "", code: int | None = None, body: str = "") -> None:
        """Keep one word of a job: "start", "ok", "fail" or "log"; `run` tells runs apart that overlap."""
        words = (kind, run, "" if code is None else code, body[: keys.PING_BODY])
        await self._link.run(
            "ping", (keys.ping(name),), (*words, keys.PING_EVENTS, keys.PING_TTL_S, secrets.token_hex(8))
        )

    async def get(self, name: str) -> PingRecord:
        """All that is known of one; an empty record where nothing ever came."""
        return _record(mapping(await self._link.call("HGETALL", keys.ping(name))))

    async def door_open(self) -> None:
        """Say that pings can come in now."""
        await self._link.run("door", (keys.DOOR,), (int(CLOSED_AFTER_S), keys.GAPS_KEPT, keys.DOOR_TTL_S))

    async def closed(self, now: float) -> tuple[ClosedSpan, ...]:
        """When nothing could come in lately, oldest first; the last one has no end where that is so now."""
        opened, gaps = await self._link.call("HMGET", keys.DOOR, "open_at", "gaps")
        spans = [ClosedSpan(float(begins), float(ends)) for begins, ends in (json.loads(gaps) if gaps else ())]
        if opened is not None and now - float(opened) > CLOSED_AFTER_S:
            spans.append(ClosedSpan(float(opened), None))
        return tuple(spans)


def _record(row: dict[str, str]) -> PingRecord:
    events = [
        PingEvent(float(at), kind, _number(code), _time(took), body)
        for at, kind, code, took, body in json.loads(row.get("events") or "[]")
    ]
    return PingRecord(
        started_at=_time(row.get("started_at", "")),
        last_at=_time(row.get("last_at", "")),
        ok_at=_time(row.get("ok_at", "")),
        failed_at=_time(row.get("failed_at", "")),
        code=_number(row.get("code", "")),
        took_s=_time(row.get("took_s", "")),
        body=row.get("body", ""),
        failures=int(row.get("failures") or 0),
        events=tuple(events),
    )


def _time(word: str) -> float | None:
    return float(word) if word else None


def _number(word: str) -> int | None:
    return int(word) if word else None
