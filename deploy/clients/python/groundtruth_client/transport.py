"""Transports for httpx, httpx2 and what is built on them (`openai.OpenAI(http_client=…)`): one API, several homes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from groundtruth_client.route import OWN_FAULT, Route

TRIED_ELSEWHERE = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


@dataclass(frozen=True)
class Target:
    """Where one component is: `base` in place of scheme, host and the beginning of the path; `headers` in addition."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)


def transport(library: ModuleType, route: Route, targets: Mapping[str, Target], base: str, inner: Any = None) -> Any:
    """A transport of `library` (httpx or httpx2) that sends each request to the best target of the route.

    `base` is the address that the client was given, in whose place the target's comes. A request that fails is sent to
    the next target: only give targets that do the same thing when they are asked twice.
    """
    sending = inner or library.HTTPTransport()

    class GroundtruthTransport(library.BaseTransport):  # type: ignore[misc,name-defined]
        def handle_request(self, request: Any) -> Any:
            request.read()
            aim, answer, error = _Aim(library, request, base), None, None
            for component in _order(route, targets):
                if answer is not None:
                    answer.close()
                try:
                    answer, error = sending.handle_request(aim.at(targets[component])), None
                except library.TransportError as met:
                    answer, error = None, met
                if not _failed(route, component, answer, error):
                    break
            if answer is None:
                raise error or library.ConnectError("no target could be tried")
            return answer

        def close(self) -> None:
            sending.close()

    return GroundtruthTransport()


def async_transport(
    library: ModuleType, route: Route, targets: Mapping[str, Target], base: str, inner: Any = None
) -> Any:
    """The same for asynchronous clients."""
    sending = inner or library.AsyncHTTPTransport()

    class AsyncGroundtruthTransport(library.AsyncBaseTransport):  # type: ignore[misc,name-defined]
        async def handle_async_request(self, request: Any) -> Any:
            await request.aread()
            aim, answer, error = _Aim(library, request, base), None, None
            for component in _order(route, targets):
                if answer is not None:
                    await answer.aclose()
                try:
                    answer, error = await sending.handle_async_request(aim.at(targets[component])), None
                except library.TransportError as met:
                    answer, error = None, met
                if not _failed(route, component, answer, error):
                    break
            if answer is None:
                raise error or library.ConnectError("no target could be tried")
            return answer

        async def aclose(self) -> None:
            await sending.aclose()

    return AsyncGroundtruthTransport()


def _order(route: Route, targets: Mapping[str, Target]) -> list[str]:
    return [component for component in route.order() if component in targets]


class _Aim:
    """One request, sent to one target after another: it is turned, not made anew, which would cost more than the rest.

    Its body has been read, so it can be sent again.
    """

    def __init__(self, library: ModuleType, request: Any, base: str) -> None:
        self._library, self._request = library, request
        self._url = str(request.url)
        self._rest = self._url.removeprefix(base.rstrip("/")) if self._url.startswith(base.rstrip("/")) else None
        self._added: dict[str, str | None] = {}

    def at(self, target: Target) -> Any:
        """The request as it goes there."""
        request = self._request
        moved = self._url if self._rest is None else target.base.rstrip("/") + self._rest
        request.url, host = _parsed(self._library.URL, moved)
        for name, before in self._added.items():
            if before is None:
                del request.headers[name]
            else:
                request.headers[name] = before
        added = {"Host": host, **target.headers}
        self._added = {name: request.headers.get(name) for name in added}
        request.headers.update(added)
        return request


@lru_cache(256)
def _parsed(kind: Any, url: str) -> tuple[Any, str]:
    return kind(url), urlsplit(url).netloc


def _failed(route: Route, component: str, answer: Any, error: Exception | None) -> bool:
    """Note how it ended; whether the next target is to be tried."""
    if error is not None:
        route.report(component, "timeout" if "Timeout" in type(error).__name__ else "connection")
        return True
    status = answer.status_code
    if status not in OWN_FAULT:
        route.report(component, "" if status < 400 else str(status))
    return status in TRIED_ELSEWHERE
