"""What stands behind the desk, as it needs it: reads, acts, reports, subscriptions. Calls raise `StoreError`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.advice.advisor import Advisor
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.names import Names
from bot.core.commands.parser import Request
from bot.core.model.audit import AuditEntry
from bot.core.model.labels import Labels
from bot.core.routing.tree import Tree
from bot.core.tips.alternatives import Candidate
from bot.delivery.subscriptions import Subscriptions
from bot.desk.act_limits import ActLimits
from bot.desk.digests import Digests
from bot.desk.held_together import HeldTogether
from bot.desk.reader import Reader
from bot.health.status import HealthReader
from bot.judging.actions import ActionQueue
from bot.judging.user_reports import UserReports
from bot.store.announcements import AnnouncementStore
from bot.store.notify_requests import NotifyRequestStore


class Audits(Protocol):
    """What people did."""

    async def record(self, deed: AuditEntry) -> None:
        """Write down what was done or refused."""

    async def deeds(self, limit: int) -> Sequence[AuditEntry]:
        """The latest, newest first."""


@dataclass(frozen=True, slots=True)
class DeskServices:
    """All of it; what is None does not exist in this process, and its commands say so.

    `candidates` are what can stand in for a component, by its id; `tree` the configured routes, `labels` what they ask
    of each service.
    """

    reads: Reader
    names: Names
    advisor: Advisor
    acts: ActionQueue | None = None
    reports: UserReports | None = None
    subscribes: Subscriptions | None = None
    health: HealthReader | None = None
    audit: Audits | None = None
    limits: ActLimits | None = None
    announces: AnnouncementStore | None = None
    digests: Digests | None = None
    candidates: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    tree: Tree = field(default_factory=Tree)
    notify_requests: NotifyRequestStore | None = None
    held: HeldTogether | None = None
    labels: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """A request that was understood, by whom, and when (Unix seconds)."""

    request: Request
    asker: Asker
    now: float


Handler = Callable[[DeskServices, Query], Awaitable[Answer]]
