"""Statuspage's history.rss and history.atom: the fallback when its JSON is out of reach.

What a feed loses: components (only words in titles can stand for them), first words and ends. Its published time is
that of the last update, and the stamps inside are the displayed ones, which may be backdated: so no times at all are
stated. Incident ids are those of the JSON, out of the link, so that both readings name the same incident.

Options: those of `feed`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from probes.dialects import feed
from probes.dialects.content import Content
from probes.model import Page, State, VendorIncident

_INCIDENT = re.compile(r"/incidents/([A-Za-z0-9_-]{6,40})(?:$|[/?#])")
_RULES: Mapping[str, Any] = {"unmatched": "unknown", "dated": False, "empty": State.UNKNOWN.value}


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Statuspage history feed. Raises NotUnderstoodError."""
    page = feed.read(body, {**_RULES, **options})
    return replace(page, incidents=tuple(_keyed(incident) for incident in page.incidents))


def _keyed(incident: VendorIncident) -> VendorIncident:
    match = _INCIDENT.search(incident.url) or _INCIDENT.search(incident.id)
    return replace(incident, id=match[1]) if match else incident


def fits(content: Content) -> bool:
    """An incident history by Statuspage's title; incident.io has the same, and says that it is incident.io's."""
    if content.feed is None:
        return False
    return content.feed.title.lower().endswith("incident history") and "incident.io" not in content.feed.about
