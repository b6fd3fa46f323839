"""Every dialect of status pages: its name in configurations -> what reads it. A new one is one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from probes.dialects import (
    atlassian,
    aws,
    azure_rss,
    betterstack,
    cachet,
    checkly,
    cloudflare,
    cstate,
    datadog,
    feed,
    gatus,
    google,
    hund,
    incident_io,
    instatus,
    onlineornot,
    openstatus,
    rootly,
    slack,
    sorry,
    statuscast,
    statusio,
    statuspage_feed,
    uptime_kuma,
    uptimerobot,
)
from probes.dialects.content import Content
from probes.model import Page


@dataclass(frozen=True, slots=True)
class Dialect:
    """One platform.

    `read`: (body, the page's options) -> its reading; raises NotUnderstoodError and nothing else.
    `fits`: whether a body is this platform's.
    `feed`: the dialect of the platform's feed, where a fallback address may lead.
    `paths`: where its pages keep their data, relative to the page's own address; `{host}` stands for its host, `{slug}`
    for the last part of its path.
    `still_days`: for how long the page's own stamp may stand still before the page is stale (None: no such stamp).
    `endless`: the address is a stream that never ends, and its first event is the page.
    """

    read: Callable[[bytes, Mapping[str, Any]], Page]
    fits: Callable[[Content], bool]
    feed: str = ""
    paths: tuple[str, ...] = ()
    still_days: float | None = None
    endless: bool = False


_INCIDENT_IO = ("/proxy/{host}", "/api/v2/components.json", "/api/v2/summary.json")
_INSTATUS = ("/v2/components.json", "/v3/components.json", "/summary.json")
_KUMA = ("/api/status-page/heartbeat/{slug}", "/api/status-page/heartbeat/default")
_ONLINEORNOT = "https://api.onlineornot.com/v1/status_pages/{host}/summary"
_STATUSPAGE = ("/api/v2/summary.json", "/api/v2/components.json")

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        # Recognised in this order: what is most particular first, any feed last.
        "atlassian": Dialect(atlassian.read, atlassian.fits, "statuspage_feed", _STATUSPAGE, still_days=120),
        "aws": Dialect(aws.read, aws.fits, paths=("/public/currentevents",)),
        "azure_rss": Dialect(azure_rss.read, azure_rss.fits, paths=("/en-us/status/feed/",), still_days=2),
        "betterstack": Dialect(betterstack.read, betterstack.fits, paths=("/index.json",)),
        "cachet": Dialect(cachet.read, cachet.fits, paths=("/api/components", "/api/v1/components")),
        "checkly": Dialect(checkly.read, checkly.fits),
        "cloudflare": Dialect(cloudflare.read, cloudflare.fits, paths=("/api/v3/summary",)),
        "cstate": Dialect(cstate.read, cstate.fits, paths=("/index.json",)),
        "datadog": Dialect(datadog.read, datadog.fits, paths=("/config.json",)),
        "gatus": Dialect(gatus.read, gatus.fits, paths=("/api/v1/endpoints/statuses",), still_days=0.25),
        "google": Dialect(google.read, google.fits, paths=("/incidents.json",)),
        "hund": Dialect(hund.read, hund.fits, paths=("/live/v2/status_page",), endless=True),
        "incident_io": Dialect(incident_io.read, incident_io.fits, "feed", _INCIDENT_IO),
        "instatus": Dialect(instatus.read, instatus.fits, paths=_INSTATUS),
        "onlineornot": Dialect(onlineornot.read, onlineornot.fits, paths=(_ONLINEORNOT,)),
        "openstatus": Dialect(openstatus.read, openstatus.fits),
        "rootly": Dialect(rootly.read, rootly.fits, paths=("/api/v1/status.json",)),
        "slack": Dialect(slack.read, slack.fits, paths=("/api/v2.0.0/current",), still_days=120),
        "sorry": Dialect(sorry.read, sorry.fits, paths=("/api/v1/components",)),
        "statuscast": Dialect(statuscast.read, statuscast.fits, paths=("/",)),
        "statusio": Dialect(statusio.read, statusio.fits),
        "uptime_kuma": Dialect(uptime_kuma.read, uptime_kuma.fits, paths=_KUMA, still_days=0.25),
        "uptimerobot": Dialect(uptimerobot.read, uptimerobot.fits),
        "statuspage_feed": Dialect(statuspage_feed.read, statuspage_feed.fits, paths=("/history.atom",)),
        "feed": Dialect(feed.read, feed.fits, paths=("/feed.xml", "/feed", "/incidents.rss")),
    }
)


def recognised(content: Content) -> str:
    """The name of the dialect whose page this is, "" where none knows it."""
    return next((name for name, dialect in DIALECTS.items() if dialect.fits(content)), "")
