"""The prober's loop: a check is due, it looks once, and what it saw goes to the stream. It judges nothing."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from bot.core.detection.reprobe import Plan, due
from bot.core.health.connectivity import Connectivity, State
from bot.core.health.signs import MISSED
from bot.core.rate_limits import RateLimits, ReprobeBudget
from bot.core.sharing import Share
from bot.probing.page_lease import TICKS, PageLease
from bot.probing.rate_limiter import HostRateLimiter
from bot.scheduling.scheduler import Schedule
from bot.store.codec import PLAN
from probes.community.polling import UNREAD
from probes.inference.call import MODEL_GONE
from probes.model import BETWEEN_LAYERS, NETWORK_LAYERS, Check, Fault, Layer, Observation, Outcome
from probes.network.control import Control, attribute
from probes.probe import look
from probes.tools import Tools

log = logging.getLogger(__name__)

PLAN_TICK_S = 0.25
"""How often re-probe plans are checked; the plans themselves are in seconds."""

DUE = 0.75
"""Share of an interval after which a page may be read again: the ticks of its turns are jittered."""

DOUBT_S, DOUBTS = 5.0, 6
"""A silent control host is asked again after so long, so many times: meanwhile some target has answered or failed."""

OVERTIME_S = 0.5
"""A check that ends so long after its deadline failed here, whatever it saw."""

HEARTBEAT = "heartbeat"
"""A kind that asks nobody: what it reads says nothing of a network."""
IN_TURN = frozenset({"github_issues", HEARTBEAT, "hackernews", "statuspage"})
"""Kinds whose reading is the same from everywhere: one prober reads for all."""
UNREPEATED = IN_TURN | {"control"}
"""Kinds whose readings are never repeated to confirm one: they are no results of a component, or already certain."""


OVER_BUDGET = "over_budget"
"""The symptom of a check that was not taken because the day's budget is spent."""

SAYS: Mapping[State, str] = {
    State.BLIND: "our own network fails: from {vantage} no control host answers, so the state of every service is"
    " unknown until one does",
    State.BLOCKED: "from {vantage} no control host answers though what is watched does: a firewall? set `control` to"
    " others",
    State.CLEAR: "our own network works again: from {vantage} {proof}",
}


def _host(target: str) -> str:
    """The host of an address, or of a host with a port."""
    try:
        return urlsplit(target if "//" in target else f"//{target}").netloc or target
    except ValueError:
        return target


def _controls(checks: Iterable[Check]) -> set[str]:
    return {check.id for check in checks if check.kind == "control"}


@dataclass(slots=True)
class ActivePlan:
    """A component's re-probe plan as last heard, and when this vantage last followed it."""

    plan: Plan
    followed: float = 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """What checks leave behind, by id: their memories, when they were done and read (Unix seconds), our own sight."""

    checks: Mapping[str, Check]
    memories: Mapping[str, MutableMapping[str, Any]]
    done: Mapping[str, float]
    read_at: Mapping[str, float]
    connectivity: Connectivity
    told: State
    sight_since: float


@dataclass(slots=True)
class ProbeLimits:
    """What keeps this prober from asking too much: turns at pages, limits towards hosts, a bound on extra checks.

    `past` is what the checks of the last configuration leave to those that did not change. `share` says which
    components are this prober's of those that it shares with others at the same vantage.
    """

    turns: PageLease | None = None
    courtesy: HostRateLimiter = field(default_factory=lambda: HostRateLimiter(RateLimits()))
    extras: ReprobeBudget = field(default_factory=lambda: ReprobeBudget(RateLimits().extra_per_hour))
    past: Past | None = None
    share: Share = field(default_factory=Share)


