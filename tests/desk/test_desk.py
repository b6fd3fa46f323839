"""The desk on a real store: what was judged and kept is what people are told, with its age."""

import contextlib
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.cli.ask import subscriptions
from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.detection.assessment import Explanation
from bot.core.model.action import ActionRequest
from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.person import Person
from bot.core.model.service import About
from bot.core.model.silence import Silence
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageMention
from bot.desk.desk import HANDLERS
from bot.desk.open import open_desk
from bot.errors import StoreError
from bot.settings import Component, Service, Settings
from bot.store.codec import LEDGER_ENTRY
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from bot.store.stream_rows import decode
from bot.store.types import START, Claimant, Commit, DeliveryWrite, IncidentWrite, LedgerWrite
from tests.support.command_lines import LINES
from tests.support.desk import SETTINGS, PlainDesk
from tests.support.situations import API, HELD, INCIDENT, NOW, OVER, WELL, voices
from tests.support.situations import START as BEGAN

WEB = replace(WELL, component="claude-web", name="claude.ai", at=NOW - 900)


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
    closes="closes after another 12 min without failures",
)
ANNA = Asker(Person("terminal", "", "anna", "Anna"), Role.ADMIN)
VIEWER = Asker(Person("slack", "T1", "U2", "Vi"), here="slack:C1")


adapter = cache(TypeAdapter[Any])


def packed(kind: Any, value: object) -> str:
    """As the judge keeps it."""
    return adapter(kind).dump_json(value, exclude_defaults=True).decode()


