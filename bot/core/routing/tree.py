"""Who hears of what, and when: a tree of branches, and what places subscribed to. Pure.

A target is a channel, or a place in one: `console`, `slack:C0123ABC`. The tree is Alertmanager's: the first branch that
takes a notice ends the search among its siblings unless it says `continue`; within it the branches below are asked, and
where none of them takes it, it goes to the branch's own targets. A target once told of a subject stays told, whatever
routes say later, so that no root message is left behind half told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.escalation import Policy, reminder
from bot.core.model.incident import Incident
from bot.core.model.labels import Facts, Labels
from bot.core.model.person import Person
from bot.core.model.severity import SEVERITY
from bot.core.model.snapshot import Snapshot
from bot.core.routing.grouping import EVERY, GroupTiming
from bot.core.routing.matchers import Matcher, facts_of
from bot.core.routing.quiet_hours import QuietHours, quiet_until
from probes.model import State

SUBSCRIPTIONS = 5_000
"""Subscriptions kept in all."""
BY_DEFAULT, BY_SUBSCRIPTION, BY_ESCALATION, TOLD_BEFORE = "default", "subscription", "escalation", "told before"
"""Why a target is told, where it is no branch that somebody wrote; by default everything goes everywhere."""


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """What somebody wants to hear: of which services and components (none: of all), how bad at least."""

    about: tuple[str, ...] = ()
    minimum: State = State.DEGRADED
    discrepancies: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """One target's interest; `by` and `at` (Unix seconds) say who subscribed it and when, if somebody did.

    `branches` are those of the configured tree that lead there instead.
    """

    target: str
    interest: SubscriptionFilter = SubscriptionFilter()
    by: Person | None = None
    at: float = 0.0
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One branch of the tree, with everything that it inherits filled in.

    `name` counts it through the tree ("2.1": the first below the second); `asks_kind`: a matcher of it or above it is
    about the kind of notice; `continue_`: the siblings after it are asked too; `repeat_s` 0: nobody is reminded.
    """

    name: str
    match: tuple[Matcher, ...] = ()
    to: tuple[str, ...] = ()
    minimum: State = State.DEGRADED
    quiet: tuple[QuietHours, ...] = ()
    continue_: bool = False
    escalation: str = ""
    repeat_s: float = 0.0
    pace: GroupTiming = field(default_factory=GroupTiming)
    asks_kind: bool = False
    below: tuple["Route", ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The routes of a configuration. `wakes` are the channels, and places of others, that wake people by incidents.

    They do not hear of trouble under maintenance, and of discrepancies only where a matcher of the branch is about
    `kind`, but for those in `soft`, which take them quietly. `acts` are the channels that do something about each.
    """

    branches: tuple[Route, ...] = ()
    wakes: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()

    def every(self) -> Iterator[Route]:
        """All branches, each before those below it."""
        return _every(self.branches)

    def targets(self) -> tuple[str, ...]:
        """Everybody who may hear of something, each once."""
        return tuple(dict.fromkeys(t for branch in self.every() for t in branch.to))

    def pace_of(self, target: str) -> GroupTiming:
        """How a target wants to hear of many at once: as the first branch says that leads there; what acts, of each."""
        if target in self.acts:
            return GroupTiming(at_once=EVERY)
        return next((branch.pace for branch in self.every() if target in branch.to), GroupTiming())

    def told_by(self, branch: Route, snapshot: Snapshot) -> tuple[str, ...]:
        """The targets of a branch that hear of this when the branch takes it."""
        softly = snapshot.discrepancy is not None
        announced = snapshot.incident is not None and snapshot.incident.announced
        # What is neither (a certificate that ends soon) is told, and wakes nobody.
        aside = snapshot.incident is None and not softly
        calm = not branch.asks_kind if softly or aside else announced
        return tuple(t for t in branch.to if not self.rouses(t, softly=softly)) if calm else branch.to

    def rouses(self, target: str, *, softly: bool = False) -> bool:
        """Whether what is told there wakes people; `softly`: even if it is no incident."""
        name = target.partition(":")[0]
        return not {target, name}.isdisjoint(self.wakes) and not (softly and name in self.soft)


@dataclass(frozen=True, slots=True)
class ActiveRoutes:
    """The routes in force: the configuration's tree, and the subscriptions."""

    tree: Tree = Tree()
    subscribed: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """What a branch says of a notice: it takes it, or why not.

    `failed` is the first matcher that does not hold; `mild`: it is below the branch's minimum; `left_to` is the branch
    that has it instead: one below, or an earlier sibling.
    """

    branch: Route
    taken: bool = False
    failed: Matcher | None = None
    mild: bool = False
    left_to: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who hears of a notice: by which branch (or why else), and not before `held_until` (Unix seconds; 0)."""

    target: str
    by: str
    held_until: float = 0.0


@dataclass(frozen=True, slots=True)
class PreviousRecipients:
    """What was settled earlier of a subject: targets told, with the time until which quiet held it, and those besides.

    `also` are the targets of escalation steps.
    """

    told: Mapping[str, float] = field(default_factory=dict)
    also: tuple[str, ...] = ()


def addressed(
    snapshot: Snapshot, table: ActiveRoutes, labels: Labels, now: float, before: PreviousRecipients | None = None
) -> tuple[Recipient, ...]:
    """Who hears of this at `now` (Unix seconds), each target once.

    Where several ways lead to one target the earliest counts, and what was due is never put off. Escalation and
    subscriptions know no quiet hours.
    """
    before, found = before or PreviousRecipients(), dict[str, Recipient]()
    for address in _found(snapshot, table, labels, now):
        known = found.get(address.target)
        if known is None or address.held_until < known.held_until:
            found[address.target] = address
    for target, held in before.told.items():
        until = held if held > now else 0.0
        again = found.get(target)
        if again is None or until < again.held_until:
            found[target] = Recipient(target, again.by if again else TOLD_BEFORE, until)
    for target in before.also:
        if target not in found or found[target].held_until:
            found[target] = Recipient(target, BY_ESCALATION)
    return tuple(found.values())


def verdicts(branches: Iterable[Route], facts: Facts, severity: int | None) -> Iterator[RouteMatch]:
    """What each branch says, in the order of the tree; branches below one that does not take it are not asked.

    `severity` is an incident's worst; None for what has none, which every minimum lets pass.
    """
    had = ""
    for branch in branches:
        if had:
            yield RouteMatch(branch, left_to=had)
            continue
        failed = next((one for one in branch.match if not one.fits(facts)), None)
        if failed is not None:
            yield RouteMatch(branch, failed=failed)
        elif severity is not None and severity < SEVERITY[branch.minimum]:
            yield RouteMatch(branch, mild=True)
        else:
            below = tuple(verdicts(branch.below, facts, severity))
            deeper = next((v.branch.name for v in below if v.taken), "")
            # One below that left it to another one below has it too: the first that takes it is named.
            yield RouteMatch(branch, taken=not deeper, left_to=deeper)
            yield from below
            had = "" if branch.continue_ else branch.name


def severity_of(snapshot: Snapshot) -> int | None:
    """The worst an incident has been, as a rank; None for what has no severity of its own."""
    one = snapshot.about
    return SEVERITY.get(one.worst, 0) if isinstance(one, Incident) else None


def policies_for(tree: Tree, policies: Mapping[str, Policy], snapshot: Snapshot, labels: Labels) -> tuple[Policy, ...]:
    """The escalations of the branches that take an incident, and who is reminded how often; quiet hours hold them."""
    found = dict[str, Policy]()
    severity = severity_of(snapshot)
    for verdict in verdicts(tree.branches, facts_of(snapshot, labels), severity):
        branch = verdict.branch
        if not verdict.taken:
            continue
        held = quiet_until(branch.quiet, severity, snapshot.at) or 0.0
        asked = [policies[branch.escalation]] if branch.escalation in policies else []
        if branch.repeat_s and branch.to:
            asked.append(reminder(branch.repeat_s, branch.to))
        for policy in asked:
            known = found.get(policy.name)
            if known is None or held < known.held_until:
                found[policy.name] = replace(policy, held_until=held)
    return tuple(found.values())


def wanted(snapshot: Snapshot, interest: SubscriptionFilter) -> bool:
    """Whether an interest covers what a snapshot is about."""
    match snapshot.about:
        case Discrepancy() as record:
            touched = {snapshot.service, record.component} if record.component else {snapshot.service}
            return interest.discrepancies and _about(interest, touched)
        case Incident() as incident:
            bad_enough = SEVERITY.get(incident.worst, 0) >= SEVERITY.get(interest.minimum, 0)
            return bad_enough and _about(interest, {snapshot.service, *incident.components})
        case _:
            return _about(interest, {snapshot.service})


def _found(snapshot: Snapshot, table: ActiveRoutes, labels: Labels, now: float) -> Iterator[Recipient]:
    severity = severity_of(snapshot)
    for verdict in verdicts(table.tree.branches, facts_of(snapshot, labels), severity):
        if verdict.taken:
            until = quiet_until(verdict.branch.quiet, severity, now) or 0.0
            for target in table.tree.told_by(verdict.branch, snapshot):
                yield Recipient(target, verdict.branch.name, until)
    for route in table.subscribed:
        if wanted(snapshot, route.interest):
            yield Recipient(route.target, BY_SUBSCRIPTION)


def _about(interest: SubscriptionFilter, touched: set[str]) -> bool:
    return not interest.about or not touched.isdisjoint(interest.about)


def _every(branches: Iterable[Route]) -> Iterator[Route]:
    for branch in branches:
        yield branch
        yield from _every(branch.below)
