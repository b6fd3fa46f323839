"""How we ourselves are, as the store knows it: ages and queues of each service, the last word of every part."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.core.service import About
from bot.core.words.figures import number
from bot.core.words.health import SILENT_S, Own, Sign
from bot.judge import ABOUT, ABOUT_FIELD
from bot.settings import Settings
from bot.store.store import Store

MOST = 1_000
"""Rows counted of a backlog; more are as bad."""
SLOW_MS = 50.0
UNREADABLE = "its last word cannot be read: another version?"

SIGN = TypeAdapter(Sign)


class VantageWord(BaseModel):
    """What a prober leaves of itself in the store."""

    at: float
    waiting: int = 0
    skipped: int = 0


class Health:
    """Reads only; calls raise `StoreError`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._names = {service.id: service.name for service in settings.services}
        self._outlets = tuple(channel.name for channel in settings.channels)

    async def own(self, service: str) -> Own:
        """Ages and queues of one service."""
        views, outbox = self._store.views, self._store.outbox
        kept = (await views.assessed(service, [ABOUT_FIELD])).get(ABOUT_FIELD)
        backlog, written = await views.backlog(service, MOST)
        due = [(outlet, await outbox.waiting(service, outlet)) for outlet in self._outlets]
        since = [await outbox.next_due(service, outlet) for outlet, count in due if count]
        lost = await views.undeliverable(service)
        return Own(
            service=service,
            name=self._names[service],
            judged_at=_judged(kept),
            written_at=written,
            backlog=backlog,
            due=tuple((outlet, count) for outlet, count in due if count),
            due_since=min((at for at in since if at is not None), default=None),
            lost_at=tuple(one.at for one in lost),
        )

    async def signs(self, now: float) -> Sequence[Sign]:
        """The store, the channels, the vantages."""
        latency = await self._store.ping()
        signs = [Sign("store", latency < SLOW_MS, f"answers in {latency:.1f} ms", now)]
        signs += _channels(await self._store.shared.health(), now)
        for name, record in sorted((await self._store.vantages()).items()):
            signs.append(_vantage(name, record, now))
        return signs


def _judged(kept: str | None) -> float | None:
    try:
        about: About | None = ABOUT.validate_json(kept) if kept else None
    except ValidationError:
        return None
    return about.at if about else None


def _channels(parts: dict[str, str], now: float) -> list[Sign]:
    """Each process's word on each channel; of processes that are silent only where none else speaks of the channel."""
    fresh: list[Sign] = []
    silent: dict[str, Sign] = {}
    for part, record in sorted(parts.items()):
        try:
            sign = SIGN.validate_json(record)
        except ValidationError:
            fresh.append(Sign(f"channel {part}", ok=False, sentence=UNREADABLE))
            continue
        sign = replace(sign, name=f"channel {sign.name}")
        if sign.at is not None and now - sign.at > SILENT_S:
            silent[sign.name] = replace(sign, ok=False, sentence=f"silent; its last word: {sign.sentence}")
        else:
            fresh.append(sign)
    heard = {sign.name for sign in fresh}
    return fresh + [sign for name, sign in silent.items() if name not in heard]


def _vantage(name: str, record: str, now: float) -> Sign:
    try:
        word = VantageWord.model_validate_json(record)
    except ValidationError:
        return Sign(f"vantage {name}", ok=False, sentence=UNREADABLE)
    waiting = number(word.waiting, "observation", "observations")
    told = f"{waiting} waiting, {number(word.skipped, 'look', 'looks')} left out"
    return Sign(f"vantage {name}", now - word.at <= SILENT_S, told, word.at)
