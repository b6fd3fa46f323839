"""The decoder: whole, in small steps, and nothing but UndecodableError for garbage."""

import contextlib
import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transport.body import STEP, Decoder, UndecodableError


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress, "bare": bare}


def unpack(encoding: str, packed: bytes, chunk: int) -> list[bytes]:
    decoder = Decoder("deflate" if encoding == "bare" else encoding)
    return [piece for at in range(0, len(packed), chunk) for piece in decoder.feed(packed[at : at + chunk])]


@given(
    st.sampled_from(list(PACKERS)), st.binary(min_size=1, max_size=300), st.integers(1, 2000), st.integers(1, 100_000)
)
def test_what_was_packed_comes_back(encoding: str, part: bytes, times: int, chunk: int) -> None:
    """However it is cut, and never in pieces larger than a step."""
    data = part * times
    pieces = unpack(encoding, PACKERS[encoding](data), max(chunk, len(data) // 2000))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= STEP


@pytest.mark.parametrize("beyond", [*range(1, 270, 7), STEP, STEP + 1])
def test_the_end_is_not_left_inside(beyond: int) -> None:
    """The decoder may have read all input and still hold the last bytes."""
    data = b"\0" * (STEP + beyond)
    assert b"".join(unpack("bare", bare(data), 1 << 20)) == data


def test_a_bomb_comes_in_small_steps() -> None:
    """A reader may stop at any of them."""
    packed = gzip.compress(b"\0" * (8 << 20))
    first = next(Decoder("gzip").feed(packed))
    assert len(first) == STEP


@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=500))
def test_garbage(encoding: str, body: bytes) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(UndecodableError):
        list(Decoder(encoding).feed(body))