@pytest.fixture
async def desk(store: Store) -> PlainDesk:
    """A desk on a store in which a night was judged: the API fails, the web is long silent, Code was never seen."""
    token = await store.lease("claude", "judge", 60_000)
    assert token is not None
    (api,), (web,) = voices(API), voices(WEB, heard=HELD)
    commit = Commit(
        position=START,
        state=b"",
        assessments={
            "claude-api": packed(ComponentStatus, api),
            "claude-web": packed(ComponentStatus, web),
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
    for outlet in ("console", "slack"):
        for claimed in await store.outbox.claim("claude", outlet, Claimant("anna", 30), NOW):
            if outlet == "slack":
                assert await store.outbox.give_up(claimed, "channel_not_found", NOW - 60)
            else:
                assert await store.outbox.done(claimed, 1, 0, "{}")
    return PlainDesk(open_desk(store, SETTINGS, subscribes=subscriptions(store, SETTINGS), now=lambda: NOW))


async def test_status_shows_three_voices_with_ages(desk):
    """Trouble first; one line a component with its voices; stale and never seen are unknown, not fine."""
    answer = await desk.ask("", ANNA, NOW)
    assert answer.title == "🟠 1 of 3 components in trouble: Claude API; 2 unknown"
    api = "intermittent failures, about 18% of requests · page: 🟢 operational · 7 reports · incident 4F7K · 4 s ago"
    assert answer.lines[:3] == (
        ("🟠 Claude API", api),
        ("⚪ claude.ai", "unknown, last result 15 min ago · page: 🟢 operational · 7 reports"),
        ("⚪ Claude Code", "unknown, no result yet · page: ⚪ not read yet"),
    )
    assert answer.table is None


async def test_status_of_one_thing(desk):
    """One component by any of its names."""
    answer = await desk.ask("status code", VIEWER, NOW)
    assert dict(answer.lines)["We measure"] == "⚪ unknown, no result yet"
    assert dict(answer.lines)["Status page"] == "⚪ not read yet"
    assert answer.title.startswith("⚪")
    assert "Incident 4F7K" not in dict(answer.lines)
    assert dict(answer.lines)["Trend"].startswith("····")
    assert "Trend" not in dict((await desk.ask("status", VIEWER, NOW)).lines)


async def test_why_gives_evidence_and_what_would_change_it(desk):
    """The detector's figures, the latest failures and when it would be over."""
    lines = dict((await desk.ask("why api", ANNA, NOW)).lines)
    assert lines["Evidence"] == "31 000 of the 21 600 needed for an alert"
    assert lines["Failures"] == "15:42:56 UTC  HTTP 529 from iad"
    assert lines["Ends"].startswith("closes after another 12 min without failures")
    assert lines["Judged"] == "4 s ago"


@pytest.mark.parametrize("question", ["why api", "why 4F7K", "incident 4F7K"])
async def test_why_says_who_was_told(desk, question):
    """Each channel with what became of it there; of what is no incident nobody was told."""
    lines = (await desk.ask(question, ANNA, NOW)).lines
    told = [text for _, text in lines[[label for label, _ in lines].index("Sent to") :]]
    assert sorted(told) == ["console: posted", "slack: given up 60 s ago · channel_not_found"]
    assert "Sent to" not in dict((await desk.ask("why code", ANNA, NOW)).lines)


async def test_why_says_what_holds_messages_back(desk, store):
    """A silence, by whom, until when and why."""
    token = await store.lease("claude", "judge", 60_000)
    quiet = Silence("claude-api", NOW, NOW + 3600, Person("slack", "T1", "U1", "Ann"), "known")
    (api,) = voices(API)
    kept = {"claude-api": packed(ComponentStatus, replace(api, silence=quiet))}
    assert await store.commit("claude", token, Commit(position=START, state=b"", assessments=kept))
    lines = dict((await desk.ask("why api", ANNA, NOW)).lines)
    assert lines["Silence"].startswith("silenced by Ann on Slack until ")


async def test_why_of_a_service_is_of_its_worst_component(desk):
    """Whoever names only the service is told of what hurts."""
    answer = await desk.ask("why anthropic", ANNA, NOW)
    assert answer.title.startswith("Claude API: 🟠")


async def test_what_another_version_kept_is_passed_over(desk):
    """A record that cannot be read is none: nothing is guessed."""
    answer = await desk.ask("why claude.ai", ANNA, NOW)
    assert dict(answer.lines)["Because"] == "not judged yet"
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
    assert answer.title.startswith("🟠 Claude API: ~18% of requests failing")
    assert any("opened: 29 of 160 failed" in text for _, text in answer.lines)
    assert dict(answer.lines)["Do now"].startswith("Retry ")


async def test_an_unknown_incident_is_said_to_be_unknown(desk):
    """Not found is an answer."""
    answer = await desk.ask("incident ZZZZ", ANNA, NOW)
    assert not answer.understood
    assert answer.title == "no incident ZZZZ is on record"


@pytest.mark.parametrize("question", ["why", "incident", "tips", "alternatives", "postmortem"])
async def test_the_only_open_incident_is_meant(desk, question):
    """At three in the morning nobody types an id."""
    answer = await desk.ask(question, VIEWER, NOW)
    assert answer.understood
    assert "API" in answer.title


async def test_a_vote_is_on_what_is_over(desk, store):
    """ "right" without an id is said of the latest incident that has ended, though another is open."""
    await desk.ask("right", VIEWER, NOW)
    ((_, row),) = await store.read("claude")
    wish = decode(row)
    assert isinstance(wish, ActionRequest)
    assert (wish.verb, wish.args) == ("right", ("2B3C",))


@pytest.mark.parametrize("question", ["", "why", "incidents", "doctor", "ack", "report api", "subscriptions"])
async def test_a_store_that_is_away_is_an_error_for_the_caller(tmp_path, question):
    """Nothing is made up."""
    async with contextlib.AsyncExitStack() as stack:
        async with EmbeddedServer(tmp_path) as server:
            store = await stack.enter_async_context(open_store(server.url, tmp_path))
        lost = open_desk(store, SETTINGS, subscribes=subscriptions(store, SETTINGS))
        with pytest.raises(StoreError):
            await lost.ask(question, ANNA, NOW)


async def test_of_two_open_incidents_one_must_be_named(desk, store):
    """What to type is said, with what each is about."""
    token = await store.lease("claude", "judge", 60_000)
    second = replace(INCIDENT, id="5G8M", components=("claude-code",), active=("claude-code",))
    body = packed(Incident, second)
    assert await store.commit("claude", token, Commit("1-0", b"", incidents=(IncidentWrite("5G8M", NOW, body),)))
    answer = await desk.ask("ack", ANNA, NOW)
    assert answer.title == "ack which? 2 incidents are open"
    assert {label for label, _ in answer.lines} == {"ack 4F7K", "ack 5G8M"}
    assert {(a.verb, a.subject) for a in answer.actions} == {("ack", "4F7K"), ("ack", "5G8M")}
    assert (await desk.ask("incident code", VIEWER, NOW)).data["incident"]["id"] == "5G8M"


async def test_deliveries_name_what_could_not_be_said(desk):
    """What was sent, and what was given up with its reason."""
    answer = await desk.ask("deliveries", ANNA, NOW)
    assert answer.title == "2 deliveries: 0 waiting, 1 undeliverable"
    rows = {row[1]: row[2:] for row in answer.table.rows}
    assert rows["console"] == ("posted", "")
    assert rows["slack"][0].startswith("given up 60 s ago")
    assert rows["slack"][1] == "channel_not_found"


async def test_help_lists_every_command_that_answers(desk):
    """The table and the desk know the same commands; each stands in the help with who may."""
    answer = await desk.ask("help", ANNA, NOW)
    assert HANDLERS.keys() == COMMANDS.keys()
    assert len(answer.lines) == len(COMMANDS)
    assert [label for label, _ in answer.lines if label] == ["Ask", "Act", "Set up"]
    assert dict((await desk.ask("help silence", ANNA, NOW)).lines)["Who"] == "responder and up"


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"subscribe", "unsubscribe", "test"}))
async def test_every_example_works(desk, name):
    """As a person would type it; the data behind it is JSON."""
    answer = await desk.ask(COMMANDS[name].example, ANNA, NOW)
    assert answer.understood, answer.title
    assert not answer.refused
    json.dumps(answer.data)


