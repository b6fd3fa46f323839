"""Amazon's event stream out of the pieces of a body: pure, bounded, checksums held to.

A message is two lengths and their CRC, headers, a payload, and a CRC of it all, every figure big-endian:
https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html (the framing is the same for all services).
"""

import struct
import zlib
from collections.abc import Iterator

LONGEST = 256 * 1024
"""Bytes of one message at most; the services' own bound is 16 MiB, for more than one short answer."""

HEADERS = 32

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type; types 6 and 7, bytes and text, state their length themselves."""

Message = tuple[dict[str, str], bytes]
"""Headers that are text, and the payload."""


class BrokenStreamError(ValueError):
    """These bytes are no event stream, or it was damaged on the way."""


class Messages:
    """One stream's parser: `feed` it bytes in order. `left` tells whether a message is begun and not ended."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def left(self) -> bool:
        """Whether there is a piece of a message that has not come whole."""
        return bool(self._buffer)

    def feed(self, piece: bytes) -> Iterator[Message]:
        """The messages that this piece completes. Raises BrokenStreamError."""
        self._buffer += piece
        while len(self._buffer) >= _PRELUDE.size:
            total, headers, crc = _PRELUDE.unpack_from(self._buffer)
            if zlib.crc32(self._buffer[:8]) != crc:
                raise BrokenStreamError("no event stream")
            if not 16 + headers <= total <= LONGEST:
                raise BrokenStreamError("a message of impossible length")
            if len(self._buffer) < total:
                return
            message = bytes(self._buffer[:total])
            del self._buffer[:total]
            if zlib.crc32(message[:-4]) != _CRC.unpack(message[-4:])[0]:
                raise BrokenStreamError("a damaged message")
            start = _PRELUDE.size + headers
            yield _headers(message[_PRELUDE.size : start]), message[start:-4]


def _headers(raw: bytes) -> dict[str, str]:
    """The headers that are text. Raises BrokenStreamError."""
    found: dict[str, str] = {}
    at = 0
    for _ in range(HEADERS):
        if at == len(raw):
            return found
        name, at = _take(raw, at + 1, raw[at])
        kind, at = _take(raw, at, 1)
        if kind[0] in (6, 7):
            length, at = _take(raw, at, 2)
            value, at = _take(raw, at, int.from_bytes(length))
        elif kind[0] in _FIXED:
            value, at = _take(raw, at, _FIXED[kind[0]])
        else:
            raise BrokenStreamError("a header of unknown type")
        if kind[0] == 7:
            found[name.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    raise BrokenStreamError("too many headers")


def _take(raw: bytes, at: int, length: int) -> tuple[bytes, int]:
    if at + length > len(raw):
        raise BrokenStreamError("headers that end too early")
    return raw[at : at + length], at + length
