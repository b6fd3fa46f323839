"""AWS: `/public/currentevents`, JSON in UTF-16 with a BOM, active events only; or one service's RSS of one region.

A claim is a service in a region, by AWS's own key ("bedrock-us-east-1"). No active event is AWS's way of saying fine,
but only of services the options name: an empty list names none. The status numbers are undocumented; read as
0 resolved, 1 information (degraded), 2 degradation (a partial outage), 3 disruption (a major one).

Options: `service` ("bedrock"), `regions` (["us-east-1", ...]), `name` (for people).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import feed, times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import MAX_BYTES, document, ident, listing, mapping, maybe, text
from probes.dialects.states import PAGE, once, worst
from probes.dialects.xml_feed import looks_like_xml
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {"0": State.OPERATIONAL, "1": State.DEGRADED, "2": State.PARTIAL, "3": State.MAJOR},
)

_RSS_KEY = re.compile(rb"#([a-z0-9]{1,40}(?:-[a-z0-9]{1,20}){1,6})_\d{9,13}")
"""In an item's id: `http://status.aws.amazon.com/#bedrock-us-east-1_1776267000`."""


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of AWS's public events, or of a region's RSS. Raises NotUnderstoodError."""
    wanted = _wanted(options)
    if looks_like_xml(body):
        return _read_rss(body, options, wanted)
    states: dict[str, list[State]] = {key: [] for key in wanted}
    names: dict[str, str] = {}
    incidents = []
    for event in listing(document(body), "the list of events"):
        hit = _hit(event)
        touched = [key for key in hit if not wanted or key in wanted]
        for key in touched:
            states.setdefault(key, []).append(hit[key][1])
            names.setdefault(key, hit[key][0])
        incident = _incident(event, tuple(hit))
        if touched or not wanted:
            incidents.append(incident)
    label = text(options.get("name"))
    claims = (Claim(key, names.get(key) or label or key, worst(found)) for key, found in states.items())
    return Page(url="", claims=once(claims), incidents=tuple(incidents))


def _wanted(options: Mapping[str, Any]) -> tuple[str, ...]:
    service, regions = options.get("service"), options.get("regions") or ()
    if not service:
        return ()
    if not isinstance(regions, list | tuple):
        raise NotUnderstoodError("the option regions is not a list")
    return tuple(f"{service}-{region}".lower() for region in regions) or (str(service).lower(),)


def _hit(event: Mapping[str, Any]) -> dict[str, tuple[str, State]]:
    """Which service-region keys the event touches, with name and state."""
    over = _over(event)
    own = State.OPERATIONAL if over else _number(event.get("status"))
    found: dict[str, tuple[str, State]] = {}
    for key, one in mapping(event.get("impacted_services") or {}, "impacted_services").items():
        about = mapping(one, "an impacted service")
        state = State.OPERATIONAL if over else _number(about.get("current"))
        found[text(key, 100).lower()] = (text(about.get("service_name")), state)
    named = text(event.get("service"), 100).lower() or _from_arn(text(event.get("arn"), 300))
    if named and named not in found and not named.startswith("multiple"):
        found[named] = (text(event.get("service_name")), own)
    return found


def _over(event: Mapping[str, Any]) -> bool:
    return text(event.get("summary")).upper().startswith("[RESOLVED]")


def _from_arn(arn: str) -> str:
    """The key of `arn:aws:health:<region>::event/<SERVICE>/<TYPE>/...`: "service-region"."""
    parts = arn.split(":")
    path = parts[5].split("/") if len(parts) > 5 else []
    return f"{path[1]}-{parts[3]}".lower() if len(path) > 1 and parts[3] else ""


def _number(value: Any) -> State:
    return _STATES.get(str(value) if isinstance(value, int | str) else "", State.UNKNOWN)


def _incident(event: Mapping[str, Any], components: tuple[str, ...]) -> VendorIncident:
    log = maybe(event, "event_log")
    return VendorIncident(
        id=ident(event.get("arn"), "an event"),
        name=text(event.get("summary")),
        status="resolved" if _over(event) else text(str(event.get("status", "")), 60),
        impact="",
        components=components,
        posted_at=times.earliest([entry.get("timestamp") for entry in log]) or times.epoch(event.get("date")),
        started_at=times.epoch(event.get("date")),
        resolved_at=None,  # the list holds active events only; an end is never stated here
        url="https://health.aws.amazon.com/health/status",
    )


def _read_rss(body: bytes, options: Mapping[str, Any], wanted: tuple[str, ...]) -> Page:
    """RSS of one service in one region: its newest item is the word; none is fine.

    Without options its items' ids tell which; an empty one speaks for itself alone.
    """
    if len(wanted) > 1:
        raise NotUnderstoodError("this RSS is of one service in one region, and the options name more")
    told = _RSS_KEY.search(body[:MAX_BYTES])
    key = wanted[0] if wanted else told[1].decode() if told else PAGE
    rules = {
        "channel": ["amazon", "aws"],
        "components": {key: []},
        "name": text(options.get("name")),
        "newest_only": True,
        "empty": State.OPERATIONAL.value,
        "closed_words": ["[resolved]", "service is operating normally"],
        "open_words": ["informational message", "performance issues", "service disruption", "increased", "elevated"],
        "severity": {"service disruption": "major_outage", "performance issues": "partial_outage"},
    }
    return feed.read(body, rules)


def fits(content: Content) -> bool:
    """Events with an ARN, an empty list in UTF-16 (nobody else writes that), or a feed that says it is Amazon's."""
    if content.feed is not None:
        return "amazon" in content.feed.about or "aws" in content.feed.about.split()
    if content.entries:
        return "arn" in content.entries[0]
    return content.json == [] and content.start[:2] in {b"\xfe\xff", b"\xff\xfe"}
