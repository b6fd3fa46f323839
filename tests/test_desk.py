"""The desk on a real store: what was judged and kept is what people are told, with its age."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.core.detection.assessment import Explanation
from bot.core.incident import Incident, Person, Voices
from bot.core.ledger import Row, Source
from bot.desk import Desk
from bot.ledger import ledger_row
from bot.reading import Reading, names
from bot.settings import Component, Lag, Service, StatusPage
from bot.store.store import Store
from bot.store.values import START, Commit, Courier, DeliveryWrite, IncidentWrite, LedgerWrite
from tests.core.situations import API, HELD, INCIDENT, NOW, OVER, WELL, voices
from tests.core.situations import START as BEGAN

WEB = replace(WELL, component="claude-web", name="claude.ai", at=NOW - 900)
CLAUDE = Service(
    id="claude",
    name="Claude",
    nicknames=("anthropic",),
    page=StatusPage("https://status.example/api", page_url="https://status.example", usual_lag=Lag(900, 3240)),
    components=(
        Component("claude-web", "claude", "claude.ai"),
        Component("claude-api", "claude", "Claude API"),
        Component("claude-code", "claude", "Claude Code"),
    ),
)
WHY = Explanation(
    component="claude-api",
    at=NOW - 4,
    summary="claude-api: partial outage",
    evidence=31_000,
    threshold=21_600,
    leading="everything fails together (93% of the evidence)",
    usual_rate=0.005,
    usual_spells_per_day=1.0,
    usual_spell_s=20,
    recent=((NOW - 34, "fra", "http_500"), (NOW - 4, "iad", "http_529")),
    closes="closes after 12 more quiet minutes (reverse test 0.4 of 4)",
)
ANNA = Person("terminal", "", "anna", "Anna")


def packed(kind: Any, value: object) -> str:
    """As the judge keeps it."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return adapter.dump_json(value, exclude_defaults=True).decode()


@pytest.fixture
async def desk(store: Store) -> Desk:
    """A desk on a store in which a night was judged: the API fails, the web is long silent, Code was never seen."""
    token = await store.lease("claude", "judge", 60_000)
    assert token is not None
    (api,), (web,) = voices(API), voices(WEB, heard=HELD)
    commit = Commit(
        position=START,
        state=b"",
        assessments={
            "claude-api": packed(Voices, api),
            "claude-web": packed(Voices, web),
            "why:claude-api": packed(Explanation, WHY),
            "why:claude-web": '{"of another": "version"}',
        },
        incidents=(
            IncidentWrite("4F7K", INCIDENT.opened_at, packed(Incident, INCIDENT)),
            IncidentWrite("2B3C", BEGAN - 9_000, packed(Incident, replace(OVER, id="2B3C", opened_at=BEGAN - 9_000))),
            IncidentWrite("0000", BEGAN - 99_000, "not an incident"),
        ),
        deliveries=(DeliveryWrite("4F7K", "console", 1, "{}"), DeliveryWrite("4F7K", "slack", 1, "{}")),
    )
    assert await store.commit("claude", token, commit)
    for claimed in await store.outbox.claim("claude", "console", Courier("anna", 30), NOW):
        if claimed.channel == "slack":
            assert await store.outbox.give_up(claimed, "channel_not_found", NOW - 60)
        else:
            assert await store.outbox.done(claimed, 1, 0, "{}")
    return Desk(Reading(store.views, (CLAUDE,)), names((CLAUDE,)))


async def test_status_shows_three_voices_with_ages(desk):
    """Trouble first in the title; each component's voices side by side; stale and never seen are unknown, not fine."""
    answer = await desk.ask("", ANNA, NOW)
    assert answer.title == "🟠 1 of 3 components in trouble: Claude API; 2 unknown"
    rows = {row[0]: row[1:] for row in answer.table.rows}
    assert rows["Claude API"] == (
        "🟠 intermittent failures, about 18 % (95 % interval 11–27 %), from all 3 vantages; 4 s ago",
        "🟢 operational; 35 s ago",
        "7 reports in 10 min (normally 0–1)",
    )
    assert rows["claude.ai"][0] == "⚪ unknown, last result 15 min ago"
    assert rows["Claude Code"][:2] == ("⚪ unknown, no result yet", "⚪ nothing read yet")
    assert dict(answer.lines)["Incident 4F7K"].startswith("🟠 Claude API: intermittent failures, about 18 %")


async def test_status_of_one_thing(desk):
    """One component by any of its names."""
    answer = await desk.ask("status code", None, NOW)
    assert [row[0] for row in answer.table.rows] == ["Claude Code"]
    assert answer.title.startswith("⚪")
    assert not answer.lines


async def test_why_gives_evidence_and_what_would_change_it(desk):
    """The detector's figures, the latest failures and when it would be over."""
    lines = dict((await desk.ask("why api", ANNA, NOW)).lines)
    assert lines["Evidence"] == "31 000 of the 21 600 needed for an alert"
    assert lines["Failures"] == "15:42:56 UTC  HTTP 529 from iad"
    assert lines["Ends"].startswith("closes after 12 more quiet minutes")
    assert lines["Judged"] == "4 s ago"


