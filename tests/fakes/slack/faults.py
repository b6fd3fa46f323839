"""What goes wrong on request: errors, storms, answers that are lost or never come."""

from collections.abc import Mapping
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
