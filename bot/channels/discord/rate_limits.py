"""How often Discord may be asked, and when a message of a channel may be edited: everyone in turn. Pure.

Discord limits edits of messages older than an hour and does not publish the number; one edit in ten seconds is below
every figure that was ever seen (three in six seconds). Who comes too early is given a turn of their own, so that of
many messages in one channel none is overtaken for ever. What people did with an incident is shown at once: one such
edit may come between two others, so that there are never more than two in ten seconds.

Requests of all kinds are counted for the bot, 50 a second (https://discord.com/developers/docs/topics/rate-limits): who
asks more often is refused everything, and at last banned. Other replicas count for themselves.
"""

from collections import deque
from collections.abc import Mapping

EVERY_S = 10.0
KEPT_S = 60.0
"""A turn that is not taken within this time after it came is given up."""
OLD_S = 3_000.0
"""Younger messages than this have no such limit; ten minutes are left for clocks that differ."""
EPOCH_S = 1_420_070_400.0
REQUESTS, WINDOW_S = 45, 1.0
"""Requests in so many seconds; a tenth of what Discord takes is left, since they do not arrive as evenly as they go."""


def is_old(message: str, now: float) -> bool:
    """Whether a message's id, which holds the moment it was posted, is from an hour ago or nearly so."""
    return now - (EPOCH_S + (int(message) >> 22) / 1000) > OLD_S


class Spacing:
    """The turns of all channels; `now` is Unix seconds and may be set back."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._last: dict[str, float] = {}
        self._before: dict[str, float] = {}
        self._turns: dict[str, dict[str, float]] = {}

    def wait(self, channel: str, message: str, now: float, *, urgent: bool = False) -> float:
        """Seconds until this message may be edited; 0: now, and the turn is taken."""
        turns = self._turns.setdefault(channel, {})
        self._forget(channel, turns, now)
        turn = turns.get(message)
        if urgent and now - self._before.get(channel, -self._every_s) >= self._every_s:
            turn = now
        elif turn is None or turn <= now < self._last.get(channel, -self._every_s) + self._every_s:
            # Never asked, or it came too late for its turn and another has just edited.
            turns.pop(message, None)
            turn = self._free(channel, turns, now)
        if turn > now:
            turns[message] = turn
            return turn - now
        turns.pop(message, None)
        self._before[channel] = self._last.get(channel, -self._every_s)
        self._last[channel] = now
        return 0.0

    def rest(self, channel: str, seconds: float, now: float) -> None:
        """No edits there for a while: Discord said so."""
        self._last[channel] = self._before[channel] = now + seconds - self._every_s

    def _free(self, channel: str, turns: Mapping[str, float], now: float) -> float:
        """The first free slot."""
        taken = max(turns.values(), default=-self._every_s)
        return max(now, taken + self._every_s, self._last.get(channel, -self._every_s) + self._every_s)

    def _forget(self, channel: str, turns: dict[str, float], now: float) -> None:
        for message, turn in list(turns.items()):
            if now - turn > KEPT_S:
                del turns[message]
        # A clock that was set back must not hold edits up.
        if self._last.get(channel, now) - now > 10 * KEPT_S:
            del self._last[channel]
            self._before.pop(channel, None)


class Requests:
    """The turns of all requests of one bot; `now` is Unix seconds and may be set back."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque(maxlen=REQUESTS)

    def wait(self, now: float) -> float:
        """Seconds until one more may be made; 0: now, and the turn is taken."""
        left = self._taken[0] + WINDOW_S - now if len(self._taken) == REQUESTS else 0.0
        if left > 0 and self._taken[0] <= now:
            return left
        self._taken.append(now)
        return 0.0
