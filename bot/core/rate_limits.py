"""How much one prober asks of others: the limits, and what they come to at a moment. Pure: the clock is an argument."""

from collections import deque
from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Of one host at most `at_once` requests under way and `per_s` begun in a second, by all checks of one prober.

    Beyond its intervals a component is checked again `extra_per_hour` times in any hour at most, from each vantage.
    """

    at_once: int = 4
    per_s: float = 10.0
    extra_per_hour: int = 720


class ReprobeBudget:
    """The looks beyond the intervals in the last hour, by component; `refused` counts those over the limit."""

    def __init__(self, per_hour: int) -> None:
        self._per_hour = per_hour
        self._taken: dict[str, deque[float]] = {}
        self.refused = 0

    def take(self, component: str, now: float) -> bool:
        """Whether one more is allowed now; it counts if it is. `now` in seconds; a clock set back forgets."""
        taken = self._taken.setdefault(component, deque())
        while taken and not 0 <= now - taken[0] < HOUR_S:
            taken.popleft()
        if len(taken) >= self._per_hour:
            self.refused += 1
            return False
        taken.append(now)
        return True


class RateLimiter:
    """Requests to one host begin at least `1 / per_s` seconds apart."""

    def __init__(self, per_s: float) -> None:
        self._apart = 1 / per_s
        self._next = 0.0

    def take(self, now: float, patience_s: float) -> float | None:
        """Seconds to wait before the next request, whose moment is kept for it; None (and nothing kept) if too long.

        `now` is of a clock that never goes back.
        """
        wait = max(0.0, self._next - now)
        if wait > patience_s:
            return None
        self._next = now + wait + self._apart
        return wait
