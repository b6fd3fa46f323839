"""The status page as its visitors and its editors have it: posts by script or by hand, documents, ways to break."""

import hashlib
import json
import math
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.demo.page import LOWER, Documents, Identity
from bot.demo.scenario import Post
from bot.demo.seeded_random import token
from probes.model import State

MOST_POSTS = 1_000
"""Posts by hand that are kept; the oldest go first."""


class Breakage(StrEnum):
    """How a page can be unreadable, or make trouble for who reads it."""

    HUGE = "50mb"
    GARBAGE = "garbage"
    HTML = "html"
    WRONG_SHAPE = "wrong_shape"  # JSON, of another platform
    EMPTY = "empty"
    CUT = "cut"  # half of it, then the connection drops
    CHALLENGE_202 = "202"
    FORBIDDEN = "403"
    NOT_ALLOWED = "405"
    ERROR_500 = "500"
    UNAVAILABLE = "503"
    RESET = "reset"
    HANG = "hang"
    DRIP = "drip"  # a byte now and then, without end
    BOMB = "gzip_bomb"
    LOOP = "redirect_loop"


@dataclass(frozen=True, slots=True)
class Reading:
    """A document of the page at one moment."""

    body: bytes
    etag: str
    changed_at: float


class StatusPage:
    """One page. Times of posts are Unix seconds by `clock`; what is not yet due is not yet shown."""

    def __init__(self, identity: Identity, posts: Sequence[Post], since: float, clock: Callable[[], float]) -> None:
        self.identity = identity
        self.broken: Breakage | None = None
        self.origin_broken: Breakage | None = None
        self._script = sorted(posts, key=_due)
        self._by_hand: list[Post] = []
        self._since, self._clock = since, clock
        self._counter = 0
        self._shown = -1
        self._documents = Documents(identity, (), since)
        self._bodies: dict[str, Reading] = {}

    def set(self, component: str, state: State | str) -> None:
        """Change a component's state without a word. Raises KeyError or ValueError for what is not there."""
        self._add(Post(self._clock(), {self.identity.find(component).id: State(state)}))

    def post(  # noqa: PLR0913 -- each is a word of an update
        self,
        name: str = "",
        states: Mapping[str, State | str] | None = None,
        *,
        status: str = "investigating",
        impact: str = "",
        body: str = "",
        incident: str = "",
        backdated_s: float = 0.0,
    ) -> str:
        """Write an update: of `incident`, or the first of a new one. Returns the incident's id.

        An update keeps the incident's name and impact where it gives none. `backdated_s` moves the time shown (of a
        first update also the incident's start) into the past, as vendors do; `created_at` of the update stays true.
        """
        now = self._clock()
        old = next((p for p in reversed(self._posts()) if incident and p.incident == incident), None)
        if incident and old is None:
            raise KeyError(f"there is no incident {incident!r}")
        self._counter += 1
        fresh = Post(
            at=now,
            states={self.identity.find(word).id: State(state) for word, state in (states or {}).items()},
            incident=incident or token(12, "incident", self._counter, now, alphabet=LOWER),
            name=name or (old.name if old else "Elevated errors"),
            status=status,
            impact=impact or (old.impact if old else "minor"),
            body=body or "We are currently investigating this issue.",
            display_at=now - backdated_s if backdated_s else None,
            started_at=now - backdated_s if backdated_s and not old else None,
        )
        self._add(fresh)
        return fresh.incident

    def resolve(self, incident: str, body: str = "This incident has been resolved.") -> None:
        """The last update of an incident: every component it named is operational again."""
        states = {code: State.OPERATIONAL for p in self._posts() if p.incident == incident for code in p.states}
        self.post(status="resolved", body=body, incident=incident, states=states)

    def break_(self, how: Breakage | str, *, origin: bool = False) -> None:
        """Answer every request so from now on; with `origin` on the platform's own host as well."""
        self.broken = Breakage(how)
        self.origin_broken = Breakage(how) if origin else self.origin_broken

    def mend(self) -> None:
        """Make the page readable again."""
        self.broken = self.origin_broken = None

    def states(self) -> dict[str, State]:
        """What the page says now, by our words for the components."""
        names = {c.id: c.key for c in self.identity.components}
        return {names[c["id"]]: State(c["status"]) for c in self._current().components()["components"]}

    def read(self, path: str) -> Reading | None:
        """The document at a path of its API as it stands now, None where there is none."""
        documents = self._current()
        if path not in self._bodies:
            found = _document(documents, path)
            if found is None:
                return None
            body = json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()
            etag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
            posts = self._posts()
            self._bodies[path] = Reading(body, etag, posts[-1].at if posts else self._since)
        return self._bodies[path]

    def documents(self) -> Documents:
        """The page as it stands now."""
        return self._current()

    def _posts(self) -> list[Post]:
        now = self._clock()
        return sorted((p for p in [*self._script, *self._by_hand] if p.at <= now), key=_due)

    def _add(self, post: Post) -> None:
        insort(self._by_hand, post, key=_due)
        del self._by_hand[:-MOST_POSTS]
        self._shown = -1

    def _current(self) -> Documents:
        now = self._clock()
        due = sum(p.at <= now for p in self._script) + sum(p.at <= now for p in self._by_hand)
        if due != self._shown:
            self._shown = due
            self._documents = Documents(self.identity, self._posts(), self._since)
            self._bodies = {}
        return self._documents


def _due(post: Post) -> float:
    return post.at


def _document(documents: Documents, path: str) -> dict[str, Any] | None:
    name = path.removeprefix("/api/v2/").removesuffix(".json")
    written = {
        "summary": documents.summary,
        "status": documents.status,
        "components": documents.components,
        "incidents": documents.incidents,
        "incidents/unresolved": documents.unresolved,
        "scheduled-maintenances": documents.maintenances,
        "scheduled-maintenances/upcoming": documents.maintenances,
        "scheduled-maintenances/active": documents.maintenances,
    }
    return written[name]() if name in written else documents.incident(name.removeprefix("incidents/"))


def due_at(posts: Sequence[Post], begins: float, began: float, speed: float) -> list[Post]:
    """A story's posts moved to the times of a performance that began at `began` and plays `speed` times as fast."""

    def moved(at: float) -> float:
        return began + (at - begins) / speed

    def maybe(at: float | None) -> float | None:
        return None if at is None or math.isnan(at) else moved(at)

    return [
        replace(
            p,
            at=moved(p.at),
            display_at=maybe(p.display_at),
            opened_at=maybe(p.opened_at),
            started_at=maybe(p.started_at),
        )
        for p in posts
    ]
