"""The parser of server-sent events: the same events however they are cut, and bounds that hold."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.inference.sse import Event, Events

RECORDED = sorted((Path(__file__).parents[2] / "data" / "http").glob("*.sse"))

lines = st.sampled_from(
    [b"event: a", b"event:b", b"event", b"data: x", b"data:y", b"data", b"data:  z", b": note", b"id: 7", b"retry: 1",
     b"other: q", "data: é€😀".encode(), b"data: \xff\xfe", b"", b"", b'data: {"a":1}', b"\xef\xbb\xbfdata: mark"]
)  # fmt: skip
ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
streams = st.lists(st.tuples(lines, ends), max_size=30).map(lambda rows: b"".join(line + end for line, end in rows))


def parsed(pieces: list[bytes], **bounds: int) -> list[Event]:
    parser = Events(**bounds)
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


def plainly(stream: bytes) -> list[Event]:
    """The standard's rules on a whole stream, as slowly as they can be written."""
    found: list[Event] = []
    name, data = "", []
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for line in [*text.split("\n"), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event" and line:
            name = value
        elif field == "data" and line:
            data.append(value)
        if not line:
            if name or data:
                found.append((name, "\n".join(data)))
            name, data = "", []
    return found


@given(streams | st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_cuts_change_nothing(stream: bytes, cuts: list[int]) -> None:
    """A stream gives the same events wherever the network cuts it, and those the standard gives."""
    places = [0, *sorted(cut for cut in cuts if cut <= len(stream)), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(places)]
    assert parsed(pieces) == parsed([stream]) == plainly(stream)
    assert parsed([bytes([byte]) for byte in stream]) == parsed([stream])


@given(streams | st.binary(max_size=300), st.integers(1, 20))
def test_no_event_is_longer_than_its_bound(stream: bytes, longest: int) -> None:
    """Whatever comes, an event's data takes at most so many bytes, before characters that are none are replaced."""
    assert all(len(data) <= longest + data.count("\n") for _, data in parsed([stream], longest=longest))


@pytest.mark.parametrize(
    "piece", [b"data: " + b"x" * 65536, b"x" * 65536, b"data: x\n" * 8192, b"event: " + b"n" * 65536]
)
def test_endless_lines_are_bounded(piece: bytes) -> None:
    """A line, an event and a name without end keep no more than the bound."""
    parser = Events(longest=1000)
    for _ in range(50):
        assert parser.feed(piece) == []
    assert len(parser._line) <= 1016
    assert sum(map(len, parser._data)) <= 1000
    assert len(parser._name) <= 200
    assert len(parser._data) <= 1000


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recordings(file: Path) -> None:
    """Recorded streams come out whole; one that was cut keeps its last words."""
    events = parsed([file.read_bytes()])
    assert events
    names = [name for name, _ in events]
    if "ok" in file.stem:
        assert (names[0], names[-1]) == ("message_start", "message_stop")
    if "truncated" in file.stem:
        assert events[-1][0] == "content_block_delta"
        assert not events[-1][1].endswith("}")
    if "openrouter" in file.stem:
        assert events[-1] == ("", "[DONE]")
