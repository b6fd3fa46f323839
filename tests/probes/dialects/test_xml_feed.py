"""XML of unknown goodwill."""

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.xml_feed import MAX_ELEMENTS, MAX_ENTRIES, MAX_XML_BYTES, read_feed
from tests.probes.dialects.recorded import recorded

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<rss><channel><title>&b;</title></channel></rss>"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (LAUGHS, "document type"),
        (b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "document type"),
        (b"<!doctype html><html></html>", "HTML"),
        (b"<html><body/></html>", "HTML"),
        (b"<svg/>", "no feed"),
        (b"<rss><channel>", "not well-formed"),
        (b"<rss>&nbsp;</rss>", "not well-formed"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{}", "not XML"),
        (b'<?xml version="1.0" encoding="utf-7"?><rss/>', "encoding"),
        (b"<rss>" + b"<a>" * 100, "nested too deeply"),
        (b"<rss><channel>" + b"<item></item>" * (MAX_ENTRIES + 1) + b"</channel></rss>", "items"),
        (b"<rss>" + b"<a/>" * (MAX_ELEMENTS + 1) + b"</rss>", "elements"),
        (b"<rss>" + b" " * MAX_XML_BYTES + b"</rss>", "limit"),
    ],
)
def test_refusals(body, reason):
    """Each with its reason, none with another error."""
    with pytest.raises(NotUnderstoodError, match=reason):
        read_feed(body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    """The same feed in each."""
    body = recorded("feed/xai.xml").decode().replace('encoding="UTF-8"', "").encode(encoding)
    assert read_feed(body) == read_feed(recorded("feed/xai.xml"))


def test_texts_are_bounded_and_printable():
    """A huge text is cut, control and direction characters go."""
    body = f"<rss><channel><item><title>a\u202eb{'x' * 100_000}</title></item></channel></rss>".encode()
    (entry,) = read_feed(body).entries
    assert entry.title.startswith("a b")
    assert len(entry.title) == 300


def test_nested_elements_do_not_leak_into_fields():
    """The image's title is not the channel's, the source's title not the entry's."""
    body = (
        b"<rss><channel><image><title>logo</title></image><title>Real</title>"
        b"<item><source><title>x</title></source><title>T</title></item></channel></rss>"
    )
    feed = read_feed(body)
    assert (feed.title, feed.entries[0].title) == ("Real", "T")
