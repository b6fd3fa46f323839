"""Re-probing: when a component is looked at again at once, how often, from where, and for how long. Pure and bounded.

A failure is followed by `AFTER_FAILURE` quick looks, each from the next vantage in turn; they go on while the evidence
is above `ATTENTIVE`, for at most `IN_A_ROW` looks, after which the component rests for as long as it was watched.
Re-probes are ordinary observations, so the statistic stays what it is. Prober and replay both follow `due`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Watched:
    """One component's plan, and the time before which it rests."""

    from_s: float = 0.0
    until_s: float = 0.0
    rests_until: float = 0.0
    vantages: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Attention:
    """The plans of one service."""

    every_s: float = 5.0
    watched: dict[str, Watched] = field(default_factory=dict)

    def want(self, component: str, at: float, vantages: Iterable[str], after: str = "") -> None:
        """Look again from now on, `AFTER_FAILURE` times at least, beginning with the vantage after `after`."""
        plan = self.watched.setdefault(component, Watched())
        if at < plan.rests_until:
            return
        if at >= plan.until_s:
            names = sorted(set(vantages))
            first = names.index(after) + 1 if after in names else 0
            plan.vantages = names[first:] + names[:first]
            plan.from_s = at + self.every_s
        last = plan.from_s + (IN_A_ROW - 0.5) * self.every_s
        plan.until_s = min(last, at + (AFTER_FAILURE + 0.5) * self.every_s)
        if at >= last - self.every_s:
            plan.rests_until = at + IN_A_ROW * self.every_s

    def plans(self, now: float) -> dict[str, Plan]:
        """The plans in force."""
        return {
            component: Plan(plan.from_s, plan.until_s, self.every_s, tuple(plan.vantages))
            for component, plan in sorted(self.watched.items())
            if now < plan.until_s and plan.vantages
        }