@pytest.mark.parametrize("name", sorted(name for name, c in COMMANDS.items() if c.role is not Role.VIEWER))
async def test_a_role_that_is_missing_is_named(desk, store, name):
    """A refusal says what is missing and who grants it, and changes nothing."""
    answer = await desk.ask(COMMANDS[name].example, VIEWER, NOW)
    assert answer.refused
    assert not answer.changed
    assert answer.title == f"{name} needs the role {COMMANDS[name].role}; yours is viewer"
    assert "roles" in dict(answer.lines)["Granted by"]
    assert not await store.read("claude")


async def test_an_act_is_noted_while_nobody_judges(desk, store):
    """It stands in the stream with who, where and what, and the person is told that it waits."""
    answer = await desk.ask("silence api 90m vendor knows", replace(ANNA, here="slack:C1", id="x1"), NOW)
    assert answer.changed
    assert answer.title.startswith(
        "noted; the judge hasn't answered within a second, so it takes effect when it is back"
    )
    ((_, row),) = await store.read("claude")
    wish = decode(row)
    assert isinstance(wish, ActionRequest)
    assert (wish.verb, wish.args, wish.id) == ("silence", ("claude-api", "5400s", "vendor knows"), "x1")
    assert (wish.who, wish.where, wish.name) == ("terminal::anna", "slack:C1", "Anna")


async def test_an_act_twice_is_one(desk, store):
    """Platforms repeat themselves: the same interaction is one row."""
    for _ in range(2):
        await desk.ask("ack", replace(ANNA, id="x2"), NOW)
    assert len(await store.read("claude")) == 1


async def test_a_report_is_answered_with_what_others_say(desk):
    """Anybody may; the secrets in the words are taken out before they are kept."""
    answer = await desk.ask("report 4F7K key sk-ant-api03-abcdefghijklmnop fails", VIEWER, NOW)
    assert answer.changed
    assert answer.data["component"] == "claude-api"


async def test_a_secret_in_the_wrong_place_is_not_repeated(desk, store):
    """Neither in an answer nor in the store."""
    answer = await desk.ask("sk-ant-api03-abcdefghijklmnop", VIEWER, NOW)
    await desk.ask("report api my key sk-ant-api03-abcdefghijklmnop", VIEWER, NOW)
    rows = await store.read("claude")
    assert rows
    assert "abcdefghijklmnop" not in f"{answer} {rows}"


@pytest.mark.parametrize("question", ["{}", "report api {}", "frob {}", "resolve 4F7K key {}", "explain {}", "help {}"])
async def test_whoever_pastes_a_secret_is_told(desk, question):
    """Whatever the command, and whether it was understood."""
    answer = await desk.ask(question.format("sk-ant-api03-abcdefghijklmnop"), ANNA, NOW)
    assert [label for label, _ in answer.lines].count("Secret") == 1
    assert "Anthropic key" in dict(answer.lines)["Secret"]


