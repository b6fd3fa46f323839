"""How much one asker may ask: a bucket for each token, and one for each address without a token."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.web.routing import Call, HttpError

MOST = 10_000
"""Askers that are remembered; who has not asked for longest is forgotten."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    """So many requests a minute each, all of them at once if need be."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def admit(self, call: Call) -> None:
        """Count one request. Raises HttpError where there were too many."""
        visitor = call.visitor
        self.take(f"token:{visitor.name}" if visitor.bearer else f"address:{call.request.remote}", call.now)

    def take(self, who: str, now: float) -> None:
        """Count one request of that name. Raises HttpError where there were too many."""
        bucket = self._buckets.pop(who, None) or _Bucket(float(self._per_minute), now)
        per_s = self._per_minute / 60
        # A clock set back fills nothing, and costs nothing.
        bucket.left = min(float(self._per_minute), bucket.left + max(0.0, now - bucket.at) * per_s)
        bucket.at = now
        self._buckets[who] = bucket
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            wait = max(1, round((1 - bucket.left) / per_s + 0.5))
            sentence = f"more than {self._per_minute} requests a minute; again in {wait} s"
            raise HttpError(429, sentence, {"Retry-After": str(wait)})
        bucket.left -= 1
