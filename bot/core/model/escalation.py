"""Escalation: whom an incident goes to while nobody acknowledges it, step by step, and who is reminded. Pure.

A `Policy` is what the configuration wants, an `EscalationProgress` how far one incident has come on it, kept within the
incident, so that it is written in the same commit as what it says. It takes one step at a time, each after its wait
since the one before: a clock that jumps ahead, or an hour without a judge, brings one step early and never all at once.

The rules are PagerDuty's. An acknowledgement stops it, however bad it becomes later; what is released goes on with
the next step, after that step's own wait. Silence and maintenance stop it likewise; while no failures come any more a
step that is due waits. As in Grafana OnCall, a course keeps the policy it began with, whatever routes say later.
https://support.pagerduty.com/docs/incidents, https://support.pagerduty.com/docs/escalation-policies
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from probes.model import State

ENDLESS = 100_000
"""Rounds of a reminder."""


@dataclass(frozen=True, slots=True)
class Step:
    """`after_s` seconds after the step before it (the first: after the beginning) these targets are told.

    `in_quiet`: in quiet hours of the route, too.
    """

    after_s: float
    to: tuple[str, ...]
    in_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The steps of one name, taken again `repeat` times, each round `again_s` seconds after the last step.

    It begins when an incident has been as bad as `minimum`. One that `reminds` adds nobody: it tells those of its step
    that the incident is still open. `held_until` is the end of quiet hours (Unix seconds) that keep its route silent.
    """

    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    again_s: float = 1800.0
    minimum: State = State.OPERATIONAL
    reminds: bool = False
    held_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Due:
    """The step that comes next: when (Unix seconds), its number and round (both from 1), and whom it tells."""

    at: float
    number: int
    round: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EscalationProgress:
    """How far an incident has come on a policy.

    `begun` is since when nobody has had it in hand, `since` when the wait for the next step began (both Unix seconds),
    None while somebody has, or asked for quiet; `taken` steps in all rounds; `to` everybody they told.
    """

    policy: Policy
    begun: float
    since: float | None
    taken: int = 0
    to: tuple[str, ...] = ()

    @property
    def due(self) -> Due | None:
        """The next step; None while it stands still, and after the last."""
        steps = self.policy.steps
        if self.since is None or not steps:
            return None
        rounds, number = divmod(self.taken, len(steps))
        if rounds > self.policy.repeat:
            return None
        wait = self.policy.again_s if rounds and not number else steps[number].after_s
        due = self.since + wait
        if not steps[number].in_quiet:
            # Nobody is called by a route that told nobody: what is due in its quiet hours comes at their end.
            due = max(due, self.policy.held_until)
        return Due(due, number + 1, rounds + 1, steps[number].to)

    def stopped(self) -> "EscalationProgress":
        """The same while somebody has it in hand, or wants quiet."""
        return self if self.since is None else replace(self, since=None)

    def going(self, now: float) -> "EscalationProgress":
        """The same while nobody has: a wait that was stopped begins anew, as does one that a clock set back undid."""
        if self.since is None:
            return replace(self, begun=now, since=now)
        return self if self.since <= now else replace(self, begun=min(self.begun, now), since=now)

    def stepped(self, due: Due, now: float) -> "EscalationProgress":
        """The same after its next step."""
        fresh = () if self.policy.reminds else tuple(t for t in due.to if t not in self.to)
        return replace(self, since=now, taken=self.taken + 1, to=(*self.to, *fresh))


def reminder(every_s: float, to: Iterable[str]) -> Policy:
    """The policy that reminds these targets so often, for as long as nobody acknowledges."""
    who = tuple(dict.fromkeys(to))
    return Policy(f"every {every_s:.0f} s to {' '.join(who)}", (Step(every_s, who),), ENDLESS, every_s, reminds=True)


def told(courses: Iterable[EscalationProgress]) -> tuple[str, ...]:
    """Everybody whom the steps taken have told, each once, in that order."""
    return tuple(dict.fromkeys(target for course in courses for target in course.to))


def ahead(courses: Iterable[EscalationProgress]) -> tuple[Policy, Due] | None:
    """The next step of all policies that tell somebody, with its policy."""
    coming = [(c.policy, due) for c in courses if not c.policy.reminds and (due := c.due) is not None]
    return min(coming, key=lambda pair: pair[1].at, default=None)


def plan(policy: Policy, begins: float, held_until: Callable[[float], float]) -> tuple[Due, ...]:
    """Every step of every round from `begins` (Unix seconds) on, if nobody ever acknowledges.

    `held_until` says of a moment when the quiet hours end that hold the route back then, 0 where none do.
    """
    course, steps = EscalationProgress(policy, begins, begins), list[Due]()
    while (due := course.due) is not None and len(steps) < 200:
        if not policy.steps[due.number - 1].in_quiet:
            due = replace(due, at=max(due.at, held_until(due.at)))
        steps.append(due)
        course = course.stepped(due, due.at)
    return tuple(steps)
