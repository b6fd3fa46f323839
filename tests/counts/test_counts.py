"""How many messages an outage is on Slack and on Discord, from its first failure to its end."""

import pytest

from tests.counts.played import ONE, STORM, THREE, played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def over(told):
    """Whether all that stands says that it is over."""
    return all(one.head.startswith(("🟢", "⚖")) for one in (*told.roots, *told.groups, *told.notices))


async def test_an_outage_of_one_component_is_one_message(store):
    """One root, edited in place, and at most one broadcast: its end."""
    async with played(store, ONE) as counts:
        for platform, told in counts.items():
            assert (len(told.roots), told.groups, told.notices) == (1, (), ()), platform
            assert over(told)
            assert len(told.lines) == 1
            assert all("recovered" in line for line in (*told.lines, *told.broadcasts))
        assert [len(told.broadcasts) for told in counts.values()] == [1, 0]


async def test_an_outage_of_three_components_is_one_message_and_one_notice_of_the_page(store):
    """The page was late: one notice for all three, begun before the end, whose end is not broadcast."""
    async with played(store, THREE) as counts:
        for platform, told in counts.items():
            assert (len(told.roots), told.groups, len(told.notices)) == (1, (), 1), (platform, told.notices)
            assert over(told)
            assert len(told.lines) == 2
            assert all("recovered" in line for line in told.broadcasts)
            assert not any("closed" in said or "acknowledged" in said for said in (*told.lines, *told.broadcasts))
        assert [len(told.broadcasts) for told in counts.values()] == [1, 0]
        (root,), (notice,) = counts["Discord"].roots, counts["Discord"].notices
        assert root.minute < 5
        assert 15 < notice.minute < THREE.lasts


async def test_a_storm_is_three_messages_and_one_for_all_others(store):
    """In each channel; the group's end is told in place, each root has its own."""
    async with played(store, STORM) as counts:
        for platform, told in counts.items():
            assert (len(told.roots), len(told.groups), told.notices) == (3, 1, ()), platform
            assert over(told), told
            assert len(told.lines) == 3
        assert [len(told.broadcasts) for told in counts.values()] == [3, 0]