@pytest.mark.parametrize("question", ["subscribe claude to=nowhere:C1", "unsubscribe", "test to=nowhere:C1"])
async def test_a_place_that_cannot_be_is_said(desk, question):
    """In a sentence, and nothing is changed."""
    answer = await desk.ask(question, replace(ANNA, here="console"), NOW)
    assert answer.understood
    assert not answer.changed
    assert "nowhere" in answer.title or "not subscribed" in answer.title


async def test_without_a_place_one_is_asked_for(desk):
    """A terminal is no channel."""
    answer = await desk.ask("subscribe claude", ANNA, NOW)
    assert not answer.understood
    assert answer.title.startswith("subscribe which channel?")


async def test_subscriptions_name_those_of_the_configuration(desk):
    """The file's channels hear everything."""
    answer = await desk.ask("subscriptions", VIEWER, NOW)
    assert answer.table.rows[0][0] == "console"


async def test_doctor_tells_of_ages_and_queues(desk):
    """What is wrong comes first and is the title."""
    answer = await desk.ask("doctor", VIEWER, NOW)
    assert answer.title.startswith("🔴 1 thing to fix; Claude: never judged")
    assert "1 undeliverable today" in answer.table.rows[0][2]
    assert answer.table.rows[-1][:2] == ("store", "🟢 ok")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("sil", ["silence", "silences"]),
        ("why ", ["4F7K", "claude", "claude-web", "claude-api", "claude-code"]),
        ("why cod", ["claude-code"]),
        ("ack 4f", ["4F7K"]),
        ("history api ", ["24h", "7d", "30d", "90d", "1y"]),
        ("silence api 1", ["1h", "1d"]),
        ("help wh", ["why"]),
        ("xyz ", []),
    ],
)
async def test_what_a_line_could_go_on_to(desk, text, values):
    """Commands, then the values of the next argument; open incidents first where one is meant."""
    assert [value for _, value in await desk.complete(text, VIEWER)] == values


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.one_of(st.text(max_size=200), LINES))
async def test_any_text_has_an_answer(desk, question):
    """Whatever a viewer types, nothing raises, and the title is one line."""
    answer = await desk.ask(question, VIEWER, NOW)
    assert answer.title
    assert "\n" not in answer.title
    json.dumps(answer.data)
    assert len(await desk.complete(question, VIEWER)) <= 25


async def test_a_thousand_components_are_bounded_and_the_worst_come_first(store):
    """Those in trouble have a line each, the rest is counted."""
    many = Service("many", "Many", components=tuple(Component(f"c{n}", "many", f"Part {n}") for n in range(1000)))
    token = await store.lease("many", "judge", 60_000)
    kept = {
        f"c{n}": packed(ComponentStatus, voices(replace(WELL, component=f"c{n}", name=f"Part {n}"))[0])
        for n in range(999)
    }
    kept["c700"] = packed(ComponentStatus, voices(replace(API, component="c700", name="Part 700"))[0])
    assert await store.commit("many", token, Commit(START, b"", kept))
    answer = await open_desk(store, Settings((many,))).ask("", VIEWER, NOW)
    assert answer.title == "🟠 1 of 1000 components in trouble: Part 700; 1 unknown"
    assert [label for label, _ in answer.lines] == ["🟠 Part 700", "⚪ Part 999", ""]
    assert answer.lines[-1] == ("", "🟢 998 others are fine")


async def test_status_has_the_judges_own_lag_and_what_others_say(desk, store):
    """Not only the catalogue's."""
    token = await store.lease("claude", "judge", 60_000)
    about = About(NOW, (120.0, 600.0), (PageMention("Claude is slow", NOW - 60, who="OpenRouter"),))
    kept = {"about:": packed(About, about)}
    assert await store.commit("claude", token, Commit("1-0", b"", kept))
    lines = dict((await desk.ask("", VIEWER, NOW)).lines)
    assert lines["Usual delay"] == "Claude's page usually admits trouble after 2 min (90% within 10 min)"
    assert lines["Other pages"].startswith('OpenRouter\'s page: "Claude is slow"')


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
    empty = open_desk(store, SETTINGS)
    assert (await empty.ask("", VIEWER, NOW)).title.startswith("⚪ 3 of 3 components unknown")
    assert (await empty.ask("incidents", VIEWER, NOW)).title == "no incidents on record"
    assert (await empty.ask("deliveries", VIEWER, NOW)).title == "no deliveries: 0 waiting, 0 undeliverable"