async def test_why_of_a_service_is_of_its_worst_component(desk):
    """Whoever names only the service is told of what hurts."""
    answer = await desk.ask("why anthropic", ANNA, NOW)
    assert answer.title.startswith("Claude API: 🟠")


async def test_what_another_version_kept_is_passed_over(desk):
    """A record that cannot be read is none: nothing is guessed."""
    answer = await desk.ask("why claude.ai", ANNA, NOW)
    assert dict(answer.lines)["Because"] == "nothing was judged yet"
    assert len((await desk.ask("incidents", ANNA, NOW)).table.rows) == 2


async def test_incidents_newest_first(desk):
    """What is open counts in the title."""
    answer = await desk.ask("incidents", ANNA, NOW)
    assert answer.title == "2 incidents, 1 open"
    assert [row[0] for row in answer.table.rows] == ["4F7K", "2B3C"]


@pytest.mark.parametrize("question", ["incident 4f7k", "incident #4F7K", "why 4F7K"])
async def test_an_incident_with_its_timeline(desk, question):
    """By id, in any letters, and with what helps meanwhile."""
    answer = await desk.ask(question, ANNA, NOW)
    assert answer.title.startswith("🟠 Claude API: intermittent failures")
    assert any("opened: evidence" in text for _, text in answer.lines)
    assert dict(answer.lines)["Do now"].startswith("1. ")


async def test_an_unknown_incident_is_said_to_be_unknown(desk):
    """Not found is an answer."""
    answer = await desk.ask("incident ZZZZ", ANNA, NOW)
    assert not answer.understood
    assert answer.title == "no incident ZZZZ is on record"


async def test_deliveries_name_what_could_not_be_said(desk):
    """What was sent, and what was given up with its reason."""
    answer = await desk.ask("deliveries", ANNA, NOW)
    assert answer.title == "2 deliveries: 0 waiting, 1 undeliverable"
    rows = {row[1]: row[2:] for row in answer.table.rows}
    assert rows["console"] == ("said (edition 1)", "")
    assert rows["slack"][0].startswith("given up 60 s ago")
    assert rows["slack"][1] == "channel_not_found"


async def test_help_lists_every_command_that_answers(desk):
    """Every example in the help is understood by the desk itself."""
    answer = await desk.ask("help", ANNA, NOW)
    for _, _, example in answer.table.rows:
        assert (await desk.ask(example, ANNA, NOW)).understood


async def test_the_misunderstood_get_the_nearest(desk):
    """An unknown word is answered with the nearest command and an example."""
    answer = await desk.ask("statsu", ANNA, NOW)
    assert not answer.understood
    assert dict(answer.lines) == {"Nearest": "status", "Example": "status claude-api", "All": "help"}


@pytest.mark.parametrize(
    "question", ["", "why api", "incidents", "incident 4F7K", "deliveries", "help", "help why", "??"]
)
async def test_the_data_behind_an_answer_is_json(desk, question):
    """Every answer can be printed for a machine."""
    answer = await desk.ask(question, ANNA, NOW)
    assert json.loads(json.dumps(answer.data))


async def test_an_empty_store_knows_nothing_and_says_so(store):
    """Before the first judgement everything is unknown."""
    empty = Desk(Reading(store.views, (CLAUDE,)), names((CLAUDE,)))
    assert (await empty.ask("", None, NOW)).title.startswith("⚪ 3 of 3 components unknown")
    assert (await empty.ask("incidents", None, NOW)).title == "no incidents on record"
    assert (await empty.ask("deliveries", None, NOW)).title == "no deliveries: 0 waiting, 0 undeliverable"


async def test_the_ledger_of_one_service_and_of_all(desk, store):
    """Figures with the definition and the rule behind them; before anything is on record, how to begin."""
    empty = await desk.ask("ledger claude", ANNA, NOW)
    rows = [
        Row("claude", ("claude-api",), Source.MEASURED, str(n), BEGAN + n * 9_000, BEGAN + n * 9_000 + 120)
        for n in range(6)
    ]
    seen = [replace(row, page_seen_at=BEGAN + n * 9_000 + 60 * n if n else None) for n, row in enumerate(rows)]
    await store.book.enter("claude", [LedgerWrite(row.at, ledger_row(row)) for row in seen])
    answer = await desk.ask("ledger claude", ANNA, NOW)
    assert (empty.title, empty.understood) == ("nothing in the ledger of Claude yet", True)
    assert answer.title == "Claude's page speaks after median 3 min, p90 5 min (6 troubles measured), grade B"
    assert answer.table is not None
    assert [row[0] for row in answer.table.rows] == ["all", "claude-api", "2026Q2"]
    assert dict(answer.lines)["Quantiles"].startswith("type 7")
    assert answer.data["ledger"][0]["figures"][0]["never"] == 1
    assert (await desk.ask("ledger", ANNA, NOW)).title == answer.title
    json.dumps(answer.data)
