"""What the bare status may mean, when nobody said more."""

from collections.abc import Mapping
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.rules import Found
from probes.fingerprints.verdicts import Verdict

_REFUSALS: Final[Mapping[int, Verdict]] = {401: v.NEEDS_AUTH, 402: v.BILLING, 403: v.PLAN, 429: v.QUOTA, 451: v.REGION}


def read_status(heard: ParsedAnswer) -> Found:
    """By the status alone, and by whether an app spoke: an id header of the vendor's own says that its app answered."""
    status = heard.status
    if status >= 500:
        verdict = _broken(heard)
    elif status >= 400:
        verdict = _refused(heard)
    else:
        verdict = v.UNKNOWN
    return Found(f"http_{status}", verdict)


def _broken(heard: ParsedAnswer) -> Verdict:
    if heard.status == 529:
        return v.CAPACITY
    if heard.status in (502, 504):
        return v.NAMELESS if heard.kind == "empty" else v.GATEWAY
    app = heard.kind == "json" or heard.vendor not in ("", "an app")
    return v.BACKEND if app else v.NAMELESS


def _refused(heard: ParsedAnswer) -> Verdict:
    """A 4xx is never the vendor's outage; without a word of the vendor's own it may be the edge's refusal."""
    silent = not heard.vendor and heard.kind != "json"
    if heard.status == 401 and heard.answer.sent_key:
        return v.KEY
    if heard.status == 403 and silent:
        return v.BOT_BLOCK if heard.edge else v.UNKNOWN
    if heard.status == 429 and silent and heard.edge:
        return v.EDGE_LIMIT
    return _REFUSALS.get(heard.status, v.REQUEST)
