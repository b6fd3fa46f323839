"""How many results a component had lately and how many of them failed, minute by minute, in good times too. Pure."""

from dataclasses import dataclass

MINUTES = 10


@dataclass(frozen=True, slots=True)
class Minute:
    """The results of one minute, counted since the epoch."""

    number: int
    total: int = 0
    failed: int = 0


def counted(minutes: tuple[Minute, ...], at: float, *, failed: bool) -> tuple[Minute, ...]:
    """The same with one more result; only the last ten minutes stay, a result that is older still is left out."""
    number = int(at // 60)
    last = minutes[-1] if minutes else None
    if last is None or number > last.number:
        return (*(m for m in minutes if m.number > number - MINUTES), Minute(number, 1, int(failed)))
    return tuple(Minute(m.number, m.total + 1, m.failed + failed) if m.number == number else m for m in minutes)


def lately(minutes: tuple[Minute, ...], now: float) -> tuple[int, int, float]:
    """Failed, total, and the seconds they span, within the last ten minutes before `now`."""
    recent = [m for m in minutes if m.number > now // 60 - MINUTES]
    span = now - recent[0].number * 60 if recent else 0.0
    return sum(m.failed for m in recent), sum(m.total for m in recent), max(0.0, span)
