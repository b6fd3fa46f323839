"""OpenStatus: one word."""

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.openstatus import read
from probes.model import State


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("operational", State.OPERATIONAL),
        ("degraded_performance", State.DEGRADED),
        ("partial_outage", State.PARTIAL),
        ("major_outage", State.MAJOR),
        ("under_maintenance", State.MAINTENANCE),
        ("incident", State.DEGRADED),
        ("unknown", State.UNKNOWN),
        ("splendid", State.UNKNOWN),
    ],
)
def test_words(word, state):
    """Each word of the documentation, and one that is not there."""
    page = read(f'{{"status": "{word}"}}'.encode(), {})
    assert [(c.id, c.state) for c in page.claims] == [("page", state)]
    assert page.words == word


@pytest.mark.parametrize("body", [b"{}", b'{"status": {}}', b'{"status": ""}', b"[]", b'"operational"'])
def test_other_shapes(body):
    """Anything else is not understood."""
    with pytest.raises(NotUnderstoodError):
        read(body, {})
