"""The rules of other monitors on the same recordings, for comparison. Pure.

Each looks on schedule only, judges every stream by itself, and is spared what carries no evidence (our quota, bot
challenges, our own network). An incident is open while any stream's rule says so. Written from the rules' published
descriptions: alert on the first failure (many forms' default), k failures in a row with r successes to recover
(Gatus, Uptime Kuma with retries), k of the last n (closing after 20 successes), multi-window burn rates of a 99.9%
objective (Site Reliability Workbook: 14.4 over 1 h and 5 min, 6 over 6 h and 30 min).
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

from bot.core.detection.classification import Sample, classified
from bot.core.replay.trace import QUIET, Place, World

CLEAR = 20


class Rule(Protocol):
    """One stream's rule: told each result, says whether it is alarmed.

    `calm` is as many calls of `see(False)`, only made while it is not alarmed: no rule is alarmed by a success.
    """

    def see(self, failed: bool) -> bool: ...
    def calm(self, looks: int) -> None: ...


@dataclass(slots=True)
class InARow:
    """`k` failures in a row open, `recovery` successes in a row close."""

    k: int
    recovery: int
    row: int = 0
    alarmed: bool = False

    def see(self, failed: bool) -> bool:
        against = failed != self.alarmed
        self.row = self.row + 1 if against else 0
        if self.row >= (self.recovery if self.alarmed else self.k):
            self.alarmed, self.row = not self.alarmed, 0
        return self.alarmed

    def calm(self, looks: int) -> None:
        """Take in that many successes in a row."""
        self.row = 0 if looks else self.row


@dataclass(slots=True)
class OfTheLast:
    """`k` failures of the last `n` looks open, `CLEAR` successes in a row close."""

    k: int
    n: int
    looks: int = 0
    good: int = CLEAR
    failures: deque[int] = field(default_factory=deque)
    alarmed: bool = False

    def see(self, failed: bool) -> bool:
        self.looks += 1
        while self.failures and self.failures[0] <= self.looks - self.n:
            self.failures.popleft()
        self.good = 0 if failed else self.good + 1
        if failed:
            self.failures.append(self.looks)
        if self.alarmed and self.good >= CLEAR:
            self.alarmed = False
            self.failures.clear()
        elif len(self.failures) >= self.k:
            self.alarmed = True
        return self.alarmed

    def calm(self, looks: int) -> None:
        """Take in that many successes in a row."""
        self.looks += looks
        self.good += looks


@dataclass(slots=True)
class Burn:
    """Error budget burnt too fast in a long and a short window, either pair."""

    interval_s: float
    budget: float = 0.001
    looks: int = 0
    failures: deque[int] = field(default_factory=deque)

    def see(self, failed: bool) -> bool:
        self.looks += 1
        if failed:
            self.failures.append(self.looks)
        while self.failures and self.failures[0] <= self.looks - 21600 / self.interval_s:
            self.failures.popleft()
        if not self.failures:
            return False
        return (self._rate(3600) > 14.4 and self._rate(300) > 14.4) or (self._rate(21600) > 6 and self._rate(1800) > 6)

    def calm(self, looks: int) -> None:
        """Take in that many successes in a row."""
        self.looks += looks

    def _rate(self, window_s: float) -> float:
        n = window_s / self.interval_s
        return sum(1 for at in self.failures if at > self.looks - n) / n / self.budget


RULES: dict[str, Callable[[World], Rule]] = {
    "first-failure": lambda _: InARow(1, 1),
    "3-in-row": lambda _: InARow(3, 2),
    "5-of-60": lambda _: OfTheLast(5, 60),
    "burn-rate": lambda world: Burn(world.interval_s),
}


@dataclass(frozen=True, slots=True)
class Product:
    """A monitor as it comes: its rule for one stream, the interval where it has one of its own, and what the rule is.

    Each is taken at its best: retries at the interval of the checks, rules evaluated at each result.
    """

    make: Callable[[World], Rule]
    says: str
    interval_s: float | None = None


def _lasting(seconds: float) -> Callable[[World], Rule]:
    """Alarmed when every result for `seconds` was a failure, well again at the first success."""
    return lambda world: InARow(ceil(seconds / world.interval_s) + 1, 1)


PRODUCTS: dict[str, Product] = {
    "Gatus": Product(
        lambda _: InARow(3, 2),
        "3 failures in a row open, 2 successes close: the defaults of failure-threshold and success-threshold"
        " (README of TwiN/gatus, endpoints[].alerts[])",
    ),
    "Uptime Kuma": Product(
        lambda _: InARow(1, 1),
        "the first failure opens: a new monitor has 0 retries (louislam/uptime-kuma, src/pages/EditMonitor.vue)",
    ),
    "Uptime Kuma, 3 retries": Product(
        lambda _: InARow(4, 1), "the fourth failure in a row opens, the first success closes: Retries set to 3"
    ),
    "blackbox, for: 5m": Product(
        _lasting(300),
        "probe_success == 0 at every result for 5 minutes (Prometheus alerting rules, `for`)",
    ),
    "multi-burn-rate": Product(
        lambda world: Burn(world.interval_s),
        "99.9% objective: 14.4 times its error budget over 1 h and 5 min, or 6 times over 6 h and 30 min"
        " (Site Reliability Workbook, chapter 5)",
    ),
    "AIWatch": Product(
        lambda _: InARow(3, 1),
        "3 failed probes in a row, one probe in 5 minutes (bentleypark/aiwatch, worker/src/probe.ts,"
        " detectConsecutiveSpikes); there only no answer or a slow one is a failure, here an error is one too",
        interval_s=300.0,
    ),
}
"""The rules of known monitors with their defaults, looked up in their own sources in 2026."""


def rule(name: str) -> Callable[[World], Rule]:
    """The maker of a rule by its name: one of `RULES`, or any "K-in-row", "K-in-row/R", "K-of-N". Raises ValueError."""
    if name in RULES:
        return RULES[name]
    if found := re.fullmatch(r"(\d{1,3})-in-row(?:/(\d{1,3}))?", name):
        k, recovery = int(found[1]), int(found[2] or 2)
        if k and recovery:
            return lambda _: InARow(k, recovery)
    if found := re.fullmatch(r"(\d{1,4})-of-(\d{1,4})", name):
        k, n = int(found[1]), int(found[2])
        if 0 < k <= n:
            return lambda _: OfTheLast(k, n)
    raise ValueError(f"no rule called {name[:40]!r}: {', '.join(RULES)}, K-in-row/R or K-of-N")


def opened(world: World, make: Callable[[World], Rule]) -> list[float]:
    """When the rule opens incidents, in seconds from the start."""
    alarms: set[int] = set()
    openings = []
    turns = [(slot, i, on) for i, place in enumerate(world.places) for slot, on in _turns(world, place, make(world))]
    for slot, index, on in sorted(turns):
        if on and not alarms:
            openings.append(slot * world.slot_s)
        if on:
            alarms.add(index)
        else:
            alarms.discard(index)
    return openings


def _turns(world: World, place: Place, rule: Rule) -> Iterator[tuple[int, bool]]:
    """The slots in which one stream's rule becomes alarmed, or well again."""
    first = place.offset % world.every
    sampled = place.seen[first :: world.every]
    alarmed, looked = False, 0
    for at in [*(m.start() for m in re.finditer(f"[^{re.escape(QUIET)}]", sampled)), len(sampled)]:
        while alarmed and looked < at:
            alarmed = rule.see(False)
            if not alarmed:
                yield first + looked * world.every, False
            looked += 1
        rule.calm(at - looked)
        looked = at + 1
        result = _result(world, place, first + at * world.every) if at < len(sampled) else None
        if result is not None and rule.see(result.failed) != alarmed:
            alarmed = not alarmed
            yield first + at * world.every, alarmed


def _result(world: World, place: Place, slot: int) -> Sample | None:
    seen = world.observed(place, slot)
    return classified(seen) if seen else None
