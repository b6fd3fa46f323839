"""What goes wrong on request: errors, storms, answers that are lost or never come."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ALWAYS = 10**9


@dataclass
class Fault:
    """The next `times` calls of a method ("*": any; in `channel` only, if given) go wrong.

    `error` answers with that code, `retry_after` with 429, `status` with a page of HTML; `hang` never answers.
    `after`: the call is carried out first, so that only its answer is lost.
    """

    method: str
    times: int = 1
    channel: str = ""
    error: str = ""
    retry_after: int | None = None
    status: int = 0
    hang: bool = False
    after: bool = False


@dataclass
class Faults:
    """Those that wait for their call."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, method: str, **what: Any) -> Fault:
        fault = Fault(method, **what)
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        """The first fault for this call, one time less."""
        for fault in self.waiting:
            if fault.method in {method, "*"} and fault.channel in {"", args.get("channel")}:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


@dataclass
class Limits:
    """Slack's documented ones: chat.update 50 a minute a workspace, posts one a second a channel with short bursts.

    https://docs.slack.dev/apis/web-api/rate-limits. `met` counts the calls refused; `now` gives seconds.
    """

    edits: int = 50
    burst: int = 4
    now: Callable[[], float] = time.monotonic
    met: int = 0
    _taken: dict[str, list[float]] = field(default_factory=dict)

    def refuse(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        """The refusal with the seconds to wait, None where the call may be made."""
        if method not in {"chat.update", "chat.postMessage"}:
            return None
        name, most, window = (method, self.edits, 60.0)
        if method == "chat.postMessage":
            name, most, window = str(args.get("channel")), self.burst, float(self.burst)
        taken = self._taken[name] = [at for at in self._taken.get(name, ()) if self.now() - at < window]
        if len(taken) < most:
            taken.append(self.now())
            return None
        self.met += 1
        return Fault(method, retry_after=int(taken[0] + window - self.now()) + 1)
