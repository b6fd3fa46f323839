"""The ledger between judge and store: rows are kept with the judgement, and tell it what is usual."""

from dataclasses import replace

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.health.breaks import Begin
from bot.core.judging.judgement import Judgement
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.service import ServiceView
from bot.core.routing.tree import ActiveRoutes
from bot.judging.judge import Judge, JudgeContext
from bot.judging.progress import JudgingProgress
from bot.store.codec import INCIDENT, LEDGER_ENTRY, Codec, UnknownKeyError
from bot.store.store import Store
from bot.store.types import LedgerWrite, LoadedState
from tests.support.routing import to, tree

CLAUDE = ServiceView("claude", "Claude", {"api": "Claude API"}, {"api": "k8w"}, "", (900.0, 3240.0))
SETTINGS = AssessorSettings(("api",), 30.0)
ROW = LedgerEntry("claude", ("api",), Source.MEASURED, "4F7K", 31.25, 34.0, 800.0, 900.0, 500.0, 490.123)


def judge(store: Store) -> Judge:
    """A judge that says nothing anywhere."""
    return Judge(store, CLAUDE, SETTINGS, JudgeContext("anna", lambda: 1000.0, to(), lambda: None))


async def test_a_finished_row_is_in_the_judgement_s_own_commit(store: Store) -> None:
    """Written with position and state, at its place in time."""
    token = await store.lease("claude", "anna", 60_000)
    assert token is not None
    judgement = Judgement(CLAUDE, SETTINGS)
    decisions = replace(judgement.settle(1000.0), ledger=(ROW,))
    held = JudgingProgress(LoadedState("1-0"), Begin.AS_WRITTEN, 1000.0)
    assert decisions.eventful
    assert await store.commit("claude", token, judge(store)._commit(held, judgement, decisions, ActiveRoutes(tree())))
    assert LEDGER_ENTRY.load_all(await store.views.ledger("claude")) == [ROW]


async def test_what_is_usual_comes_from_the_ledger_when_it_has_enough(store: Store) -> None:
    """Ten measured troubles outweigh the catalogue; fewer do not."""
    rows = [replace(ROW, incident=str(n), began_at=10_000.0 * n, page_seen_at=10_000.0 * n + 300) for n in range(10)]
    await store.book.enter("claude", [LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in rows[:9]])
    assert (await judge(store)._informed()).usual_lag_s == (900.0, 3240.0)
    await store.book.enter("claude", [LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in rows[9:]])
    assert (await judge(store)._informed()).usual_lag_s == (300.0, 300.0)


def test_rows_of_another_version_are_passed_over() -> None:
    """What cannot be read is no evidence for or against anybody."""
    kept = [LEDGER_ENTRY.dump(ROW), "{}", "not JSON", '{"service": "claude", "components": [], "source": "heard"}']
    assert LEDGER_ENTRY.load_all(kept) == [ROW]


def test_what_cannot_be_read_counts_as_not_there_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """By its kind alone: what stands there may be anything."""
    codec = Codec(LedgerEntry, "a kind of its own")
    assert codec.load(None) is None
    assert codec.load_all([codec.dump(ROW), '{"service": 5}', b"\xff secret", "[]", None]) == [ROW]
    (said,) = caplog.messages
    assert "a kind of its own" in said
    assert "secret" not in said


def test_a_key_nobody_knows_is_passed_over_but_an_error_in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep it stands."""
    body = '{"id": "4F7K", "service": "claude", "kind": "failures", "status": "open", "components": [],'
    body += ' "state": "partial_outage", "started_at": 1, "opened_at": 2, "timeline": [{"at": 1, "event": "opened",'
    newer = body + ' "text": "", "mood": 3}]}'
    with pytest.raises(UnknownKeyError, match="incidents"):
        INCIDENT.load(newer)
    monkeypatch.setattr(Codec, "unknown", None)
    assert INCIDENT.load(newer) == INCIDENT.load(body + ' "text": ""}]}')
