"""What a fingerprint is read from (an answer or a transport error), and what it reads as: frozen values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from probes.model import Fault, Layer, Outcome

ERROR_KINDS: Final = frozenset(
    {
        "dns", "refused", "reset", "unreachable", "stale",
        "tls", "tls_untrusted", "tls_name", "tls_expired",
        "connect_timeout", "read_timeout", "write_timeout", "pool",
        "proxy", "proxy_auth", "redirects", "protocol", "too_large", "decode", "other",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. Headers may come in any case; `body` is its first KiBs, raw.

    `plain`: the target may answer success with anything, a web page for instance, so that HTML is no captive portal.
    `sent_key`: whether the request carried a key (None: not known); it decides what a bare 401 means.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""
    url: str = ""
    http_version: str = ""
    plain: bool = False
    sent_key: bool | None = None

    def __post_init__(self) -> None:
        """Lower the headers' names once, so that every rule may trust them."""
        lowered = {str(name).strip().lower(): str(value).strip() for name, value in self.headers.items()}
        object.__setattr__(self, "headers", MappingProxyType(lowered))


@dataclass(frozen=True, slots=True)
class TransportError:
    """A request that got no answer. `kind` is one of `ERROR_KINDS`; any other counts as "other"."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer means.

    `symptom` is a short stable word ("http_500", "api_error", "cf_522"), `advice` a stable key; `edge` is the network
    whose mark the headers bear ("cloudflare"); `detail` is bounded, one line, free of secrets; `retry_after` in
    seconds, only when the answer was a refusal; `body_hash` is the start of the body's SHA-256 in hex.
    """

    outcome: Outcome
    fault: Fault
    layer: Layer
    symptom: str = ""
    advice: str = "none"
    request_id: str = ""
    pop: str = ""
    edge: str = ""
    detail: str = ""
    retry_after: float | None = None
    body_hash: str = ""
