"""Silences: what is silenced, by whom, until when."""

from dataclasses import dataclass, field

from bot.core.model.person import PAGE, Person

END = "end"
"""Instead of a duration, where that is suggested: it is over now."""
UNTIL_RESOLVED = "until resolved"
"""Instead of a duration, where that is suggested: as long as the trouble lasts."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What is recorded but not spoken of, from `since` until `until` (Unix seconds), at whose request and why.

    `target` is an incident's id, a component's, matchers as they are written, or "" for the whole service; `work`:
    maintenance was announced. `till_over`: it ends with the trouble it covers, at the latest at `until`. `id` names it
    on every service that it reaches; `where` is the target it was asked from, and no part of what it is; `endless`: the
    page states no end of its work, and `until` is only how long that excuses trouble.
    """

    target: str
    since: float
    until: float
    by: Person
    reason: str = ""
    work: bool = False
    till_over: bool = False
    id: str = ""
    where: str = field(default="", compare=False)
    endless: bool = False

    @property
    def announced(self) -> bool:
        """Whether the vendor's own page announced this work: such trouble is told, but wakes nobody."""
        return self.work and self.by.platform == PAGE


Silences = tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class ActiveSilence:
    """A silence that stands, with the ids of the open incidents that it holds back, wholly or in part."""

    silence: Silence
    covers: tuple[str, ...] = ()
