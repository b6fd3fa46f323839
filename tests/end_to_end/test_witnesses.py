"""Pages that name another vendor's models: evidence beside ours, where both services are watched."""

from dataclasses import replace
from typing import TypeGuard

import pytest

from bot.app import service_view
from bot.config.load import from_text
from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.messages.sources import others_say
from bot.core.model.service import Other
from bot.core.model.stream import StreamRow
from bot.core.routing.notices import Notice
from bot.core.text.inline import utc
from bot.errors import ConfigError
from bot.probing.prober import Clock, Prober
from bot.store.stream_rows import decode
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State, VendorIncident

AT = 1_779_141_600.0  # 18 May 2026, 22:00 UTC
TITLE = "Elevated errors for Anthropic models"
CURSOR = Page(
    "https://status.cursor.com",
    (Claim("rflc60xp5jp2", "IDE", State.DEGRADED),),
    (VendorIncident("c", TITLE, "investigating", "minor", ("rflc60xp5jp2",), posted_at=AT + 23),),
)
GREEN = Page("https://status.claude.com", (Claim("k8w3r06qmzrp", "Claude API", State.OPERATIONAL),), words="Fine")


def claude(services):
    """The service as judging sees it, with these watched."""
    settings = from_text(f"services: [{services}]", environ={})
    return service_view(settings.service("claude"), settings)


def test_the_catalogue_s_witnesses():
    """Four vendors' pages speak of Claude; each bears witness only where it is watched too."""
    others = claude("claude, cursor, github-copilot, windsurf, jetbrains-ai, openai").others

    assert set(others) == {"cursor:page", "github-copilot:page", "windsurf:page", "jetbrains-ai:page"}
    assert others["cursor:page"] == Other("Cursor", ("anthropic", "claude"))
    assert claude("claude").others == {}


def test_mentions_need_words():
    """A service mentioned by no word at all would be a mistake in the file."""
    with pytest.raises(ConfigError, match="mentions"):
        from_text("services: [{id: cursor, mentions: {claude: []}}]", environ={})


def night(*, other: Page):
    """Trouble on the API while Claude's page is green, for longer than that page usually takes; what is said of it."""
    judgement = Judgement(claude("claude, cursor"), AssessorSettings(("claude-api",), 15.0))
    notices: list[Notice] = []
    for n in range(260):
        at = AT + 15 * n
        seen = Observation("claude-api/hello", "claude", "claude-api", "fra", at, Outcome.OK, status=200)
        if n > 20 and n % 2:
            seen = replace(
                seen, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.APP_BACKEND, symptom="http_500"
            )
        judgement.see(seen)
        if n % 4 == 0:
            judgement.see(Observation("claude:page", "claude", "", "fra", at, Outcome.OK, page=GREEN))
            judgement.see(Observation("cursor:page", "claude", "", "fra", at + 1, Outcome.OK, page=other))
        notices += judgement.settle(at + 2).notices
    return notices, judgement


def test_another_s_page_is_shown_beside_and_is_not_the_vendor_s_word():
    """The notice names whose page and when it was posted there; Claude's own page is still the one that denies it."""
    notices, judgement = night(other=CURSOR)
    incident = next(n for n in notices if n.snapshot.incident and not n.snapshot.discrepancy)
    denied = next(n for n in notices if n.snapshot.discrepancy)

    assert utc(others_say(incident.snapshot.others), AT + 900) == f'Cursor\'s page: "{TITLE}", 22:00 UTC'
    shown = dict(card(incident.snapshot, AT + 900).lines)
    assert utc(shown["Other pages"], AT + 900) == f'Cursor\'s: "{TITLE}", 22:00 UTC'
    assert denied.snapshot.discrepancy is not None
    assert denied.snapshot.discrepancy.kind.value == "unacknowledged"
    assert judgement.state().heard["claude-api"].state is State.OPERATIONAL


def test_another_s_page_that_cannot_be_read_says_nothing_of_ours():
    """It neither makes the vendor's page unreadable nor bears witness."""
    notices, judgement = night(other=Page("u", unreadable="HTTP 403"))

    assert all(n.snapshot.others == () for n in notices)
    assert judgement.state().compared.misses.count == 0
    assert not any(n.snapshot.discrepancy and n.snapshot.discrepancy.component == "" for n in notices)


def test_it_survives_a_restart():
    """What was heard of others is in the state that another process goes on from."""
    _, judgement = night(other=CURSOR)
    again = Judgement(claude("claude, cursor"), AssessorSettings(("claude-api",), 15.0), judgement.state())

    assert again.state().others == judgement.state().others != {}


def is_seen(row: StreamRow | None) -> TypeGuard[Observation]:
    """Whether a row of a stream is an observation."""
    return isinstance(row, Observation)


async def test_one_reading_goes_to_both_services(store):
    """The page is asked once; its reading stands in its own service's stream and in that of the one it speaks of."""
    settings = from_text("services: [claude, cursor, groq]", environ={})
    prober = Prober(settings, store, Clock(lambda: AT), "fra.1", lambda _: None)
    prober._seen(Observation("cursor:page", "cursor", "", "fra", AT, Outcome.OK, page=CURSOR))
    prober._seen(Observation("claude:page", "claude", "", "fra", AT, Outcome.OK, page=GREEN))
    await prober.stream.flush()
    read = {
        service: [(row.check, row.service) for _, raw in await store.read(service) if is_seen(row := decode(raw))]
        for service in ("claude", "cursor", "groq")
    }

    assert read == {
        "claude": [("cursor:page", "claude"), ("claude:page", "claude")],
        "cursor": [("cursor:page", "cursor")],
        "groq": [],
    }
