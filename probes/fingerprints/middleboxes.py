"""Who answers in the vendor's place near us, and where a redirect leads."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.middlebox_rules import CHALLENGES, PORTALS, PROXIES
from probes.fingerprints.rules import Found, first
from probes.fingerprints.verdicts import Verdict

_PORTAL_HOSTS: Final = re.compile(
    r"captive|portal|hotspot|wi-?fi|guest|splash|wlan|nodogsplash|mikrotik|coova|arubanetworks|network-auth"
    r"|(?:^|\.)(?:login|auth|cp|gw|gateway|access|1)\."
)
_PORTAL_PATHS: Final = re.compile(
    r"captive|portal|hotspot|splash|login|userurl|continue_?url|orig_url|redirect_?ur[il]="
)
_LOGIN_HOSTS: Final = re.compile(r"cloudflareaccess\.com|login\.microsoftonline|\.okta\.com|auth0\.com")
_REGIONS: Final = re.compile(r"unavailable-in-region|unsupported[-_]?(?:country|region)|region-not-supported")
_BY_STATUS: Final = {511: Found("captive_portal", v.PORTAL), 407: Found("proxy_auth", v.PROXY_AUTH)}


def read_between(heard: ParsedAnswer) -> Found | None:
    """Portal, proxy, filter or robot check, by their own words; a vendor's own JSON is never searched for them."""
    found = _BY_STATUS.get(heard.status) or first(CHALLENGES, heard)
    if found or (heard.status < 400 and (heard.answer.plain or heard.edge)):
        return found
    if heard.vendor and heard.kind != "html":
        return None
    return first(PROXIES, heard) or (None if heard.edge else first(PORTALS, heard))


def read_redirect(heard: ParsedAnswer) -> Found | None:
    """Where a 3xx leads: into a portal, to a login, out of the region, or simply on."""
    if not 300 <= heard.status < 400:
        return None
    if heard.status == 304:
        return Found("", v.OK)
    location = heard.answer.headers.get("location", "").lower()[:4096]
    try:
        there, here = urlsplit(location), urlsplit(heard.answer.url.lower())
        symptom, verdict = _destination(location, there, here, marked=bool(heard.edge or heard.vendor))
    except ValueError:
        return Found("redirect", v.UNKNOWN)
    return Found(symptom, verdict)


def _destination(location: str, there: SplitResult, here: SplitResult, *, marked: bool) -> tuple[str, Verdict]:
    """Symptom and verdict of a redirect; `marked`: vendor or edge left a mark, so it is theirs. Raises ValueError."""
    host = there.hostname or ""
    if _REGIONS.search(location):
        return "region", v.REGION
    if _LOGIN_HOSTS.search(host):
        return "login_wall", v.NEEDS_AUTH
    if marked or not host or host == here.hostname:
        return "", v.GATEWAY_ALIVE
    numeric = re.fullmatch(r"[\d.]+|[0-9a-f]*:[0-9a-f:]+", host)
    foreign = there.scheme == "http" and here.scheme != "http"
    if numeric or foreign or _PORTAL_HOSTS.search(host) or _PORTAL_PATHS.search(location):
        return "captive_portal", v.PORTAL
    return "redirect", v.UNKNOWN
