"""The audit: what people did, or were not allowed to do. Pure."""

from dataclasses import dataclass

from bot.core.model.person import Person

REFUSED = "refused"
DONE = "done"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, where (`here`, a target, "" where there is none) and when (Unix seconds), and what became of it."""

    at: float
    by: Person
    command: str
    about: str = ""
    here: str = ""
    outcome: str = DONE
