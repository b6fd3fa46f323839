"""Which components are looked at again at once: the re-probe plans as they follow from failures and evidence. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.detection.reprobe import AFTER_FAILURE, IN_A_ROW, Plan


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