async def test_the_ledger_of_one_service_and_of_all(desk, store):
    """Figures with the definition and the rule behind them; before anything is on record, how to begin."""
    empty = await desk.ask("ledger claude", ANNA, NOW)
    rows = [
        LedgerEntry("claude", ("claude-api",), Source.MEASURED, str(n), BEGAN + n * 9_000, BEGAN + n * 9_000 + 120)
        for n in range(6)
    ]
    seen = [replace(row, page_seen_at=BEGAN + n * 9_000 + 60 * n if n else None) for n, row in enumerate(rows)]
    await store.book.enter("claude", [LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in seen])
    answer = await desk.ask("ledger claude", ANNA, NOW)
    assert (empty.title, empty.understood) == ("nothing in the ledger of Claude yet", True)
    assert answer.title == "Claude's page admits trouble after median 3 min, p90 5 min (6 cases measured), grade B"
    assert answer.table is not None
    assert [row[0] for row in answer.table.rows] == ["all", "claude-api", "2026Q2"]
    assert dict(answer.lines)["Quantiles"].startswith("type 7")
    assert answer.data["ledger"][0]["figures"][0]["never"] == 1
    assert (await desk.ask("ledger", ANNA, NOW)).title == answer.title
    json.dumps(answer.data)


async def test_the_reliability_of_a_service_of_a_component_and_of_all(desk, store):
    """MTTR and MTBF with intervals; those of all services in one title; before anything is on record, how to begin."""
    empty = await desk.ask("reliability claude", ANNA, NOW)
    rows = [
        LedgerEntry("claude", (name,), Source.MEASURED, str(n), BEGAN + n * 9_000, ended_at=BEGAN + n * 9_000 + length)
        for n in range(6)
        for name, length in (("claude-api", 300 + 60 * n), ("claude-code", 120))[: 2 - n % 2]
    ]
    await store.book.enter("claude", [LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in rows])
    answer = await desk.ask("reliability claude", ANNA, NOW)
    lines = dict(answer.lines)
    assert empty.title == "no incident of Claude on record yet"
    assert answer.title == "Claude: MTTR 8 min, MTBF 2h 30m (6 incidents measured)"
    assert lines["Claude Code, measured"] == "3 incidents; MTTR 2 min, median 2 min, p90 2 min; MTBF 5h 0m"
    assert lines["Claude API, measured"].startswith(
        "6 incidents; MTTR 8 min (95% interval 6 min to 10 min), median 8 min"
    )
    assert lines["Several components at once, measured"] == "3 of 6 incidents (50%)"
    assert (await desk.ask("mttr", ANNA, NOW)).title == answer.title
    alone = await desk.ask("reliability claude-code", ANNA, NOW)
    assert alone.title == "Claude Code: MTTR 2 min, MTBF 5h 0m (3 incidents measured)"
    assert dict(alone.lines)["Several components at once, measured"] == "3 of 3 incidents (100%)"
    nameless = LedgerEntry("claude", (), Source.MEASURED, "7", BEGAN + 90_000, ended_at=BEGAN + 90_060)
    await store.book.enter("claude", [LedgerWrite(nameless.at, LEDGER_ENTRY.dump(nameless))])
    lines = dict((await desk.ask("reliability claude", ANNA, NOW)).lines)
    assert lines["Several components at once, measured"] == "3 of 6 incidents that name a component (50%)"
    json.dumps(answer.data)


async def test_how_right_our_own_alerts_were(desk, store):
    """Before there is any; then with the trouble that only the page told of, for one service and for all."""
    empty = await desk.ask("accuracy claude", ANNA, NOW - 200 * 86_400)
    row = LedgerEntry("claude", ("claude-api",), Source.MEASURED, page_seen_at=NOW - 3_600)
    await store.book.enter("claude", [LedgerWrite(row.at, LEDGER_ENTRY.dump(row))])
    answer = await desk.ask("accuracy claude", ANNA, NOW)
    assert empty.understood
    assert answer.title.endswith("1 missed")
    assert answer.table is not None
    assert [cell for r in answer.table.rows for cell in r if cell == "missed"] == ["missed"]
    assert answer.data["recall"]["n"] >= 1
    assert "unknown, and never counted as right" in dict(answer.lines)["Verdicts"]
    assert (await desk.ask("accuracy", ANNA, NOW)).title == answer.title
    json.dumps(answer.data)
