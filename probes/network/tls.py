"""Kind `tls`: the certificate of a host: whether it is trusted, until when, and whether its issuer has changed."""

import math
import ssl
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from probes.fingerprints.read import read_error
from probes.fingerprints.sanitise import one_line
from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.network.tcp import connected, passed, place
from probes.options import Option, Options, at_least, with_defaults
from probes.tools import Tools, observe, ours, patience
from probes.transport.errors import BrokenError


def _marks(value: Any) -> str:
    marks = value if isinstance(value, list) else [value]
    good = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in marks)
    return "" if good else "a number of days, or a list of them such as [14, 3]"


OPTIONS: Options = MappingProxyType(
    {
        "warn_days": Option(
            (int, float, list), [21, 14, 7, 3, 1], "with fewer days left people are notified, once for each", _marks
        ),
        "fail_days": Option((int, float), 0, "with fewer days left the check fails", at_least(0)),
        "issuer": Option(
            (str,), "", "text that must be in the issuer's name; another issuer means something sits in between"
        ),
    }
)

_ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What matters of a certificate that is trusted. `ends`: Unix seconds."""

    issuer: str
    ends: float


async def tls(check: Check, tools: Tools) -> Observation:
    """Shake hands once. The target is `host`, `host:port` or an https address; our proxy is not asked.

    Memory keeps the last issuer.
    """
    options = with_defaults(OPTIONS, check.options)
    where = place(check.target, 443)
    if where is None:
        return observe(check, tools, ours("bad_target", "the target must be host or host:port", Layer.OUR_REQUEST))
    started = time.perf_counter()
    try:
        async with connected(tools, *where, patience(check), tls=True) as wire:
            certificate = _read(wire.get_extra_info("ssl_object"))
    except BrokenError as broken:
        return observe(check, tools, _refused(read_error(broken.error), tools.memory), passed(started))
    reading = judged(certificate, tools.now(), options, tools.memory.get(_ISSUER, ""), own=check.own)
    _remember(certificate, reading, tools.memory)
    seen = observe(check, tools, reading, passed(started))
    return replace(seen, expires_at=certificate.ends, warn_days=passed_mark(certificate, tools.now(), options))


def judged(
    certificate: Certificate, now: float, options: Mapping[str, Any], last_issuer: str, *, own: bool = False
) -> Reading:
    """What a trusted certificate means; on one's `own` service that of another issuer is a failure."""
    days = (certificate.ends - now) / 86_400
    fine = Reading(Outcome.OK, Fault.NONE, Layer.OK)
    told = f"{certificate.issuer}, {math.floor(days)} days left"
    if options["issuer"].lower() not in certificate.issuer.lower():
        between = ours("unexpected_issuer", f"{told}; expected {options['issuer']}", Layer.OUR_PROXY)
        if own:
            return replace(between, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.TLS, advice="check_issuer")
        return replace(between, advice="check_proxy")
    if days < options["fail_days"]:
        ending = replace(fine, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.TLS, advice="check_issuer")
        return replace(ending, symptom="tls_ends_soon", detail=told)
    if last_issuer and last_issuer != certificate.issuer:
        return replace(fine, symptom="issuer_changed", advice="check_issuer", detail=f"{told}; before {last_issuer}")
    return replace(fine, symptom="tls_ends_soon" if passed_mark(certificate, now, options) else "", detail=told)


def passed_mark(certificate: Certificate, now: float, options: Mapping[str, Any]) -> float:
    """The smallest mark of days that are not left any more; 0 while there are more than any mark."""
    marks = options["warn_days"] if isinstance(options["warn_days"], list) else [options["warn_days"]]
    days = (certificate.ends - now) / 86_400
    return float(min((mark for mark in marks if days < mark), default=0))


def _remember(certificate: Certificate, reading: Reading, memory: MutableMapping[str, Any]) -> None:
    if reading.layer is not Layer.OUR_PROXY:
        memory[_ISSUER] = certificate.issuer


def _refused(reading: Reading, memory: Mapping[str, Any]) -> Reading:
    """Without trust there is no certificate to read; the last good issuer helps to tell whose mistake it is."""
    if reading.layer is not Layer.TLS or not memory.get(_ISSUER):
        return reading
    return replace(reading, detail=f"{reading.detail}; last issuer {memory[_ISSUER]}")


def _read(connection: ssl.SSLObject) -> Certificate:
    found: dict[str, Any] = connection.getpeercert() or {}
    names = dict(pair for group in found.get("issuer", ()) for pair in group)
    # The organization, not the name of its current intermediate: those take turns by the hour.
    issuer = names.get("organizationName") or names.get("commonName") or "an issuer without a name"
    return Certificate(one_line(issuer, 80), ssl.cert_time_to_seconds(found["notAfter"]))
