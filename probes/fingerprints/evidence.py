"""What is kept beside a verdict: request id, point of presence, when to come back, hash and one line of the body."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from probes.fingerprints.answer import ParsedAnswer, title_of
from probes.fingerprints.retry_after import moment_of, seconds_of, wait_of
from probes.fingerprints.rules import Found
from probes.fingerprints.sanitise import identifier, one_line
from probes.fingerprints.values import Reading

_ID_HEADERS: Final = (
    "request-id", "x-request-id", "x-amzn-requestid", "apim-request-id", "x-ms-request-id", "mistral-correlation-id",
    "x-kong-request-id", "x-ds-trace-id", "x-debug-trace-id", "x-generation-id", "x-correlation-id", "x-trace-id",
    "x-amz-cf-id", "x-azure-ref", "x-vercel-id", "fly-request-id",
)  # fmt: skip
_PLACES: Final = (
    ("cf-ray", re.compile(r"^[0-9a-f]+-([A-Z]{3})$")),
    ("x-amz-cf-pop", re.compile(r"^([A-Z]{3})\d")),
    ("x-served-by", re.compile(r"-([A-Z]{3})$")),
    ("x-vercel-id", re.compile(r"^([a-z]{3}\d)::")),
    ("fly-request-id", re.compile(r"-([a-z]{3})$")),
    ("x-groq-region", re.compile(r"^([a-z]{3,8})$")),
)


def request_id(headers: Mapping[str, str], said: str = "") -> str:
    """The first id the vendor, or else its edge, gave the request."""
    for name in _ID_HEADERS[:9]:
        if found := identifier(headers.get(name, "")):
            return found
    if found := identifier(said):
        return found
    return next((found for name in _ID_HEADERS[9:] if (found := identifier(headers.get(name, "")))), "")


def place(headers: Mapping[str, str]) -> str:
    """The edge's point of presence in capitals ("FRA"); a failure at one place only looks like an outage from there."""
    for name, rule in _PLACES:
        if found := rule.search(headers.get(name, "")[:400]):
            return found.group(1).upper()
    return ""


def retry_after(heard: ParsedAnswer) -> float | None:
    """Seconds the refusal asks to wait; with an answer below 400 the header means nothing.

    A date is counted from the answer's own `date` header, for the clocks may differ.
    """
    if heard.status < 400:
        return None
    headers = heard.answer.headers
    if (milli := seconds_of(headers.get("retry-after-ms", ""))) is not None:
        return milli / 1000
    now = moment_of(headers.get("date", ""))
    if (wait := wait_of(headers.get("retry-after", ""), now.timestamp() if now else None)) is not None:
        return wait
    return seconds_of(heard.said.other("retry_after") or heard.said.other("retrydelay"))


def fingerprint_of(body: bytes) -> str:
    """The start of the body's SHA-256: equal pages are equal evidence."""
    return hashlib.sha256(body).hexdigest()[:16] if body else ""


def _detail(heard: ParsedAnswer) -> str:
    text = heard.said.message if heard.kind in ("json", "events") else title_of(heard.text) or heard.text
    zone = heard.said.other("zone")
    provider = heard.said.other("provider_name")
    return one_line(" · ".join(part for part in (provider, zone, text) if part))


def write(found: Found, heard: ParsedAnswer) -> Reading:
    """The reading of one answer: a verdict and its evidence. Successes need no detail."""
    failed = bool(found.symptom)
    return Reading(
        outcome=found.verdict.outcome,
        fault=found.verdict.fault,
        layer=found.verdict.layer,
        symptom=found.symptom,
        advice=found.verdict.advice,
        request_id=request_id(heard.answer.headers, heard.said.other("request_id") or heard.said.other("requestid")),
        pop=place(heard.answer.headers),
        edge=heard.edge,
        detail=_detail(heard) if failed else "",
        retry_after=retry_after(heard),
        body_hash=fingerprint_of(heard.answer.body) if failed else "",
    )
