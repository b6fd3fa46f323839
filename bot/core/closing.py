"""When it is over: the reverse test on the gaps between failures. Pure.

While quiet, the log likelihood ratio V of "back to usual" against "the episode goes on" grows with every look; a
failure that ends a gap takes ln(mu / usual) away, a further one ln 2. mu is the episode's own rate of onsets, learned
from its completed gaps and held below what its longest gap allows; a gap counts both in seconds (failures in bursts)
and in looks (independent ones, whatever the distance of the looks), and the slower growth of V holds. Closed at
V >= `ENOUGH` once V has stayed up for `AT_LEAST_S`, or after `AT_MOST_S` without failure. Time without data does not
count.
"""

from dataclasses import dataclass
from math import log

ENOUGH, HIGHEST = 4.0, 8.0
AT_LEAST_S, AT_MOST_S = 720.0, 2700.0
GAP_S, GAP_LOOKS = 360.0, 10.0
LONGEST = 2.5
MONITORING_S = 180.0


@dataclass(slots=True)
class Closing:
    """The test's state; times count only while there is data."""

    value: float = 0.0
    up_s: float = 0.0
    quiet_s: float = 0.0
    quiet_looks: int = 0
    gaps: float = 1.0
    gap_s: float = GAP_S
    gap_looks: float = GAP_LOOKS
    longest_s: float = 0.0
    longest_looks: int = 0

    def growth(self, seconds: float) -> float:
        """How much a quiet look adds that stands for so many seconds."""
        by_time = seconds / max(self.gap_s / self.gaps, self.longest_s / LONGEST)
        return min(by_time, 1 / self._looks())

    def _looks(self) -> float:
        return max(self.gap_looks / self.gaps, self.longest_looks / LONGEST)

    def quiet(self, seconds: float) -> None:
        """A success, so many seconds of data after the last look."""
        self.quiet_s += seconds
        self.quiet_looks += 1
        self.up_s = self.up_s + seconds if self.value > 1 else 0.0
        self.value = min(HIGHEST, self.value + self.growth(seconds))

    def failure(self, usual: float) -> None:
        """A failure, after a gap or not; `usual` is the usual chance of one."""
        ends = self.quiet_looks > 0
        self.value -= min(HIGHEST, max(1.0, -log(self._looks() * usual))) if ends else log(2)
        if ends and self.value <= 1:
            self.gaps += 1
            self.gap_s += self.quiet_s
            self.gap_looks += self.quiet_looks
            self.longest_s = max(self.longest_s, self.quiet_s)
            self.longest_looks = max(self.longest_looks, self.quiet_looks)
        self.value = max(0.0, self.value)
        if self.value <= 1:
            self.up_s = 0.0
        self.quiet_s, self.quiet_looks = 0.0, 0

    @property
    def monitoring(self) -> bool:
        """Quiet for long enough that people expect to hear it."""
        return max(self.quiet_s, self.up_s) >= MONITORING_S

    @property
    def over(self) -> bool:
        return (self.value >= ENOUGH and self.up_s >= AT_LEAST_S) or self.quiet_s >= AT_MOST_S

    def left_s(self, every_s: float) -> float:
        """Quiet seconds still needed with a look every `every_s`."""
        by_test = max((ENOUGH - self.value) / self.growth(every_s) * every_s, AT_LEAST_S - self.up_s)
        return max(0.0, min(by_test, AT_MOST_S - self.quiet_s))
