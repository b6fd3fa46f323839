"""`groundtruth fingerprint`: what recorded answers mean, one JSON line each."""

import argparse
import base64
import binascii
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bot.errors import UserError
from bot.explain.curl import STATUS_LINE, from_curl, merged
from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.streams import events_of
from probes.fingerprints.transport import named
from probes.fingerprints.values import ERROR_KINDS, Answer, Reading, TransportError
from probes.model import Fault, Layer, Outcome

EXAMPLES: Final = """  groundtruth fingerprint answers.json
  curl -si https://api.anthropic.com/v1/models | groundtruth fingerprint

FILE is a JSON array of {"name", "status", "headers", "body"} (body: text or JSON; "error": a transport error's kind or
text; optional "url", "control", "sent_key", "plain"), or what `curl -i` printed, or a recorded event stream.
"""

AT_MOST: Final = 64 * 1024 * 1024
"""Bytes read of a file: more is no recording of answers."""

_EVENTS: Final = re.compile(rb"(?:event|data|id|retry):|: ?[A-Z]")


def arguments(parser: argparse.ArgumentParser) -> None:
    """One file, or standard input."""
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="recorded answers; standard input if left out"
    )


def run(args: argparse.Namespace) -> int:
    """Print a line per answer. Raises UserError if the input is nothing we know."""
    for name, reading in readings(_read(args.file)):
        sys.stdout.write(line(name, reading) + "\n")
    return 0


def _read(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(AT_MOST)
        with Path(name).open("rb") as file:
            return file.read(AT_MOST)
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror or error}") from error


def line(name: str, reading: Reading) -> str:
    """One reading as one line of JSON."""
    return json.dumps(
        {
            "name": name,
            "outcome": reading.outcome,
            "fault": reading.fault,
            "layer": reading.layer,
            "advice": reading.advice,
            "symptom": reading.symptom,
            "request_id": reading.request_id,
            "pop": reading.pop,
            "retry_after": reading.retry_after,
            "detail": reading.detail,
        },
        ensure_ascii=False,
    )


def readings(data: bytes) -> Iterator[tuple[str, Reading]]:
    """(name, reading) of everything in the input. Raises UserError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # a shell that redirects in UTF-16
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data:
        raise UserError("Nothing to read: give a file of recorded answers, or pipe `curl -i` output in.")
    if STATUS_LINE.match(data):
        answer = from_curl(data)
        yield f"http_{answer.status}", _whole(answer)
    elif data.startswith(b"curl: ("):
        yield "curl", read_error(named(data.decode("utf-8", "replace")), control=None)
    elif _EVENTS.match(data):
        yield "stream", read_stream_end(events_of(data.decode("utf-8", "replace")))
    else:
        for number, sample in enumerate(_samples(data), 1):
            yield _sample(sample, f"#{number}")


def _samples(data: bytes) -> list[Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        found = _by_lines(data)
        if found is None:
            raise UserError("The input is neither a JSON array of answers nor `curl -i` output.") from error
    if isinstance(found, Mapping):
        found = next((value for value in found.values() if isinstance(value, list) and "status" not in found), [found])
    if not isinstance(found, list):
        raise UserError("The input is JSON, but not an array of answers with status, headers and body.")
    return found


def _by_lines(data: bytes) -> list[Any] | None:
    """One JSON object a line, as our own output has it."""
    try:
        return [json.loads(row) for row in data.splitlines() if row.strip()]
    except (ValueError, RecursionError):
        return None


def _sample(sample: Any, place: str) -> tuple[str, Reading]:
    """One recorded answer; an unreadable one is said to be so and does not end the run."""
    if not isinstance(sample, Mapping):
        return place, _unreadable("not an object")
    name = str(sample.get("name") or sample.get("source_file") or place)
    error = _error(sample.get("error", sample.get("transport")))
    status = _status(sample)
    if status is None:
        control = sample.get("control")
        if error is None:
            return name, _unreadable("neither a status nor an error")
        return name, read_error(error, control=control if isinstance(control, bool) else None)
    sent_key = sample.get("sent_key")
    answer = Answer(
        status=status,
        headers=_headers(sample.get("headers")),
        body=_body(sample),
        url=str(sample.get("url") or ""),
        plain=sample.get("plain") is True,
        sent_key=sent_key if isinstance(sent_key, bool) else None,
    )
    return name, _whole(answer, error)


def _whole(answer: Answer, error: TransportError | None = None) -> Reading:
    """A recording holds the whole body, so that an event stream in it has its end, or lacks one."""
    streamed = answer.headers.get("content-type", "").lower().startswith("text/event-stream")
    if answer.status == 200 and (streamed or _EVENTS.match(answer.body.lstrip())):
        text = answer.body.decode("utf-8", "replace")
        return read_stream_end(events_of(text), error=error, headers=answer.headers)
    return read_answer(answer)


def _status(sample: Mapping[str, Any]) -> int | None:
    status = sample.get("status", sample.get("status_code"))
    if isinstance(status, str) and status.strip().isdecimal():
        status = int(status.strip()[:4])
    return status if isinstance(status, int) and not isinstance(status, bool) and status > 0 else None


def _headers(headers: Any) -> dict[str, str]:
    """Header mapping, [name, value] pairs, or {"name", "value"} objects."""
    pairs: list[tuple[str, str]] = []
    if isinstance(headers, Mapping):
        headers = list(headers.items())
    for item in headers if isinstance(headers, list) else []:
        if isinstance(item, Mapping):
            pairs.append((str(item.get("name", "")), str(item.get("value", ""))))
        elif isinstance(item, list | tuple) and len(item) == 2:
            value = item[1]
            pairs.append((str(item[0]), ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return merged(iter(pairs))


def _body(sample: Mapping[str, Any]) -> bytes:
    """The body as bytes; objects as JSON, `{"string": ...}` as the recorder's wrapping of text."""
    if isinstance(encoded := sample.get("body_base64"), str):
        try:
            return base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return b""
    body = sample.get("body", sample.get("text"))
    if isinstance(body, Mapping) and set(body) == {"string"}:
        body = body["string"]
    if body is None:
        return b""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _error(told: Any) -> TransportError | None:
    """A transport error by its kind, by {"kind", "text"}, or by the words of a client."""
    if isinstance(told, Mapping):
        kind = str(told.get("kind") or "")
        text = " ".join(str(told.get(key) or "") for key in ("code", "name", "text", "message")).strip()
        return TransportError(kind, text) if kind in ERROR_KINDS else named(f"{kind} {text}")
    if not isinstance(told, str) or not told.strip():
        return None
    return TransportError(told.strip()) if told.strip() in ERROR_KINDS else named(told)


def _unreadable(why: str) -> Reading:
    return Reading(Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN, "unreadable_sample", "unknown", detail=why)
