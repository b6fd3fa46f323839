"""A layer in the words of a title. Pure."""

from collections.abc import Mapping
from typing import Final

from probes.model import Layer

LAYER: Final[Mapping[str, str]] = {
    Layer.OK: "it worked",
    Layer.OK_EDGE_AND_GATEWAY: "edge and gateway answer",
    Layer.ALIVE_NEEDS_AUTH: "no valid login or key was sent",
    Layer.DNS: "the name does not resolve",
    Layer.TCP: "no connection",
    Layer.TLS: "no secure connection",
    Layer.OUR_NETWORK: "your own network",
    Layer.OUR_PROXY: "a proxy or filter of your network answers",
    Layer.CAPTIVE_PORTAL: "a login page of your network answers",
    Layer.EDGE_BOT_BLOCK: "the edge takes you for a robot or blocks you",
    Layer.EDGE_RATE_LIMIT: "the edge limits your address",
    Layer.EDGE_TO_ORIGIN: "the edge cannot reach the servers behind it",
    Layer.EDGE_OR_GATEWAY: "an error of the edge or gateway",
    Layer.GATEWAY_TO_APP: "the gateway cannot reach the application",
    Layer.APP_BACKEND: "an error inside their service",
    Layer.CAPACITY: "out of capacity, not your quota",
    Layer.STREAM: "the answer broke off",
    Layer.NO_ANSWER: "no answer in time",
    Layer.OUR_QUOTA: "your rate limit or quota is used up",
    Layer.OUR_KEY: "your key or its rights",
    Layer.OUR_BILLING: "your plan, credit or rights",
    Layer.OUR_REQUEST: "the request itself is refused",
    Layer.UNEXPECTED: "an answer that is not as the check expects",
    Layer.JOB: "the job itself",
    Layer.UNKNOWN: "cannot be placed",
}
