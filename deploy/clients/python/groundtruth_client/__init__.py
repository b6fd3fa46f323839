"""Decides from measurements where a request goes, and reports back how it ended. The standard library alone."""

from groundtruth_client.cache import LastGood
from groundtruth_client.middleware import GroundtruthMiddleware
from groundtruth_client.route import AllFailedError, CircuitOpenError, Route
from groundtruth_client.transport import Target, async_transport, transport
from groundtruth_client.truth import Truth

__all__ = [
    "AllFailedError",
    "CircuitOpenError",
    "GroundtruthMiddleware",
    "LastGood",
    "Route",
    "Target",
    "Truth",
    "async_transport",
    "transport",
]
