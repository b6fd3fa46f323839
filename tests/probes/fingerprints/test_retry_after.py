"""The one reader of Retry-After."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.redaction import redacted
from probes.fingerprints.retry_after import WAIT_AT_MOST, wait_of
from probes.transport.request import KEY_HEADERS

NOON = 1_776_081_600.0
"""2026-04-13 12:00:00 UTC."""


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("12", 12.0),
        (" 1.5 ", 1.5),
        ("30s", 30.0),
        ("0", 0.0),
        ("999999999", WAIT_AT_MOST),
        ("Mon, 13 Apr 2026 12:02:00 GMT", 120.0),
        ("Mon, 13 Apr 2026 12:02:00 -0000", 120.0),
        ("Mon, 13 Apr 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
    ],
)
def test_seconds_and_dates(header, wait_s):
    """A date that names no zone is UTC, one that is past means now, and what is neither says nothing."""
    assert wait_of(header, NOON) == wait_s


def test_a_date_needs_a_clock():
    """Without one there is nothing to count from."""
    assert wait_of("Mon, 13 Apr 2026 12:02:00 GMT", None) is None


@given(st.text(max_size=80))
def test_it_never_raises_and_never_waits_for_ever(header):
    """Whatever a stranger's server sends."""
    wait = wait_of(header, NOON)
    assert wait is None or 0.0 <= wait <= WAIT_AT_MOST


@pytest.mark.parametrize("header", sorted(KEY_HEADERS))
def test_every_header_that_carries_a_key_is_redacted(header):
    """The table of the probes and the rule of the texts agree."""
    assert "s3cr3t-value-123" not in redacted(f"{header}: s3cr3t-value-123")[0]
