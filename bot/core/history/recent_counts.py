"""How many results each check had lately and how many of them failed, minute by minute, in good times too. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.model.measurement import OutlierCheck
from bot.core.stats.intervals import wilson

MINUTES = 10
RARE = 30
"""A check that looks seldom has its minutes of half an hour, so that three of three failed can be said of it."""
CHECKS = 50
"""Checks of one component that are told apart; the others count as one."""


@dataclass(frozen=True, slots=True)
class Minute:
    """The results of one minute, counted since the epoch."""

    number: int
    total: int = 0
    failed: int = 0


RecentCounts = dict[str, dict[str, tuple[Minute, ...]]]
"""By component and check."""


def counted(minutes: tuple[Minute, ...], at: float, *, failed: bool) -> tuple[Minute, ...]:
    """The same with one more result; only ten minutes of the last thirty stay, an older result is left out."""
    number = int(at // 60)
    last = minutes[-1] if minutes else None
    if last is None or number > last.number:
        return (*(m for m in minutes if m.number > number - RARE), Minute(number, 1, int(failed)))[-MINUTES:]
    return tuple(Minute(m.number, m.total + 1, m.failed + failed) if m.number == number else m for m in minutes)


def noted(kept: RecentCounts, component: str, check: str, at: float, *, failed: bool) -> None:
    """Count one more result of a component's check."""
    checks = kept.setdefault(component, {})
    name = check if check in checks or len(checks) < CHECKS else ""
    checks[name] = counted(checks.get(name, ()), at, failed=failed)


def pooled(checks: Mapping[str, tuple[Minute, ...]]) -> tuple[Minute, ...]:
    """All checks together, in the last ten minutes."""
    latest = max((m.number for minutes in checks.values() for m in minutes), default=0)
    sums: dict[int, Minute] = {}
    for minutes in checks.values():
        for m in minutes:
            if m.number > latest - MINUTES:
                had = sums.get(m.number, Minute(m.number))
                sums[m.number] = Minute(m.number, had.total + m.total, had.failed + m.failed)
    return tuple(sums[number] for number in sorted(sums))


def apart(checks: Mapping[str, tuple[Minute, ...]], now: float) -> OutlierCheck | None:
    """The check that fails so much more often than the others that the pool would hide it; None where none does.

    More often: their 95% intervals do not meet.
    """
    sums = {name: _sums(minutes, now) for name, minutes in checks.items()}
    found = None
    for name, (failed, total) in sums.items():
        others_failed = sum(f for other, (f, _) in sums.items() if other != name)
        others = sum(t for other, (_, t) in sums.items() if other != name)
        if failed < 2 or not others or wilson(failed / total, total)[0] <= wilson(others_failed / others, others)[1]:
            continue
        if found is None or failed * found.total > found.failed * total:
            found = OutlierCheck(name, failed, total, others_failed, others)
    return found


def _sums(minutes: Iterable[Minute], now: float) -> tuple[int, int]:
    recent = [m for m in minutes if m.number > now // 60 - RARE]
    return sum(m.failed for m in recent), sum(m.total for m in recent)


def lately(minutes: tuple[Minute, ...], now: float) -> tuple[int, int, float]:
    """Failed, total, and the seconds they span, within the last ten minutes before `now`."""
    recent = [m for m in minutes if m.number > now // 60 - MINUTES]
    span = now - recent[0].number * 60 if recent else 0.0
    return sum(m.failed for m in recent), sum(m.total for m in recent), max(0.0, span)
