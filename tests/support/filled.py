"""A store with an outage in it: voices, an incident, a row of the ledger, and results in the stream."""

from dataclasses import replace

from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.report import Reports
from bot.core.model.service import About
from bot.core.model.silence import ActiveSilence, Silence
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageStatus
from bot.store import codec
from bot.store.codec import ABOUT, ABOUT_FIELD, DISCREPANCY, LEDGER_ENTRY, VOICES
from bot.store.store import Store
from bot.store.stream_rows import encode
from bot.store.types import Commit, IncidentWrite, LedgerWrite
from probes.model import Observation, Outcome, State, Timings
from tests.support.situations import ANNA, API, CODE, HELD, INCIDENT, NOTICE, NOW, START, WEB
from tests.support.writes import leased

WELL = replace(WEB, state=State.OPERATIONAL, rate=0.0, low=0.0, high=0.03, failed=0, symptoms=(), at=NOW - 3)
VOICES_OF = {
    "claude-web": ComponentStatus(WELL, HELD),
    "claude-api": ComponentStatus(replace(API, latency_ms=840.0, usual_latency_ms=410.0), HELD, Reports(7, 2)),
    "claude-code": ComponentStatus(replace(CODE, at=NOW - 9_000), PageStatus(unreadable="HTML, not JSON")),
}
"""In order: operational, a partial outage, and one of which nothing fresh is known."""
QUIET = Silence("claude-web", NOW - 60, NOW + 3600, ANNA, "deploying", id="SABCD")
ROW = LedgerEntry(
    "claude", ("claude-api",), Source.MEASURED, "3C2D", START - 90_000, START - 89_800, START - 80_000,
    page_seen_at=START - 88_000,
)  # fmt: skip
SEEN = Observation(
    "claude-api/hello", "claude", "claude-api", "eu", NOW - 5, Outcome.OK, status=200,
    timings=Timings(dns=3.0, connect=10.0, tls=20.0, first_byte=90.0, total=120.0, first_token=80.0),
    expires_at=NOW + 86_400 * 40,
)  # fmt: skip
FAILED = replace(SEEN, at=NOW - 35, outcome=Outcome.FAILED, status=500, timings=Timings(total=30.0))


async def fill(store: Store, incident=INCIDENT) -> None:
    """Write it."""
    about = About(NOW - 2, (900.0, 3240.0), silences=(ActiveSilence(QUIET),))
    await store.append("claude", "eu.1", 1, [encode(FAILED), encode(SEEN)])
    ((position, _),) = await store.read("claude", count=1)
    commit = Commit(
        position,
        b"",
        assessments={name: VOICES.dump(voices) for name, voices in VOICES_OF.items()}
        | {ABOUT_FIELD: ABOUT.dump(about)},
        incidents=(IncidentWrite(incident.id, incident.opened_at, codec.INCIDENT.dump(incident)),),
        log=(DISCREPANCY.dump(replace(NOTICE, component="claude-api")),),
        ledger=(LedgerWrite(ROW.at, LEDGER_ENTRY.dump(ROW)),),
    )
    assert await store.commit("claude", await leased(store), commit)
