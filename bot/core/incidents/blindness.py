"""Results that say nothing of a component, and what is said then: ⚪ with the reason, within a minute. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.text.layers import LAYER
from bot.core.text.quoting import clean
from bot.core.text.symptoms import symptom
from probes.model import Layer, Observation

BLIND_S = 40.0
"""Without a usable result for so long, while others come, nothing is known."""
ENOUGH = 2
"""So many unusable results in a row; a single one is no news."""
REASONS: Mapping[Layer, str] = {
    Layer.OUR_NETWORK: "no control host answers from {vantage}: our own network fails, or a firewall blocks them"
    ' (then set "control" to hosts that may be reached)',
    Layer.OUR_KEY: "our key is missing, or not accepted",
    Layer.OUR_QUOTA: "our own rate limit or quota is used up",
    Layer.OUR_BILLING: "our plan, credit or rights do not allow it",
    Layer.OUR_REQUEST: "the request of our check is refused",
    Layer.OUR_PROXY: "a proxy or filter near {vantage} answers in its place",
    Layer.CAPTIVE_PORTAL: "the login page of a network near {vantage} answers in its place",
}
"""Of other layers the short words of an explanation are said."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """The results in a row that said nothing: how many, the latest one's time and why."""

    count: int
    at: float
    why: str


OF_JOBS: Mapping[str, str] = {
    "no_ping_yet": "no ping has come yet",
    "door_closed": "its ping was due while Groundtruth could not be reached, so it may have been lost",
    "store_away": "the store that keeps pings does not answer",
}
"""By symptom: what a heartbeat waits for."""

Blindness = Mapping[str, Unusable]
"""By component."""


def noted(known: Blindness, seen: Observation, *, usable: bool) -> dict[str, Unusable]:
    """With one result more of a component."""
    kept = dict(known)
    before = kept.pop(seen.component, None)
    if not usable:
        kept[seen.component] = Unusable(before.count + 1 if before else 1, seen.at, reason(seen))
    return kept


def reason(seen: Observation) -> str:
    """Why a result says nothing of what was looked at."""
    if seen.symptom in OF_JOBS:
        return OF_JOBS[seen.symptom]
    said = REASONS.get(seen.layer) or LAYER.get(seen.layer, "")
    words = symptom(seen.symptom) if seen.symptom else ""
    what = f" ({words})" if words and seen.layer is not Layer.OUR_NETWORK else ""
    return said.format(vantage=clean(seen.vantage, 40)) + what


def blind(known: Blindness, component: str, usable_at: float | None, now: float) -> str:
    """Why nothing is known of a component although results come; "" where something is."""
    found = known.get(component)
    if found is None or found.count < ENOUGH or (usable_at is not None and now - usable_at < BLIND_S):
        return ""
    return found.why
