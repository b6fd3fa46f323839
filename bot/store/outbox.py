"""What is to be said: couriers claim due deliveries, and settle each claim as done, to be retried, or given up.

A claim is a lease on one row: it makes the row due again by itself when it expires, and its token is asked for at the
end, so that a courier that was too slow changes nothing.
"""

import json
import secrets
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from bot.store import keys
from bot.store.client import RedisClient, Value, text
from bot.store.keys import keys_of
from bot.store.types import Claimant, ClaimedDelivery, DeliveryWrite, Undeliverable, outlet_of

_CANDIDATES = 500
"""Due rows of targets that are free, looked at for one claim; more than any courier takes at once."""
_EACH = 8
"""Rows of one target taken in one claim: they are served in turn, so that more would only wait."""
_ERROR = 300
"""Longest reason kept, in characters."""


class Outbox:
    """The deliveries of all services. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def claim(
        self, service: str, outlet: str, courier: Claimant, now: float, busy: AbstractSet[str] = frozenset()
    ) -> list[ClaimedDelivery]:
        """Deliveries of one channel due at `now`, none of them for a `busy` target.

        News goes before fresher figures, then the earliest due.
        """
        k = keys_of(service)
        due = k.due(outlet)
        ids = [text(name) for name in await self._link.run("pick", (due,), (now, _CANDIDATES, _EACH, *busy))]
        if not ids:
            return []
        # Whoever asks again, because a reply was lost or a replica did not confirm, gets what was taken.
        by = f"{courier.name}:{secrets.token_hex(4)}"
        numbers = (now, now + courier.lease_s, by, keys.DELIVERY_TTL_S, courier.at_once, _EACH)
        args: tuple[Value, ...] = (*numbers, *ids)
        taken = await self._link.run("claim", (due, *map(k.delivery, ids)), args)
        return [_claimed(service, row) for row in taken]

    async def ring(self, outlet: str) -> None:
        """Something was written that this channel is to say, and another process serves it."""
        await self._link.call("SET", keys.bell(outlet), secrets.token_hex(4), "EX", keys.BELL_TTL_S)

    async def rung(self, outlet: str) -> str:
        """What changes whenever somebody rings."""
        return text(await self._link.call("GET", keys.bell(outlet)))

    async def waiting(self, service: str, outlet: str) -> int:
        """How many deliveries of one channel are not done yet."""
        return int(await self._link.call("ZCARD", keys_of(service).due(outlet)))

    async def next_due(self, service: str, outlet: str) -> float | None:
        """When the earliest waiting delivery of one channel is due (Unix seconds)."""
        first = await self._link.call("ZRANGE", keys_of(service).due(outlet), 0, 0, "WITHSCORES")
        return float(first[1]) if first else None

    async def done(
        self, claimed: ClaimedDelivery, version: int, trail_n: int, where: str, next_due: float | None = None
    ) -> bool:
        """It stands on the channel as `version`, with the trail up to line `trail_n`; `where` (JSON) finds it again.

        No write that is not urgent is due before `next_due`. What was wanted meanwhile stays due.
        Returns: False when the claim had expired and another courier has the row.
        """
        return await self._settle(claimed, "done", (version, trail_n, where, next_due or 0))

    async def retry(self, claimed: ClaimedDelivery, error: str, due_at: float, *, doubtful: bool = False) -> bool:
        """Not now: nothing goes to this row's channel about its subject before `due_at`.

        `doubtful`: it may have been posted all the same; that is counted and stays on record.
        """
        return await self._settle(claimed, "retry", (error[:_ERROR], due_at, int(doubtful)))

    async def keep(self, claimed: ClaimedDelivery, until: float) -> bool:
        """The claim goes on until then; False when it had expired and another courier has the row."""
        return await self._settle(claimed, "keep", (until,))

    async def hold(self, claimed: ClaimedDelivery, why: str, until: float) -> bool:
        """Not tried: it is looked at again at `until`, however urgent its news, and the reason stands on the desk."""
        return await self._settle(claimed, "hold", (why[:_ERROR], until))

    async def give_up(self, claimed: ClaimedDelivery, error: str, now: float) -> bool:
        """Never in this form: kept in the list of undeliverable ones with the reason; urgent news will try again."""
        entry = Undeliverable(claimed.id, claimed.subject, claimed.channel, claimed.version, error[:_ERROR], now)
        line = json.dumps(asdict(entry), ensure_ascii=False, separators=(",", ":"))
        args = (error[:_ERROR], now, claimed.version, line, keys.UNDELIVERABLE_KEPT, keys.SERVICE_TTL_S)
        return await self._settle(claimed, "give_up", args)

    async def editions(self, service: str, deliveries: Sequence[str]) -> list[tuple[int, int] | None]:
        """The version wanted of each and the one on its channel; None for unknown ones."""
        k = keys_of(service)
        rows = await self._link.calls([("HMGET", k.delivery(name), "v", "dv") for name in deliveries])
        return [None if wanted is None else (int(wanted), int(done or 0)) for wanted, done in rows]

    async def delivered(self, service: str, deliveries: Sequence[str]) -> list[tuple[int, str] | None]:
        """The version that each has on its channel, and its body where that is the newest; None for unknown ones."""
        k = keys_of(service)
        rows = await self._link.calls([("HMGET", k.delivery(name), "v", "dv", "body") for name in deliveries])
        return [
            None if row[0] is None else (int(row[1] or 0), text(row[2]) if row[0] == row[1] else "") for row in rows
        ]

    async def adopt(self, service: str, write: DeliveryWrite, where: str) -> bool:
        """Take up a message that stands at `where`, for this last edition; False where the store knows of it.

        What was found anew under its id goes on in it; where nothing was yet, or that has another message already, this
        one ends beside it, under an id of its own.
        """
        taken = await self._adopt(service, write, where, "own")
        if taken >= 0:
            return taken == 1
        mark = sha256(where.encode()).hexdigest()[:8]
        beside = replace(write, subject=f"{write.subject}~{mark}")
        return await self._adopt(service, beside, where, "beside") == 1

    async def _adopt(self, service: str, write: DeliveryWrite, where: str, how: str) -> int:
        k = keys_of(service)
        words = (write.id, write.subject, write.channel, write.version, write.body, where, write.due_at)
        names = (k.due(write.outlet), k.delivery(write.id), k.deliveries)
        return int(await self._link.run("adopt", names, (*words, keys.DELIVERY_TTL_S, keys.SERVICE_TTL_S, how)))

    async def _settle(self, claimed: ClaimedDelivery, verb: str, args: tuple[Value, ...]) -> bool:
        k = keys_of(claimed.service)
        names = (k.due(outlet_of(claimed.channel)), k.delivery(claimed.id), k.undeliverable)
        return bool(
            await self._link.run("settle", names, (claimed.id, claimed.token, keys.DELIVERY_TTL_S, verb, *args))
        )


def _claimed(service: str, row: list[Any]) -> ClaimedDelivery:
    name, token, subject, channel, version, body, urgent, done, where, tries, doubts, trail = row
    return ClaimedDelivery(
        id=text(name),
        subject=text(subject),
        channel=text(channel),
        version=int(version),
        body=text(body),
        urgent=int(urgent) > int(done),
        trail=tuple(zip(map(int, trail[::2]), map(text, trail[1::2]), strict=True)),
        done_version=int(done),
        where=text(where),
        tries=int(tries),
        doubts=int(doubts),
        service=service,
        token=text(token),
    )
