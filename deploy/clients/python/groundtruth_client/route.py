"""Which component a call goes to, and where it goes when that fails: by the truth first, then by what was met here."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from groundtruth_client.cache import LastGood
from groundtruth_client.truth import Truth

T = TypeVar("T")

SEVERITY: Mapping[str | None, int] = {"partial_outage": 1, "under_maintenance": 2, "major_outage": 3}
"""What is operational, slow or unknown is used in the order of preference."""
DOWN = 3
LATEST, TRIP = 10, 0.8
"""A circuit opens where so large a share of the latest calls failed here."""
COOL_S = 10.0
"""An open circuit lets one call through after this, or as soon as the truth says that it works."""


class CircuitOpenError(Exception):
    """The component is down, so it was not asked."""


class AllFailedError(Exception):
    """No component of the route answered; `errors` are theirs, in the order of the attempts."""

    def __init__(self, errors: Sequence[Exception]) -> None:
        super().__init__("; ".join(f"{type(one).__name__}: {one}"[:200] for one in errors) or "nothing could be tried")
        self.errors = tuple(errors)


class Circuit:
    """What was met at one component here; by this process alone."""

    def __init__(self) -> None:
        self._latest: deque[bool] = deque(maxlen=LATEST)
        self._closed_again_at = 0.0
        self._lock = threading.Lock()

    def take(self, worked: bool, now: float) -> None:
        """Note how a call ended."""
        with self._lock:
            if worked:
                self._closed_again_at = 0.0
                if self._latest and not any(self._latest):
                    self._latest.clear()
            self._latest.append(worked)
            failed = len(self._latest) - sum(self._latest)
            if not worked and len(self._latest) >= LATEST / 2 and failed >= TRIP * len(self._latest):
                self._closed_again_at = now + COOL_S

    def open(self, now: float) -> bool:
        """Whether calls are better made elsewhere."""
        return now < self._closed_again_at

    def trial(self, now: float) -> bool:
        """Whether this call may try a component that is down: one in `COOL_S`."""
        with self._lock:
            if now < self._closed_again_at:
                return False
            self._closed_again_at = now + COOL_S
            return True


class Route:
    """Components in the order of preference; the best live one is asked first, the next where that fails.

    `last_good` keeps answers by key, for when nothing else answers.
    """

    def __init__(self, truth: Truth, prefer: Sequence[str], *, last_good: LastGood | None = None) -> None:
        if not prefer:
            raise ValueError("expected at least one component")
        self._truth = truth
        self._prefer = tuple(prefer)
        self._circuits = {component: Circuit() for component in self._prefer}
        self._last_good = last_good

    def pick(self) -> str:
        """The best component now."""
        return self.order()[0]

    def order(self) -> list[str]:
        """All of them, the best first: where nothing is known, as preferred."""
        if len(self._prefer) == 1:
            return list(self._prefer)
        now = time.monotonic()
        return sorted(self._prefer, key=lambda one: self._badness(one, now))

    def report(self, component: str, code: str = "") -> None:
        """Note how a call to a component ended: `code` is "" where it went well."""
        self._circuits[component].take(not code, time.monotonic())
        self._truth.count(component, code)

    def call(
        self, calls: Mapping[str, Callable[[], T]], key: str = "", failed: Callable[[Exception], str] | None = None
    ) -> T:
        """The answer of the first of `calls` (by component) that works.

        `failed` gives the code of an error, "" for one that is the caller's own fault and is raised at once. With `key`
        the last good answer is given where none works. Raises AllFailedError.
        """
        errors: list[Exception] = []
        for component in self._tried(calls):
            try:
                answer = calls[component]()
            except Exception as error:  # noqa: BLE001 - whatever the SDK in use raises
                errors.append(self._met(component, error, failed))
                continue
            return self._answered(component, key, answer)
        return self._remembered(key, errors)

    async def call_async(
        self,
        calls: Mapping[str, Callable[[], Awaitable[T]]],
        key: str = "",
        failed: Callable[[Exception], str] | None = None,
    ) -> T:
        """The same for coroutines."""
        errors: list[Exception] = []
        for component in self._tried(calls):
            try:
                answer = await calls[component]()
            except Exception as error:  # noqa: BLE001 - whatever the SDK in use raises
                errors.append(self._met(component, error, failed))
                continue
            return self._answered(component, key, answer)
        return self._remembered(key, errors)

    def _tried(self, calls: Mapping[str, Any]) -> list[str]:
        """In order, and the best once more at the end: an error in ten thousand hits twice."""
        order = [component for component in self.order() if component in calls]
        return [*order, *order[:1]]

    def _met(self, component: str, error: Exception, failed: Callable[[Exception], str] | None) -> Exception:
        code = failed(error) if failed is not None else code_of(error)
        if not code:
            raise error
        self.report(component, code)
        return error

    def _answered(self, component: str, key: str, answer: T) -> T:
        self.report(component)
        if key and self._last_good is not None:
            self._last_good.put(key, answer)
        return answer

    def _remembered(self, key: str, errors: Sequence[Exception]) -> Any:
        found = self._last_good.get(key) if key and self._last_good is not None else None
        if found is None:
            raise AllFailedError(errors)
        return found

    def _badness(self, component: str, now: float) -> tuple[int, int]:
        severity = SEVERITY.get(self._truth.state(component), 0)
        broken = self._circuits[component].open(now)
        return (DOWN if broken else severity, self._prefer.index(component))


OWN_FAULT = frozenset({400, 401, 403, 404, 405, 413, 415, 422})


def code_of(error: Exception) -> str:
    """The code of an error by its HTTP status, as SDKs have it; "" for the caller's own fault."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return "" if status in OWN_FAULT else str(status)
    return "timeout" if "timeout" in type(error).__name__.casefold() else "connection"
