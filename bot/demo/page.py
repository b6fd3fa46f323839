"""A status page in Statuspage's shape: posts up to a moment in, the documents of its API out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.demo.scenario import Post
from bot.demo.seeded_random import token
from probes.model import State

LOWER = "0123456789abcdefghjklmnpqrstvwxyz"
DONE = frozenset({"resolved", "postmortem"})
LISTED = 50

INDICATORS = {
    State.OPERATIONAL: ("none", "All Systems Operational"),
    State.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    State.DEGRADED: ("minor", "Partially Degraded Service"),
    State.PARTIAL: ("minor", "Minor Service Outage"),
    State.MAJOR: ("major", "Partial System Outage"),
}
WORST_FIRST = (State.MAJOR, State.PARTIAL, State.DEGRADED, State.MAINTENANCE, State.OPERATIONAL)


@dataclass(frozen=True, slots=True)
class Component:
    """A line of the page: our word for it, the page's id and name."""

    key: str
    id: str
    name: str
    created_at: str
    start_date: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same of a page."""

    id: str
    name: str
    url: str
    components: tuple[Component, ...]

    def find(self, word: str) -> Component:
        """The component of that key or page id. Raises KeyError."""
        for component in self.components:
            if word in {component.key, component.id}:
                return component
        raise KeyError(f"the page has no component {word!r}")


class Documents:
    """The page as it reads after these posts; `since` is when it was last changed before all of them."""

    def __init__(self, page: Identity, posts: Sequence[Post], since: float) -> None:
        self._page, self._posts, self._since = page, posts, since
        self._states = {c.id: State.OPERATIONAL for c in page.components}
        self._changed = dict.fromkeys(self._states, since)
        self._updates: dict[str, list[dict[str, Any]]] = {}
        self._first: dict[str, Post] = {}
        self._last: dict[str, Post] = {}
        for number, post in enumerate(posts):
            self._apply(number, post)

    def _apply(self, number: int, post: Post) -> None:
        touched = []
        for code, state in post.states.items():
            name, old = self._page.find(code).name, self._states[code]
            touched.append({"code": code, "name": name, "old_status": str(old), "new_status": str(state)})
            if old != state:
                self._states[code], self._changed[code] = state, post.at
        if not post.incident:
            return
        self._first.setdefault(post.incident, post)
        self._last[post.incident] = post
        update = {
            "id": post.id or token(12, "update", post.incident, number, alphabet=LOWER),
            "status": post.status,
            "body": post.body,
            "incident_id": post.incident,
            "created_at": stamp(post.at),
            "updated_at": stamp(post.at),
            "display_at": stamp(post.at if post.display_at is None else post.display_at),
            "affected_components": touched or None,
            "deliver_notifications": post.tells,
            "custom_tweet": None,
            "tweet_id": None,
        }
        self._updates.setdefault(post.incident, []).insert(0, update)

    def summary(self) -> dict[str, Any]:
        """`/api/v2/summary.json`."""
        return {
            "page": self._head(),
            "components": self._components(),
            "incidents": self._incidents(open_only=True),
            "scheduled_maintenances": [],
            "status": self._status(),
        }

    def status(self) -> dict[str, Any]:
        """`/api/v2/status.json`."""
        return {"page": self._head(), "status": self._status()}

    def components(self) -> dict[str, Any]:
        """`/api/v2/components.json`."""
        return {"page": self._head(), "components": self._components()}

    def incidents(self) -> dict[str, Any]:
        """`/api/v2/incidents.json`."""
        return {"page": self._head(), "incidents": self._incidents(open_only=False)[:LISTED]}

    def unresolved(self) -> dict[str, Any]:
        """`/api/v2/incidents/unresolved.json`."""
        return {"page": self._head(), "incidents": self._incidents(open_only=True)}

    def incident(self, name: str) -> dict[str, Any] | None:
        """`/api/v2/incidents/<id>.json`, None for one that is not there."""
        return {"page": self._head(), "incident": self._incident(name)} if name in self._updates else None

    def maintenances(self) -> dict[str, Any]:
        """`/api/v2/scheduled-maintenances.json` and its two parts."""
        return {"page": self._head(), "scheduled_maintenances": []}

    def _head(self) -> dict[str, Any]:
        updated = max([self._since, *(post.at for post in self._posts)])
        page = self._page
        return {"id": page.id, "name": page.name, "url": page.url, "time_zone": "Etc/UTC", "updated_at": stamp(updated)}

    def _status(self) -> dict[str, str]:
        states = set(self._states.values())
        if states == {State.MAJOR}:
            return {"indicator": "critical", "description": "Major Service Outage"}
        indicator, description = INDICATORS[next(state for state in WORST_FIRST if state in states)]
        return {"indicator": indicator, "description": description}

    def _components(self, only: Iterable[str] | None = None) -> list[dict[str, Any]]:
        wanted = None if only is None else set(only)
        return [
            {
                "id": c.id,
                "name": c.name,
                "status": str(self._states[c.id]),
                "created_at": c.created_at,
                "updated_at": stamp(self._changed[c.id]),
                "position": position,
                "description": None,
                "showcase": True,
                "start_date": c.start_date,
                "group_id": None,
                "page_id": self._page.id,
                "group": False,
                "only_show_if_degraded": False,
            }
            for position, c in enumerate(self._page.components, start=1)
            if wanted is None or c.id in wanted
        ]

    def _incidents(self, *, open_only: bool) -> list[dict[str, Any]]:
        kept = [name for name, last in self._last.items() if not (open_only and last.status in DONE)]
        return [self._incident(name) for name in reversed(kept)]

    def _incident(self, name: str) -> dict[str, Any]:
        first, last = self._first[name], self._last[name]
        at = {p.status: p.at for p in reversed(self._posts) if p.incident == name}
        touched = {code for p in self._posts if p.incident == name for code in p.states}
        opened = first.at if first.opened_at is None else first.opened_at
        return {
            "id": name,
            "name": last.name,
            "status": last.status,
            "created_at": stamp(opened),
            "updated_at": stamp(last.at),
            "monitoring_at": _stamp_or_none(at.get("monitoring")),
            "resolved_at": _stamp_or_none(at.get("resolved") if last.status in DONE else None),
            "impact": last.impact,
            "shortlink": first.shortlink or f"https://stspg.io/{token(12, 'link', name, alphabet=LOWER)}",
            "started_at": stamp(opened if first.started_at is None else first.started_at),
            "page_id": self._page.id,
            "incident_updates": self._updates[name],
            "components": self._components(touched),
            "reminder_intervals": None,
        }


def stamp(at: float) -> str:
    """Unix seconds as the page writes them, to the millisecond."""
    return datetime.fromtimestamp(round(at, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stamp_or_none(at: float | None) -> str | None:
    return None if at is None else stamp(at)
