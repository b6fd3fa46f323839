"""What people say and ask, as values; and the union of everything the judge reads from a service's stream."""

from dataclasses import dataclass

from probes.model import Observation


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody says a component fails for them, or works.

    `who` is a hash, never a name; `text` is hostile; `n` is how many people one row stands for.
    """

    at: float
    component: str
    who: str
    works: bool = False
    text: str = ""
    n: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """A person's wish that changes what the judge keeps: acknowledge, silence, resolve.

    `who` and `where` are the platform's ids, for the audit trail.
    """

    at: float
    verb: str
    args: tuple[str, ...] = ()
    who: str = ""
    where: str = ""


Row = Observation | Report | Command
"""One entry of a service's stream."""
