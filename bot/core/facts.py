"""What machines read off a card beside its words. Pure."""

from dataclasses import dataclass

from probes.model import State


@dataclass(frozen=True, slots=True)
class Facts:
    """Ids, the worst it came to, and whether people have it in hand: took it, or asked for quiet."""

    service: str = ""
    components: tuple[str, ...] = ()
    worst: State = State.UNKNOWN
    acknowledged: bool = False
    silenced: bool = False
