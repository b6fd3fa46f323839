"""Questions and answers of DNS on the wire (RFC 1035), as little as asking for addresses needs: pure, bounded."""

import struct
from dataclasses import dataclass
from ipaddress import ip_address

TYPES = {"A": 1, "AAAA": 28}
CODES = {0: "", 1: "formerr", 2: "servfail", 3: "nxdomain", 4: "notimp", 5: "refused"}
_RECORDS = 200


class NotDnsError(ValueError):
    """These bytes are no answer to that question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`code`: "" for a good one, else the resolver's refusal. `cut`: too long for a datagram, to be asked by TCP."""

    code: str
    addresses: tuple[str, ...] = ()
    cut: bool = False


def question(name: str, kind: str, number: int) -> bytes:
    """A recursive question. Raises ValueError (UnicodeError) for what is no name."""
    labels = name.rstrip(".").encode("idna").split(b".")
    if not all(0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 254:
        raise ValueError("not a host name")
    asked = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + asked + struct.pack(">2H", TYPES[kind], 1)


def understood(raw: bytes, asked: bytes) -> Answer:
    """The addresses of an answer to `asked`, as the question was sent. Raises NotDnsError."""
    try:
        number, flags, questions, answers, _, _ = struct.unpack_from(">6H", raw)
        same = raw[12 : len(asked)].lower() == asked[12:].lower()
        if not flags & 0x8000 or number != struct.unpack_from(">H", asked)[0] or questions != 1 or not same:
            raise NotDnsError("an answer to something else")
        code = CODES.get(flags & 0xF, f"rcode_{flags & 0xF}")
        return Answer(code, _addresses(raw, len(asked), min(answers, _RECORDS), asked[-4:]), bool(flags & 0x0200))
    except (struct.error, IndexError) as error:
        raise NotDnsError("an answer that breaks off") from error


def _addresses(raw: bytes, at: int, records: int, wanted: bytes) -> tuple[str, ...]:
    found = []
    for _ in range(records):
        at = _after_name(raw, at)
        kind, _ttl, length = raw[at : at + 4], *struct.unpack_from(">IH", raw, at + 4)
        data = raw[at + 10 : at + 10 + length]
        at += 10 + length
        if len(data) < length:
            break  # a datagram cut short; what came whole counts
        if kind == wanted and length in (4, 16):
            found.append(str(ip_address(data)))
    return tuple(dict.fromkeys(found))


def _after_name(raw: bytes, at: int) -> int:
    """Where a name ends: names inside a record are of no interest, so nothing is followed."""
    for _ in range(128):
        length = raw[at]
        if length >= 0xC0:
            return at + 2
        at += 1 + length
        if not length:
            return at
    raise NotDnsError("a name without end")
