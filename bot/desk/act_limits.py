"""How often one person may change things: more than anybody does by hand, and less than a script that went wild."""

from collections import OrderedDict

from bot.core.model.person import Person

PER_MINUTE = 30
"""A press on a message about a storm counts once, however many incidents it acts on."""
MOST = 10_000
"""People remembered; whoever was idle for longest is forgotten."""
ACTS = frozenset({
    "report", "works", "ack", "release", "resolve", "silence", "unsilence", "maintenance", "announce", "notify",
    "right", "wrong", "subscribe", "unsubscribe", "test",
})  # fmt: skip
"""Commands that write."""


class ActLimits:
    """A bucket a person, filled evenly. By this process: replicas multiply it."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._most = per_minute
        self._left: OrderedDict[Person, tuple[float, float]] = OrderedDict()

    def wait_s(self, person: Person, now: float) -> float:
        """Count one act at `now` (Unix seconds); 0 where it may be, else after how many seconds the next one may."""
        left, at = self._left.pop(person, (float(self._most), now))
        left = min(float(self._most), left + max(0.0, now - at) * self._most / 60)
        allowed = left >= 1
        self._left[person] = (left - 1 if allowed else left, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self._most
