"""How we ourselves are, as the store knows it: ages and queues of each service, the last word of every part."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel

from bot.core.health.connectivity import State
from bot.core.health.signs import SILENT_S, HealthSign, Kind, Presence, ServiceHealth, presence, ready
from bot.core.health.text import answering, checking, modelled, queues, saving, seeing, service_signs, silence, ticking
from bot.core.text.numbers import number
from bot.settings import Service, Settings
from bot.store.codec import ABOUT, ABOUT_FIELD, SIGN, Codec
from bot.store.keys import SET_ASIDE_KEPT
from bot.store.set_aside import SET_ASIDE
from bot.store.store import Store
from bot.store.vantages import BESIDE


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
        for name, word in sorted((await self._words(now)).items()):
            signs += _vantage(name, word, now)
        return signs

    async def _words(self, now: float) -> "dict[str, VantageWord | None]":
        return together(await self._store.vantages.all(), now)

    async def forgotten(self, now: float) -> list[str]:
        """The vantages of which nobody has heard for so long that they are to be forgotten."""
        records = await self._store.vantages.all()
        words, heard = {name: WORD.load(record) for name, record in records.items()}, together(records, now)
        gone = [name for name, word in words.items() if word and presence(word.at, now) is Presence.FORGOTTEN]
        beside = ((name, word, heard[_place(name)]) for name, word in words.items() if BESIDE in name)
        # One of several probers of a vantage that is no more is nobody's trouble: the others have its share.
        left = [name for name, word, all_of in beside if _here(all_of, now) and not _here(word, now)]
        return list(dict.fromkeys([*gone, *left]))

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
    probers: int = 1
    """How many share the checks there, put together from their words."""


WORD = Codec(VantageWord, "vantages")
SIGHTS = (State.BLIND, State.BLOCKED, State.CLEAR)
"""The worst first."""


def together(records: Mapping[str, str], now: float) -> dict[str, VantageWord | None]:
    """What each vantage says of itself, put together from the words of its probers; None where one cannot be read."""
    words: dict[str, list[VantageWord | None]] = {}
    for name, record in records.items():
        words.setdefault(_place(name), []).append(WORD.load(record))
    return {name: _joined([word for word in found if word], now) for name, found in words.items() if all(found)} | {
        name: None for name, found in words.items() if not all(found)
    }


def _joined(words: Sequence[VantageWord], now: float) -> VantageWord:
    """Of those who are here; where none is, the last one's. What ails one of them ails its vantage."""
    here = [word for word in words if _here(word, now)] or [max(words, key=lambda word: word.at)]
    worst = min(here, key=lambda word: SIGHTS.index(word.sight))
    more: dict[str, object] = {
        "waiting": sum(word.waiting for word in here),
        "skipped": sum(word.skipped for word in here),
        "lost": sum(word.lost for word in here),
        "dropped": sum(word.dropped for word in here),
        "late": tuple(dict.fromkeys(name for word in here for name in word.late)),
        "gone": tuple(dict.fromkeys(name for word in here for name in word.gone)),
        "skew": max((word.skew for word in here), key=abs),
        "sight": worst.sight,
        "sight_since": worst.sight_since,
        "probers": len(here),
    }
    return max(here, key=lambda word: word.at).model_copy(update=more)


def _place(name: str) -> str:
    return name.partition(BESIDE)[0]


def _here(word: VantageWord | None, now: float) -> bool:
    return word is not None and presence(word.at, now) is Presence.HERE


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


def _vantage(name: str, word: VantageWord | None, now: float) -> list[HealthSign]:
    """Its presence, its checks and its clock; of a silent one only that it is."""
    if word is None:
        return [HealthSign(f"vantage {name}", ok=False, sentence=UNREADABLE, kind=Kind.VANTAGE)]
    waiting = number(word.waiting, "result", "results")
    said = f"{waiting} waiting, {number(word.skipped, 'check', 'checks')} left out"
    said += f", {number(word.lost, 'result', 'results')} lost" if word.lost else ""
    said += f", {word.probers} probers share its checks" if word.probers > 1 else ""
    if not _here(word, now):
        return [silence(name, word.at, now)]
    here = HealthSign(f"vantage {name}", True, said, word.at, Kind.VANTAGE)
    more = [
        seeing(name, word.sight, word.at, word.sight_since),
        checking(name, word.late, word.at),
        ticking(f"vantage {name}", word.skew, word.at),
        modelled(name, word.gone, word.at),
    ]
    return [here, *(sign for sign in more if not sign.ok)]
