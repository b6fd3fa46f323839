"""How often Slack may be called, so that what matters goes first and little is refused. Pure: the time is given.

Edits are counted for the whole workspace, 50 a minute (tier 3 of https://docs.slack.dev/apis/web-api/rate-limits): news
takes its turn, and what it leaves is shared out among the roots that only have fresher figures. Posts are counted by
conversation, one a second with short bursts, and beyond that by a number Slack does not print: there its refusals teach
us to wait. All of this is only manners: other replicas count for themselves, and Retry-After has the last word.
"""

import zlib
from collections import deque
from typing import Any

EDITS, WINDOW_S = 50, 61.0
"""Edits of all replicas in a minute, and a second for clocks that differ."""
KEPT_FOR_NEWS = 10
"""So many of them figures leave alone, so that a click is answered in the message at once."""
FIGURES_S = 45.0
"""How often a root's figures are wanted; a turn in sharing out lasts as long."""
ROOTS = 10_000
BURST, BURST_S = 3, 3.3
"""Posts into one conversation in so many seconds: one a second, and a burst that is surely short."""
LONGEST_S = 30.0
"""What waits for its turn to be posted is asked again after this: there may be news of it, which is an edit."""
APART_S = 0.1
"""Those that wait for the end of a rest come back one after the other."""
POST, EDIT = "chat.postMessage", "chat.update"


class Edits:
    """The turns of chat.update. `root` is whatever names a message."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque(maxlen=EDITS)
        self._promised: dict[str, float] = {}
        self._wanting: dict[str, float] = {}

    def wait(self, root: str, now: float) -> float:
        """Seconds until news of a root may be told, 0 for now; its turn is kept until it comes back for it."""
        turn = self._promised.get(root)
        if turn is None:
            turn = max(now, self._taken[0] + WINDOW_S) if len(self._taken) == EDITS else now
            self._taken.append(turn)
        if turn > now:
            self._promised[root] = turn
            _bound(self._promised)
            return turn - now
        self._promised.pop(root, None)
        return 0.0

    def spare(self, root: str, now: float) -> bool:
        """Whether a root with nothing but fresher figures may be edited now: in its turn, where news leaves room."""
        self._wanting.pop(root, None)
        self._wanting[root] = now
        _bound(self._wanting)
        while now - next(iter(self._wanting.values())) > 2 * FIGURES_S:
            del self._wanting[next(iter(self._wanting))]
        lately = sum(now - WINDOW_S < turn for turn in self._taken)
        room = EDITS - KEPT_FOR_NEWS
        # Half as many again, since those whose turn it is are not equally many each time.
        turns = max(1.0, 1.5 * len(self._wanting) * WINDOW_S // (FIGURES_S * room))
        mine = zlib.crc32(root.encode()) % turns == now // FIGURES_S % turns
        if not mine or lately >= room or (self._taken and self._taken[-1] > now):
            return False
        self._taken.append(now)
        return True


class Posts:
    """The turns of chat.postMessage, by conversation; those that wait come back one after the other."""

    def __init__(self) -> None:
        self._taken: dict[str, deque[float]] = {}
        self._next: dict[str, float] = {}
        self._turns: dict[str, float] = {}

    def wait(self, room: str, now: float, what: str = "") -> float:
        """Seconds until something may be posted there, 0 for now: then its turn is taken.

        `what` is its name, by which it keeps its turn however often there is news of it meanwhile.
        """
        taken = self._taken.pop(room, None) or deque(maxlen=BURST)
        self._taken[room] = taken
        _bound(self._taken)
        left = taken[0] + BURST_S - now if len(taken) == BURST else 0.0
        # What was taken in the future was taken before the clock was set back.
        if left <= 0 or taken[0] > now:
            taken.append(now)
            self._turns.pop(what, None)
            return 0.0
        kept = self._turns.get(what, 0.0)
        if now < kept <= now + LONGEST_S:
            return max(kept - now, left)
        # All of a long queue asking at every turn would be more work than posting it.
        turn = min(max(self._next.pop(room, 0.0) + BURST_S / BURST, now + left), now + LONGEST_S)
        self._next[room] = turn
        _bound(self._next)
        if what:
            self._turns[what] = turn
            _bound(self._turns)
        return max(turn - now, left)


class Rests:
    """Methods that Slack asked us not to call for a while, in a place or everywhere.

    A place rests as a whole: what comes after would only overtake what was refused there.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._behind: dict[str, int] = {}
        self._refused: set[str] = set()

    def wait(self, method: str, place: str, now: float) -> float:
        """Seconds until a method may be called again in a place, 0 for now."""
        names = (method, f"{method} {place}")
        name = max(names, key=lambda one: self._until.get(one, 0.0))
        left = self._until.get(name, 0.0) - now
        if left <= 0:
            return 0.0
        self._behind[name] = self._behind.get(name, 0) + 1
        return left + APART_S * self._behind[name]

    def refused(self, method: str, place: str, wait_s: float, now: float) -> None:
        """Slack asked for patience. One place that is full is its own trouble; a second one in a row is everybody's."""
        if method == POST:
            self._refused.add(place)
        everybody = method != POST or len(self._refused) > 1
        for name in (f"{method} {place}", *([method] if everybody else [])):
            self._until[name] = max(self._until.get(name, 0.0), now + wait_s)
            self._behind[name] = 0
        _bound(self._until)
        _bound(self._behind)

    def heard(self, method: str) -> None:
        """A call was taken."""
        if method == POST:
            self._refused.clear()


def _bound(kept: dict[str, Any]) -> None:
    while len(kept) > ROOTS:
        del kept[next(iter(kept))]
