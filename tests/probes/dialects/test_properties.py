"""Whatever comes: no other error than NotUnderstoodError, and never green without the vendor's word for it."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.registry import DIALECTS
from probes.dialects.sniff import sniff
from probes.model import Page, State
from tests.probes.dialects.recorded import FOLDER, recorded

NAMES = tuple(name for name in DIALECTS if name != "atlassian")
RECORDINGS = sorted(
    str(path.relative_to(FOLDER)) for name in NAMES for path in (FOLDER / name).glob("*") if path.is_file()
)
KEYS = (
    *("page", "id", "status", "components", "incidents", "summary", "structure", "items", "group", "component", "name"),
    *("affected_components", "ongoing_incidents", "in_progress_maintenances", "data", "attributes", "included", "type"),
    *("aggregate_state", "summaryStatus", "systems", "activeIncidents", "arn", "impacted_services", "end", "indicator"),
    *("affected_products", "status_impact", "incident_updates", "created_at", "updates", "most_recent_update"),
)
# No word of health and no number of Cachet's is among the values, so nothing in these documents can be green.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(2, 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["major", "status_page_resource", "2026-04-13T15:40:43Z", "status_report", "\ud800", "danger"])
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=30,
)
SCRAPS = (
    *("<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "a &amp; b", "azure", "</channel>", "</rss>"),
    *("<![CDATA[", "]]>", "<feed>", "<entry>", "&x;"),
)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OPTIONS = {"page": True, "service": "", "components": {"a": ["x"], "b": []}}


def tried(name: str, body: bytes, options: dict[str, Any] | None = None) -> Page | None:
    try:
        page: Page = import_module(f"probes.dialects.{name}").read(body, options or {})
    except NotUnderstoodError:
        return None
    return page


@pytest.mark.parametrize("name", NAMES)
@CALM
@given(body=st.binary(max_size=200))
def test_bytes(name, body):
    """Bytes of no meaning are refused or claim nothing green."""
    page = tried(name, body)
    assert page is None or all(claim.state is not State.OPERATIONAL for claim in page.claims)


@pytest.mark.parametrize("name", NAMES)
@CALM
@given(document=DOCUMENTS)
def test_json(name, document):
    """JSON of no meaning likewise; what is claimed and told can be stored."""
    page = tried(name, json.dumps(document).encode(), OPTIONS)
    if page is not None:
        structured = name == "incident_io"  # its structure names the healthy, and an empty widget is calm
        assert structured or all(claim.state is not State.OPERATIONAL for claim in page.claims)
        assert len({claim.id for claim in page.claims}) == len(page.claims)
        repr(page).encode()


@pytest.mark.parametrize("name", ["feed", "azure_rss", "statuspage_feed", "betterstack", "aws"])
@CALM
@given(
    parts=st.lists(
        st.sampled_from(SCRAPS),
        max_size=14,
    )
)
def test_xml(name, parts):
    """Scraps of feeds."""
    page = tried(
        name, "".join(parts).encode(), {"service": "bedrock", "regions": ["us-east-1"]} if name == "aws" else {}
    )
    empty_is_calm = name == "azure_rss" and page is not None and not page.incidents
    assert page is None or empty_is_calm or all(claim.state is not State.OPERATIONAL for claim in page.claims)


@pytest.mark.parametrize("name", RECORDINGS)
def test_truncated_recordings_are_not_understood(name):
    """A body cut off anywhere is refused: what was lost may be the bad news."""
    body = recorded(name).rstrip()
    for length in {0, 1, 2, len(body) // 3, len(body) // 2, len(body) - 1}:
        dialect = name.split("/")[0]
        assert tried(dialect, body[:length], {"service": "bedrock", "regions": ["us-west-2"]}) is None, length


OTHERS: tuple[object, ...] = (None, True, 7, "x", [], {}, [{}], {"a": [1]})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document but the whole."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name.endswith(".json")])
def test_recordings_with_one_value_replaced(name):
    """A field of another type, anywhere in a page: understood or refused, never another error; ids stay unique."""
    whole = json.loads(recorded(name))
    for path in places(whole):
        for other in OTHERS:
            document = json.loads(recorded(name))
            owner = document
            for key in path[:-1]:
                owner = owner[key]
            owner[path[-1]] = other
            page = tried(name.split("/")[0], json.dumps(document).encode(), OPTIONS)
            assert page is None or len({claim.id for claim in page.claims}) == len(page.claims)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", ["html/challenge.html", "html/moved_to_incident_io.html"])
def test_html_is_not_understood(name, page):
    """A challenge or a new page where data used to be."""
    assert tried(name, recorded(page), {"service": "bedrock", "regions": ["us-west-2"]}) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("recording", RECORDINGS)
def test_another_dialects_page_never_raises(name, recording):
    """A platform that changed under us is refused, or at least breaks nothing."""
    tried(name, recorded(recording), {"service": "bedrock", "regions": ["us-west-2"]})


@CALM
@given(body=st.binary(max_size=100) | DOCUMENTS.map(lambda document: json.dumps(document).encode()))
def test_sniffing_never_raises(body):
    """A guess is a word or nothing."""
    assert isinstance(sniff(body), str)