class CheckRunner:
    """All checks of one prober, at one vantage.

    Of components that it shares with other probers there it does its own, all checks of one component together: who
    saw a check fail repeats it. Control hosts are asked by every prober, because each may be cut off by itself.
    """

    def __init__(
        self,
        checks: Iterable[Check],
        tools: Tools,
        control: Control | None,
        put: Callable[[Observation], None],
        manners: ProbeLimits | None = None,
    ) -> None:
        self._checks = tuple(checks)
        # Each check remembers for itself (ETags, the last good page).
        self._tools = {check.id: replace(tools, memory={}) for check in self._checks}
        self._now, self._vantage = tools.now, tools.vantage
        self._control = control
        self._put = put
        self._manners = manners or ProbeLimits()
        self._turns = self._manners.turns
        self._read_at: dict[str, float] = {}
        self._plans: dict[str, ActivePlan] = {}
        self._looking: set[str] = set()
        self._began = 0.0
        self._done: dict[str, float] = {}
        self._left: dict[str, float] = {}
        """When a check was last left to another prober."""
        self._gone: set[str] = set()
        self.connectivity = Connectivity()
        self.told, self.sight_since = State.CLEAR, tools.now()
        self._silences: dict[str, int] = {}
        self.changed: Callable[[], None] = lambda: None
        """Called when this vantage sees worse or better than before."""
        self._schedule: Schedule | None = None
        self._following = False
        self._turn: dict[str, list[Check]] = {}
        self._components: dict[str, set[str]] = {}
        for check in self._checks:
            if check.kind not in UNREPEATED:
                self._turn.setdefault(check.component, []).append(check)
                self._components.setdefault(check.service, set()).add(check.component)
        if self._manners.past is not None:
            self._go_on(self._manners.past)

    def past(self) -> Past:
        """What these checks leave to those of the next configuration."""
        memories = {name: tools.memory for name, tools in self._tools.items()}
        checks = {check.id: check for check in self._checks}
        return Past(checks, memories, self._done, self._read_at, self.connectivity, self.told, self.sight_since)

    def _go_on(self, past: Past) -> None:
        """Take up what the checks of the last configuration remember, where they did not change."""
        same = [check.id for check in self._checks if past.checks.get(check.id) == check]
        self._tools |= {name: replace(self._tools[name], memory=past.memories[name]) for name in same}
        self._done = {name: past.done[name] for name in same if name in past.done}
        self._read_at = {name: past.read_at[name] for name in same if name in past.read_at}
        # With other control hosts what was told stands until these have proved the contrary.
        self.told, self.sight_since = past.told, past.sight_since
        if _controls(self._checks) == _controls(past.checks.values()):
            self.connectivity = past.connectivity

    def start(self, schedule: Schedule) -> None:
        """Give every check its place in time."""
        self._began = self._now()
        for check in self._checks:
            if check.kind in IN_TURN and self._turns is not None:
                schedule.every(check.interval_s / TICKS, self.read, check, name=check.id)
            else:
                schedule.every(check.interval_s, self.due, check, name=check.id, first_s=self._due_in(check))
        self._schedule = schedule

    def _due_in(self, check: Check) -> float | None:
        """Seconds until a check that was done before is due again; the control hosts say at once how we stand."""
        done = self._done.get(check.id)
        return None if done is None or check.kind == "control" else max(0.0, done + check.interval_s - self._began)

    def planned(self, service: str, plans: Mapping[str, str]) -> None:
        """Hear a service's re-probe plans; a component without one goes back to its interval."""
        ours = self._components.get(service, set())
        for component in (ours & self._plans.keys()) - plans.keys():
            del self._plans[component]
        for component in ours & plans.keys():
            plan = PLAN.load(plans[component])
            if plan is None:
                continue
            standing = self._plans.get(component)
            self._plans[component] = ActivePlan(plan, standing.followed if standing else 0.0)
        if self._plans and self._schedule is not None and not self._following:
            self._following = True
            self._schedule.soon(self._keep_following, self._schedule, name="re-probe plans")

    def late(self) -> list[str]:
        """The checks of this vantage alone that were not done for `MISSED` intervals, whatever keeps them."""
        now = self._now()
        ours = (c for c in self._checks if c.kind not in IN_TURN and self._ours(c))
        patient = ((c.id, MISSED * c.interval_s + c.timeout_s) for c in ours)
        return [name for name, wait in patient if now - self._last(name) > wait]

    def _last(self, name: str) -> float:
        """When a check was last done, or left to another prober; else when this one began."""
        return max(self._done.get(name, self._began), self._left.get(name, self._began))

    def _ours(self, check: Check) -> bool:
        """Whether this prober does a check, and no other one at this vantage."""
        return not check.component or self._manners.share.mine(check.component)

    def gone(self) -> list[str]:
        """The checks of this vantage whose model was gone when they were last done."""
        return sorted(self._gone)

    async def due(self, check: Check) -> None:
        """Check once, if it is ours to do."""
        if self._ours(check):
            await self._look(check)
        else:
            self._left[check.id] = self._now()
            self._gone.discard(check.id)

    async def once(self, check: Check) -> None:
        """Check once and pass on what was seen; nothing if this check is looking already."""
        await self._look(check)

    async def _look(self, check: Check) -> Observation | None:
        if check.id in self._looking:
            return None
        self._looking.add(check.id)
        try:
            seen = await self._visit(check)
        finally:
            self._looking.discard(check.id)
        if seen is None:
            return None
        self._done[check.id] = self._now()
        (self._gone.add if seen.symptom == MODEL_GONE else self._gone.discard)(check.id)
        self._tell()
        if seen.outcome is Outcome.FAILED:
            self._foremost(check)
        if check.service:
            self._put(seen)
        return seen

    async def _visit(self, check: Check) -> Observation | None:
        """Look when the host may be asked; None where that is not soon enough."""
        courtesy = self._manners.courtesy
        if not await courtesy.enter(check):
            return None
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            seen = await look(check, self._tools[check.id])
        finally:
            courtesy.leave(check)
        overtime = loop.time() - began - check.timeout_s
        if overtime > OVERTIME_S and seen.outcome is Outcome.FAILED:
            # Deadlines are kept to the millisecond, unless this process is too busy to notice an answer.
            seen = replace(
                seen,
                outcome=Outcome.INCONCLUSIVE,
                fault=Fault.OURS,
                layer=Layer.UNKNOWN,
                symptom="overloaded",
                detail=f"this prober was {overtime:.1f} s late itself",
            )
        return await self._attributed(check, seen)

    async def _attributed(self, check: Check, seen: Observation) -> Observation:
        """The same with the word of the control hosts, or of other targets where those are silent."""
        if check.kind == HEARTBEAT:
            return seen
        host, fine = _host(check.target), seen.outcome in (Outcome.OK, Outcome.SLOW)
        if check.kind == "control":
            self.connectivity.control(host, seen.at, ok=fine)
            self._doubted(check, silent=not fine)
        elif fine or seen.status is not None:
            self.connectivity.target(host, seen.at, ok=seen.layer not in BETWEEN_LAYERS, own=check.own)
        elif seen.layer in NETWORK_LAYERS:
            self.connectivity.target(host, seen.at, ok=False, own=check.own)
        if self._control is None:
            return seen
        told = await attribute(seen, self._control)
        if told.control is not False:
            return told
        for silent in self._control.hosts:
            self.connectivity.silent(_host(silent), seen.at)
        word = self.connectivity.word(host, seen.at, own=check.own)
        return told if word is False else replace(seen, control=word)

    def _doubted(self, check: Check, *, silent: bool) -> None:
        """Where one control host is silent the others are asked at once, and it once more soon: blindness is urgent."""
        self._silences[check.id] = times = self._silences.get(check.id, 0) + 1 if silent else 0
        schedule = self._schedule
        if schedule is None or not 0 < times <= DOUBTS or self.connectivity.state is not State.CLEAR:
            return
        for other in self._checks:
            if other.kind == "control" and other.id != check.id and not self._silences.get(other.id):
                schedule.soon(self.once, other, name=other.id)
        schedule.soon(self._once_more, schedule, check, name=check.id)

    async def _once_more(self, schedule: Schedule, check: Check) -> None:
        await schedule.sleep(DOUBT_S)
        await self.once(check)

    def _tell(self) -> None:
        """Leave word where this vantage sees worse or better than before."""
        now, proof = self.connectivity.state, self.connectivity.proof
        if now is not self.told and (proof or now is not State.CLEAR):
            self.told, self.sight_since = now, self._now()
            log.warning("%s", SAYS[now].format(vantage=self._vantage, proof=proof))
            self.changed()

    async def read(self, check: Check) -> None:
        """Read a page if it is due and this prober's turn; pass the turn on where it cannot be read from here."""
        now, last = self._now(), self._read_at.get(check.id)
        if self._turns is None or (last is not None and 0 <= now - last < DUE * check.interval_s):
            return
        if await self._turns.ours(check):
            self._read_at[check.id] = now
            seen = await self._look(check)
            if seen is not None and (seen.symptom == UNREAD or (seen.page is not None and seen.page.unreadable)):
                await self._turns.passed(check)

    async def _keep_following(self, schedule: Schedule) -> None:
        """Follow the plans for as long as there are any."""
        try:
            while self._plans:
                await self.follow(schedule)
                await schedule.sleep(PLAN_TICK_S)
        finally:
            self._following = False

    async def follow(self, schedule: Schedule) -> None:
        """Start the re-probes that are due here now."""
        now = self._now()
        for component, standing in list(self._plans.items()):
            slot = due(standing.plan, self._vantage, now)
            if slot is not None and slot > standing.followed and self._manners.share.mine(component):
                standing.followed = slot
                if self._manners.extras.take(component, now):
                    schedule.soon(self.again, component, name=f"re-probe of {component}")

    async def again(self, component: str) -> None:
        """One check more at a component; what costs and may not any more today is passed over for the next in turn."""
        for _ in self._turn[component]:
            seen = await self._look(self._next(component))
            if seen is None or seen.symptom != OVER_BUDGET:
                return

    def _foremost(self, check: Check) -> None:
        """What failed is checked again first."""
        turn = self._turn.get(check.component)
        if turn is not None:
            turn.remove(check)
            turn.insert(0, check)

    def _next(self, component: str) -> Check:
        turn = self._turn[component]
        turn.append(turn.pop(0))
        return turn[-1]
