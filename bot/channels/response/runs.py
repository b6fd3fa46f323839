"""What was done about an incident, as replicas share it: begun at most once a try, and how each try ended.

First it is noted that a try begins, then it begins. Who dies in between leaves a try of which nobody knows whether it
ran; it is said to be unknown and never run again, for switching twice may be worse than not switching.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.channels.context import KeyValues
from bot.channels.http_channel import KEPT_S

HOUR_S = 3_600.0


class End(StrEnum):
    """How one run ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    DRY = "dry"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action as far as it came: tries made, how the last one ended, and the sentence for the timeline."""

    tries: int
    end: End
    text: str


class RunLog:
    """The notes of one response. Operations raise `StoreError`."""

    def __init__(self, name: str, memory: KeyValues) -> None:
        self._name = f"response:{name}"
        self._memory = memory

    async def begins(self, order: str, attempt: int) -> bool:
        """Whether this try begins now; False where somebody began it before."""
        return await self._memory.set_once(f"{self._name}:{order}#{attempt}", KEPT_S)

    async def ended(self, order: str, tried: Attempt) -> None:
        """Keep how it ended."""
        await self._memory.put(f"{self._name}:{order}", json.dumps(asdict(tried)), KEPT_S)

    async def known(self, order: str) -> Attempt | None:
        """How it ended; None where no try has."""
        noted = await self._memory.get(f"{self._name}:{order}")
        if not noted:
            return None
        told = json.loads(noted)
        return Attempt(int(told["tries"]), End(told["end"]), str(told["text"]))

    async def may(self, per_hour: int) -> bool:
        """Take one of the hour's turns, if one is free; each is free again an hour after it was taken."""
        for turn in range(per_hour):
            if await self._memory.set_once(f"{self._name}:turn{turn}", HOUR_S):
                return True
        return False
