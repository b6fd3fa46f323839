"""The table of what can be meant: every reading ends in one of these rows.

Only `FAILED` with fault `VENDOR` or `EDGE` counts against a component. Whatever is ours, or cannot be told, is
`INCONCLUSIVE`: our own 401, 402, 403, 404 or 429 is never a vendor's outage.
"""

from dataclasses import dataclass
from typing import Final

from probes.model import Fault, Layer, Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome, fault, layer and advice that belong together."""

    outcome: Outcome
    fault: Fault
    layer: Layer
    advice: str


def _ok(layer: Layer) -> Verdict:
    return Verdict(Outcome.OK, Fault.NONE, layer, "none")


def _vendor(layer: Layer, advice: str) -> Verdict:
    return Verdict(Outcome.FAILED, Fault.VENDOR, layer, advice)


def _edge(layer: Layer, advice: str) -> Verdict:
    return Verdict(Outcome.FAILED, Fault.EDGE, layer, advice)


def _ours(layer: Layer, advice: str) -> Verdict:
    return Verdict(Outcome.INCONCLUSIVE, Fault.OURS, layer, advice)


def _open(layer: Layer, advice: str) -> Verdict:
    return Verdict(Outcome.INCONCLUSIVE, Fault.UNKNOWN, layer, advice)


# It works.
OK: Final = _ok(Layer.OK)
GATEWAY_ALIVE: Final = _ok(Layer.OK_EDGE_AND_GATEWAY)

# The vendor's trouble.
BACKEND: Final = _vendor(Layer.APP_BACKEND, "retry_backoff")
APP_TIMEOUT: Final = _vendor(Layer.APP_BACKEND, "shorten_request")
CAPACITY: Final = _vendor(Layer.CAPACITY, "switch_model")
GATEWAY: Final = _vendor(Layer.GATEWAY_TO_APP, "retry_backoff")
GATEWAY_FULL: Final = _vendor(Layer.GATEWAY_TO_APP, "wait")
NAMELESS: Final = _vendor(Layer.EDGE_OR_GATEWAY, "retry_backoff")
ORIGIN: Final = _vendor(Layer.EDGE_TO_ORIGIN, "wait")
STREAM: Final = _vendor(Layer.STREAM, "retry_once")

# The edge's own trouble.
EDGE_BROKEN: Final = _edge(Layer.EDGE_OR_GATEWAY, "wait")
EDGE_ORIGIN: Final = _edge(Layer.EDGE_TO_ORIGIN, "wait")

# Ours.
NEEDS_AUTH: Final = _ours(Layer.ALIVE_NEEDS_AUTH, "add_key")
KEY: Final = _ours(Layer.OUR_KEY, "check_key")
RIGHTS: Final = _ours(Layer.OUR_KEY, "check_permissions")
BILLING: Final = _ours(Layer.OUR_BILLING, "check_billing")
PLAN: Final = _ours(Layer.OUR_BILLING, "check_permissions")
QUOTA: Final = _ours(Layer.OUR_QUOTA, "slow_down")
REQUEST: Final = _ours(Layer.OUR_REQUEST, "check_request")
REGION: Final = _ours(Layer.OUR_REQUEST, "check_region")
POLICY: Final = _ours(Layer.OUR_REQUEST, "rephrase")
LENGTH: Final = _ours(Layer.OUR_REQUEST, "shorten_context")
MODEL: Final = _ours(Layer.OUR_REQUEST, "check_model")
ACCOUNT: Final = _ours(Layer.OUR_BILLING, "ask_admin")
OWN_PROGRAM: Final = _ours(Layer.UNKNOWN, "check_program")
POOL: Final = _ours(Layer.OUR_NETWORK, "lower_load")
OWN_MACHINE: Final = _ours(Layer.OUR_NETWORK, "check_program")
NETWORK: Final = _ours(Layer.OUR_NETWORK, "check_network")
PROXY: Final = _ours(Layer.OUR_PROXY, "check_proxy")
PROXY_AUTH: Final = _ours(Layer.OUR_PROXY, "check_proxy_login")
PORTAL: Final = _ours(Layer.CAPTIVE_PORTAL, "check_network")
EDGE_LIMIT: Final = _ours(Layer.EDGE_RATE_LIMIT, "slow_down")
OWN_GATEWAY: Final = _ours(Layer.EDGE_TO_ORIGIN, "check_gateway")

# Nobody's that we could name.
BOT_BLOCK: Final = _open(Layer.EDGE_BOT_BLOCK, "none")
UNKNOWN: Final = _open(Layer.UNKNOWN, "unknown")
NO_ANSWER: Final = _open(Layer.NO_ANSWER, "retry_backoff")
CUT: Final = _open(Layer.STREAM, "retry_once")
SOME_GATEWAY: Final = _open(Layer.GATEWAY_TO_APP, "check_gateway")
WAITING: Final = _open(Layer.NO_ANSWER, "check_network")
MALFORMED: Final = _open(Layer.UNKNOWN, "check_proxy")
