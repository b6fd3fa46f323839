"""Both sockets in one loop, beside 200 checks a second: nobody waits, nothing is dropped."""

import pytest

from tests.fakes.discord.people import ANSWER_S
from tests.support.beside import BEAT_S, PER_SECOND, asking, beside, looks
from tests.support.platforms import platforms, title

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def both():
    async with platforms() as it:
        yield it


async def test_people_on_both_are_answered_beside_a_probe_load(both, tmp_path):
    """Every question is acknowledged in time on both, both connections stand all along, checks and alerts go on."""
    async with beside(both, tmp_path) as opened:
        gateway, sockets = both.discord.gateway, both.slack.sockets
        before, beaten = await looks(opened), gateway.heartbeats
        acked: dict[str, list[float]] = {"slack": [], "discord": []}
        both.outage()
        while await looks(opened) < before + 3 * PER_SECOND:
            took = await asking(both, 5)
            for platform, seconds in took.acked.items():
                acked[platform] += seconds
        for platform, seconds in acked.items():
            assert max(seconds) < ANSWER_S, f"{platform} gives up after {ANSWER_S} s: {seconds}"
        here, there, on_discord = await both.told()
        assert here.headline == there.headline == title(on_discord)
        assert gateway.heartbeats > beaten, f"one is due every {BEAT_S} s"
        assert (gateway.identifies, gateway.resumes, gateway.connections) == (1, 0, 1)
        assert (sockets.greeted, len(sockets.open)) == (1, 1)
