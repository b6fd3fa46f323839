"""Where the trouble seems to sit and what helps meanwhile, by layer: general truths, no live alternatives. Pure.

What a single vantage outside the vendor cannot tell apart is not told apart.
"""

from collections.abc import Mapping

from probes.model import Layer

LOOKS_LIKE: Mapping[str, str] = {
    Layer.APP_BACKEND: "the vendor's application or what is behind it (its own error: edge and gateway answer)",
    Layer.CAPACITY: "the vendor is out of capacity (overloaded); it is not your quota",
    Layer.GATEWAY_TO_APP: "the vendor's gateway cannot reach its application",
    Layer.EDGE_TO_ORIGIN: "between the vendor's edge network and its servers: the edge answers in their place",
    Layer.EDGE_OR_GATEWAY: "the vendor's edge or gateway (an error without the application's own mark)",
    Layer.DNS: "the vendor's DNS: its name does not resolve while other hosts' names do",
    Layer.TCP: "the way to the vendor: connections are refused or cut while other hosts answer",
    Layer.TLS: "the vendor's TLS: no secure connection while other hosts give one",
    Layer.NO_ANSWER: "the vendor accepts connections and does not answer in time",
    Layer.STREAM: "answers begin and break off before their end",
}
UNCLEAR = "cannot be told from outside yet"

_BACKOFF = "retry with exponential backoff and jitter, at most 3 tries"
_NO_LOOP = "do not retry in a tight loop: nearly every try fails and adds load"
_ROUTE = "use another route or provider if one is set up"
_LATER = "postpone what can wait; keep a copy of unsent text"
_OWN_SIDE = "check from your own network before changing anything"

DO_WHEN_PART_FAILS: Mapping[str, tuple[str, ...]] = {
    Layer.CAPACITY: (
        "retry with backoff and honour retry-after",
        "try another model of the same vendor: capacity fails per model",
        "lower your concurrency",
    ),
    Layer.STREAM: ("treat an answer without its end as failed and retry it once", _BACKOFF, "ask for shorter answers"),
    Layer.NO_ANSWER: ("set a timeout and retry on a fresh connection", _BACKOFF, _ROUTE),
    Layer.DNS: (_OWN_SIDE, "retry after the name's time to live", _ROUTE),
    Layer.TCP: ("retry on a fresh connection", _OWN_SIDE, _ROUTE),
    Layer.TLS: (_OWN_SIDE, "do not switch certificate checks off", _ROUTE),
}
DO_WHEN_ALL_FAILS: Mapping[str, tuple[str, ...]] = {
    Layer.CAPACITY: ("try another model of the same vendor: capacity fails per model", _ROUTE, _LATER),
    Layer.TLS: (_OWN_SIDE, "do not switch certificate checks off", _ROUTE),
    Layer.DNS: (_OWN_SIDE, _ROUTE, _LATER),
}
_PART = (_BACKOFF, _ROUTE, _LATER)
_ALL = (_NO_LOOP, _ROUTE, _LATER)
WHEN_SLOW = ("raise client timeouts before adding retries", "stream answers and ask for shorter ones", _LATER)


def looks_like(layer: str) -> str:
    """The most that can be said of where the trouble sits."""
    return LOOKS_LIKE.get(layer, UNCLEAR)


def do_now(layer: str, *, slow: bool, nearly_all: bool) -> tuple[str, ...]:
    """Steps in their order: for slowness, for a part of the requests failing, for (nearly) all of them failing."""
    if slow:
        return WHEN_SLOW
    if nearly_all:
        return DO_WHEN_ALL_FAILS.get(layer, _ALL)
    return DO_WHEN_PART_FAILS.get(layer, _PART)
