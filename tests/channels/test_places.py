"""A place is a link to the channel on the platform it is on, its name everywhere else."""

import pytest

from bot.channels.discord.markdown import markup as discord
from bot.channels.slack.mrkdwn import markup
from bot.channels.teams import cards as teams
from bot.core.answers.audit import audited
from bot.core.answers.subscriptions import done
from bot.core.model.audit import AuditEntry
from bot.core.model.person import Person
from bot.core.text.inline import place, tidy, utc
from tests.words.pages import cards

NOW = 1_776_094_260.0
SLACK = markup(NOW)


@pytest.mark.parametrize(
    ("target", "on_slack", "on_discord"),
    [
        ("slack:C0123ABCD", "<#C0123ABCD>", "slack:C0123ABCD"),
        ("alerts:U0123ABCD", "<@U0123ABCD>", "alerts:U0123ABCD"),
        ("discord:1234567890123456789", "discord:1234567890123456789", "<#1234567890123456789>"),
        ("discord:@1234567890123456789", "discord:@1234567890123456789", "<@1234567890123456789>"),
        ("pagerduty", "pagerduty", "pagerduty"),
        ("ntfy:OUTAGES", "ntfy:OUTAGES", "ntfy:OUTAGES"),
        ("slack:T0123ABCD/C0123ABCD", "slack:T0123ABCD/C0123ABCD", "slack:T0123ABCD/C0123ABCD"),
        ("x:<!channel> *a*", "x:&lt;!channel&gt; *\u200ba*", r"x:\<!channel> \*a\*"),
    ],
)
def test_a_place_is_a_link_where_it_is_one(target, on_slack, on_discord):
    said = tidy(f"posted to {place(target)} twice", 200)
    assert SLACK(said) == f"posted to {on_slack} twice"
    assert discord(said) == f"posted to {on_discord} twice"
    assert utc(said, NOW) == f"posted to {target} twice"


def test_answers_name_places_and_people_by_tokens():
    """In the cells of tables too; the data has the target as it is."""
    deed = AuditEntry(NOW, Person("slack", "T1", "U0123ABCD", "Ann"), "ack", "4F7K", "slack:C0123ABCD")
    table = audited([deed], NOW).table
    assert table is not None
    [[_, who, _, where, _]] = table.rows
    assert (SLACK(who), SLACK(where), utc(who, NOW)) == ("<@U0123ABCD>", "<#C0123ABCD>", "Ann on Slack")
    told = done("slack:C0123ABCD is subscribed to everything", "slack:C0123ABCD", "subscribe", NOW)
    assert told.title == "The channel is subscribed to everything"
    assert SLACK(told.lines[0][1]) == "<#C0123ABCD>"
    assert told.data["text"] == "slack:C0123ABCD is subscribed to everything"


def test_teams_shows_no_token():
    """Times in UTC and people by name; nothing of a token is left."""
    for it in cards().values():
        shown = str(teams.root(it))
        assert "uslack" not in shown
        assert "a1776" not in shown
