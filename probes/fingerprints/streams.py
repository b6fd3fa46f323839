"""How a stream of server-sent events ended: well, with an error after its 200, or cut."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer, hear
from probes.fingerprints.evidence import write
from probes.fingerprints.rules import Found
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.fingerprints.vendors import read_spoken
from probes.model import Outcome

Event = tuple[str, str]

EVENTS: Final = 10_000
_LAST: Final = re.compile(
    r'^\s*\[DONE\]|"type"\s{0,9}:\s{0,9}"(?:message_stop|message-end|response\.(?:completed|incomplete))"'
    r'|"finishReason"\s{0,9}:\s{0,9}"|"stopReason"\s{0,9}:\s{0,9}"|"is_finished"\s{0,9}:\s{0,9}true'
)
_LAST_NAMES: Final = frozenset(
    {"message_stop", "message-end", "messagestop", "done", "response.completed", "response.incomplete"}
)
_ERROR_NAMES: Final = re.compile(r"error|response\.failed|\w+exception", re.IGNORECASE)


def events_of(text: str) -> list[Event]:
    """The (name, data) pairs of an event stream, its cut last one included."""
    events: list[Event] = []
    for block in re.split(r"\r?\n\r?\n", text):
        name, data = "", []
        for line in block.splitlines():
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value.strip()
            elif field == "data":
                data.append(value)
        if name or data:
            events.append((name, "\n".join(data)))
    return events


def _error(event: Event, headers: Mapping[str, str]) -> tuple[Found, ParsedAnswer] | None:
    """The error an event brings. Only words that name our quota, key or request make it ours."""
    name, data = event
    named = bool(_ERROR_NAMES.fullmatch(name))
    heard = hear(Answer(status=200, headers=headers, body=data.encode("utf-8", "replace")))
    if not named and not heard.said.failed and '"response.failed"' not in data[:4096]:
        return None
    words = (name.lower(), *heard.said.words) if name.lower().endswith("exception") else heard.said.words
    heard = replace(heard, status=heard.said.code or 200, said=replace(heard.said, words=words))
    found = read_spoken(heard)
    if found is None or found.verdict.outcome is Outcome.OK:
        found = Found("stream_error", v.STREAM)
    return found, heard


def read_end(events: Iterable[Event], error: TransportError | None, headers: Mapping[str, str]) -> Reading:
    """Read the events in order: an error counts wherever it stands, and what nothing ends was cut."""
    seen, ended = 0, False
    for event in events:
        seen += 1
        if trouble := _error(event, headers):
            return write(*trouble)
        ended = ended or event[0].lower() in _LAST_NAMES or bool(_LAST.search(event[1]))
    heard = hear(Answer(status=200, headers=headers, body=error.text.encode("utf-8", "replace") if error else b""))
    if ended:
        return write(Found("", v.OK), heard)
    if error is not None and error.kind == "read_timeout":
        return write(Found("stream_stalled", v.STREAM), heard)
    return write(Found("stream_cut" if seen else "stream_empty", v.STREAM), heard)
