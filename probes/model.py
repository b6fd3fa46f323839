"""What was seen: frozen values shared by probes, core and store. No I/O, no clock.

Times are Unix seconds (float, UTC) by our own clock unless a name says otherwise; durations are in the unit of their
suffix (`_s`, `_ms`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Outcome(StrEnum):
    """What one check came to."""

    OK = "ok"
    SLOW = "slow"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Fault(StrEnum):
    """Whose trouble it is. Only `VENDOR` and `EDGE` count against a component."""

    NONE = "none"
    VENDOR = "vendor"
    EDGE = "edge"
    OURS = "ours"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """How far a request came, or where it broke.

    The words of the recorded fingerprints, and the transport's own before them.
    """

    OK = "ok"
    OK_EDGE_AND_GATEWAY = "ok_edge_and_gateway"
    ALIVE_NEEDS_AUTH = "alive_needs_auth"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    OUR_NETWORK = "our_network"
    OUR_PROXY = "our_proxy"
    CAPTIVE_PORTAL = "captive_portal"
    EDGE_BOT_BLOCK = "edge_bot_block_inconclusive"
    EDGE_RATE_LIMIT = "edge_rate_limit"
    EDGE_TO_ORIGIN = "edge_to_origin"
    EDGE_OR_GATEWAY = "edge_or_gateway_unknown"
    GATEWAY_TO_APP = "gateway_to_app"
    APP_BACKEND = "app_backend"
    CAPACITY = "capacity"
    STREAM = "stream"
    NO_ANSWER = "no_answer"
    OUR_QUOTA = "our_quota"
    OUR_KEY = "our_key"
    OUR_BILLING = "our_billing"
    OUR_REQUEST = "our_request"
    UNEXPECTED = "unexpected_answer"
    JOB = "job"
    UNKNOWN = "unknown"


NETWORK_LAYERS = frozenset({Layer.DNS, Layer.TCP, Layer.TLS, Layer.NO_ANSWER})
"""Where our own network could be the cause just as well: such failures need a control host's word."""

BETWEEN_LAYERS = frozenset({Layer.OUR_NETWORK, Layer.OUR_PROXY, Layer.CAPTIVE_PORTAL})
"""Something near us answered, or kept us from asking."""


class State(StrEnum):
    """Statuspage's scale of component states, so that our word and the page's compare; `UNKNOWN` is never green."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Timings:
    """Phases of one request in milliseconds; a phase that did not happen (a reused connection) is None.

    `first_byte` and `first_token` run from the request's sending: to the answer's headers, to a model's first words.
    """

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    total: float | None = None
    first_token: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One configured probe of one component.

    `id` is unique in a configuration; `options` are the kind's own (already checked by it). `own`: a user's check of
    something of his own, so an answer that was not expected is a failure, whatever it would mean at a vendor's.
    """

    id: str
    kind: str
    service: str
    component: str
    target: str
    interval_s: float
    timeout_s: float
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    own: bool = False


@dataclass(frozen=True, slots=True)
class VendorIncident:
    """One entry of a vendor's page, in the vendor's words and times (Unix seconds, None where it states none).

    `posted_at` is the creation of its first update: `started_at` and displayed times may be backdated. `posted` has, by
    component, the creation of the update in which it came to the state it has, where that is not operational. Of
    maintenance, `started_at` and `ends_at` are the window it is announced for: a plan. `scope` says in a few words
    where it is felt, if not everywhere ("us-east-1 only").
    """

    id: str
    name: str
    status: str
    impact: str
    components: tuple[str, ...]
    posted_at: float | None = None
    started_at: float | None = None
    resolved_at: float | None = None
    url: str = ""
    maintenance: bool = False
    posted: tuple[tuple[str, float], ...] = ()
    ends_at: float | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the vendor's page says of one component: its state there and the words beside it."""

    id: str
    name: str
    state: State


@dataclass(frozen=True, slots=True)
class Page:
    """One reading of a status page. Unreadable pages carry the reason and no claims: they are never green.

    `planned` is maintenance that the page announces and that has not begun by its word. `stated_at` is the page's own
    stamp of when it last changed or was built (Unix seconds), where it has one that means anything.
    """

    url: str
    claims: tuple[Claim, ...] = ()
    incidents: tuple[VendorIncident, ...] = ()
    words: str = ""
    unreadable: str = ""
    unchanged: bool = False
    planned: tuple[VendorIncident, ...] = ()
    stated_at: float | None = None


@dataclass(frozen=True, slots=True)
class PublicMention:
    """A public post about trouble: where (the kind of check that found it), its id there, its headline, its address.

    `at` is when it was written; `components` those it names, none: the service as a whole. The headline is hostile; the
    address is made by us.
    """

    source: str
    id: str
    at: float
    title: str
    url: str
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check saw once.

    `at` is when the check ended; `symptom` a short stable word for the kind of answer ("http_500", "timeout");
    `edge` the network whose mark the answer bears ("cloudflare"); `control` whether this vantage's control hosts
    answered at that time (None: not asked, because the answer did not depend on it); `detail` is bounded text for
    people, never trusted; `page` only from status-page checks, `mentions` only from those of public places. Checks of
    models say which `model`, how much of our own rate limit is left (`quota`, 0 to 1 or None) and what the check
    cost us in `tokens` and `cost_usd`. `expires_at` (Unix seconds) is the end of a certificate that was seen, and
    `warn_days` the mark of days left that it has passed, 0 while there is time.
    """

    check: str
    service: str
    component: str
    vantage: str
    at: float
    outcome: Outcome
    fault: Fault = Fault.NONE
    layer: Layer = Layer.OK
    symptom: str = ""
    status: int | None = None
    timings: Timings = Timings()
    request_id: str = ""
    pop: str = ""
    advice: str = ""
    detail: str = ""
    control: bool | None = None
    page: Page | None = None
    model: str = ""
    quota: float | None = None
    tokens: int = 0
    cost_usd: float = 0.0
    mentions: tuple[PublicMention, ...] = ()
    edge: str = ""
    expires_at: float | None = None
    warn_days: float = 0.0


SPOKEN = frozenset({Layer.APP_BACKEND, Layer.CAPACITY})
"""Layers on which the vendor's application answers itself, in words of its own beside the HTTP status."""


def symptom_of(seen: Observation) -> str:
    """The one word for a failure, by which failures are counted and named.

    It is the HTTP status where the vendor's application failed: `api_error` of one address and a bare 500 of another
    are one failure, not two.
    """
    spoken = seen.layer in SPOKEN and not seen.symptom.startswith("upstream_")
    if spoken and seen.status is not None and 500 <= seen.status < 600:
        return f"http_{seen.status}"
    return seen.symptom[:64]
