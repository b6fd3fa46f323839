"""A request that got no answer: which kind of error it was, and whose it is once control hosts have been asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.sanitise import one_line
from probes.fingerprints.values import Reading, TransportError
from probes.fingerprints.verdicts import Verdict
from probes.model import Fault, Layer, Outcome


def _blamed(fault: Fault, layer: Layer, advice: str = "check_network") -> Verdict:
    return Verdict(Outcome.FAILED, fault, layer, advice)


@dataclass(frozen=True, slots=True)
class _Row:
    """`when_alone`: failed for the target while control hosts answer. `sure`: so even if nobody asked them."""

    symptom: str
    when_alone: Verdict
    sure: bool = False


_ERRORS: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "dns": _Row("dns", _blamed(Fault.VENDOR, Layer.DNS, "check_resolver")),
        "refused": _Row("refused", _blamed(Fault.EDGE, Layer.TCP)),
        "reset": _Row("reset", _blamed(Fault.EDGE, Layer.TCP)),
        "unreachable": _Row("unreachable", _blamed(Fault.EDGE, Layer.TCP)),
        "connect_timeout": _Row("connect_timeout", _blamed(Fault.EDGE, Layer.TCP)),
        "write_timeout": _Row("write_timeout", _blamed(Fault.EDGE, Layer.TCP)),
        "tls": _Row("tls", _blamed(Fault.EDGE, Layer.TLS, "check_issuer")),
        "tls_untrusted": _Row("tls_untrusted", _blamed(Fault.EDGE, Layer.TLS, "check_issuer")),
        "tls_name": _Row("tls_name", _blamed(Fault.EDGE, Layer.TLS, "check_issuer")),
        "tls_expired": _Row("tls_expired", _blamed(Fault.VENDOR, Layer.TLS, "check_issuer")),
        "read_timeout": _Row("timeout", _blamed(Fault.VENDOR, Layer.NO_ANSWER, "wait"), sure=True),
        "protocol": _Row("protocol", _blamed(Fault.EDGE, Layer.NO_ANSWER, "retry_backoff")),
    }
)
_NEVER_THEIRS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        "proxy": v.PROXY,
        "proxy_auth": v.PROXY_AUTH,
        "pool": Verdict(Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_NETWORK, "lower_load"),
        "stale": Verdict(Outcome.INCONCLUSIVE, Fault.OURS, Layer.TCP, "retry_fresh"),
        "redirects": v.MALFORMED,
        "too_large": v.MALFORMED,
        "decode": v.MALFORMED,
    }
)

_TEXTS: Final = tuple(
    (kind, re.compile(rule, re.IGNORECASE))
    for kind, rule in (
        ("proxy_auth", r"\b407\b|proxy auth"),
        (
            "proxy",
            (
                r"err_proxy|err_tunnel|proxyerror|proxy ?connect|(?:resolve|connect to|from) proxy"
                r"|zscaler|netskope|fortinet|fortigate|palo ?alto|blue ?coat|forcepoint|cisco umbrella"
                r"|proxy tunnel|connect tunnel|tunnel connection|socks|curl: \((?:5|97)\)|curl error (?:5|97)\b"
            ),
        ),
        (
            "dns",
            (
                r"enotfound|eai_again|eai_\w+|getaddrinfo|resolve host|name or service not known|nxdomain"
                r"|servfail|err_name_not_resolved|name resolution|nodename nor servname|no such host"
                r"|no address associated|unknownhost|dns"
                r"|curl: \(6\)|curl error 6\b|winerror 1100[1-4]|host not found|resolve address|failed to resolve"
            ),
        ),
        (
            "tls_expired",
            r"cert\w* (?:has )?expired|cert_has_expired|certificate is not yet valid|cert_not_yet_valid|err_cert_date",
        ),
        (
            "tls_name",
            (
                r"hostname mismatch|altname|doesn't match|does not match|is not valid for|err_cert_common_name"
                r"|no alternative certificate|not match target host|certificate is valid for"
            ),
        ),
        (
            "tls_untrusted",
            (
                r"self[- _]signed|unable_to_(?:verify|get)|unable to (?:get|verify)|unknown (?:ca|authority"
                r"|issuer)|local issuer|untrusted|certificate_verify_failed|certificate verify failed"
                r"|err_cert_authority|signed by unknown|curl: \(60\)|curl error 60\b|untrustedroot|unknownissuer"
                r"|trust relationship|pkix path|valid certification path|remotecertificatechain|partialchain"
            ),
        ),
        (
            "tls",
            (
                r"\bssl\b|\btls\b|ssl_|sslerror|handshake|certificate|err_ssl|\beproto\b|wrong version number"
                r"|curl: \((?:35|51|58|59|77|83)\)|curl error (?:35|51|58|59|77)\b"
            ),
        ),
        (
            "refused",
            r"econnrefused|refused|10061\b|verweigerte|curl(?: error|:) \(?7\b.{0,200}couldn't connect to server",
        ),
        ("stale", r"stale|keep-?alive.{0,40}(?:closed|reset)|reused.{0,40}(?:connection|socket)"),
        ("read_timeout", r"\bread timed out|readtimeout"),  # requests names its connection pool too
        (
            "connect_timeout",
            (
                r"connect(?:ion|ing)?[ _]?time|und_err_connect_timeout|connecttimeout|(?:connect\w*"
                r"|dial tcp).{0,80}(?:timed out|timeout)|etimedout|failed to connect .{0,60}after"
                r"|err_connection_timed_out|\b10060\b|did not properly respond"
            ),
        ),
        ("write_timeout", r"write.?time|writing.{0,20}timed out"),
        (
            "read_timeout",
            (
                r"read.?time|readtimeout|headers_timeout|body_timeout|time[d]?[ -]?out|timeout|deadline"
                r"|esockettimedout|curl: \(28\)"
            ),
        ),
        (
            "unreachable",
            (
                r"enetunreach|ehostunreach|unreachable|all connection attempts failed|no route to host"
                r"|no internet route"
                r"|network is down|enetdown|eaddrnotavail|assign requested address"
                r"|err_internet_disconnected|err_address_unreachable|\b100(?:51|65)\b|could not connect to the endpoint"
                r"|failed to connect|can't connect|can't reach|cannot connect|connection failed|couldn't connect"
                r"|could not connect"
                r"|endpointconnection|failed to establish a new connection"
            ),
        ),
        (
            "reset",
            (
                r"econnreset|reset by peer|connection reset|epipe|broken pipe|econnaborted|connection aborted"
                r"|err_connection_(?:reset|closed)|curl: \((?:55|56)\)|\b1005[34]\b|forcibly closed"
            ),
        ),
        ("redirects", r"too many redirects|redirect loop|maximum.{0,20}redirects|curl: \(47\)"),
        ("decode", r"decod|content.?encoding|incorrect header check|curl: \((?:23|61)\)"),
        ("too_large", r"too large|exceeded.{0,30}size|curl: \(63\)"),
        ("pool", r"pool"),
        (
            "protocol",
            (
                r"protocol|hang up|disconnected|incomplete|goaway|empty reply|malformed|bad status line|hpe_invalid"
                r"|remote end closed|unexpected eof|invalid http|err_empty_response|other side closed"
                r"|und_err_socket|no close frame"
                r"|\beof\b|unexpected end of file|received no bytes|remotely closed|peer closed"
                r"|premature|curl: \((?:1|8|16|18|52|92)\)"
            ),
        ),
        ("reset", r"closed|reset|terminated"),
    )
)


def named(text: str) -> TransportError:
    """The kind of an error by the words of curl, Node, Go or Python."""
    bounded = text[:2000]
    kind = next((kind for kind, rule in _TEXTS if rule.search(bounded)), "other")
    return TransportError(kind, bounded)


def read(error: TransportError, *, control: bool | None) -> Reading:
    """Whose a missing answer is. See `probes.fingerprints.read.read_error`."""
    symptom, verdict = error.kind, v.UNKNOWN
    if error.kind in _NEVER_THEIRS:
        verdict = _NEVER_THEIRS[error.kind]
    elif error.kind in _ERRORS:
        row = _ERRORS[error.kind]
        symptom, verdict = row.symptom, row.when_alone
        if control is False:
            verdict = Verdict(Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_NETWORK, "check_network")
        elif control is None and not row.sure:
            verdict = Verdict(Outcome.INCONCLUSIVE, Fault.UNKNOWN, verdict.layer, verdict.advice)
    else:
        symptom = "other"
    return Reading(verdict.outcome, verdict.fault, verdict.layer, symptom, verdict.advice, detail=one_line(error.text))
