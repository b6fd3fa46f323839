"""The outages looked for, and how likely each makes a result compared with the usual. Pure.

An alternative is a share g of failing looks, how failures keep together (a memory of `holds_s` seconds: 0 for none,
a minute for outages in bursts), and whether their symptoms vary. Its chance of a failure after a look `dt` ago is
g + (1-g)m after a failure and g(1-m) after a success, m = exp(-dt/holds_s); but after a success, too, at least
`ABOVE` times what is usual: where looks are a second apart, one success after the other would else speak for bursts.
"""

from dataclasses import dataclass
from math import exp

from bot.core.detection.baseline import CHANCE

ABOVE = 2.5
"""An outage fails at least this much more often than usual."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One kind of outage; `alike` is its chance that a failure has the symptom of the failure just before."""

    share: float
    holds_s: float
    alike: float
    weight: float


ALTERNATIVES = (
    Alternative(0.05, 0.0, CHANCE, 0.14),
    Alternative(0.10, 0.0, CHANCE, 0.20),
    Alternative(0.20, 0.0, CHANCE, 0.20),
    Alternative(0.40, 0.0, CHANCE, 0.12),
    Alternative(0.95, 0.0, CHANCE, 0.12),
    Alternative(0.95, 0.0, 0.95, 0.08),
    Alternative(0.12, 60.0, CHANCE, 0.10),
    Alternative(0.30, 60.0, CHANCE, 0.05),
    Alternative(0.20, 60.0, 0.95, 0.008),
)
KINDS = range(len(ALTERNATIVES))
WEIGHTS = tuple(a.weight / sum(b.weight for b in ALTERNATIVES) for a in ALTERNATIVES)

Odds = tuple[list[float], list[float]]
"""Likelihood ratios by alternative, for an outage that began before this look and for one that begins with it."""


def after_success(usual: float, expected: float, dt: float) -> list[float]:
    """Likelihood ratios of another success `dt` seconds after one; `expected` is the usual chance of a failure."""
    return [(1 - _anew(a, usual, expected, dt)) / (1 - expected) for a in ALTERNATIVES]


def of_success(usual: float, expected: float, dt: float, *, failed_before: bool) -> Odds:
    """Odds of a success, `dt` seconds after a success or a failure."""
    begins = [(1 - _share(a, usual)) / (1 - expected) for a in ALTERNATIVES]
    if not failed_before:
        return after_success(usual, expected, dt), begins
    return [(1 - _share(a, usual)) * (1 - _memory(a, dt)) / (1 - expected) for a in ALTERNATIVES], begins


def of_failure(usual: float, expected: float, dt: float, same: bool | None) -> Odds:
    """Odds of a failure; `same` tells whether its symptom is that of a failure just before (None: there was none).

    `expected` is then the usual chance of a failure with, respectively without, the symptom of the last.
    """
    goes_on, begins = [], []
    for a in ALTERNATIVES:
        g, m = _share(a, usual), _memory(a, dt)
        if same is None:
            goes_on.append(_anew(a, usual, expected, dt) / expected)
            begins.append(g / expected)
        else:
            word = a.alike if same else 1 - a.alike
            goes_on.append((g + (1 - g) * m) * word / expected)
            begins.append(g * word / expected)
    return goes_on, begins


def _share(a: Alternative, usual: float) -> float:
    return max(a.share, min(0.95, ABOVE * usual))


def _anew(a: Alternative, usual: float, expected: float, dt: float) -> float:
    """The chance of a failure after a success."""
    g = _share(a, usual)
    return max(g * (1 - _memory(a, dt)), min(g, ABOVE * expected))


def _memory(a: Alternative, dt: float) -> float:
    return exp(-dt / a.holds_s) if a.holds_s else 0.0
