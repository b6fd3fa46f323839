"""The routing tree in words: the tree as it is, and who would hear of something, when, and why not the others. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.escalation import Policy, plan
from bot.core.matching import Facts
from bot.core.quiet import quiet_until
from bot.core.routing import Branch, Verdict
from bot.core.words.durations import clock, duration


@dataclass(frozen=True, slots=True)
class Hearer:
    """One target that would hear: by which branch, when in words, and at which moment (Unix seconds)."""

    target: str
    by: str
    when: str
    at: float


def drawn(branches: Iterable[Branch], depth: int = 0) -> list[tuple[str, str]]:
    """(name, sentence) of every branch, deeper ones indented."""
    lines = list[tuple[str, str]]()
    for branch in branches:
        lines += [("  " * depth + branch.name, _branch(branch)), *drawn(branch.below, depth + 1)]
    return lines


def _branch(branch: Branch) -> str:
    match = ", ".join(map(str, branch.match)) or "everything"
    parts = [f"{match} → {', '.join(branch.to) or 'nobody'}", f"from {branch.minimum.value}"]
    if branch.quiet:
        parts.append("with quiet hours")
    if branch.escalation:
        parts.append(f"escalation {branch.escalation}")
    if branch.repeat_s:
        parts.append(f"reminded every {duration(branch.repeat_s)}")
    if branch.goes_on:
        parts.append("continue")
    return " · ".join(parts)


def hearers(taken: Sequence[Verdict], severity: int, policies: Sequence[Policy], now: float) -> list[Hearer]:
    """Who would hear of an incident that is as bad as that, the earliest first; `now` in Unix seconds."""
    found = list[Hearer]()
    for verdict in taken:
        branch = verdict.branch
        until = quiet_until(branch.quiet, severity, now)
        when = f"at the end of quiet hours, {clock(until, now)}" if until else "at once"
        found += [Hearer(target, f"branch {branch.name}", when, until or now) for target in branch.to]
    for policy in policies:
        for due in plan(policy):
            when = f"after {duration(due.at)}, if nobody acknowledges (round {due.round})"
            found += [Hearer(t, f"step {due.number} of {policy.name}", when, now + due.at) for t in due.to]
    first = dict[str, Hearer]()
    for one in sorted(found, key=lambda one: one.at):
        first.setdefault(one.target, one)
    return list(first.values())


def why_not(verdict: Verdict, facts: Facts) -> str:
    """Why a branch does not take it, "" where it does."""
    if verdict.failed is not None:
        has = ", ".join(sorted(facts.get(verdict.failed.key, ()))) or "nothing"
        return f"{verdict.failed} does not hold: {verdict.failed.key} is {has}"
    if verdict.mild:
        return f"below its minimum, {verdict.branch.minimum.value}"
    return f"branch {verdict.left_to} has it" if verdict.left_to else ""
