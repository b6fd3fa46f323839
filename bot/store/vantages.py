"""Which services are looked at, and what each vantage last said of itself."""

from collections.abc import Iterator, Sequence
from itertools import chain

from bot.store import keys
from bot.store.client import RedisClient, Value, mapping, text

BESIDE = "/"
"""Between a vantage and the number of its second prober and those after; no vantage has it in its name."""


class VantageStore:
    """Services and vantages. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def announce(self, services: Sequence[str], now: float) -> None:
        """Put services into the index; those nobody announces any more fall out of it."""
        if services:
            members: Iterator[Value] = chain.from_iterable((now, service) for service in services)
            await self._link.calls([
                ("ZADD", keys.SERVICES, *members),
                ("ZREMRANGEBYSCORE", keys.SERVICES, "-inf", now - keys.SERVICES_TTL_S),
                ("EXPIRE", keys.SERVICES, keys.SERVICES_TTL_S),
            ])  # fmt: skip

    async def services(self) -> list[str]:
        return sorted(text(name) for name in await self._link.call("ZRANGE", keys.SERVICES, 0, -1))

    async def put(self, name: str, record: str, now: float) -> None:
        """The last word of a vantage (JSON); those silent for `VANTAGE_TTL_S` fall out."""
        old = await self._link.call("ZRANGEBYSCORE", keys.SEEN, "-inf", now - keys.VANTAGE_TTL_S)
        excess = await self._link.call("ZRANGE", keys.SEEN, 0, -keys.VANTAGES_KEPT)
        gone = {*old, *excess} - {name.encode()}
        await self._link.calls([
            *((verb, key, *gone) for verb, key in (("HDEL", keys.VANTAGES), ("ZREM", keys.SEEN)) if gone),
            ("HSET", keys.VANTAGES, name, record),
            ("ZADD", keys.SEEN, now, name),
            ("EXPIRE", keys.VANTAGES, keys.VANTAGE_TTL_S),
            ("EXPIRE", keys.SEEN, keys.VANTAGE_TTL_S),
        ])  # fmt: skip

    async def forget(self, names: Sequence[str]) -> None:
        """Drop the last words of vantages."""
        if names:
            await self._link.calls([("HDEL", keys.VANTAGES, *names), ("ZREM", keys.SEEN, *names)])

    async def all(self) -> dict[str, str]:
        return mapping(await self._link.call("HGETALL", keys.VANTAGES))
