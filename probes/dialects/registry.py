"""Every dialect of status pages: its name in configurations -> what reads it. A new one is one line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import (
    atlassian,
    aws,
    azure_rss,
    betterstack,
    cachet,
    cstate,
    feed,
    google,
    incident_io,
    instatus,
    openstatus,
    rootly,
    statuspage_feed,
)
from probes.model import Page

Dialect = Callable[[bytes, Mapping[str, Any]], Page]
"""(body, the page's options) -> its reading; raises NotUnderstoodError and nothing else."""

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "atlassian": atlassian.read,
        "aws": aws.read,
        "azure_rss": azure_rss.read,
        "betterstack": betterstack.read,
        "cachet": cachet.read,
        "cstate": cstate.read,
        "feed": feed.read,
        "google": google.read,
        "incident_io": incident_io.read,
        "instatus": instatus.read,
        "openstatus": openstatus.read,
        "rootly": rootly.read,
        "statuspage_feed": statuspage_feed.read,
    }
)
