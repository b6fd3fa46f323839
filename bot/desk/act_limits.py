"""How often one person may change things: more than anybody does by hand, and less than a script that went wild."""

from bot.core.model.person import Person
from bot.store.acts import ActStore

PER_MINUTE = 30
"""A press on a message about a storm counts once, however many incidents it acts on."""
ACTS = frozenset({
    "report", "works", "ack", "release", "resolve", "silence", "unsilence", "maintenance", "announce", "notify",
    "right", "wrong", "subscribe", "unsubscribe", "test",
})  # fmt: skip
"""Commands that write."""


class ActLimits:
    """Thirty at once, then one every two seconds, by whichever process they come."""

    def __init__(self, acts: ActStore, per_minute: int = PER_MINUTE) -> None:
        self._acts, self._most = acts, per_minute

    async def wait_s(self, command: str, person: Person) -> float:
        """Count a command that writes; 0 where it may be, else after how many seconds the next one may.

        Raises StoreError.
        """
        return await self._acts.wait_s(person, self._most) if command in ACTS else 0.0
