"""The cause of a request that got no whole answer, read to its root: DNS, TCP, TLS, proxy, pool, then what broke off.

A wrapper's class or number says nothing of the vendor when such a cause stands in the same text.
"""

import re
from enum import IntEnum
from typing import Final, NamedTuple

from probes.fingerprints import verdicts as v
from probes.fingerprints.read import read_error
from probes.fingerprints.transport import named
from probes.fingerprints.values import Reading, TransportError
from probes.fingerprints.verdicts import Verdict
from probes.model import Fault


class Strength(IntEnum):
    """How much a cause outweighs: `SURE` everything, `LIKELY` a client's own class and number, `WEAK` nothing."""

    WEAK = 1
    LIKELY = 2
    SURE = 3


class Cause(NamedTuple):
    """What kept a request from its answer; `line` is the number of the last line that says so."""

    strength: Strength
    error: TransportError
    line: int


_RULES: Final = (
    (
        Strength.SURE,
        re.compile(
            r"\bE(?:CONNREFUSED|CONNRESET|CONNABORTED|NOTFOUND|AI_\w+|HOSTUNREACH|NETUNREACH|NETDOWN|PIPE|PROTO"
            r"|TIMEDOUT|HOSTDOWN|ADDRNOTAVAIL)\b|getaddrinfo"
            r"|name or service not known|nodename nor servname|no such host"
            r"|temporary failure in name resolution|name resolution (?:failed|error)|could not resolve (?:host|proxy"
            r"|address|name)|DNS resolution failed"
            r"|failed to resolve|unknownhost|nameresolution(?:error)|dns error|ERR_NAME_NOT_RESOLVED"
            r"|No address associated"
            r"|certificate[_ ]verify[_ ]failed|self[-_ ]signed|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)"
            r"|unable to get (?:local )?issuer"
            r"|x509: |CERT_(?:HAS|NOT|UNTRUSTED)\w*|certificate (?:has )?expired|ERR_CERT_|UntrustedRoot"
            r"|RemoteCertificate\w+"
            r"|RemoteCertificateChain|invalid peer certificate|UnknownIssuer|trust relationship|PKIX path"
            r"|unable to find valid certification|sslhandshake|SSL_ERROR_\w+|ERR_SSL_\w+|ERR_TLS_\w+|\[SSL: |tls: "
            r"|SSL (?:certificate|connection|handshake)|TLS (?:handshake|certificate)|handshake (?:failure|failed)"
            r"|SSLError"
            r"|hostname mismatch|SSL_connect|TLS/SSL connection"
            r"|curl: \((?:5|6|7|35|51|58|59|60|77|83|97)\)|cURL error (?:5|6|7|35|51|58|59|60|77)\b"
            r"|connection refused|ConnectionRefused|actively refused|WinError 100(?:60|61|51|65|54|53)|\(100(?:60|61"
            r"|54)\)"
            r"|verweigerte|connection reset by peer|connection was (?:forcibly closed|reset)"
            r"|forcibly closed by the remote"
            r"|no route to host|network is unreachable|host is unreachable|failed to connect to all addresses"
            r"|all connection attempts failed|Cannot connect to host"
            r"|Connect(?:ion)?[ _]?Timeout\w*|connect timed out|connect(?:ion)? timeout|connect timeout has expired"
            r"|connected party did not properly respond|dial tcp|connection to .{1,120} timed out"
            r"|UND_ERR_CONNECT_TIMEOUT"
            r"|Failed to establish a new connection|\bconnection failed\b"
            r"|ERR_PROXY\w*|ERR_TUNNEL\w*|ProxyError|proxyconnect|Tunnel connection failed|CONNECT tunnel failed"
            r"|(?:cannot|unable to|could not) connect to (?:the )?proxy|\bproxy authentication required|SOCKS[45]? "
            r"|No internet route|Can't reach the API server|ERR_CONNECTION_\w+|ERR_ADDRESS_UNREACHABLE"
            r"|EndpointConnectionError|(?:can't|cannot) assign requested address",
            re.IGNORECASE,
        ),
    ),
    (
        Strength.LIKELY,
        re.compile(
            r"failed to connect to|received no bytes|TypeError: terminated|could not connect to|can't connect to"
            r"|unexpected end of file|server disconnected|disconnected without sending|peer closed connection"
            r"|RemoteProtocolError|remotely closed"
            r"|unexpected EOF|\bEOF\b.{0,20}$|premature(?:ly)? (?:close|end)|socket hang up|remote end closed"
            r"|other side closed|UND_ERR_SOCKET|ServerDisconnected\w*|empty reply|connection (?:was )?closed"
            r"|connection dropped"
            r"|socket (?:is|connection was|was) closed|broken pipe|connection aborted|\bGOAWAY\b|ERR_HTTP2_\w+"
            r"|read timed out|Read ?Timeout\w*|UND_ERR_(?:HEADERS|BODY)_TIMEOUT|HeadersTimeoutError|BodyTimeoutError"
            r"|fetch failed|failed to fetch|Client\.Timeout|context deadline exceeded \(|ERR_EMPTY_RESPONSE"
            r"|HPE_\w+|curl: \((?:16|18|28|52|55|56|92)\)|cURL error (?:18|28|52|55|56|92)\b|connection lost"
            r"|no close frame received or sent"
            r"|network socket disconnected|Connection to the API was lost|Connection reset without",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    (
        Strength.WEAK,
        re.compile(
            r"time[d]?[- ]?out\b|\w{0,40}Timeout(?:Error|Exception)?\b|deadline exceeded|connection error"
            r"|APIConnection\w*"
            r"|network error|ConnectError|ConnectException|EndOfStream|i/o error|tunnel\b|unreachable|handshake"
            r"|certificate"
            r"|Unable to connect to (?:API|Anthropic)|network connection was lost|curl: \(\d+\)",
            re.IGNORECASE,
        ),
    ),
)
_CHAIN: Final = re.compile(r"direct cause of the following|During handling of the above")
_LOOPBACK: Final = re.compile(
    r"127\.0\.0\.1|\blocalhost\b|\[?::1\]?:|\b0\.0\.0\.0\b|host\.docker\.internal", re.IGNORECASE
)
_WRAPPERS: Final = re.compile(
    r"\bssl:(?:default|True|False|None)|APIConnection\w*|HTTPS?ConnectionPool|\w+\.pool\b|\b_pool\b"
    r"|urllib3\.connectionpool"
)
NOTHING_LISTENS: Final = "nothing_listens"


def cause(text: str) -> Cause | None:
    """The root of a chain of causes in a text without frames, None where nothing speaks of a lost connection."""
    lines = text.splitlines()
    for strength, rule in _RULES:
        found = [number for number, line in enumerate(lines) if rule.search(line)]
        if found:
            return Cause(strength, _error([lines[n] for n in found], chained=bool(_CHAIN.search(text))), found[-1])
    return None


def _error(lines: list[str], *, chained: bool) -> TransportError:
    """Python's chains begin with the root, everybody else's end with it."""
    bare = [_WRAPPERS.sub(" ", line) for line in lines]
    errors = [named(line) for line in (bare if chained else reversed(bare))]
    return next((error for error in errors if error.kind != "other"), errors[0])


def reading(found: Cause) -> Reading:
    """Whose it is: of a text alone it cannot be told, unless it is a proxy, a pool or this very machine."""
    read = read_error(found.error, control=None)
    if found.error.kind in ("refused", "unreachable", "connect_timeout", "other") and _LOOPBACK.search(
        found.error.text
    ):
        return _as(read, v.OWN_MACHINE, NOTHING_LISTENS)
    if read.fault in (Fault.VENDOR, Fault.EDGE):  # the vendor never answered: what others see may tell
        return _as(read, v.NO_ANSWER, read.symptom)
    return read


def _as(read: Reading, verdict: Verdict, symptom: str) -> Reading:
    return Reading(verdict.outcome, verdict.fault, verdict.layer, symptom, verdict.advice, detail=read.detail)
