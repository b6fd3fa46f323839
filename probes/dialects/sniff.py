"""Which dialect a body looks like, to name a page that moved ("looks like incident.io now"). A guess, no reading."""

from probes.dialects.content import Content, opened
from probes.dialects.registry import recognised

_FOOTPRINTS = (
    (b"incident.io", "incident_io"),
    (b"betterstack.com", "betterstack"),
    (b"betteruptime.com", "betterstack"),
    (b"instatus.com", "instatus"),
    (b"openstatus.dev", "openstatus"),
    (b"rootly", "rootly"),
    (b"cachethq", "cachet"),
    (b"cstate", "cstate"),
    (b"statuspage.io", "atlassian"),
)
"""What an HTML page of a platform says of it somewhere, where the page itself cannot be read."""


def sniff(body: bytes) -> str:
    """The name of the dialect, or "" where nothing fits. Never raises."""
    return sniffed(opened(body))


def sniffed(content: Content) -> str:
    """The same of a body that is open already."""
    return recognised(content) or next((name for mark, name in _FOOTPRINTS if mark in content.html), "")
