"""Bodies under a bound: so many bytes from the wire, so many after decoding, and no decoder that runs away."""

import json
import zlib
from collections.abc import Iterator
from typing import Any


def document(text: str | bytes) -> Any:
    """JSON, or None for what is none. Bounded by whoever read it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


ENCODINGS = "gzip, deflate"
"""What we offer to read; both with zlib, whose output can be bounded call by call."""

STEP = 64 * 1024
"""Decoded bytes made at once at most: 1 KiB of a gzip bomb is up to 1 MiB."""


class UndecodableError(ValueError):
    """The body is not in the encoding its header names, or in one we did not offer."""


class Decoder:
    """Content-Encoding undone in steps of at most `STEP` bytes; gzip members may follow each other."""

    def __init__(self, encoding: str) -> None:
        """Raises UndecodableError for an encoding we did not offer."""
        self._encoding = encoding.strip().lower()
        self._zlib: zlib._Decompress | None = None
        self._start = b""  # the first bytes, until there are enough to choose by
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise UndecodableError("an encoding we did not ask for")

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decoded pieces of one chunk. Raises UndecodableError."""
        if self._encoding in ("", "identity"):
            yield chunk
            return
        if self._zlib is None:
            chunk = self._start + chunk
            if len(chunk) < 2:
                self._start = chunk
                return
            self._zlib = self._fresh(chunk)
        more = True
        while more:
            if self._zlib.eof:
                if self._encoding == "deflate" or not chunk.startswith(b"\x1f"):
                    return  # padding after the end
                self._zlib = self._fresh(chunk)
            piece = self._step(self._zlib, chunk)
            if piece:
                yield piece
            chunk = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
            more = bool(chunk) or len(piece) == STEP

    def _fresh(self, chunk: bytes) -> "zlib._Decompress":
        if self._encoding != "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        # "deflate" means zlib's format (RFC 9110, 8.4.1.2), told by its header (RFC 1950, 2.2); some servers send bare
        # deflate data instead.
        zlibs = chunk[0] & 0x0F == 8 and (chunk[0] * 256 + chunk[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if zlibs else -zlib.MAX_WBITS)

    def _step(self, decoder: "zlib._Decompress", chunk: bytes) -> bytes:
        try:
            return decoder.decompress(chunk, STEP)
        except zlib.error as error:
            raise UndecodableError(f"broken {self._encoding} data") from error
