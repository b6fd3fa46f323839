"""Several incidents told as one: a group that one target hears of in one message, and vendors that fail together.

Pure values; who belongs to a group is decided in `grouping`, the words are `words.several_card`. What vendors have in
common is looked for in `common_cause`, the words are `words.cause_card`.
"""

from dataclasses import dataclass
from enum import StrEnum

from probes.model import State


class CommonFactor(StrEnum):
    """What several vendors that fail at once have in common."""

    VANTAGE = "vantage"
    CLOUD = "cloud"
    EDGE = "edge"
    NETWORK = "network"
    FAULT = "fault"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class AffectedVendor:
    """One vendor among them: its incident, since when (Unix seconds), where that breaks, and whether it is `over`."""

    service: str
    name: str
    incident: str
    began: float
    layer: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Correlation:
    """What vendors that fail at once have in common: what kind of thing, and which (`what`: "cloudflare", "fra").

    `of` are the vendors that share it and are measured now, `fine` those measured without trouble that do not, `beside`
    the names of others that fail at the same time. `stated`: the configuration says that they share it, not their
    answers. Times are Unix seconds.
    """

    kind: CommonFactor
    what: str
    id: str
    since: float
    struck: tuple[AffectedVendor, ...]
    of: int = 0
    fine: int = 0
    beside: tuple[str, ...] = ()
    stated: bool = False
    over_at: float | None = None

    @property
    def subject(self) -> str:
        """What its message is known by; no incident's id has an "@"."""
        return f"cause@{self.id}"

    @property
    def going(self) -> tuple[AffectedVendor, ...]:
        """How many are still open."""
        return tuple(one for one in self.struck if not one.over)


@dataclass(frozen=True, slots=True)
class AnnouncedCorrelation:
    """What several share, the targets that are told of it, and what they were told last."""

    cause: Correlation
    told: tuple[str, ...] = ()
    said: Correlation | None = None


class Kind(StrEnum):
    """A group of incidents or discrepancies that share one message."""

    INCIDENTS = "incidents"
    DISCREPANCIES = "discrepancies"


@dataclass(frozen=True, slots=True)
class NoticeGroup:
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
