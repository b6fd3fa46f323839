"""Kind `http`: one request, its status and content compared with what the check expects."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.network.expectations import (
    ends_elsewhere,
    headers_missing,
    status_matches,
    unmet,
    valid_end,
    valid_headers,
    valid_statuses,
)
from probes.options import Option, Options, at_least, with_defaults, within
from probes.tools import MissingSecretError, Tools, filled, observe, ours, patience
from probes.transport.request import Fetched, Request, keyed

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FINE = frozenset({Layer.OK, Layer.OK_EDGE_AND_GATEWAY, Layer.ALIVE_NEEDS_AUTH})


def _method(value: str) -> str:
    return "" if value.upper() in _METHODS else f"one of {', '.join(_METHODS)}"


def _headers(value: Mapping[Any, Any]) -> str:
    good = all(isinstance(name, str) and isinstance(text, str) for name, text in value.items())
    return "" if good else "a table of header names and texts"


OPTIONS: Options = MappingProxyType(
    {
        "method": Option((str,), "GET", "the HTTP method", _method),
        "headers": Option((dict,), {}, "headers to send; ${NAME} stands for a secret of that name", _headers),
        "body": Option((str,), "", "the body to send"),
        "expect_status": Option(
            (int, str, list), ["200-299"], "statuses that are fine: numbers, ranges", valid_statuses
        ),
        "expect_url": Option(
            (str,),
            "",
            'where redirects must end: an address or a path, "*" at its end for any rest, https://* for any over TLS',
            valid_end,
        ),
        "expect_header": Option(
            (str, dict), {}, "headers the answer must have: a name, or names with a text in each", valid_headers
        ),
        "expect_text": Option((str,), "", "text that must be in the body"),
        "json_path": Option((str,), "", 'place in a JSON body that must exist, such as "data.0.state"'),
        "json_equals": Option((str, int, float, bool), None, "the value expected at json_path"),
        "redirects": Option((int,), 5, "redirects to follow; 0: a redirect is the answer", within(0, 20)),
        "max_bytes": Option((int,), 1024 * 1024, "largest body, on the wire and unpacked", within(1, 64 * 1024 * 1024)),
        "slow_ms": Option((int, float), 0, "a good answer that takes longer counts as slow; 0: never", at_least(0)),
    }
)


async def http(check: Check, tools: Tools) -> Observation:
    """Ask once and compare."""
    options = with_defaults(OPTIONS, check.options)
    try:
        headers = {name: filled(text, tools.secrets) for name, text in options["headers"].items()}
    except MissingSecretError as missing:
        return observe(check, tools, ours("no_key", f"the secret {missing} is not set", Layer.OUR_KEY))
    fetched = await tools.transport.fetch(
        Request(
            url=check.target,
            timeout_s=patience(check),
            method=options["method"],
            headers=headers,
            body=options["body"].encode(),
            redirects=options["redirects"],
            max_bytes=options["max_bytes"],
            lane=lane(check, tools),
        )
    )
    reading = read(check, fetched, options, sent_key=keyed(headers))
    return observe(check, tools, reading, fetched.timings, fetched.answer.status if fetched.answer else None)


def lane(check: Check, tools: Tools) -> str:
    """Keep the connection only where the next check comes before it would be thrown away."""
    return check.id if check.interval_s < tools.transport.settings.keepalive_s else ""


def read(check: Check, fetched: Fetched, options: Mapping[str, Any], *, sent_key: bool) -> Reading:
    """From what came to what it means."""
    if fetched.answer is None or fetched.error is not None:
        return read_error(fetched.error or TransportError("other"))
    if fetched.truncated:
        return read_error(TransportError("too_large", f"the body is larger than {options['max_bytes']} bytes"))
    contents = bool(options["expect_text"] or options["json_path"])
    answer = replace(fetched.answer, plain=not contents, sent_key=sent_key)
    wrong = _wrong(answer, fetched.body, options)
    if wrong:
        return _unexpected(answer, *wrong)
    return _good(check, answer, fetched.timings.total, options["slow_ms"])


def _wrong(answer: Answer, body: bytes, options: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first thing that is not as the check expects: symptom and detail."""
    expected = options["expect_status"]
    if not status_matches(answer.status, expected if isinstance(expected, list) else [expected]):
        return "unexpected_status", f"HTTP {answer.status}"
    elsewhere = ends_elsewhere(answer.url, options["expect_url"])
    if elsewhere:
        return "unexpected_url", elsewhere
    lacking = headers_missing(answer.headers, options["expect_header"])
    if lacking:
        return "missing_header", lacking
    missing = unmet(body, options["expect_text"], options["json_path"], options["json_equals"])
    return ("unexpected_body", missing) if missing else None


def _unexpected(answer: Answer, symptom: str, detail: str) -> Reading:
    """Not what the check wants; where the fingerprint finds nothing wrong, the difference itself is the symptom."""
    reading = read_answer(answer)
    if reading.outcome not in (Outcome.OK, Outcome.SLOW):
        return reading
    if reading.layer is Layer.ALIVE_NEEDS_AUTH:
        return replace(
            reading, outcome=Outcome.INCONCLUSIVE, fault=Fault.OURS, layer=Layer.OUR_KEY, symptom=symptom, detail=detail
        )
    return replace(
        reading, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.UNEXPECTED, symptom=symptom, detail=detail
    )


def _good(check: Check, answer: Answer, total_ms: float | None, slow_ms: float) -> Reading:
    reading = read_answer(answer)
    asked, answered = urlsplit(check.target), urlsplit(answer.url)
    if asked.scheme == "http" and asked.netloc.lower() != answered.netloc:
        # Without TLS anyone on the way can send us elsewhere, to the page of a hotel's network for instance.
        elsewhere = read_answer(replace(answer, plain=False))
        if elsewhere.layer is Layer.CAPTIVE_PORTAL:
            return elsewhere
    slow = bool(slow_ms) and total_ms is not None and total_ms > slow_ms
    return Reading(
        Outcome.SLOW if slow else Outcome.OK,
        Fault.VENDOR if slow else Fault.NONE,
        reading.layer if reading.layer in _FINE else Layer.OK,
        "slow" if slow else "",
        request_id=reading.request_id,
        pop=reading.pop,
        edge=reading.edge,
        detail=f"slower than {slow_ms:g} ms" if slow else "",
        body_hash=reading.body_hash,
    )
