"""What happens when judging a service breaks: which row is set aside, and when the service is begun afresh. Pure.

Whatever is raised while rows are judged, everything since the last commit is judged again in smaller and smaller parts
until the row that breaks is alone; that row is set aside. A state that breaks again and again is given up: the service
goes on with its open incidents and learns the rest anew.
"""

from dataclasses import dataclass, field
from enum import Enum

MANY, WITHIN_S = 5, 600.0
"""So many rows set aside within this time mean that not the rows are at fault but the state."""
AFRESH_S = 3600.0
"""A service whose rows still break is not begun afresh more often than this: the others' evidence is worth more."""
STUCK = 3
"""So often in a row without a commit in between means that no row at all can be judged on this state."""
LONGEST_WAIT_S = 60.0


class Begin(Enum):
    """What a service goes on with: its state as it was written; its open incidents alone; or nothing at all."""

    AS_WRITTEN = "as written"
    AFRESH = "afresh"
    FROM_NOTHING = "from nothing"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be judged, or a state that could not be judged on (`row` is then empty).

    `at` is when (Unix seconds), `error` the exception in a word and its message, `where` the function that raised it,
    `trace` the traceback; secrets are taken out of all of them.
    """

    at: float
    position: str
    error: str
    where: str
    trace: str = ""
    row: str = ""


@dataclass(slots=True)
class Breaks:
    """How often judging one service broke lately."""

    times: list[float] = field(default_factory=list)
    running: int = 0
    afresh_at: float | None = None

    def again(self, now: float) -> Begin:
        """It broke again on one row, or on none; what to go on with."""
        self.running += 1
        self.times = [*(t for t in self.times if 0 <= now - t < WITHIN_S), now][-MANY:]
        if self.running > 2 * STUCK:
            return Begin.FROM_NOTHING
        if self.running > STUCK or (len(self.times) >= MANY and self._may(now)):
            self.afresh_at, self.times = now, []
            return Begin.AFRESH
        return Begin.AS_WRITTEN

    def went_well(self) -> None:
        """A commit was written."""
        self.running = 0

    @property
    def wait_s(self) -> float:
        """How long to wait before the next attempt: not at all at first."""
        return min(LONGEST_WAIT_S, 2.0 ** (self.running - 2 * STUCK)) if self.running > STUCK else 0.0

    def _may(self, now: float) -> bool:
        return self.afresh_at is None or not 0 <= now - self.afresh_at < AFRESH_S
