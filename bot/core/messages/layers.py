"""Where the trouble seems to sit, by layer. Pure.

What a single vantage outside the vendor cannot tell apart is not told apart.
"""

from collections.abc import Mapping, Sequence

from bot.core.text.quoting import owned
from probes.model import Layer

LOOKS_LIKE: Mapping[str, str] = {
    Layer.APP_BACKEND: "{whose} backend: edge and gateway respond, the app behind them fails",
    Layer.CAPACITY: "{who} is out of capacity (overloaded); it is not your quota",
    Layer.GATEWAY_TO_APP: "{whose} gateway cannot reach its application",
    Layer.EDGE_TO_ORIGIN: "between {whose} edge network and its servers: the edge answers in their place",
    Layer.EDGE_OR_GATEWAY: "a server or gateway in front of {whose} application (an error without its mark)",
    Layer.DNS: "{whose} DNS: its name does not resolve while other hosts' names do",
    Layer.TCP: "the way to {who}: connections are refused or cut while other hosts answer",
    Layer.TLS: "{whose} TLS: no secure connection while other hosts give one",
    Layer.NO_ANSWER: "{who} accepts connections and does not answer in time",
    Layer.STREAM: "answers begin and break off before their end",
    Layer.UNEXPECTED: "{who} answers, but not as the check expects",
    Layer.JOB: "the job: by its own reports, or because none came",
}
UNCLEAR = "not clear from outside yet"
DO_NOW = "Do now"


def looks_like(layer: str, name: str) -> str:
    """The most that can be said of where the trouble of a service of this name sits."""
    return LOOKS_LIKE.get(layer, UNCLEAR).format(who=name, whose=owned(name))


def do_now(steps: Sequence[str]) -> list[tuple[str, str]]:
    """The lines "Do now": a step each, numbered; those after the first go on under its label."""
    return [(DO_NOW if n == 1 else "", f"{n}. {step}") for n, step in enumerate(steps, 1)]
