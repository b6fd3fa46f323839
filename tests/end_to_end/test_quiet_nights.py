"""Nights on which clocks change, and steps to where a message stands: judge, store, courier and real channels."""

from datetime import UTC, datetime

import pytest

from tests.support.routed import ALL, HEAD, SOME, House

NIGHT = (
    HEAD
    + """
  - {to: log, continue: true}
  - {to: chat, quiet_hours: {hours: "22:00-07:00", zone: Europe/Berlin, except: major_outage}}
"""
)
STEPS = (
    HEAD
    + """
  - {to: log, continue: true, escalation: on-call, repeat_interval: 0}
  - {to: chat, quiet_hours: {hours: "22:00-07:00", zone: Europe/Berlin}, repeat_interval: 0}
escalations: {on-call: {steps: [{after: 5m, to: [chat]}, {after: 5m, to: [log, chat]}]}}
"""
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def house(store, tmp_path):
    return House(store, tmp_path)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-03-29T03:50", "2026-03-29T05:00"),  # seven o'clock in summer time
        ("2026-10-25T04:40", "2026-10-25T06:00"),  # seven o'clock in winter time
    ],
)
async def test_the_night_on_which_the_clock_changes_ends_at_seven_there(house, begins, ends):
    """Nothing before; then one message, which says from its first word how it stands by then."""
    house.now = at(begins)
    house.configure(NIGHT)
    async with house.judging():
        name = await house.trouble(*SOME)
        await house.deliver()
        assert any(
            line == f"chat: held until {ends[-5:]} UTC by quiet hours, by branch 2" for line in await house.why()
        )
        assert (await house.acts().submit("claude", house.wish("ack", name))).ok
        await house.until_clock(at(ends) - 120, *SOME)
        await house.deliver()
        assert (house.roots("log"), house.told("chat")) == (1, [])
        await house.until_clock(at(ends) + 30, *SOME)
        await house.deliver()
    heads = [text for act, text in house.told("chat") if act != "trail"]
    assert len(heads) == 1
    assert heads[0].startswith("🟠 Claude API: ")


async def test_a_major_outage_is_said_in_such_a_night(house):
    """Nobody waits for seven o'clock."""
    house.now = at("2026-10-25T01:10")
    house.configure(NIGHT)
    async with house.judging():
        await house.trouble(*ALL)
        await house.until_clock(house.now + 20 * 60, *ALL)
        await house.deliver()
    assert house.now < at("2026-10-25T03:00")
    assert house.roots("chat") == 1


async def test_a_step_wakes_who_is_quiet_and_reminds_where_it_stands(house):
    """The chat is told at night by the first step, once; the second finds both told, and says so in both."""
    house.now = at("2026-10-25T01:10")
    house.configure(STEPS)
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        began = house.now
        assert (house.roots("log"), house.told("chat")) == (1, [])
        await house.until_clock(began + 330, *SOME)
        await house.deliver()
        assert house.roots("chat") == 1
        assert not reminders(house, "chat") + reminders(house, "log")
        await house.until_clock(began + 660, *SOME)
        await house.deliver()
        assert [len(reminders(house, one)) for one in ("chat", "log")] == [1, 1]
        await house.until_clock(began + 1200, *SOME)
        await house.deliver()
    assert (house.roots("log"), house.roots("chat")) == (1, 1)
    assert [len(reminders(house, one)) for one in ("chat", "log")] == [1, 1]


def reminders(house, channel):
    return [text for act, text in house.told(channel) if act == "trail" and text.startswith("still open")]
