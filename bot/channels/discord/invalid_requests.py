"""How often Discord has refused us lately, so that we fall silent before it bans the address. Pure.

It counts 401, 403 and 429 of one address, but for limits that others share with us; 10,000 in ten minutes are a ban:
https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from collections import deque

WINDOW_S = 600.0
MOST = 2_000
"""Far below the limit: it is the address's, and other processes may share it."""
COUNTED = frozenset({401, 403, 429})


class InvalidRequestCounter:
    """The moments of the latest ones; `now` is Unix seconds and may be set back."""

    def __init__(self, most: int = MOST) -> None:
        self._at: deque[float] = deque(maxlen=most)

    def count(self, status: int, scope: str, now: float) -> float:
        """Count an answer if it is one; the seconds to ask nothing at all from now on."""
        if status not in COUNTED or scope == "shared":
            return 0.0
        self._at.append(now)
        if len(self._at) < (self._at.maxlen or 0):
            return 0.0
        return min(max(self._at[0] + WINDOW_S - now, 0.0), WINDOW_S)
