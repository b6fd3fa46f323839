"""Amazon's event stream: whole whatever the pieces, held to its checksums, bounded."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.vendors.amazon_eventstream import LONGEST, BrokenStreamError, Messages
from probes.vendors.bedrock_stream import event_of
from tests.fakes.llm import converse_frames, event, exception, frame, invoke_frames


def raw(headers: bytes, payload: bytes = b"{}") -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


@given(st.lists(st.integers(1, 80), min_size=1, max_size=30))
def test_pieces_do_not_matter(sizes: list[int]) -> None:
    """The same messages come out however the network cuts the stream."""
    whole, messages, found, at = b"".join(converse_frames()), Messages(), [], 0
    for size in (*sizes, len(whole)):
        found += list(messages.feed(whole[at : at + size]))
        at += size
    assert [headers[":event-type"] for headers, _ in found] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert not messages.left


@given(st.binary(max_size=400))
def test_anything_at_all(data: bytes) -> None:
    """Bytes that are no stream are refused, or waited for; nothing else is raised."""
    messages = Messages()
    try:
        assert list(messages.feed(data)) == []
    except BrokenStreamError:
        return
    assert messages.left is bool(data)


@given(st.data())
def test_damage_is_found(data: st.DataObject) -> None:
    """One bit changed anywhere is one message less, or an error."""
    good = event("contentBlockDelta", {"delta": {"text": "Hi"}})
    at = data.draw(st.integers(0, len(good) * 8 - 1))
    bad = bytearray(good)
    bad[at // 8] ^= 1 << at % 8
    try:
        assert list(Messages().feed(bytes(bad))) == []
    except BrokenStreamError:
        return


def test_every_type_of_header() -> None:
    """Only texts are kept; all others are stepped over."""
    kinds = [b"\x00", b"\x01", b"\x02a", b"\x03ab", b"\x04abcd", b"\x05abcdefgh", b"\x06\x00\x02ab"]
    kinds += [b"\x08abcdefgh", b"\x09abcdefghijklmnop", b"\x07\x00\x03yes"]
    lines = b"".join(b"\x02h" + bytes([65 + n]) + kind for n, kind in enumerate(kinds))
    assert list(Messages().feed(raw(lines))) == [({"hJ": "yes"}, b"{}")]


@pytest.mark.parametrize(
    "headers",
    [b"\x05ab", b"\x01a", b"\x01a\x0a", b"\x01a\x07\x00\x09short", b"\x01a\x00" * 33],
    ids=["name", "no type", "unknown type", "value", "too many"],
)
def test_headers_that_lie(headers: bytes) -> None:
    """A good checksum does not make a good message."""
    with pytest.raises(BrokenStreamError):
        list(Messages().feed(raw(headers)))


@pytest.mark.parametrize("total", [0, 15, LONGEST + 1, 2**32 - 1])
def test_lengths_are_bounded(total: int) -> None:
    """No message is waited for that is longer than any honest one, or shorter than its own frame."""
    prelude = struct.pack(">II", total, 0)
    with pytest.raises(BrokenStreamError, match="length"):
        list(Messages().feed(prelude + struct.pack(">I", zlib.crc32(prelude))))


def test_what_messages_are_called() -> None:
    """Events by their type, exceptions by theirs, errors as such, a model's own chunks by what is in them."""
    stream = [exception("throttlingException", "slow"), *invoke_frames()]
    stream += [frame(b"", message_type="error", error_code="InternalError", error_message="x")]
    stream += [event("chunk", {"bytes": "!"}), event("chunk", []), event("chunk", {"bytes": "W10="})]
    found = [event_of(message) for message in Messages().feed(b"".join(stream))]
    assert [name for name, _ in found] == [
        "throttlingException",
        "message_start",
        "content_block_delta",
        "message_delta",
        "done",
        "error",
        "chunk",
        "chunk",
        "chunk",
    ]
    assert found[5][1] == '{"error": {"code": "InternalError", "message": "x"}}'


def test_a_damaged_length_is_found_at_once() -> None:
    """Not waited for: what never comes would look like a stream that hangs."""
    good = bytearray(event("metadata", {}))
    good[3] += 1
    with pytest.raises(BrokenStreamError, match="no event stream"):
        list(Messages().feed(bytes(good[:12])))
