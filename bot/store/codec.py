"""How every value in the store is written as JSON and read back, with one rule for what cannot be read.

What another version wrote, or what is damaged, counts as not there. It is never guessed at and stops nobody; the log
says so once for each kind.
"""

import logging
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.core.detection.assessment import Explanation
from bot.core.detection.reprobe import Plan
from bot.core.health.signs import HealthSign
from bot.core.incidents.evidence import Evidence
from bot.core.judging.decisions import JudgementState
from bot.core.model.action import ActionRecord, ActionResult
from bot.core.model.announcement import Announcement
from bot.core.model.audit import AuditEntry
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import AnnouncedCorrelation
from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.ledger import LedgerEntry
from bot.core.model.notify_request import NotifyRequest
from bot.core.model.service import About
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.routing.grouping import Group, Member
from bot.core.routing.tree import Subscription

log = logging.getLogger(__name__)
T = TypeVar("T")

UNKNOWN_KEY = frozenset({"unexpected_keyword_argument", "extra_forbidden"})


class UnknownKeyError(ValueError):
    """A value has a key that its class does not know: raised only where `Codec.unknown` forbids it."""


class Codec(Generic[T]):
    """Values of one class as compact JSON; `kind` is the row of `bot.store.keys.KINDS` they stand in, for the log.

    What has its default is left out when written, and keys that nobody knows are passed over when read. Where `unknown`
    is "forbid", as in the tests, such a key is an error: a field was renamed, and what stands in stores would be lost.
    """

    unknown: ClassVar[Literal["forbid"] | None] = None
    every: ClassVar[list["Codec[Any]"]] = []
    _told: ClassVar[set[str]] = set()

    def __init__(self, of: type[T], kind: str) -> None:
        self.of, self.kind = of, kind
        self.every.append(self)

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        # Made when it is needed: all of them take a fifth of the time that a command needs to start.
        return TypeAdapter(self.of)

    def dump(self, value: T) -> str:
        """The value as JSON; the same value always gives the same text."""
        return self._adapter.dump_json(value, exclude_defaults=True).decode()

    def load(self, body: str | bytes | None) -> T | None:
        """The value; None where there is none, or none that can be read."""
        if body is None:
            return None
        try:
            return self._adapter.validate_json(body, extra=self.unknown)
        except ValidationError as error:
            if {each["type"] for each in error.errors(include_url=False)} <= UNKNOWN_KEY:
                raise UnknownKeyError(f"{self.kind}: {error}") from error
            self._tell()
            return None

    def load_all(self, bodies: Iterable[str | bytes | None]) -> list[T]:
        """Those of them that can be read, in their order."""
        return [value for body in bodies if (value := self.load(body)) is not None]

    def _tell(self) -> None:
        # Never what stands there: it may be anything.
        if self.kind not in self._told:
            self._told.add(self.kind)
            log.warning(
                "the store has %s that this version cannot read (written by another version, or damaged): they count"
                " as not there",
                self.kind,
            )


REMEMBERED = Codec(JudgementState, "judge")
VOICES = Codec(ComponentStatus, "assessments")
ABOUT = Codec(About, "assessments")
ABOUT_FIELD = "about:"
"""Beside the components; no component's id ends with a colon."""
EXPLANATION = Codec(Explanation, "assessments")
PLAN = Codec(Plan, "attention")
INCIDENT = Codec(Incident, "incidents")
DOSSIER = Codec(Evidence, "incidents")
SNAPSHOT = Codec(Snapshot, "delivery")
ENTRY = Codec(TimelineEntry, "delivery")
DISCREPANCY = Codec(Discrepancy, "timeline")
DONE = Codec(ActionRecord, "timeline")
OUTCOME = Codec(ActionResult, "outcome")
LEDGER_ENTRY = Codec(LedgerEntry, "ledger")
ROUTE = Codec(Subscription, "routes")
NOTIFY_REQUEST = Codec(NotifyRequest, "wishes")
SIGN = Codec(HealthSign, "health")
DEED = Codec(AuditEntry, "audit")
ANNOUNCEMENT = Codec(Announcement, "announcements")
GROUP = Codec(Group, "groups")
MEMBER = Codec(Member, "members")
FOUND = Codec(list[AnnouncedCorrelation], "note")
CAUSES = "causes"
"""The note in which what several services have in common stands."""

_DONE_LINE = '{"command":'
"""How a person's act begins in a service's timeline; everything else there is a discrepancy."""


def discrepancies(timeline: Iterable[str]) -> list[Discrepancy]:
    """Those of a service's timeline, in their order."""
    return DISCREPANCY.load_all(line for line in timeline if not line.startswith(_DONE_LINE))
