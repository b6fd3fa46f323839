"""The platforms whose whole page is one recording: states by id, entries with their times, and what says nothing."""

import json

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.model import Page, State
from tests.probes.dialects.recorded import at, recorded

OK, SLOW, PARTIAL, DOWN, WORK, UNKNOWN = (
    State.OPERATIONAL,
    State.DEGRADED,
    State.PARTIAL,
    State.MAJOR,
    State.MAINTENANCE,
    State.UNKNOWN,
)


def read(dialect: str, name: str, **options: object) -> Page:
    return understand(dialect, recorded(f"{dialect}/{name}"), options)


def states(page: Page) -> dict[str, State]:
    return {claim.id[-2:]: claim.state for claim in page.claims}


def test_datadog() -> None:
    """Leaves of groups by their ids; posts by when they were written, which is after what they are of."""
    page = read("datadog", "config.json")
    assert states(page) == {"11": PARTIAL, "12": OK, "13": WORK}
    open_now, over = page.incidents
    assert (open_now.status, open_now.impact, open_now.resolved_at) == ("identified", "partial_outage", None)
    assert open_now.posted_at == at("2026-09-20T10:12:00+00:00")
    assert open_now.started_at == at("2026-09-20T10:00:00+00:00")
    assert open_now.posted == ((open_now.components[0], at("2026-09-20T10:12:00+00:00")),)
    assert (over.status, over.posted_at) == ("resolved", at("2026-09-11T02:34:01+00:00"))
    assert over.resolved_at == at("2026-09-04T21:12:00+00:00")
    assert read("datadog", "config.json", page=True).claims[-1].state is PARTIAL


def test_cloudflare() -> None:
    """By component id; a title that mentions a product is no word about it, and work to come is set apart."""
    page = read("cloudflare", "summary.json")
    assert states(page) == {"01": PARTIAL, "02": OK, "03": SLOW, "04": WORK}
    entries = {one.id[-2:] if one.id[:2] == "in" else one.id: one for one in page.incidents}
    assert entries["02"].components == ()
    assert entries["03"].resolved_at == at("2026-09-08T10:20:00+00:00")
    assert [one.id for one in page.planned] == ["mn0000000002"]
    mine = read("cloudflare", "summary.json", scope={"aaaa00000002": ["replicate"]})
    assert [one.id for one in mine.incidents] == ["in0000000002", "in0000000003"]


def test_cloudflare_s_refusals() -> None:
    """An answer that is no success, or lists nothing, is not understood."""
    for body in (
        {"success": False, "result": {}},
        {"success": True, "result": {"components": [], "active_incidents": []}},
    ):
        with pytest.raises(NotUnderstoodError):
            understand("cloudflare", json.dumps(body).encode(), {})


def test_onlineornot() -> None:
    """Words in capitals; what it does not know it says by a word unknown to us."""
    page = read("onlineornot", "summary.json", page=True)
    assert {claim.name: claim.state for claim in page.claims} == {
        "Chat (/v1/chat/completions)": PARTIAL,
        "Homepage": OK,
        "Database": UNKNOWN,
        "Acme": PARTIAL,
    }
    assert page.incidents[0].started_at == at("2026-08-28T01:20:00+00:00")
    assert page.words == "Minor Service Outage"
    assert [one.name for one in page.planned] == ["Move"]


SERVICES = {
    "5e000000-0000-4000-8000-000000000001": "Chat",
    "5e000000-0000-4000-8000-000000000002": "Files",
    "5e000000-0000-4000-8000-000000000003": "Agents",
}


def test_checkly() -> None:
    """A service that no open entry names is well: the list is of all that is open."""
    page = read("checkly", "unresolved.json", services=SERVICES)
    assert states(page) == {"01": PARTIAL, "02": OK, "03": OK}
    assert page.incidents[0].posted_at == at("2026-07-20T10:00:05+00:00")
    calm = understand("checkly", b'{"incidents": []}', {"services": list(SERVICES)})
    assert set(states(calm).values()) == {OK}


def test_checkly_without_services_may_be_of_any() -> None:
    """An open entry whose services cannot be read leaves nothing known of the others."""
    entry = {"id": "1", "name": "Errors", "severity": "MINOR", "lastUpdateStatus": "INVESTIGATING", "services": []}
    page = understand("checkly", json.dumps({"incidents": [entry]}).encode(), {"services": SERVICES})
    assert set(states(page).values()) == {UNKNOWN}


def test_statusio() -> None:
    """Numbers; a component's containers are its regions; a security event says nothing of whether it works."""
    page = read("statusio", "status.json", page=True)
    assert [(claim.name, claim.state) for claim in page.claims] == [
        ("API", PARTIAL),
        ("API (US)", DOWN),
        ("API (EU)", OK),
        ("Website", UNKNOWN),
        ("page", PARTIAL),
    ]
    (entry,) = page.incidents
    assert (entry.status, entry.impact, entry.posted_at) == (
        "identified",
        "partial_outage",
        at("2026-09-20T09:52:00+00:00"),
    )
    assert page.planned[0].ends_at == at("2026-09-25T01:00:00+00:00")


