"""What people put on the status page in their own words."""

from dataclasses import dataclass

from bot.core.model.person import Person


@dataclass(frozen=True, slots=True)
class Announcement:
    """A sentence on the page and in its feeds from `at` until `until` (Unix seconds); `by` is shown only inside."""

    id: str
    at: float
    until: float
    by: Person
    text: str
