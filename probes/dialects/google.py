"""Google's incidents.json (Cloud and Workspace): a list of incidents that name products; an open one has no `end`.

A product with no open incident is operational. The page's three impacts on our scale: information is degraded,
disruption a partial outage, outage a major one. Product ids are stable, titles are not.

Options: `products` (ids, or id -> name: the only products claimed, also when no incident names them; without it every
product that is named is claimed), `base_url` (what `uri` is relative to).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.scope import MAX_REGIONS, only
from probes.dialects.shapes import MAX_TOUCHED, document, ident, link, listing, maybe, text
from probes.dialects.states import read_state, worst
from probes.model import Claim, Page, State, VendorIncident

_BASE_URL = "https://status.cloud.google.com/"
_CLOSED_KEPT = 50
_IMPACTS = MappingProxyType(
    {
        "available": State.OPERATIONAL,
        "service_information": State.DEGRADED,
        "service_disruption": State.PARTIAL,
        "service_outage": State.MAJOR,
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of incidents.json. Raises NotUnderstoodError."""
    entries = listing(document(body), "the list of incidents")
    wanted = _wanted(options)
    base = link(options.get("base_url")) or _BASE_URL
    names: dict[str, str] = dict(wanted)
    states: dict[str, list[State]] = {key: [] for key in wanted}
    opened: list[VendorIncident] = []
    closed: list[VendorIncident] = []
    for entry in entries:
        products = _products(entry)
        touched = [key for key in products if not wanted or key in wanted]
        for key in touched:
            names[key] = names.get(key) or products[key]
            states.setdefault(key, []).extend(_state(entry))
        if touched or not wanted:
            (closed if _ended(entry) else opened).append(_incident(entry, tuple(products), base))
    claims = tuple(Claim(key, names[key], worst(states[key])) for key in states)
    return Page(url="", claims=claims, incidents=(*opened, *closed[:_CLOSED_KEPT]))


def _wanted(options: Mapping[str, Any]) -> dict[str, str]:
    products = options.get("products") or {}
    if isinstance(products, Mapping):
        return {str(key): text(name) for key, name in products.items()}
    if isinstance(products, list | tuple):
        return {str(key): "" for key in products}
    raise NotUnderstoodError("the option products is neither a list nor a table")


def _products(entry: Mapping[str, Any]) -> dict[str, str]:
    products = maybe(entry, "affected_products")
    if len(products) > MAX_TOUCHED:
        raise NotUnderstoodError(f"an incident of {len(products)} products")
    return {ident(one.get("id"), "a product"): text(one.get("current_title") or one.get("title")) for one in products}


def _ended(entry: Mapping[str, Any]) -> bool:
    return times.any_of(entry.get("end")) is not None


def _state(entry: Mapping[str, Any]) -> list[State]:
    """Nothing for a closed incident; for an open one never green, even when its latest update says available."""
    if _ended(entry):
        return []
    stated = read_state(entry.get("status_impact"), _IMPACTS)
    latest = entry.get("most_recent_update")
    if stated is State.UNKNOWN and isinstance(latest, dict):
        stated = read_state(latest.get("status"), _IMPACTS)
    return [State.DEGRADED if stated is State.OPERATIONAL else stated]


def _incident(entry: Mapping[str, Any], products: tuple[str, ...], base: str) -> VendorIncident:
    key = ident(entry.get("id"), "an incident")
    if times.any_of(entry.get("begin")) is None and times.any_of(entry.get("created")) is None:
        raise NotUnderstoodError("an incident without a beginning")
    latest = entry.get("most_recent_update")
    uri = text(entry.get("uri"), 300)
    created = [update.get("created") for update in maybe(entry, "updates")]
    return VendorIncident(
        id=key,
        name=text(entry.get("external_desc")),
        status=text(latest.get("status"), 60) if isinstance(latest, dict) else "",
        impact=text(entry.get("status_impact"), 60),
        components=products,
        # `begin` is set afterwards; `created` belongs to the record and can be older than its first words.
        posted_at=times.earliest(created) or times.any_of(entry.get("created")),
        started_at=times.any_of(entry.get("begin")),
        resolved_at=times.any_of(entry.get("end")),
        url=link(uri) or (base + uri.lstrip("/") if uri else ""),
        scope=only(text(one.get("id"), 60) for one in maybe(entry, "currently_affected_locations")[:MAX_REGIONS]),
    )


def fits(content: Content) -> bool:
    """A list of incidents with Google's description or products."""
    return bool(content.entries) and bool({"external_desc", "affected_products"} & content.entries[0].keys())
