"""How we ourselves are, as the store knows it: ages and queues of each service, the last word of every part."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel

from bot.core.health.sight import State
from bot.core.health.signs import SILENT_S, HealthSign, Kind, Presence, ServiceHealth, presence, ready
from bot.core.health.text import answering, checking, modelled, queues, saving, seeing, service_signs, silence, ticking
from bot.core.text.numbers import number
from bot.settings import Service, Settings
from bot.store.codec import ABOUT, ABOUT_FIELD, SIGN, Codec
from bot.store.keys import SET_ASIDE_KEPT
from bot.store.set_aside import SET_ASIDE
from bot.store.store import Store


class HealthReader:
    """Reads only; calls raise `StoreError`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._services = {service.id: service for service in settings.services}
        self._outlets = tuple(channel.name for channel in settings.channels)

    async def every(self, now: float) -> Sequence[ServiceHealth]:
        """All services."""
        return await asyncio.gather(*(self.own(service, now) for service in self._services))

    async def own(self, service: str, now: float) -> ServiceHealth:
        """Ages and queues of one service."""
        views, outbox = self._store.views, self._store.outbox
        kept = (await views.assessed(service, [ABOUT_FIELD])).get(ABOUT_FIELD)
        backlog, written = await views.backlog(service, MOST)
        due = [(outlet, count) for outlet in self._outlets if (count := await outbox.waiting(service, outlet))]
        first = [(outlet, at) for outlet, _ in due if (at := await outbox.next_due(service, outlet)) is not None]
        lost = await views.undeliverable(service)
        configured = self._services[service]
        return ServiceHealth(
            service=service,
            name=configured.name,
            judged_at=_judged(kept),
            written_at=written,
            backlog=backlog,
            due=tuple(due),
            due_since=min((at for _, at in first), default=None),
            lost_at=tuple(one.at for one in lost),
            late=tuple((outlet, at) for outlet, at in first if at < now),
            every_s=_pace(configured),
            cut=(await self._store.load(service)).lost,
            refused=(await self._store.purse.spent(service)).refused,
            aside=tuple(SET_ASIDE.load_all(await views.aside(service, SET_ASIDE_KEPT))),
        )

    async def signs(self, now: float) -> Sequence[HealthSign]:
        """The store, the parts of every process, the vantages."""
        info = await self._store.info()
        signs = [saving(info.aof, info.memory_bytes, info.memory_limit, info.eviction, now)]
        signs.append(answering(await self._store.ping(), now))
        signs += _parts(await self._store.health.all(), now)
        for name, record in sorted((await self._store.vantages.all()).items()):
            signs += _vantage(name, record, now)
        return signs

    async def forgotten(self, now: float) -> list[str]:
        """The vantages of which nobody has heard for so long that they are to be forgotten."""
        words = {name: WORD.load(record) for name, record in (await self._store.vantages.all()).items()}
        return [name for name, word in words.items() if word and presence(word.at, now) is Presence.FORGOTTEN]

    async def lost(self, owned: Sequence[ServiceHealth]) -> dict[str, int]:
        """How many results were lost so far: cut from the stream of a service, or given up by a vantage."""
        found = {own.name: own.cut for own in owned}
        for name, record in (await self._store.vantages.all()).items():
            word = WORD.load(record)
            found[f"vantage {name}"] = word.lost if word else 0
        return found


async def not_ready_reasons(health: HealthReader, now: float) -> list[HealthSign]:
    """What keeps us, all processes together, from our work. Raises StoreError."""
    owned, signs = await health.every(now), await health.signs(now)
    every = [*signs, *queues(owned, signs, now), *(sign for own in owned for sign in service_signs(own, now))]
    return list(ready(every))


MOST = 1_000
"""Rows counted of a backlog; more are as bad."""
UNREADABLE = "its last heartbeat cannot be read: another version?"


class VantageWord(BaseModel):
    """What a prober leaves of itself in the store.

    Rows that wait to be written and were lost, checks that were left out, checks not done in time, and how far its
    clock is ahead of the store's (seconds); whether it can tell its own network's failures, and since when; checks
    whose model is gone.
    """

    at: float
    waiting: int = 0
    skipped: int = 0
    lost: int = 0
    late: tuple[str, ...] = ()
    skew: float = 0.0
    sight: State = State.CLEAR
    sight_since: float | None = None
    gone: tuple[str, ...] = ()
    version: str = ""
    dropped: int = 0


WORD = Codec(VantageWord, "vantages")


def _pace(service: Service) -> float:
    """How often something of a service is checked and written down, in seconds; 0 where nothing is."""
    every = [check.interval_s for component in service.components for check in component.checks]
    every += [service.page.interval_s] if service.page else []
    return min(every, default=0.0)


def _judged(kept: str | None) -> float | None:
    about = ABOUT.load(kept or None)
    return about.at if about else None


def _parts(parts: dict[str, str], now: float) -> list[HealthSign]:
    """Each process's word on each part; of processes that are silent only where none else speaks of the part."""
    fresh: list[HealthSign] = []
    silent: dict[str, HealthSign] = {}
    for part, record in sorted(parts.items()):
        sign = SIGN.load(record)
        if sign is None:
            fresh.append(HealthSign(f"channel {part}", ok=False, sentence=UNREADABLE))
            continue
        sign = replace(sign, name=f"channel {sign.name}") if sign.kind is Kind.CHANNEL else sign
        if sign.at is not None and now - sign.at > SILENT_S:
            said = f"silent; its last report: {sign.sentence}"
            silent[sign.name] = replace(sign, ok=False, sentence=said, since=sign.at, elsewhere=False)
        else:
            fresh.append(sign)
    heard = {sign.name for sign in fresh}
    gone = [sign for name, sign in silent.items() if name not in heard]
    # The clock of a process that is no more is nobody's.
    return fresh + [sign for sign in gone if sign.kind is not Kind.CLOCK]


def _vantage(name: str, record: str, now: float) -> list[HealthSign]:
    """Its presence, its checks and its clock; of a silent one only that it is."""
    word = WORD.load(record)
    if word is None:
        return [HealthSign(f"vantage {name}", ok=False, sentence=UNREADABLE, kind=Kind.VANTAGE)]
    waiting = number(word.waiting, "result", "results")
    said = f"{waiting} waiting, {number(word.skipped, 'check', 'checks')} left out"
    said += f", {number(word.lost, 'result', 'results')} lost" if word.lost else ""
    if presence(word.at, now) is not Presence.HERE:
        return [silence(name, word.at, now)]
    here = HealthSign(f"vantage {name}", True, said, word.at, Kind.VANTAGE)
    more = [
        seeing(name, word.sight, word.at, word.sight_since),
        checking(name, word.late, word.at),
        ticking(f"vantage {name}", word.skew, word.at),
        modelled(name, word.gone, word.at),
    ]
    return [here, *(sign for sign in more if not sign.ok)]
