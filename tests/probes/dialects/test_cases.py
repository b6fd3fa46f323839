"""Pages that were once read wrong, each for the whole kind it stands for."""

import json
from pathlib import Path

import pytest

from bot.config.load import from_text
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.dialects.registry import DIALECTS
from probes.dialects.sniff import sniff
from probes.model import Page, State
from tests.probes.dialects.recorded import FOLDER, at, recorded

CASES = Path(__file__).parents[2] / "data" / "page-cases"


def as_service(name: str, service: str) -> Page:
    """A case read with the dialect and the options of the catalogue."""
    (found,) = from_text(f"services: [{service}]", environ={}).services
    assert found.page is not None
    dialect = "statuspage_feed" if name.endswith(".atom") else found.page.dialect
    platform = found.page.dialect if name.endswith(".atom") else dialect
    return understand(platform, (CASES / name).read_bytes(), found.page.options)


def states(page: Page) -> dict[str, State]:
    return {claim.id: claim.state for claim in page.claims}


def test_an_update_after_resolved_reopens_nothing() -> None:
    """Ten weeks later somebody wrote an update; and Copilot's entries say nothing of its model providers."""
    page = as_service("github_update_after_resolved.atom", "github-copilot")
    assert states(page) == {"pjmpxvq2cmr2": State.OPERATIONAL, "cnnb39dkkk82": State.OPERATIONAL}
    (entry,) = [one for one in page.incidents if one.id == "9zq8p50p7tkh"]
    assert entry.status == "resolved"
    assert all("cnnb39dkkk82" not in one.components for one in page.incidents)
    assert all(one.components for one in page.incidents), "entries of GitHub's other products are not Copilot's"


def test_a_word_made_of_known_words() -> None:
    """ONEMAJOROUTAGE is a major outage, whatever stage its entry is in."""
    page = understand("instatus", (CASES / "instatus_onemajoroutage.json").read_bytes(), {})
    assert states(page) == {"page": State.MAJOR}


def test_a_javascript_date() -> None:
    """A `Date` as text is a time like another."""
    page = understand("instatus", (CASES / "instatus_js_date.json").read_bytes(), {})
    assert states(page) == {"page": State.MAJOR}
    assert page.incidents[0].started_at == at("2022-07-09T04:20:00+00:00")


def test_what_is_resolved_counts_for_nothing() -> None:
    """Even in the list of what is active."""
    page = understand("instatus", (CASES / "instatus_resolved_in_active.json").read_bytes(), {})
    assert states(page) == {"page": State.DEGRADED}


def test_a_regional_entry_is_of_its_component_and_region() -> None:
    """The API in one region is the API; the console is another product."""
    page = as_service("xai_regional_scope.xml", "xai")
    assert states(page) == {"xai-api": State.MAJOR, "grok-web": State.DEGRADED}
    (entry,) = [one for one in page.incidents if "xai-api" in one.components]
    assert (entry.scope, entry.posted_at) == ("us-east-1 only", at("2026-07-31T11:10:00+00:00"))


def test_a_product_whose_name_begins_alike_is_another_one() -> None:
    """Azure AI Search is not Azure OpenAI."""
    page = as_service("azure_ai_search_is_not_openai.xml", "azure-openai")
    assert set(states(page).values()) == {State.OPERATIONAL}
    assert page.incidents == ()


def test_what_a_page_shows_goes_before_what_was_set_by_hand() -> None:
    """Cachet 3 states both."""
    page = understand("cachet", (CASES / "cachet_v3_latest_status.json").read_bytes(), {})
    assert states(page) == {"1": State.MAJOR}


def summary(indicator: str, *incidents: dict[str, object], status: str = "operational") -> bytes:
    """A Statuspage summary of one component."""
    page = {"id": "aaaabbbbcccc", "name": "P"}
    listed = [{"id": "c00000000001", "name": "API", "status": status}]
    return json.dumps(
        {"page": page, "status": {"indicator": indicator}, "components": listed, "incidents": incidents}
    ).encode()


def entry(**more: object) -> dict[str, object]:
    return {"id": "i00000000001", "name": "Errors", "status": "investigating", "impact": "minor", **more}


@pytest.mark.parametrize(
    ("indicator", "more", "expected"),
    [
        ("none", {}, State.DEGRADED),
        ("none", {"impact": "critical"}, State.MAJOR),
        ("none", {"impact": "none"}, State.OPERATIONAL),
        ("none", {"impact": "gruesome"}, State.DEGRADED),
        ("none", {"status": "resolved", "impact": "critical"}, State.OPERATIONAL),
        ("critical", {}, State.MAJOR),
        ("sleepy", {}, State.DEGRADED),
        ("sleepy", {"status": "resolved"}, State.UNKNOWN),
    ],
)
def test_the_worst_of_summary_and_open_incidents_counts(
    indicator: str, more: dict[str, object], expected: State
) -> None:
    """An unknown word hides nothing, and what is resolved counts for nothing."""
    page = understand("atlassian", summary(indicator, entry(**more)), {"page": True})
    assert states(page)["page"] is expected


