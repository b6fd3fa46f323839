"""Addresses as other monitors' files have them: one splitter, which never raises whatever stands there."""

from typing import NamedTuple
from urllib.parse import urlsplit


class Address(NamedTuple):
    """The parts of an address. All are empty where it is none, as with a bracket too few or a port that is a word."""

    scheme: str = ""
    host: str = ""
    port: int | None = None

    def place(self, port: int) -> str:
        """Host and port, `port` where none is given; IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port or port}"


def address(text: str) -> Address:
    """The parts of "https://user@host:443/path", or of "host:22", which has no scheme."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        return Address(parts.scheme, parts.hostname or "", parts.port)
    except ValueError:
        return Address()
