"""Gatus: `/api/v1/endpoints/statuses`, a list of endpoints with their latest results.

An endpoint is up or down; its key ("group_name") is the id. Source of the fields: `config/endpoint/status.go` and
`result.go` of TwiN/gatus, read in November 2026. That the latest result stands last was not verified, so the one with
the latest time counts. No options.
"""

from collections.abc import Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, listing, maybe, text
from probes.dialects.states import once
from probes.model import Claim, Page, State


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an instance's endpoints. Raises NotUnderstoodError."""
    del options
    entries = listing(document(body), "the list of endpoints")
    if not entries:
        raise NotUnderstoodError("no endpoint is listed")
    newest = [(entry, _newest(entry)) for entry in entries]
    stamps = [at for _, result in newest if (at := times.any_of(result.get("timestamp"))) is not None]
    return Page(url="", claims=once(_claim(*pair) for pair in newest), stated_at=max(stamps, default=None))


def _newest(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return max(maybe(entry, "results"), key=lambda one: times.any_of(one.get("timestamp")) or 0.0, default={})


def _claim(entry: Mapping[str, Any], result: Mapping[str, Any]) -> Claim:
    good = result.get("success")
    state = State.UNKNOWN if not isinstance(good, bool) else State.OPERATIONAL if good else State.MAJOR
    name = " / ".join(part for part in (text(entry.get("group"), 100), text(entry.get("name"), 150)) if part)
    return Claim(ident(entry.get("key"), "an endpoint"), name, state)


def fits(content: Content) -> bool:
    """Endpoints with a key and results."""
    return bool(content.entries) and {"key", "results"} <= content.entries[0].keys()
