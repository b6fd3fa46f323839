"""From the bytes of a page to its reading: by its dialect, by the platform's feed, or a reason that names a move."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.registry import DIALECTS
from probes.dialects.sniff import sniff
from probes.dialects.states import CLOSED
from probes.dialects.xml_feed import looks_like_xml
from probes.model import Page, VendorIncident

MAX_CLAIMS = 1000
"""The largest page known has some 250 components."""
MAX_INCIDENTS = 200

FEEDS: Mapping[str, str] = MappingProxyType({"atlassian": "statuspage_feed", "incident_io": "feed"})
"""Platforms whose feed has a dialect of its own: a fallback address may lead there."""


def understand(dialect: str, body: bytes, options: Mapping[str, Any]) -> Page:
    """The page in `body`.

    A feed at a fallback address is read by the rules at `options["feed"]`. Raises NotUnderstoodError, whose reason ends
    with the platform the body looks like, where that is another one; KeyError for a dialect there is none of.
    """
    read = DIALECTS[dialect]
    if dialect in FEEDS and looks_like_xml(body):
        rules = options.get("feed")
        return _bounded(DIALECTS[FEEDS[dialect]](body, rules if isinstance(rules, Mapping) else {}))
    try:
        return _bounded(read(body, options))
    except NotUnderstoodError as error:
        other = sniff(body)
        if not other or other in {dialect, FEEDS.get(dialect)}:
            raise
        raise NotUnderstoodError(f"{error}; looks like {other} now: set dialect: {other}") from error


def _bounded(page: Page) -> Page:
    """The reading in a size that can be kept every minute: of too many incidents, those that go on stay."""
    if len(page.claims) > MAX_CLAIMS:
        raise NotUnderstoodError(f"{len(page.claims)} components; the limit is {MAX_CLAIMS}")
    page = replace(page, planned=page.planned[:MAX_INCIDENTS])
    if len(page.incidents) <= MAX_INCIDENTS:
        return page
    by_need = sorted(page.incidents, key=_is_over)  # stable: the page's own order within each
    return replace(page, incidents=tuple(by_need[:MAX_INCIDENTS]))


def _is_over(incident: VendorIncident) -> bool:
    return incident.resolved_at is not None or incident.status.lower() in CLOSED
