"""Uptime Kuma: `/api/status-page/heartbeat/<slug>` has the beats by monitor, `/api/status-page/<slug>` the names.

0 is down, 1 up, 2 pending (a retry after a failure: nothing is sure), 3 maintenance. Beats are oldest first; a beat can
be the number 0 where there is none. The names' document has no states: it makes no claims, only the announcements that
stand on the page. Source: louislam/uptime-kuma, `server/routers/status-page-router.js`, `src/util.ts` (2.0 and 1.x).

Options: `names` (monitor id -> name, for people).
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import MAX_ITEMS, document, ident, mapping, maybe, text
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType({0: State.MAJOR, 1: State.OPERATIONAL, 2: State.UNKNOWN, 3: State.MAINTENANCE})
_IMPACTS = MappingProxyType({"danger": "major_outage", "warning": "degraded_performance"})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a page's beats, or of its announcements. Raises NotUnderstoodError."""
    page = mapping(document(body), "the page")
    if "heartbeatList" not in page:
        return _announced(page)
    beats = mapping(page["heartbeatList"], "heartbeatList")
    if not beats or len(beats) > MAX_ITEMS:
        raise NotUnderstoodError("no monitor is listed, or too many")
    names = options.get("names")
    names = names if isinstance(names, Mapping) else {}
    newest = {ident(key, "a monitor"): _newest(found) for key, found in beats.items()}
    claims = tuple(Claim(key, text(names.get(key)) or key, _state(beat)) for key, beat in newest.items())
    stamps = [at for beat in newest.values() if (at := times.any_of(beat.get("time"))) is not None]
    return Page(url="", claims=claims, stated_at=max(stamps, default=None))


def monitors(page: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Ids and names of the monitors that a page's own document lists."""
    for group in maybe(page, "publicGroupList"):
        for monitor in maybe(group, "monitorList"):
            yield ident(monitor.get("id"), "a monitor"), text(monitor.get("name"))


def _newest(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, list):
        raise NotUnderstoodError("the beats of a monitor are not a list")
    return found[-1] if found and isinstance(found[-1], dict) else {}


def _state(beat: Mapping[str, Any]) -> State:
    status = beat.get("status")
    return (
        _STATES.get(status, State.UNKNOWN)
        if isinstance(status, int) and not isinstance(status, bool)
        else State.UNKNOWN
    )


def _announced(page: Mapping[str, Any]) -> Page:
    if "publicGroupList" not in page:
        raise NotUnderstoodError("neither heartbeatList nor publicGroupList")
    single = page.get("incident")
    entries = [*maybe(page, "incidents"), *([single] if isinstance(single, dict) else [])]
    found = [
        VendorIncident(
            id=ident(entry.get("id"), "an announcement"),
            name=text(entry.get("title")),
            status="active",
            impact=_IMPACTS.get(text(entry.get("style"), 20), "none"),
            components=(),
            posted_at=times.any_of(entry.get("createdDate")),
        )
        for entry in entries
    ]
    return Page(url="", incidents=tuple(found))


def fits(content: Content) -> bool:
    """Its beats, or its groups of monitors."""
    return bool({"heartbeatList", "publicGroupList"} & content.table.keys())