def test_slack() -> None:
    """Services by name; those that no active entry names are well; a notice is no trouble."""
    page = read("slack", "current.json")
    found = {claim.id: claim.state for claim in page.claims}
    assert {name for name, state in found.items() if state is SLOW} == {"Apps/Integrations/APIs", "Workflows", "page"}
    assert found["Messaging"] is OK
    assert found["Calls"] is OK
    assert page.incidents[0].posted_at == at("2026-09-07T21:35:00+00:00")
    assert [one.id for one in page.planned] == ["547"]
    assert {claim.state for claim in read("slack", "ok.json").claims} == {OK}


def test_slack_that_contradicts_itself() -> None:
    """Something is active, and nothing is listed: nothing is known."""
    body = recorded("slack/ok.json").replace(b'"ok"', b'"active"')
    assert {claim.state for claim in understand("slack", body, {}).claims} == {UNKNOWN}


def test_sorry() -> None:
    """Three words; notices with their own ends."""
    assert states(read("sorry", "components.json")) == {"01": SLOW, "02": OK, "03": DOWN}
    page = read("sorry", "notices.json")
    assert [(one.id, one.status) for one in page.incidents] == [("9001", "investigating"), ("9000", "resolved")]
    assert page.incidents[0].components == ("103",)
    assert [one.id for one in page.planned] == ["9002"]
    listed = json.loads(recorded("sorry/components.json"))["response"]
    own = understand("sorry", json.dumps({"components": listed}).encode(), {})
    assert own.claims == read("sorry", "components.json").claims


def test_sorry_general_notice_is_news() -> None:
    """No incident: nobody says that anything fails."""
    notice = {"id": 1, "type": "general", "state": "open", "subject": "New prices", "began_at": "2026-09-20T10:00:00Z"}
    assert understand("sorry", json.dumps({"response": [notice]}).encode(), {}).incidents == ()


def test_uptime_kuma() -> None:
    """By the newest beat; a retry is not yet a failure, and no beat is no word."""
    page = read("uptime_kuma", "heartbeat.json", names={"1": "LiteLLM"})
    assert states(page) == {"1": OK, "2": DOWN, "3": UNKNOWN, "4": WORK, "5": UNKNOWN}
    assert page.claims[0].name == "LiteLLM"
    assert page.stated_at == at("2026-09-20T10:01:30+00:00")
    names = read("uptime_kuma", "page.json")
    assert (names.claims, [one.name for one in names.incidents]) == ((), ["The gateway is down"])


def test_gatus() -> None:
    """By the newest result; an endpoint without one is unknown."""
    page = read("gatus", "statuses.json")
    assert {claim.id: claim.state for claim in page.claims} == {
        "gateways_litellm": OK,
        "gateways_ollama": DOWN,
        "_new": UNKNOWN,
    }
    assert page.claims[0].name == "gateways / litellm"
    assert page.stated_at is not None
    turned = json.loads(recorded("gatus/statuses.json"))
    for entry in turned:
        entry["results"].reverse()
    assert understand("gatus", json.dumps(turned).encode(), {}).claims == page.claims


def test_uptimerobot() -> None:
    """Its two forms; paused says nothing."""
    assert states(read("uptimerobot", "monitors.json")) == {"01": DOWN, "02": OK, "03": UNKNOWN, "04": SLOW}
    assert states(read("uptimerobot", "data.json", page=True)) == {"01": OK, "ge": OK}


def test_uptimerobot_in_pages() -> None:
    """Monitors beside their count; while some are on another page of the list, the whole is not green."""
    answer = json.loads(recorded("uptimerobot/data.json")) | {"psp": {"totalMonitors": 2, "perPage": 1}}
    assert states(understand("uptimerobot", json.dumps(answer).encode(), {"page": True})) == {"01": OK, "ge": UNKNOWN}
    answer["psp"]["totalMonitors"] = 1
    assert states(understand("uptimerobot", json.dumps(answer).encode(), {"page": True})) == {"01": OK, "ge": OK}


def test_hund() -> None:
    """The first event of a stream that never ends."""
    page = read("hund", "live.txt", page=True)
    assert states(page) == {"11": SLOW, "12": OK, "13": DOWN, "ge": SLOW}
    assert page.incidents[0].started_at == 1789898400.0
    more = recorded("hund/live.txt") + b"event: update\ndata: {half an ev"
    assert understand("hund", more, {}).claims == read("hund", "live.txt").claims


def test_statuscast() -> None:
    """States are classes in HTML; names are the text before them."""
    page = read("statuscast", "page.html")
    assert {claim.id: claim.state for claim in page.claims} == {
        "API": OK,
        "Search": DOWN,
        "Mail & files": SLOW,
        "Move": WORK,
        "News": UNKNOWN,
    }


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("datadog", {"components": [], "incidents": []}),
        ("onlineornot", {"success": True, "result": {"status_page": {}, "components": []}}),
        ("statusio", {"result": {"status_overall": {}, "status": []}}),
        ("slack", {"status": "ok"}),
        ("sorry", {"response": []}),
        ("uptime_kuma", {"heartbeatList": {}}),
        ("gatus", []),
        ("uptimerobot", {"status": "ok", "data": []}),
        ("uptimerobot", {"status": "fail", "data": [{"monitorId": 1, "statusClass": "success"}]}),
    ],
)
def test_nothing_listed_is_no_good_news(dialect: str, body: object) -> None:
    """An empty page is not understood."""
    with pytest.raises(NotUnderstoodError):
        understand(dialect, json.dumps(body).encode(), {})
