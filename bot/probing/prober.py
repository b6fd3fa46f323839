"""The prober: all that looks from one vantage and passes on what it sees. It judges nothing, and tells nobody."""

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from bot.core.health.connectivity import State
from bot.core.rate_limits import ReprobeBudget
from bot.core.sharing import Share
from bot.errors import StoreError
from bot.probing.budget import BudgetGate
from bot.probing.checks import CheckRunner, Past, ProbeLimits
from bot.probing.page_lease import PageLease
from bot.probing.pings import PingReader
from bot.probing.rate_limiter import HostRateLimiter
from bot.probing.stream_writer import StreamWriter, gathering
from bot.scheduling.scheduler import Schedule
from bot.settings import Settings
from bot.store.store import Store
from bot.store.stream_rows import encode
from bot.store.vantages import BESIDE
from bot.supervision import Supervisor
from probes.model import Observation, Outcome
from probes.network.control import PAUSE_S, Control
from probes.tools import Tools
from probes.transport.client import Transport

log = logging.getLogger(__name__)

PRESENCE_S = 30.0
LATE_TOLD = 20
"""Checks named that are not done in time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives Unix seconds; `speed` how many of them pass in one second of the machine."""

    now: Callable[[], float]
    speed: float = 1.0


def group(settings: Settings) -> str:
    """The name of the probers that share their checks: of one vantage, and of the same checks.

    While a changed configuration is on its way to them they are apart, and check twice rather than not at all.
    """
    checks = "\n".join(sorted(map(repr, settings.checks())))
    return f"probers:{settings.vantage}:{sha256(checks.encode()).hexdigest()[:16]}"


class Prober:
    """Checks, their schedule, and the stream to the store. `name` is unique among those that run.

    `written` is called with a service when rows of it have been written.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with, from the one place that wires everything
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        name: str,
        written: Callable[[str], None],
        supervisor: Supervisor | None = None,
        stream: StreamWriter | None = None,
        before: "Prober | None" = None,
        share: Share | None = None,
    ) -> None:
        """`stream` outlives a change of the configuration; `before` is the prober of the last one."""
        self._settings = settings
        self._store = store
        self._clock = clock
        self._name = name
        self._told = written
        self._supervisor = supervisor or Supervisor()
        self._courtesy = HostRateLimiter(settings.courtesy, clock.speed)
        self._services = {s.id: s for s in settings.services}
        self._watch: CheckRunner | None = None
        self._schedule: Schedule | None = None
        self._past = before.past() if before else None
        self._share = share or Share(name)
        self.stream = stream or StreamWriter(store, settings.vantage)
        self.stream.gather_s = gathering([check.interval_s for check in settings.checks()], clock.speed)
        self.stream.written = self._written

    def past(self) -> Past | None:
        """What the checks leave to those of the next configuration."""
        return self._watch.past() if self._watch else self._past

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """The checks run inside; the stream is the caller's to run."""
        settings, clock = self._settings, self._clock
        async with (
            Transport(settings.transport) as transport,
            Control(transport, clock.now, settings.control, pause_s=PAUSE_S / clock.speed) as control,
            Schedule(clock.speed, self._supervisor) as schedule,
        ):
            budget = BudgetGate(self._store.purse, {name: s.budget for name, s in self._services.items()})
            tools = Tools(transport, settings.vantage, clock.now, settings.secrets, budget=budget)
            tools = replace(tools, pings=PingReader(self._store.pings, clock.now))
            turns = PageLease(self._store, self._name, clock.speed)
            extras = ReprobeBudget(settings.courtesy.extra_per_hour)
            manners = ProbeLimits(turns, self._courtesy, extras, self._past, self._share)
            self._watch = CheckRunner(settings.checks(), tools, control, self._seen, manners)
            self._watch.changed = lambda: schedule.soon(self._present, name="presence")
            self._schedule = schedule
            self._watch.start(schedule)
            schedule.every(PRESENCE_S, self._present, name="presence")
            yield

    def _seen(self, seen: Observation) -> None:
        """To the service's stream; a page also to those of the other services that it speaks of."""
        good = seen.outcome is Outcome.OK and seen.page is None
        self.stream.put(seen.service, encode(seen), urgent=not good)
        if seen.page is not None:
            for service in self._services[seen.service].mentions.keys() & self._services.keys() - {seen.service}:
                self.stream.put(service, encode(replace(seen, service=service)))

    async def _present(self) -> None:
        """Leave word that this vantage is at work, and on what."""
        left_out = self._schedule.left_out if self._schedule else 0
        word: dict[str, Any] = {
            "at": self._clock.now(),
            "version": version("groundtruth"),
            "waiting": self.stream.waiting,
            "dropped": self.stream.dropped,
            "skipped": self._courtesy.skipped + left_out,
            "lost": self.stream.lost,
            "sight": self._watch.told if self._watch else State.CLEAR,
            "sight_since": self._watch.sight_since if self._watch else None,
            "late": self._watch.late()[:LATE_TOLD] if self._watch else [],
            "gone": self._watch.gone()[:LATE_TOLD] if self._watch else [],
        }
        try:
            word["skew"] = round(await self._store.skew(), 3)
            await self._store.vantages.announce(tuple(self._services), self._clock.now())
            await self._store.vantages.put(self._called(), json.dumps(word), self._clock.now())
        except StoreError as error:
            log.debug("could not report that this vantage works: %s", error)

    @property
    def blind(self) -> bool:
        """Whether this vantage cannot tell its own network's failures."""
        return self._watch is not None and self._watch.connectivity.state is State.BLIND

    def regrouped(self) -> None:
        """Another prober of this vantage joined or left: from now on we say so under the name that we have now."""
        if self._schedule is not None:
            self._schedule.soon(self._present, name="presence")

    def _called(self) -> str:
        """The vantage; the second prober there says what it says of itself beside it, as "eu/2"."""
        number = self._share.members.index(self._name) + 1 if self._name in self._share.members else 1
        return self._settings.vantage if number == 1 else f"{self._settings.vantage}{BESIDE}{number}"

    def _written(self, service: str, plans: Mapping[str, str], urgent: bool) -> None:
        if self._watch is not None:
            self._watch.planned(service, plans)
        if urgent or plans:
            self._told(service)
