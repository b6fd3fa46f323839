"""What an observation says about a component: it works, it fails, or nothing at all. Pure.

`ok`, `slow` and failures by fault of the vendor or its edge carry evidence. Nothing else does: our own request, key,
quota or network, inconclusive answers, and network-type failures while this vantage's control hosts fail too.
"""

from dataclasses import dataclass
from math import isfinite

from probes.model import NETWORK_LAYERS, Fault, Observation, Outcome, symptom_of

LATEST = 4102444800.0
"""No honest clock is beyond the year 2100; times outside 1970 to 2100 are not used."""

THEIRS = frozenset({Fault.VENDOR, Fault.EDGE})
LASTING = frozenset({"refused", "tls", "tls_expired", "tls_name", "tls_untrusted", "dns", "nxdomain"})
"""Symptoms whose cause stays until somebody removes it: nothing listens, a certificate is wrong, a name is gone."""


REPORTED = frozenset({"ping_missed", "run_overdue", "run_failed"})
"""Symptoms by the word of a job itself, or the lack of it: no sample of a rate, so one success ends the trouble."""


def reported(symptom: str) -> bool:
    """Whether a symptom is of that kind; "exit_code_3" is one, too."""
    return symptom in REPORTED or symptom.startswith("exit_code_")


@dataclass(frozen=True, slots=True)
class Sample:
    """One classified result: `failed`, the word for how, and the latencies of an answer (ms, None: not measured).

    `lasting`: the failure is of a kind that does not pass by itself (`LASTING`).
    """

    at: float
    vantage: str
    component: str
    check: str
    failed: bool
    symptom: str = ""
    total_ms: float | None = None
    first_ms: float | None = None
    first_token_ms: float | None = None
    slow: bool = False
    lasting: bool = False

    @property
    def order(self) -> tuple[float, str, str, str, bool, str]:
        """Where it stands among the results of one instant, whichever came first."""
        return (self.at, self.component, self.vantage, self.check, not self.failed, self.symptom)


def classified(seen: Observation) -> Sample | None:
    """The result an observation carries, or None if it says nothing about the component."""
    outcome = seen.outcome
    if not (isfinite(seen.at) and 0 <= seen.at < LATEST) or not seen.component or seen.page is not None:
        return None
    if outcome is Outcome.FAILED:
        if seen.fault not in THEIRS or (seen.control is False and seen.layer in NETWORK_LAYERS):
            return None
        word = symptom_of(seen)
        return Sample(
            seen.at, seen.vantage, seen.component, seen.check, failed=True, symptom=word, lasting=word in LASTING
        )
    if outcome is Outcome.OK or outcome is Outcome.SLOW:
        timings = seen.timings
        return Sample(
            seen.at,
            seen.vantage,
            seen.component,
            seen.check,
            failed=False,
            total_ms=_latency(timings.total),
            first_ms=_latency(timings.first_byte),
            first_token_ms=_latency(timings.first_token),
            slow=outcome is Outcome.SLOW,
        )
    return None


def _latency(ms: float | None) -> float | None:
    return ms if ms is not None and isfinite(ms) and ms > 0 else None
