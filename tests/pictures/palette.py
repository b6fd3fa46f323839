"""A screenshot with at most 256 colours: a third of the bytes, and people see no difference.

https://www.w3.org/TR/png-3/
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
DEEPEST, TRUECOLOUR, INDEXED = 8, 2, 3
Colour = tuple[int, int, int]


def reduced(png: bytes) -> bytes:
    """The same picture by a palette of its commonest colours, every other shown as the nearest of them.

    Raises:
        ValueError: it is not what the browser makes (8 bits, RGB, not interlaced).
    """
    parts = list(_chunks(png))
    width, height, depth, kind, *others = struct.unpack(">IIBBBBB", parts[0][1])
    if (depth, kind, *others) != (DEEPEST, TRUECOLOUR, 0, 0, 0):
        raise ValueError("not a picture of 8 bits, RGB, not interlaced")
    raw = zlib.decompress(b"".join(data for name, data in parts if name == b"IDAT"))
    rows = [list(zip(row[::3], row[1::3], row[2::3], strict=True)) for row in _unfiltered(raw, width * 3)]
    counted = Counter(colour for row in rows for colour in row)
    palette = _palette(counted)
    number = {colour: _nearest(colour, palette) for colour in counted}
    lines = b"".join(b"\0" + bytes(number[colour] for colour in row) for row in rows)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, DEEPEST, INDEXED, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in palette for part in colour)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unfiltered(raw: bytes, length: int) -> Iterator[bytearray]:
    """Rows of bytes as they are shown, three bytes a pixel."""
    above = bytearray(length)
    for start in range(0, len(raw), length + 1):
        how, row = raw[start], bytearray(raw[start + 1 : start + 1 + length])
        for n in range(length) if how else ():
            left, corner = (row[n - 3], above[n - 3]) if n >= 3 else (0, 0)
            row[n] = (row[n] + _guess(how, left, above[n], corner)) & 255
        yield row
        above = row


def _guess(how: int, left: int, up: int, corner: int) -> int:
    """What a row's filter expects of a byte: 1 the left one, 2 the upper, 3 their mean, 4 Paeth's choice."""
    if how < 4:
        return (0, left, up, (left + up) // 2)[how]
    whole = left + up - corner
    return min((abs(whole - left), 0, left), (abs(whole - up), 1, up), (abs(whole - corner), 2, corner))[2]


def _palette(counted: Counter[Colour]) -> list[Colour]:
    """The commonest colours, then time after time the one whose pixels are furthest off: a small red sign stays."""
    palette = [colour for colour, _ in counted.most_common(COLOURS // 2)]
    off = {colour: min(_apart(colour, one) for one in palette) for colour in counted}
    while len(palette) < min(COLOURS, len(counted)):
        worst = max(off, key=lambda colour: off[colour] * counted[colour])
        palette.append(worst)
        off = {colour: min(before, _apart(colour, worst)) for colour, before in off.items()}
    return palette


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    return min(range(len(palette)), key=lambda number: _apart(colour, palette[number]))


def _apart(one: Colour, other: Colour) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2
