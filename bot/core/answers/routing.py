"""The routing tree in words: the tree as it is, and who would hear of something, when, and why not the others. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from bot.core.answers.answer import Answer
from bot.core.model.escalation import Policy, plan
from bot.core.model.labels import Facts
from bot.core.model.severity import SEVERITY
from bot.core.routing.quiet_hours import quiet_until
from bot.core.routing.tree import BY_DEFAULT, TOLD_BEFORE, Route, RouteMatch, Tree, verdicts
from bot.core.text.durations import duration
from bot.core.text.inline import moment, place
from bot.core.text.quoting import clean, listed
from probes.model import State

UNHEARD, NAMED = 2, 8
"""Reasons told in an answer about one incident; targets named in a line."""


@dataclass(frozen=True, slots=True)
class ExpectedRecipient:
    """One target that would hear: by which branch, when in words, and at which moment (Unix seconds)."""

    target: str
    by: str
    when: str
    at: float


def drawn(branches: Iterable[Route], named: Callable[[str], str] = str, depth: int = 0) -> list[tuple[str, str]]:
    """(name, sentence) of every branch, deeper ones indented; `named` is how a target is written."""
    lines = list[tuple[str, str]]()
    for branch in branches:
        lines += [("  " * depth + branch.name, _branch(branch, named)), *drawn(branch.below, named, depth + 1)]
    return lines


def _branch(branch: Route, named: Callable[[str], str]) -> str:
    match = ", ".join(map(str, branch.match)) or "everything"
    parts = [f"{match} → {', '.join(map(named, branch.to)) or 'nobody'}", f"from {branch.minimum.value}"]
    if branch.quiet:
        parts.append("with quiet hours")
    if branch.escalation:
        parts.append(f"escalation {branch.escalation}")
    if branch.repeat_s:
        parts.append(f"reminded every {duration(branch.repeat_s)}")
    if branch.continue_:
        parts.append("continue")
    return " · ".join(parts)


def routes_answer(tree: Tree, facts: Facts | None, about: str, now: float) -> Answer:
    """The tree as it is; with facts, who would hear at once of a major outage of `about`, and why not the others."""
    if facts is None:
        shown = tuple(drawn(tree.branches, place))
        title = "The routes in force" if shown else "No routes are configured: every channel hears everything"
        return Answer(title, now, shown, data={"at": now, "branches": dict(drawn(tree.branches))})
    severity = SEVERITY[State.MAJOR]
    said = list(verdicts(tree.branches, facts, severity))
    told = hearers([verdict for verdict in said if verdict.taken], severity, (), now)
    names = {one.target for one in told}
    lines = [("Hears" if n == 0 else "", f"{place(one.target)} {one.when}, by {one.by}") for n, one in enumerate(told)]
    lines = lines or [("Nobody", "hears of this")]
    lines += [("Not told", passed_over(v, names, why)) for v in said if (why := why_not(v, facts))]
    data = {"at": now, "about": about, "hear": [asdict(one) for one in told]}
    title = f"Who would hear of a major outage of {clean(about, 40)} now"
    return Answer(title, now, tuple(lines), footer="subscriptions come on top of these: subscriptions", data=data)


def hearers(
    taken: Sequence[RouteMatch], severity: int, policies: Sequence[Policy], now: float
) -> list[ExpectedRecipient]:
    """Who would hear of an incident that is as bad as that, the earliest first; `now` in Unix seconds."""
    found = list[ExpectedRecipient]()
    for verdict in taken:
        branch = verdict.branch
        until = quiet_until(branch.quiet, severity, now)
        when = f"at the end of quiet hours, {moment(until)}" if until else "at once"
        by = BY_DEFAULT if branch.name == BY_DEFAULT else f"branch {branch.name}"
        found += [ExpectedRecipient(target, by, when, until or now) for target in branch.to]
    for policy in policies:
        found += _called(policy, [v.branch for v in taken if v.branch.escalation == policy.name], severity, now)
    first = dict[str, ExpectedRecipient]()
    for one in sorted(found, key=lambda one: one.at):
        first.setdefault(one.target, one)
    return list(first.values())


def _called(policy: Policy, branches: Sequence[Route], severity: int, now: float) -> Iterator[ExpectedRecipient]:
    """Whom an escalation of these branches would call, and when: what is due in their quiet hours waits for the end."""
    held = set[float]()

    def held_until(at: float) -> float:
        until = min((quiet_until(branch.quiet, severity, at) or 0.0 for branch in branches), default=0.0)
        held.add(until)
        return until

    for due in plan(policy, now, held_until):
        after = due.at - now
        when = f"after {duration(after)}, if nobody acknowledges" if after >= 1 else "at once"
        if due.at in held:
            when = f"at the end of quiet hours, {moment(due.at)}, if nobody acknowledges"
        when += f" (round {due.round})" if due.round > 1 else ""
        for target in due.to:
            yield ExpectedRecipient(target, f"step {due.number} of {policy.name}", when, due.at)


def by_which(way: str) -> str:
    """The way that led to a target: ", by branch 1.2"; "" where there are no routes that could lead elsewhere."""
    if way in ("", BY_DEFAULT):
        return ""
    return f", by branch {way}" if way[0].isdigit() else f", {'by ' if way != TOLD_BEFORE else ''}{way}"


def unheard(tree: Tree, told: Collection[str], facts: Facts, severity: int | None) -> list[tuple[str, str]]:
    """The targets of the tree that were not told of an incident, and why not: in two lines, by reason."""
    reasons = dict[str, list[str]]()
    said = {verdict.branch.name: verdict for verdict in verdicts(tree.branches, facts, severity)}
    for target in tree.targets():
        if target not in told:
            reasons.setdefault(_reason(tree, target, said, facts), []).append(place(target))
    lines = [("Not notified", f"{listed(names)}: {why}") for why, names in reasons.items()]
    if len(lines) > UNHEARD:
        rest = sum(len(names) for names in list(reasons.values())[UNHEARD:])
        lines = [*lines[:UNHEARD], ("Not notified", f"{rest} more: groundtruth routes test")]
    return [(label if n == 0 else "", text) for n, (label, text) in enumerate(lines)]


def _reason(tree: Tree, target: str, said: Mapping[str, RouteMatch], facts: Facts) -> str:
    """Why the last branch that leads to a target did not, or the one above it."""
    name = next(branch.name for branch in reversed(list(tree.every())) if target in branch.to)
    while name not in said and "." in name:
        name = name.rpartition(".")[0]
    why = why_not(said[name], facts) if name in said else ""
    return f"branch {name}: {why}" if why else "it began during a silence or a maintenance window"


def why_not(verdict: RouteMatch, facts: Facts) -> str:
    """Why a branch does not take it, "" where it does."""
    if verdict.failed is not None:
        has = ", ".join(sorted(facts.get(verdict.failed.key, ()))) or "nothing"
        return f"{verdict.failed} does not hold: {verdict.failed.key} is {has}"
    if verdict.mild:
        return f"below its minimum, {verdict.branch.minimum.value}"
    return f"branch {verdict.left_to} has it" if verdict.left_to else ""


def passed_over(verdict: RouteMatch, told: Collection[str], why: str) -> str:
    """A branch that does not take it, with its targets that do not hear in another way either, and `why`."""
    names = listed([target for target in verdict.branch.to if target not in told], NAMED)
    return f"{names}{', ' if names else ''}branch {verdict.branch.name}: {why}"


def switched_off(
    written: Tree, policies: Mapping[str, Policy], taken: Collection[str], open_: Collection[str]
) -> list[str]:
    """Whom the branches that take it (by name) would tell, were their channels on; `written` as it is configured."""
    found = list[str]()
    for branch in written.every():
        if branch.name in taken:
            steps = policies[branch.escalation].steps if branch.escalation in policies else ()
            ways = {f"branch {branch.name}": branch.to}
            ways |= {f"step {n} of {branch.escalation}": step.to for n, step in enumerate(steps, 1)}
            for way, to in ways.items():
                names = [target for target in to if target.partition(":")[0] not in open_]
                if names:
                    found.append(f"{listed(names, NAMED)}, {way}: off here; groundtruth config check says why")
    return list(dict.fromkeys(found))


def uncalled(policies: Iterable[Policy], told: Collection[str], tree: Tree) -> list[str]:
    """Whom only an escalation tells, of those that nothing here calls for."""
    found = list[str]()
    for policy in policies:
        targets = {target for step in policy.steps for target in step.to}
        names = sorted(targets.difference(told, tree.targets()))
        if names:
            found.append(f"{listed(names, NAMED)}: only by escalation {policy.name}, of a branch that does not take it")
    return found
