"""Times as vendors write them."""

import time

import pytest

from probes.dialects import times
from tests.probes.dialects.recorded import at


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-04-13T15:40:43.567Z", at("2026-04-13T15:40:43.567+00:00")),
        ("2026-04-13T08:40:43-07:00", at("2026-04-13T15:40:43+00:00")),
        ("2026-04-13 15:40:43", at("2026-04-13T15:40:43+00:00")),
        ("Mon, 13 Apr 2026 15:40:43 GMT", at("2026-04-13T15:40:43+00:00")),
        ("Mon, 13 Apr 2026 08:40:43 -0700", at("2026-04-13T15:40:43+00:00")),
        (1776094843, 1776094843.0),
        ("1776094843", 1776094843.0),
        (1776094843000, 1776094843.0),
    ],
)
def test_read(value, expected):
    """Every form in use, with offsets."""
    assert times.any_of(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            "",
            "soon",
            "<no value>",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            True,
            -1,
            1e300,
        ),
        *(float("nan"), "2026-13-41T00:00:00Z", "1" * 40, {}, "Mon, 99 Foo 2026 99:99:99 GMT", "²²²²²²²²²²"),
    ],
)
def test_no_time(value):
    """What is no time, or none a status page can mean, is None and no error."""
    assert times.any_of(value) is None


def test_a_time_without_offset_is_utc_wherever_we_are(monkeypatch):
    """The host's own zone does not come in."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert times.iso("2026-04-13 15:40:43") == at("2026-04-13T15:40:43+00:00")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["2026-04-15 15:00:00 +0000 UTC", "2026-04-15 17:00:00 +0200 CEST"])
def test_a_zone_after_a_space(text):
    """As Go prints a time, and cState with it."""
    assert times.iso(text) == at("2026-04-15T15:00:00+00:00")


def test_earliest():
    """The first of those that are times."""
    assert times.earliest(["x", "2026-04-13T15:40:43Z", "2026-04-13T15:40:42Z", None]) == at(
        "2026-04-13T15:40:42+00:00"
    )
    assert times.earliest([]) is None
