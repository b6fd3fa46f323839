"""Rate limits as Discord keeps them: buckets with headers, the global one, the ban for too many invalid requests."""

import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

INVALID_S = 600.0
VIA = "1.1 google"


@dataclass
class Bucket:
    """So many requests in a window."""

    limit: int
    window_s: float
    used: deque[float] = field(default_factory=deque)

    def left(self, now: float) -> int:
        """How many more may come now."""
        while self.used and now - self.used[0] >= self.window_s:
            self.used.popleft()
        return self.limit - len(self.used)

    def reset_after(self, now: float) -> float:
        """Seconds until the window is empty again."""
        return max(0.0, self.used[-1] + self.window_s - now) if self.used else 0.0


class Limits:
    """One bot's limits; `routes` gives (method and route) -> (requests, seconds), others are wide open."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.routes: dict[str, tuple[int, float]] = {}
        self.overall = Bucket(50, 1.0)
        self.invalid: deque[float] = deque()
        self.invalid_most = 10_000
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def bucket(self, route: str, major: str) -> Bucket:
        """The bucket of a route and its channel, guild or webhook."""
        limit, window = self.routes.get(route, (1_000, 1.0))
        return self._buckets.setdefault((route, major), Bucket(limit, window))

    def refusal(self, route: str, major: str) -> web.Response | None:
        """The 429 that is due, or None and one more request counted."""
        now = self.now()
        while self.invalid and now - self.invalid[0] >= INVALID_S:
            self.invalid.popleft()
        if len(self.invalid) >= self.invalid_most:
            return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "3600"})
        exempt = route.startswith(("POST /interactions", "POST /webhooks", "PATCH /webhooks"))
        if self.overall.left(now) <= 0 and not exempt:
            return too_many(self.overall.reset_after(now), scope="global")
        bucket = self.bucket(route, major)
        if bucket.left(now) <= 0:
            return too_many(bucket.reset_after(now), headers=self.headers(route, major))
        bucket.used.append(now)
        if not exempt:
            self.overall.used.append(now)
        return None

    def headers(self, route: str, major: str) -> dict[str, str]:
        """The headers that go with every answer."""
        now, bucket = self.now(), self.bucket(route, major)
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.left(now))),
            "X-RateLimit-Reset": f"{now + bucket.reset_after(now):.3f}",
            "X-RateLimit-Reset-After": f"{bucket.reset_after(now):.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(route)):x}",
            "Via": VIA,
        }

    def count(self, status: int, scope: str = "user") -> None:
        """401, 403 and 429 count towards the ban, shared limits do not."""
        if status in (401, 403, 429) and scope != "shared":
            self.invalid.append(self.now())


def too_many(after: float, scope: str = "user", headers: dict[str, str] | None = None) -> web.Response:
    """A 429 as Discord itself sends it: JSON and a `Via` header."""
    body = {"message": "You are being rate limited.", "retry_after": round(after, 3), "global": scope == "global"}
    told = {"Via": VIA, "Retry-After": str(math.ceil(after)), "X-RateLimit-Scope": scope, **(headers or {})}
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    return plain_json(body, 429, told)


def plain_json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON whose content type is exactly `application/json`, as discord.py wants it."""
    told = {"Content-Type": "application/json", "Via": VIA, **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=told)
