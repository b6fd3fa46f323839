"""Re-probing: when a component is looked at again at once, how often, from where, and for how long. Pure and bounded.

A failure is followed by `AFTER_FAILURE` quick looks, each from the next vantage in turn; they go on while the evidence
is above `ATTENTIVE`, for at most `IN_A_ROW` looks, after which the component rests for as long as it was watched.
Re-probes are ordinary observations, so the statistic stays what it is. Prober and replay both follow `due`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite

AFTER_FAILURE = 10
IN_A_ROW = 240
ATTENTIVE = 150.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Look every `every_s` from `from_s` until before `until_s`, from each of `vantages` in turn."""

    from_s: float
    until_s: float
    every_s: float
    vantages: Sequence[str] = ()


def due(plan: Plan, vantage: str, now: float) -> float | None:
    """The latest planned moment up to `now` that is this vantage's turn and still within its slot, if any.

    A caller looks once for each moment returned: it remembers the last one it followed.
    """
    if not (plan.from_s <= now < plan.until_s and plan.every_s > 0 and vantage in plan.vantages):
        return None
    turn = (now - plan.from_s) / plan.every_s
    if not isfinite(turn):
        return None
    # half a thousandth of slack: a clock that reads 4.9999999 means 5
    step = floor(turn + 0.0005)
    if plan.vantages[step % len(plan.vantages)] != vantage:
        return None
    return plan.from_s + step * plan.every_s
