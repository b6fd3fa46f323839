"""What people report, as evidence of bounded weight. Pure.

Reports are taken as Poisson counts a minute, usual against a mixture of 3, 10 and 30 times usual. Their log likelihood
ratio is limited to `A_MINUTE` up and fades in silent minutes. The sum multiplies the evidence of the probes and is
capped so that it can bring an alarm forward but never make one out of healthy probes or a single failure, however many
people (or scripts) report: see `ReportEvidence.factor`.
"""

from dataclasses import dataclass
from math import exp, log

A_MINUTE = 3.0
TIMES = (3.0, 10.0, 30.0)
USUAL_A_MINUTE = 0.02
SILENT_MINUTE = 0.5
WEEK_MIN = 7 * 1440.0
AT_MOST = 1000


@dataclass(slots=True)
class ReportEvidence:
    """Reports on one component: `total` is the log likelihood ratio up to the minute that runs."""

    minute: int = 0
    count: int = 0
    total: float = 0.0
    usual: float = USUAL_A_MINUTE

    def report(self, at: float, n: int, *, quiet: bool) -> None:
        """`n` people report at `at`; the usual rate is learned while all is quiet."""
        self.pass_time(at)
        n = max(0, min(n, AT_MOST))
        self.count = min(AT_MOST, self.count + n)
        if quiet:
            self.usual = min(1.0, self.usual + min(n, 3) / WEEK_MIN)

    def pass_time(self, now: float) -> None:
        """Close the minutes that are over."""
        minute = int(now // 60)
        if minute <= self.minute:
            return
        silent = minute - self.minute - (self.count > 0)
        self.total = max(0.0, self.total + self._ratio() - SILENT_MINUTE * min(silent, 1000))
        self.usual = USUAL_A_MINUTE + (self.usual - USUAL_A_MINUTE) * exp(-(minute - self.minute) / WEEK_MIN)
        self.minute, self.count = minute, 0

    def factor(self, room: float) -> float:
        """What the probes' evidence is multiplied by, `room` being how far that may lift it at most."""
        return min(exp(min(50.0, self.total + self._ratio())), max(1.0, room))

    def _ratio(self) -> float:
        if not self.count:
            return 0.0
        n = self.count
        # the factorials of the Poisson law cancel; the exponents stay finite in a flood
        odds = sum(exp(min(50.0, n * log(t) - (t - 1) * self.usual)) for t in TIMES) / len(TIMES)
        return min(A_MINUTE, max(0.0, log(odds)))
