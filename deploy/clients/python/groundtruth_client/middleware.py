"""Middleware for the Anthropic SDK (2.14 and later), called once an attempt: it counts, and breaks the circuit."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from groundtruth_client.route import OWN_FAULT, Circuit, CircuitOpenError
from groundtruth_client.truth import Truth

try:
    from anthropic import Middleware
except ImportError:  # only whoever uses the SDK needs it
    Middleware = object


class GroundtruthMiddleware(Middleware):  # type: ignore[misc,valid-type]
    """`anthropic.Anthropic(middleware=[GroundtruthMiddleware(truth, "claude-api")])`.

    With `fail_fast` an attempt is not made while the component is measured down: CircuitOpenError is raised at once,
    but for one attempt in ten seconds. Without it every attempt is made.
    """

    def __init__(self, truth: Truth, component: str, *, fail_fast: bool = False) -> None:
        self._truth, self._component, self._fail_fast = truth, component, fail_fast
        self._circuit = Circuit()

    def handle(self, request: Any, call_next: Callable[[Any], Any]) -> Any:
        """One attempt."""
        self._admit()
        try:
            response = call_next(request)
        except Exception as error:
            self._met(error)
            raise
        self._done(response)
        return response

    async def handle_async(self, request: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same for the asynchronous client."""
        self._admit()
        try:
            response = await call_next(request)
        except Exception as error:
            self._met(error)
            raise
        self._done(response)
        return response

    def _admit(self) -> None:
        if not self._fail_fast or self._truth.state(self._component) != "major_outage":
            return
        if not self._circuit.trial(time.monotonic()):
            raise CircuitOpenError(f"{self._component} is measured down; one attempt in ten seconds is let through")

    def _met(self, error: Exception) -> None:
        self._truth.count(self._component, "timeout" if "Timeout" in type(error).__name__ else "connection")

    def _done(self, response: Any) -> None:
        status = response.http_response.status_code
        if status not in OWN_FAULT:
            self._truth.count(self._component, "" if status < 400 else str(status))
