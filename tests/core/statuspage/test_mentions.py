"""Words beside the states: incidents that mark nothing, and other vendors' pages."""

import pytest

from bot.core.statuspage.claims import listen
from bot.core.statuspage.mentions import corroboration, unmarked
from probes.model import Claim, Page, State, VendorIncident

IDS = {"claude-api": "k8w", "claude-code": "yyz"}


def incident(name="Elevated errors", components=(), **more):
    """An open incident."""
    fields = {"id": name, "status": "investigating", "impact": "major", "posted_at": 90.0, **more}
    return VendorIncident(name=name, components=components, **fields)


def page(*incidents, api=State.OPERATIONAL, code=State.OPERATIONAL):
    """A page of two components."""
    return Page("https://p.example", (Claim("k8w", "API", api), Claim("yyz", "Code", code)), incidents)


@pytest.mark.parametrize(
    ("read", "speaks"),
    [
        (page(incident()), True),
        (page(incident(components=("k8w", "yyz"))), True),
        (page(incident(components=("yyz",))), False),
        (page(incident(components=("k8w", "yyz")), code=State.MAJOR), False),
        (page(incident(), code=State.DEGRADED), False),
        (page(incident(resolved_at=95.0)), False),
        (page(incident(status="Resolved")), False),
        (page(incident(maintenance=True)), False),
        (page(), False),
    ],
    ids=[
        "names none",
        "names it, all green",
        "names another",
        "marks another",
        "may be about the red one",
        "over",
        "over by its word",
        "works",
        "none",
    ],
)
def test_an_incident_that_marks_nothing_speaks_of_a_green_component(read, speaks):
    """All green under an open incident is a word; one that marked some components says the others are fine."""
    assert (unmarked(read, "k8w") is not None) is speaks


def test_a_mention_keeps_our_first_sight_and_ends_with_the_mark():
    """Its words and posted time are the page's; when the component turns red the state says it all."""
    first = listen(page(incident()), 100.0, {}, IDS)
    later = listen(page(incident("Errors on more")), 160.0, first, IDS)
    marked = listen(page(incident(components=("k8w",)), api=State.PARTIAL), 220.0, later, IDS)
    said = later["claude-api"].mention

    assert said is not None
    assert (said.words, said.since, said.posted_at, said.who) == ("Errors on more", 100.0, 90.0, "")
    assert marked["claude-api"].mention is None
    assert later["claude-api"].state is State.OPERATIONAL


def test_work_announced_on_a_green_component_is_maintenance():
    """A vendor that announced what we see has not denied it."""
    work = incident("Database move", ("k8w",), maintenance=True, status="in_progress")
    heard = listen(page(work), 100.0, {}, IDS)

    assert (heard["claude-api"].state, heard["claude-api"].words) == (State.MAINTENANCE, "Database move")
    assert heard["claude-code"].state is State.OPERATIONAL


@pytest.mark.parametrize(
    ("work", "excuses"),
    [
        ({"status": "maintenance_in_progress"}, True),
        ({"status": "maintenance", "started_at": 90_000.0}, True),
        ({"status": "scheduled", "started_at": 99_999.0}, True),
        ({"status": "maintenance_scheduled", "started_at": 200_000.0}, False),
        ({"status": "maintenance_scheduled"}, False),
        ({"status": "maintenance", "started_at": 90_000.0, "resolved_at": 95_000.0}, False),
        ({"status": "completed", "started_at": 99_999.0}, False),
        ({"status": "maintenance", "started_at": 10_000.0}, False),
    ],
    ids=["under way", "begun", "begun on time", "to come", "some day", "ended", "completed", "long past"],
)
def test_only_work_that_goes_on_excuses_an_outage(work, excuses):
    """Pages list the maintenance of next week, and of last week, beside the incidents."""
    heard = listen(page(incident("Move", ("k8w",), maintenance=True, **work)), 100_000.0, {}, IDS)

    assert (heard["claude-api"].state is State.MAINTENANCE) is excuses


def test_posted_is_of_the_component_where_the_page_says_so():
    """One incident, two components marked at different times; a third is listed and was never marked."""
    posted = (("k8w", 90.0), ("yyz", 400.0))
    both = incident(components=("k8w", "yyz", "zzz"), posted=posted, started_at=60.0)
    read = Page("u", (*page(api=State.MAJOR, code=State.PARTIAL).claims, Claim("zzz", "Z", State.OPERATIONAL)), (both,))
    heard = listen(read, 410.0, {}, {**IDS, "z": "zzz"})

    assert [heard[c].posted_at for c in ("claude-api", "claude-code", "z")] == [90.0, 400.0, None]
    assert heard["claude-api"].started_at == 60.0


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Elevated errors for Anthropic models", True),
        ("CLAUDE OPUS degraded", True),
        ("Errors with claude-sonnet", True),
        ("Claudette is slow", False),
        ("Elevated errors", False),
    ],
)
def test_another_vendor_s_page_that_names_this_one(title, meant):
    """Whole words of an open incident's title, in any case."""
    said = corroboration(page(incident(title)), "Cursor", ("anthropic", "claude"), 100.0, None)

    assert (said is not None) is meant
    if said is not None:
        assert (said.who, said.words, said.since, said.posted_at, said.url) == (
            "Cursor",
            title,
            100.0,
            90.0,
            "https://p.example",
        )


def test_corroboration_lasts_as_long_as_it_is_read():
    """First sight is kept; an end, a page that cannot be read, and no words at all are no witness."""
    first = corroboration(page(incident("Anthropic models")), "Cursor", ("anthropic",), 100.0, None)

    assert corroboration(page(incident("Anthropic models")), "Cursor", ("anthropic",), 160.0, first) == first
    assert corroboration(page(), "Cursor", ("anthropic",), 160.0, first) is None
    assert corroboration(Page("u", unreadable="HTTP 403"), "Cursor", ("anthropic",), 160.0, first) is None
    assert corroboration(page(incident("Anthropic models")), "Cursor", (), 160.0, None) is None
