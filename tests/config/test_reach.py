"""What would look at nothing or reach nobody is a complaint, all at once; what is right passes."""

from datetime import UTC, datetime

import pytest

from bot.config.load import from_text
from bot.errors import ConfigError
from bot.scheduling.cron import Recurring, trigger, windows

WRONG = """\
services:
  - id: claude
    page: {url: "https://status.claude.com", dialect: statuspage}
  - id: own
    name: Gateway EU
    labels: {team: payments}
    page: {url: "https://status.example.com/"}
    components:
      api:
        name: API
        checks:
          a: {kind: tls, target: "https://x.example"}
          b: {kind: tcp, target: db.example}
          c: {kind: dns, target: "https://x"}
          d: {kind: http, target: "https://x.example", alert_after: many, alert_if: "30 of 20", interval: 0.2s}
intervals: {checks: 0.1s}
channels: {}
digest: [{at: "9am", to: [console]}]
routes:
  - match: [state="major", service="claud"]
    routes: [{match: 'severity="critical"'}, {match: 'team="payment"'}, {match: 'state=~"major.*", component!="zzz"'}]
"""
API = "services.own.components.api.checks"
SAID = [
    "f:3: services.claude.page.dialect: unknown dialect; did you mean atlassian?",
    (
        "f:3: services.claude.page.url: expected the machine-readable address, such as"
        " https://status.claude.com/api/v2/summary.json; the page for people goes in page_url"
    ),
    (
        "f:7: services.own.page.url: expected the machine-readable address, such as"
        " https://status.example.com/api/v2/summary.json; the page for people goes in page_url"
    ),
    f"f:12: {API}.a.target: expected host or host:port, not an address with ://",
    f"f:13: {API}.b.target: expected host:port, such as db.example.com:5432",
    f"f:14: {API}.c.target: expected a host's name, not an address with ://",
    f'f:15: {API}.d.alert_after: expected failures in a row from 1 to 100, such as "3 failures"',
    f'f:15: {API}.d.alert_if: expected failures of the last results, at most 100, such as "5 of 20"',
    f"f:15: {API}.d.interval: expected at least 1s: only checks of this machine may run more often",
    "f:16: intervals.checks: expected at least 1s: only checks of this machine may run more often",
    (
        "f:17: channels: expected at least one channel that is on, such as console: {kind: console}, or nobody is"
        " alerted"
    ),
    'f:18: digest[0].at: expected a time of day of 24 hours, in quotes, such as "09:00" or "17:30"',
    "f:20: routes[0].match[0]: matches nothing: there is no such state; did you mean major_outage?",
    "f:20: routes[0].match[1]: matches nothing: there is no such service; did you mean claude?",
    "f:21: routes[0].routes[0].match: matches nothing: no notice has severity; did you mean state?",
    "f:21: routes[0].routes[1].match: matches nothing: there is no such team; did you mean payments?",
]


def complaints(text):
    with pytest.raises(ConfigError) as caught:
        from_text(text, "f", {})
    return str(caught.value).splitlines()


def test_all_of_it_at_once():
    """Each with its line and key, and nothing said of what is right."""
    said = complaints(WRONG)
    assert [line for line in SAID if line not in said] == []
    assert [line for line in said if line not in SAID and "unknown channel" not in line] == []


def test_what_a_channel_misses_is_named():
    """By its name, in our words."""
    said = "\n".join(complaints("channels: {hook: {kind: webhook}}"))
    assert "url, which is missing" in said
    assert "Field required" not in said


@pytest.mark.parametrize(
    ("cron", "days"),
    [("0", "S"), ("7", "S"), ("1", "M"), ("1-5", "MTWTF"), ("0-6", "SMTWTFS"), ("5-7", "SFS"), ("*/2", "STTS"),
     ("sun", "S"), ("0,6", "SS"), ("mon-fri", "MTWTF"), ("*", "SMTWTFS")],
)  # fmt: skip
def test_weekdays_are_crontabs(cron, days):
    """0 and 7 are Sunday, 1 is Monday: a week of windows beside what crontab says."""
    sunday = datetime(2026, 4, 12, tzinfo=UTC).timestamp()
    found = windows(Recurring(("api",), f"0 3 * * {cron}", "UTC", 3600.0), sunday, 7)
    names = [datetime.fromtimestamp(w.begins, UTC).strftime("%a")[0] for w in found if w.begins < sunday + 7 * 86400]
    assert "".join(names) == days


@pytest.mark.parametrize("cron", ["8", "5-2", "*/0", "x"])
def test_weekdays_there_are_not(cron):
    """An error, which the configuration turns into a complaint."""
    with pytest.raises((ValueError, KeyError)):
        trigger(f"0 3 * * {cron}", "UTC")
