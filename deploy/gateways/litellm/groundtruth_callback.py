"""LiteLLM asks Groundtruth which deployments to use: a callback of one file that needs only httpx, which LiteLLM has.

    litellm_settings: {callbacks: groundtruth_callback.proxy_handler}

A deployment names its component: `model_info: {groundtruth: claude-api}`; one without a name is never left out.
The states are read in the background and kept in memory; no request waits for them. Where they are older than a minute,
or every deployment would go, the list stays as it is.

Environment: GROUNDTRUTH_URL (such as http://127.0.0.1:8080), GROUNDTRUTH_TOKEN (for services of your own),
GROUNDTRUTH_EVERY_S (default 5).
"""

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError:  # only where the rule alone is of interest
    CustomLogger = object

log = logging.getLogger("groundtruth")

FRESH_S = 60.0
LEFT_OUT = frozenset({"partial_outage", "under_maintenance", "major_outage"})
"""What is slow or unknown stays."""


def usable(deployments: Sequence[Mapping[str, Any]], states: Mapping[str, str]) -> list[Any]:
    """The deployments that are not in trouble; all of them where none would be left."""
    left = [one for one in deployments if states.get(component(one)) not in LEFT_OUT]
    return left or list(deployments)


def component(deployment: Mapping[str, Any]) -> str:
    """The component that a deployment names, "" where it names none."""
    return str((deployment.get("model_info") or {}).get("groundtruth") or "")


class Groundtruth(CustomLogger):  # type: ignore[misc]
    """The callback. `url` "": everything stays as it is."""

    def __init__(self, url: str, token: str = "", every_s: float = 5.0) -> None:
        super().__init__()
        self._url, self._every_s = url.rstrip("/"), every_s
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._states: dict[str, str] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def async_filter_deployments(
        self,
        model: str,
        healthy_deployments: list[Any],
        messages: list[Any] | None,
        request_kwargs: dict[str, Any] | None = None,
        parent_otel_span: Any = None,
    ) -> list[Any]:
        """Which of the deployments LiteLLM may use for this request."""
        if self._url and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())
        if time.monotonic() - self._read_at > FRESH_S:
            return healthy_deployments
        return usable(healthy_deployments, self._states)

    async def _read(self) -> None:
        """Read the states for ever."""
        async with httpx.AsyncClient(timeout=5.0, headers=self._headers) as http:
            while True:
                try:
                    answer = (await http.get(f"{self._url}/v1/components")).raise_for_status().json()
                    self.take(answer, time.monotonic())
                except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                    log.warning("Groundtruth does not answer: %s", type(error).__name__)
                await asyncio.sleep(self._every_s)

    def take(self, answer: Mapping[str, Any], now: float) -> None:
        """Keep the states of an answer; one that calls itself stale is none."""
        if not answer["stale"]:
            self._states = {one["id"]: one["state"] for one in answer["components"]}
            self._read_at = now


proxy_handler = Groundtruth(
    os.environ.get("GROUNDTRUTH_URL", ""),
    os.environ.get("GROUNDTRUTH_TOKEN", ""),
    float(os.environ.get("GROUNDTRUTH_EVERY_S") or 5.0),
)
