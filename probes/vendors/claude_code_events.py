"""What Claude Code's stream of JSON lines says of one run: pure, bounded by whoever reads the lines."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from probes.fingerprints import transport
from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.sanitise import one_line
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.model import Fault, Layer, Outcome
from probes.tools import ours

_FAULTS: Mapping[str, Reading] = MappingProxyType(
    {
        "authentication_failed": ours("authentication_failed", "", Layer.OUR_KEY),
        "oauth_org_not_allowed": ours("oauth_org_not_allowed", "", Layer.OUR_KEY),
        "billing_error": ours("billing_error", "", Layer.OUR_BILLING),
        "rate_limit": ours("rate_limit", "", Layer.OUR_QUOTA),
        "invalid_request": ours("invalid_request", "", Layer.OUR_REQUEST),
        "model_not_found": ours("model_not_found", "", Layer.OUR_REQUEST),
        "max_output_tokens": ours("max_output_tokens", "", Layer.OUR_REQUEST),
        "overloaded": Reading(Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY, "overloaded", "switch_model"),
        "server_error": Reading(Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "server_error", "retry_backoff"),
    }
)
"""The words of `api_retry`."""

_STATUS = re.compile(r"(?:API Error:?|Repeated|HTTP)\W{0,3}([1-5]\d\d)\b(?:[^{]{0,40}(\{.{0,4000}))?", re.DOTALL)
_LOGIN = re.compile(r"invalid api key|please run /login|not logged in|oauth token", re.IGNORECASE)
_CONNECT = re.compile(r"unable to connect|connection error|fetch failed|E[A-Z]{6,14}\b|timed? ?out", re.IGNORECASE)


class Session:
    """One run, line by line."""

    def __init__(self) -> None:
        self.began = False
        self.too_much = False
        self.read = self.written = 0
        self.cost_usd: float | None = None
        self._spoke_at: float | None = None
        self._retry: Mapping[str, Any] | None = None
        self._result: Mapping[str, Any] | None = None

    def hear(self, line: bytes, at: float) -> bool:
        """One line at a time (seconds); whether enough is known. What is no event is passed over."""
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(event, dict):
            return False
        self.began = True
        match event.get("type"), event.get("subtype"):
            case "system", "api_retry":
                self._retry = event
            case "assistant", _ if self._spoke_at is None:
                self._spoke_at = at
            case "result", _:
                self._result = event
                self._account(event)
        return self._retry is not None or self._result is not None

    def first_token_ms(self, started: float) -> float | None:
        """From the start of the run to the model's first words."""
        return None if self._spoke_at is None else (self._spoke_at - started) * 1000

    def reading(self, *, late: bool, code: int | None) -> Reading:
        """What it came to. `late`: the deadline cut it off; `code`: it ended by itself."""
        if self._retry is not None:
            return _retried(self._retry)
        if self._result is not None:
            return _ended(self._result)
        if late and self.began:
            return read_error(TransportError("read_timeout", "Claude Code began and did not finish in time"))
        if late:
            return ours("cli_silent", "Claude Code did not begin in time")
        if self.too_much:
            return ours("too_large", "Claude Code printed far more than was asked for")
        return ours("cli_error", f"Claude Code ended with {code} and without a result")

    def _account(self, event: Mapping[str, Any]) -> None:
        usage, cost = event.get("usage"), event.get("total_cost_usd")
        if isinstance(usage, dict):
            reading = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
            self.read = sum(_count(usage.get(name)) for name in reading)
            self.written = _count(usage.get("output_tokens"))
        if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1000:
            self.cost_usd = float(cost)


def _count(figure: object) -> int:
    return figure if type(figure) is int and 0 <= figure < 10**8 else 0


def _retried(event: Mapping[str, Any]) -> Reading:
    """Its request failed and it would try again: by the word, else by the status, else nothing answered."""
    word, status = str(event.get("error", ""))[:40], event.get("error_status")
    where = f"attempt {_count(event.get('attempt'))} of {_count(event.get('max_retries'))}"
    told = f"{where}: {one_line(word, 40) or 'no reason'}" + (f", HTTP {status}" if type(status) is int else "")
    if word in _FAULTS:
        return replace(_FAULTS[word], detail=told)
    if type(status) is int and 400 <= status < 600:
        return replace(read_answer(Answer(status, sent_key=True)), detail=told)
    return replace(read_error(TransportError("protocol")), symptom="no_answer", detail=told)


def _ended(event: Mapping[str, Any]) -> Reading:
    """The final event of the run."""
    if event.get("is_error") is not True and event.get("subtype", "success") == "success":
        return Reading(Outcome.OK, Fault.NONE, Layer.OK)
    said = str(event.get("result") or event.get("subtype") or "")[:5000]
    if found := _STATUS.search(said):
        reading = read_answer(Answer(int(found[1]), body=(found[2] or "").encode("utf-8", "replace"), sent_key=True))
    elif _LOGIN.search(said):
        reading = ours("authentication_failed", "", Layer.OUR_KEY)
    elif _CONNECT.search(said):
        reading = read_error(transport.named(said))
    else:
        reading = ours("cli_error", "")
    return replace(reading, detail=one_line(said))
