"""What is asked and what came: the frozen values on both sides of the transport."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from probes.fingerprints.values import Answer, TransportError
from probes.model import Timings

KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key"})
"""Headers that say who asks, in lower case; a request with one of them is keyed."""


def keyed(headers: Mapping[str, str]) -> bool:
    """Whether headers say who asks."""
    return not KEY_HEADERS.isdisjoint(map(str.lower, headers))


EVIDENCE = 16 * 1024
"""Bytes of a body that a fingerprint reads."""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """How every request of this process is made.

    `proxies`: scheme ("http", "https") -> proxy URL (http, https), with `no_proxy` as in the environment variable:
    host names and domains that go direct. `ca_file`: certificates trusted beside the public ones. `keepalive_s`: how
    long an unused connection is kept.
    """

    user_agent: str = "groundtruth"
    proxies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    no_proxy: tuple[str, ...] = ()
    ca_file: str = ""
    keepalive_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with its bounds.

    `headers` may hold keys: they are not in the repr, and they go to the target's own origin only. `timeout_s` is the
    deadline of everything, redirects and body included; `max_bytes` bounds the body, on the wire and decoded.
    `lane` names who asks: connections are kept and used again within a lane only; "" keeps none.
    """

    url: str
    timeout_s: float
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    body: bytes = field(default=b"", repr=False)
    redirects: int = 5
    max_bytes: int = 1024 * 1024
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one request: an answer, or the error that stood in its way, or both when the body broke off.

    `truncated`: the body was longer than `max_bytes` and is cut there. `timings` are those of the last hop, `total`
    is everything. `reused`: the last hop went over a connection of an earlier request.
    """

    answer: Answer | None
    error: TransportError | None
    timings: Timings
    body: bytes = b""
    truncated: bool = False
    reused: bool = False
