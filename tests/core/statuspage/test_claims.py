"""The page's word per component."""

from bot.core.model.statuspage import PageStatus
from bot.core.statuspage.claims import listen
from probes.model import Claim, Page, State, VendorIncident

IDS = {"claude-api": "k8w", "claude-code": "yyz"}


def page(api=State.OPERATIONAL, code=State.OPERATIONAL, **more):
    """A readable page with these two states."""
    claims = (Claim("k8w", "Claude API", api), Claim("yyz", "Claude Code", code))
    return Page("https://status.example/api", claims, words="All Systems Operational", **more)


def test_since_is_our_first_sight_of_a_state():
    """A state keeps the time we first saw it; a changed one gets the new reading's time."""
    first = listen(page(), 100.0, {}, IDS)
    second = listen(page(), 160.0, first, IDS)
    third = listen(page(api=State.MAJOR), 220.0, second, IDS)

    assert (second["claude-api"].since, second["claude-api"].read_at) == (100.0, 160.0)
    assert (third["claude-api"].since, third["claude-api"].state) == (220.0, State.MAJOR)
    assert third["claude-code"].since == 100.0


def test_an_unreadable_page_keeps_the_last_word_with_its_age_and_says_why():
    """Unreadable is never green and never forgets when the last good reading was."""
    before = listen(page(api=State.PARTIAL), 100.0, {}, IDS)
    after = listen(Page("u", unreadable="HTTP 403 challenge"), 160.0, before, IDS)["claude-api"]

    assert (after.unreadable, after.state, after.read_at) == ("HTTP 403 challenge", State.PARTIAL, 100.0)


def test_a_page_never_read_is_unknown():
    """Without one good reading there is no claim at all."""
    heard = listen(Page("u", unreadable="timeout"), 160.0, {}, IDS)["claude-api"]

    assert (heard.state, heard.read_at) == (State.UNKNOWN, None)


def test_a_component_that_left_the_page_is_unreadable_not_green():
    """Ids are the key; one that is gone makes no claim."""
    gone = Page("u", (Claim("yyz", "Claude Code", State.OPERATIONAL),))

    assert "k8w" in listen(gone, 1.0, {}, IDS)["claude-api"].unreadable


def test_the_words_are_those_of_the_incident_that_names_the_component():
    """A component under an open vendor incident is quoted with that incident's name and posted time."""
    incident = VendorIncident("i1", "Elevated errors", "investigating", "major", ("k8w",), posted_at=90.0)
    heard = listen(page(api=State.PARTIAL, incidents=(incident,)), 100.0, {}, IDS)

    assert (heard["claude-api"].words, heard["claude-api"].posted_at) == ("Elevated errors", 90.0)
    assert (heard["claude-code"].words, heard["claude-code"].posted_at) == ("", None)


def test_words_of_the_whole_page_are_quoted_where_they_are_true_of_the_component():
    """Beside another component's trouble they are not those of one that the page calls operational."""
    well, mixed = listen(page(), 100.0, {}, IDS), listen(page(api=State.MAJOR), 100.0, {}, IDS)

    assert {one.words for one in well.values()} == {"All Systems Operational"}
    assert (mixed["claude-api"].words, mixed["claude-code"].words) == ("All Systems Operational", "")


def test_an_older_reading_from_another_vantage_changes_nothing():
    """Readings may arrive late; the newest one stands."""
    newest = listen(page(api=State.MAJOR), 200.0, {}, IDS)

    assert newest == listen(page(), 150.0, newest, IDS)
    assert isinstance(newest["claude-api"], PageStatus)


def test_a_regional_entry_says_so():
    """One region in trouble is not all of it."""
    incident = VendorIncident("i1", "API errors", "investigating", "major", ("k8w",), scope="us-east-1 only")
    heard = listen(page(api=State.PARTIAL, incidents=(incident,)), 100.0, {}, IDS)

    assert heard["claude-api"].words == "API errors (us-east-1 only)"
