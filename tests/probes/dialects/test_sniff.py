"""Which platform a body looks like."""

import pytest

from probes.dialects.registry import DIALECTS
from probes.dialects.sniff import sniff
from tests.probes.dialects.recorded import FOLDER, recorded

NAMED = {"feed/incident_io.atom": "feed", "html/challenge.html": "", "html/moved_to_incident_io.html": "incident_io"}
STATUSPAGE = (
    b'{"page": {"id": "tymt9n04zgry", "time_zone": "Etc/UTC"}, "components": [], "status": {"indicator": "none"}}'
)


@pytest.mark.parametrize(
    "name",
    sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*") if path.parent.name in {*DIALECTS, "html"}),
)
def test_every_recording_looks_like_its_folder(name):
    """A channel without a sign of its own is a feed."""
    folder = name.split("/")[0]
    assert sniff(recorded(name)) == NAMED.get(name, folder)


def test_statuspage_is_told_from_incident_io_by_its_id():
    """Twelve small letters against a ULID."""
    assert sniff(STATUSPAGE) == "atlassian"
    assert sniff(STATUSPAGE.replace(b"tymt9n04zgry", b"01JMDK9XYNY6RXSED6SDWW50WY")) == "incident_io"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"[1]", b"{", b"<a/>", b"\xff\xfe", b"<rss>", b"text"])
def test_nothing_fits(body):
    """No guess is made."""
    assert sniff(body) == ""
