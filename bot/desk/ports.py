"""What stands behind the desk, as it needs it: reads, acts, reports, subscriptions. Calls raise `StoreError`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.answers.answer import Answer
from bot.core.answers.incidents import Delivered
from bot.core.commands.asker import Asker
from bot.core.commands.names import Names
from bot.core.commands.parser import Request
from bot.core.detection.assessment import Explanation
from bot.core.health.signs import HealthSign, ServiceHealth
from bot.core.history.ranges import Range, RangeHistory
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.audit import AuditEntry
from bot.core.model.incident import Incident
from bot.core.model.labels import Labels
from bot.core.model.ledger import LedgerEntry
from bot.core.model.person import Person
from bot.core.model.status import ServiceStatus
from bot.core.postmortem.casefile import Casefile
from bot.core.routing.tree import Subscription, SubscriptionFilter, Tree
from bot.core.tips.alternatives import Candidate, Option


class Reads(Protocol):
    """What the desk reads."""

    async def standing(self, service: str) -> ServiceStatus:
        """How the service stands: every configured component, with what is known of it."""

    async def explanation(self, service: str, component: str) -> Explanation | None:
        """Why we believe what we believe of a component, None before it was ever judged."""

    async def incidents(self, service: str, limit: int) -> Sequence[Incident]:
        """The latest incidents, newest first."""

    async def incident(self, service: str, name: str) -> Incident | None:
        """The incident of that id, if it is one of this service's."""

    async def ledger(self, service: str) -> Sequence[LedgerEntry]:
        """The rows of the service's ledger, oldest first."""

    async def deliveries(self, service: str, limit: int) -> Sequence[Delivered]:
        """The latest deliveries, newest first."""

    async def history(self, service: str, component: str, span: Range, now: float) -> Sequence[RangeHistory]:
        """The past of one component ("": of the service's)."""

    async def casefile(self, service: str, incident: Incident) -> Casefile:
        """All that is on record of an incident."""


class Counsels(Protocol):
    """What can stand in for what."""

    async def options(self, components: Iterable[str], now: float) -> Sequence[Option]:
        """For any of these components, best first, with the state of each."""


class Health(Protocol):
    """Groundtruth's own health."""

    async def every(self, now: float) -> Sequence[ServiceHealth]:
        """How well we serve each service: ages and queues."""

    async def signs(self, now: float) -> Sequence[HealthSign]:
        """What each process, channel and vantage last said of itself, and the store."""


class Digests(Protocol):
    """A day or a week of everything."""

    async def of(self, name: str, ends: float, now: float) -> tuple[Answer, bool]:
        """The digest of a "day" or "week" that ends then (Unix seconds), and whether anything was measured in it."""


class Audits(Protocol):
    """What people did."""

    async def record(self, deed: AuditEntry) -> None:
        """Write down what was done or refused."""

    async def deeds(self, limit: int) -> Sequence[AuditEntry]:
        """The latest, newest first."""


class Acts(Protocol):
    """How people change things: through the judge alone."""

    async def act(self, service: str, command: ActionRequest) -> ActionResult | None:
        """Do it, once for each `command.id`; None when it is noted and the judge has not come to it yet."""


class Said(Protocol):
    """What became of a report: the whole answer, one sentence, and the counts behind it."""

    @property
    def others(self) -> int: ...
    @property
    def works(self) -> int: ...
    @property
    def repeated(self) -> bool: ...
    @property
    def text(self) -> str: ...


class Reports(Protocol):
    """How people say that something fails, or works."""

    async def report(  # noqa: PLR0913, PLR0917 - who said what of what, under which name
        self,
        service: str,
        component: str,
        person: Person,
        works: bool,
        text: str = "",
        id: str = "",  # noqa: A002 - the name it has behind
    ) -> Said:
        """Note it, once for each `id`, and say what others said."""


class Subscribes(Protocol):
    """The channels' own subscriptions, kept in the store.

    A target is "<channel>" or "<channel>:<place>" (`slack:C0123`). Sentences are for the person who asked.
    """

    async def add(self, target: str, interest: SubscriptionFilter, person: Person, now: float) -> str:
        """Subscribe a target after a test post succeeded; the sentence that confirms it.

        Raises:
            UserError: there is no such channel, or it cannot be subscribed; the sentence says why.
            DeliveryError: the test post was refused.
        """

    async def remove(self, target: str, about: str, person: Person, now: float) -> str:
        """End what a target is subscribed to (`about` "": all of it). Raises UserError where there is nothing."""

    async def list(self, target: str | None) -> Sequence[Subscription]:
        """The subscriptions of a target, or (None) all."""

    async def probe(self, target: str) -> str:
        """Post a marked test message; the sentence that says so. Raises UserError or DeliveryError."""


@dataclass(frozen=True, slots=True)
class DeskServices:
    """All of it; what is None does not exist in this process, and its commands say so.

    `candidates` are what can stand in for a component, by its id; `tree` the configured routes, `labels` what they ask
    of each service.
    """

    reads: Reads
    names: Names
    counsel: Counsels
    acts: Acts | None = None
    reports: Reports | None = None
    subscribes: Subscribes | None = None
    health: Health | None = None
    audit: Audits | None = None
    digests: Digests | None = None
    candidates: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    tree: Tree = field(default_factory=Tree)
    labels: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """A request that was understood, by whom, and when (Unix seconds)."""

    request: Request
    asker: Asker
    now: float


Handler = Callable[[DeskServices, Query], Awaitable[Answer]]
