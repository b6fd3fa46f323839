"""Where the trouble seems to sit, by layer. Pure.

What a single vantage outside the vendor cannot tell apart is not told apart.
"""

from collections.abc import Mapping, Sequence

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
DO_NOW = "Do now"


def looks_like(layer: str) -> str:
    """The most that can be said of where the trouble sits."""
    return LOOKS_LIKE.get(layer, UNCLEAR)


def do_now(steps: Sequence[str]) -> list[tuple[str, str]]:
    """The lines "Do now": a step each, numbered; those after the first go on under its label."""
    return [(DO_NOW if n == 1 else "", f"{n}. {step}") for n, step in enumerate(steps, 1)]
