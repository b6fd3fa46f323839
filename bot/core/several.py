"""Several incidents told as one: a group that one target hears of in one message.

Pure values; who belongs to a group is decided in `grouping`, the words are `words.several_card`.
"""

from dataclasses import dataclass
from enum import StrEnum

from probes.model import State


class Kind(StrEnum):
    """What is told as one."""

    INCIDENTS = "incidents"
    DISCREPANCIES = "discrepancies"


@dataclass(frozen=True, slots=True)
class Several:
    """What a message about several says; `services` are some of `spread`: (name, how many of it), the worst first.

    `since` is when the first one began and `over_at` when all this was over for the reader (Unix seconds). Of `total`
    so many `going` on, of which `taken` are acknowledged; `own` have messages of their own from now on.
    """

    kind: Kind
    id: str
    since: float
    services: tuple[tuple[str, int], ...]
    spread: int
    total: int
    going: int
    components: int
    worst: State
    taken: int = 0
    own: int = 0
    over_at: float | None = None

    @property
    def subject(self) -> str:
        """What its message is known by; no incident's id has an "@"."""
        return f"group@{self.id}"
