"""Which of several processes does what, by rendezvous hashing: no table, no election, no message between them.

Every process ranks all of them for a thing, and the first one does it. All agree who have the same list, the things
spread evenly, and when one joins or leaves only what it gains or had moves (Thaler and Ravishankar, 1998).
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b


def weight(member: str, thing: str) -> int:
    """How much this process is to have that thing: the same number everywhere, and in every version of Python."""
    return int.from_bytes(blake2b(f"{member}\n{thing}".encode(), digest_size=8).digest())


def ranked(members: Iterable[str], thing: str) -> Sequence[str]:
    """The processes, the one that is to have the thing first."""
    return sorted(set(members), key=lambda member: (weight(member, thing), member), reverse=True)


def rank(member: str, members: Iterable[str], thing: str) -> int:
    """How many come before this one for that thing: 0 for the one that is to have it."""
    return ranked({*members, member}, thing).index(member)


class Share:
    """What one process has of the work that a group of processes shares: all of it, until it hears of others."""

    def __init__(self, owner: str = "") -> None:
        self._owner = owner
        self._members = frozenset({owner})
        self._ranks: dict[str, int] = {}
        self.settled = False
        """Whether this process has been there for long enough to ask for what another one does."""

    @property
    def members(self) -> Sequence[str]:
        """All processes of the group, sorted; this one is always among them."""
        return sorted(self._members)

    @property
    def alone(self) -> bool:
        """Whether there is nobody else."""
        return len(self._members) == 1

    def among(self, members: Iterable[str]) -> bool:
        """These are the processes from now on; whether that is news."""
        fresh = frozenset({*members, self._owner})
        if fresh == self._members:
            return False
        self._members, self._ranks = fresh, {}
        return True

    def rank(self, thing: str) -> int:
        """How many processes come before this one for that thing: 0 where it is ours."""
        found = self._ranks.get(thing)
        if found is None:
            found = self._ranks[thing] = rank(self._owner, self._members, thing)
        return found

    def mine(self, thing: str) -> bool:
        """Whether this process is the one to have that thing."""
        return self.rank(thing) == 0
