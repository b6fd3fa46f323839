"""How every value in the store is written as JSON and read back."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.detection.assessment import Explanation
from bot.core.detection.reprobe import Plan
from bot.core.incidents.evidence import Evidence
from bot.core.judging.decisions import Remembered
from bot.core.model.action import ActionRecord, ActionResult
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import AnnouncedCorrelation
from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.ledger import LedgerEntry
from bot.core.model.service import About
from bot.core.model.snapshot import ComponentStatus, Snapshot

REMEMBERED = TypeAdapter(Remembered)
VOICES = TypeAdapter(ComponentStatus)
ABOUT = TypeAdapter(About)
ABOUT_FIELD = "about:"
"""Beside the components; no component's id ends with a colon."""
EXPLANATION = TypeAdapter(Explanation)
PLAN = TypeAdapter(Plan)
INCIDENT = TypeAdapter(Incident)
SNAPSHOT = TypeAdapter(Snapshot)
ENTRY = TypeAdapter(TimelineEntry)
DOSSIER = TypeAdapter(Evidence)
DISCREPANCY = TypeAdapter(Discrepancy)
DONE = TypeAdapter(ActionRecord)
OUTCOME = TypeAdapter(ActionResult)


def _pack(kind: TypeAdapter[Any], value: object) -> str:
    return kind.dump_json(value, exclude_defaults=True).decode()


CAUSES = "causes"
"""The note in which what several services have in common stands."""


FOUND = TypeAdapter(list[AnnouncedCorrelation])


ROW = TypeAdapter(LedgerEntry)


def ledger_row(row: LedgerEntry) -> str:
    """A row as compact JSON; the same row always gives the same text."""
    return ROW.dump_json(row, exclude_defaults=True).decode()


def ledger_rows(kept: Iterable[str]) -> list[LedgerEntry]:
    """The rows, in their order."""
    rows = []
    for body in kept:
        try:
            rows.append(ROW.validate_json(body))
        except ValidationError:
            continue
    return rows