def test_an_unknown_word_of_a_component_hides_no_open_incident() -> None:
    """What is open and names it says how it is; a known word stands as it is written."""
    named = entry(components=[{"id": "c00000000001"}], impact="major")
    assert states(understand("atlassian", summary("none", named, status="sleepy"), {}))["c00000000001"] is State.PARTIAL
    assert states(understand("atlassian", summary("none", named), {}))["c00000000001"] is State.OPERATIONAL


def test_work_to_come_is_no_incident() -> None:
    """It is announced work, whichever dialect read it."""
    body = json.dumps(
        {
            "page": {"name": "P", "url": "https://status.example.com", "status": "UP"},
            "activeMaintenances": [
                {"id": "m1", "name": "Move", "start": "2030-01-01T00:00:00Z", "status": "NOTSTARTEDYET"}
            ],
        }
    ).encode()
    page = understand("instatus", body, {})
    assert (page.incidents, [one.id for one in page.planned]) == ((), ["m1"])
    assert states(page) == {"page": State.OPERATIONAL}


def test_a_page_of_several_products_gives_each_only_its_own() -> None:
    """By id first, then by all words of a rule."""
    entries = [
        entry(id="i1", components=[{"id": "copilot00000"}]),
        entry(id="i2", components=[{"id": "actions00000"}], name="Copilot in Actions"),
        entry(id="i3", name="Incident with Copilot"),
        entry(id="i4", name="Incident with Copilots of aeroplanes"),
        entry(id="i5", name="Copilot model errors"),
    ]
    scope = {"copilot00000": ["copilot"], "models000000": ["copilot", "model"]}
    page = understand("atlassian", summary("minor", *entries), {"scope": scope})
    assert {one.id: one.components for one in page.incidents} == {
        "i1": ("copilot00000",),
        "i3": ("copilot00000",),
        "i5": ("copilot00000", "models000000"),
    }


def whole(indicator: str, title: str) -> bytes:
    """A page that speaks only of itself."""
    page = {"name": "Acme", "url": "https://status.example.com"}
    one = {"id": "1", "title": title, "status": "investigating", "impact": "major"}
    return json.dumps({"page": page, "status": {"indicator": indicator}, "incidents": [one] if title else []}).encode()


@pytest.mark.parametrize(
    ("indicator", "title", "expected"),
    [
        ("none", "", State.OPERATIONAL),
        ("major", "", State.UNKNOWN),
        ("major", "Le Chat is slow", State.UNKNOWN),
        ("minor", "The API is failing", State.PARTIAL),
        ("none", "The API is failing", State.PARTIAL),
        ("none", "Rapid growth", State.UNKNOWN),
    ],
)
def test_an_aggregate_never_speaks_for_one_part(indicator: str, title: str, expected: State) -> None:
    """All well is all well; trouble somewhere is no word about this part, until an entry names it."""
    page = understand("rootly", whole(indicator, title), {"parts": {"api": ["api"]}})
    assert states(page)["api"] is expected


def test_entries_of_one_id_are_one_incident() -> None:
    """A feed with an item for each update: the newest phase counts and the first time; a silent update is neither."""
    items = "".join(
        f"<item><guid>x1</guid><title>API errors</title><description>Status: {word}</description>"
        f"<pubDate>Fri, 31 Jul 2026 {hour}:00:00 GMT</pubDate></item>"
        for word, hour in (("Update", 14), ("Resolved", 13), ("Investigating", 11))
    )
    body = f"<rss><channel><title>Acme status</title>{items}</channel></rss>".encode()
    page = understand("feed", body, {})
    assert [(one.id, one.status, one.posted_at) for one in page.incidents] == [
        ("x1", "resolved", at("2026-07-31T11:00:00+00:00"))
    ]
    assert states(page) == {"page": State.OPERATIONAL}


RECORDINGS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*") if path.parent.name in DIALECTS)
OPTIONS = {"service": "bedrock", "regions": ["us-west-2"], "page": True}


def test_every_dialect_has_recordings() -> None:
    """A dialect without one would be in no row of the matrix."""
    assert {name.split("/")[0] for name in RECORDINGS} | {"atlassian"} == set(DIALECTS)


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_refuses_what_is_another_s_and_names_it(dialect: str, name: str) -> None:
    """The cross matrix: every dialect by every recording of the others."""
    platform = sniff(recorded(name))
    own = {dialect, DIALECTS[dialect].feed}
    if platform in own:
        return
    with pytest.raises(NotUnderstoodError, match=f"looks like {platform} now: set dialect: {platform}$"):
        understand(dialect, recorded(name), OPTIONS)
