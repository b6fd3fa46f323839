"""What h11, TLS and the operating system raise -> TransportError, here and nowhere else.

The texts are ours or the system's: exceptions of HTTP libraries may quote headers, and headers hold keys.
"""

import errno
import os
import socket
import ssl

import h11

from probes.fingerprints.values import TransportError
from probes.transport.body import UndecodableError
from probes.transport.phases import Stage

TEXT = 200
"""Characters of an error's text at most."""


class ProxyRefusedError(Exception):
    """Our proxy opens no tunnel; `status` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


BREAKS: tuple[type[Exception], ...] = (OSError, UndecodableError, h11.ProtocolError, ProxyRefusedError)
"""All that a request can raise; anything else is a mistake of ours."""


class BrokenError(Exception):
    """A request that did not come through, from `Transport.stream`; `error` says why."""

    def __init__(self, error: TransportError) -> None:
        super().__init__(error.text)
        self.error = error


_EXPIRED = {9, 10}  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
_NAME = {62, 64}  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH

_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
    errno.ETIMEDOUT: "connect_timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
    errno.ENETDOWN: "unreachable",
}

_LATE = {
    Stage.BEGIN: "other",
    Stage.DNS: "dns",
    Stage.CONNECT: "connect_timeout",
    Stage.TLS: "tls",
    Stage.SEND: "write_timeout",
    Stage.ANSWER: "read_timeout",
    Stage.BODY: "read_timeout",
}


def read_break(error: BaseException, stage: Stage, *, proxied: bool = False) -> TransportError:
    """Say what broke; `proxied` tells that the peer of the first connection is our own proxy."""
    found = _read(error, stage)
    if proxied and stage in (Stage.DNS, Stage.CONNECT) and not isinstance(error, ProxyRefusedError):
        found = TransportError("proxy", f"our proxy: {found.text}")
    return found


def _read(error: BaseException, stage: Stage) -> TransportError:
    match error:
        case ssl.SSLError() | socket.gaierror():
            found = _read_named(error, stage)
        case TimeoutError() if error.errno is None:
            found = TransportError(_LATE[stage], f"no end in time while {stage}")
        case OSError():
            found = _read_os(error, stage)
        case UndecodableError():
            found = TransportError("decode", str(error))
        case ProxyRefusedError():
            found = _read_proxy(error.status)
        case h11.LocalProtocolError():
            found = TransportError("other", "the request cannot be written: check its address and headers")
        case h11.RemoteProtocolError():
            found = _read_protocol(error, stage)
        case _:
            found = TransportError("other", f"{type(error).__name__} while {stage}")
    return found


def _read_named(error: ssl.SSLError | socket.gaierror, stage: Stage) -> TransportError:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        kind = "tls_expired" if code in _EXPIRED else "tls_name" if code in _NAME else "tls_untrusted"
        return TransportError(kind, _short(f"certificate: {error.verify_message}"))
    if isinstance(error, ssl.SSLError):
        return TransportError("tls", _short(f"{(error.reason or 'TLS error').replace('_', ' ').lower()} while {stage}"))
    return TransportError("dns", _short(error.strerror or "the name was not found"))


def _read_os(error: OSError, stage: Stage) -> TransportError:
    kind = _ERRNO.get(error.errno or 0)
    if kind is None:
        kind = "reset" if isinstance(error, ConnectionError) else "other"
    # Not the error's own text: asyncio puts addresses into it.
    said = os.strerror(error.errno).lower() if error.errno else "the connection was closed"
    return TransportError(kind, _short(f"{said} while {stage}"))


def _read_proxy(status: int) -> TransportError:
    if status == 407:
        return TransportError("proxy_auth", "our proxy wants a login (407)")
    return TransportError("proxy", f"our proxy refused the tunnel ({status})")


def _read_protocol(error: h11.RemoteProtocolError, stage: Stage) -> TransportError:
    said = str(error)
    if "disconnected" in said or "closed connection" in said:
        return TransportError("reset", f"the connection was closed while {stage}")
    if "too long" in said or "too large" in said:
        return TransportError("protocol", "headers without end")
    return TransportError("protocol", f"not HTTP, or broken HTTP, while {stage}")


def _short(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:TEXT]
