"""One node of a cluster loses its data under a running process: its services begin anew, the others go on."""

from functools import partial

import pytest

from bot.core.model.incident import IncidentStatus
from bot.jobs.store_watch import PART
from bot.store.codec import INCIDENT
from bot.store.connect import open_store
from bot.store.keys import STATE_SCHEMA, keys_of
from bot.store.slots import SLOTS, slot_of
from tests.fakes.outlet import serving
from tests.support.instance import Instance
from tests.support.replicated_run import Sites

pytestmark = pytest.mark.timeout(150)


def node(key):
    """Which of the three primaries has a key."""
    return slot_of(("GET", key)) * 3 // SLOTS


async def opened(store, service):
    """The ids of a service's incidents that are not over."""
    rows = INCIDENT.load_all(await store.views.incidents(service, 10))
    return {one.id for one in rows if one.status is not IncidentStatus.RESOLVED}


async def test_what_the_node_had_is_found_anew_and_the_rest_goes_on(tmp_path, cluster, cluster_url):
    """The message of what was lost ends or goes on, people are told once, and nobody else's incident is touched."""
    async with serving(partial(Sites, 12)) as sites, open_store(cluster_url, tmp_path) as store:
        shared = node(STATE_SCHEMA)
        lost = next(one for one in sites.names if node(keys_of(one).judge) != shared)
        kept = next(one for one in sites.names if node(keys_of(one).judge) == shared)
        sites.down |= {lost, kept}
        one = Instance(tmp_path, sites, redis=cluster_url)
        await one.start()
        try:
            await one.until(lambda it: len(it.roots) == 2, 60)
            before = {name: await opened(store, name) for name in (lost, kept)}
            await cluster.said(await cluster.owner(slot_of(("GET", keys_of(lost).judge))), "FLUSHALL")
            # Written again with its first failure, an incident is the same one, and its message goes on.
            await one.until(lambda it: len(it.roots) == 4 or goes_on(it, before[lost]), 60)
            after = {name: await opened(store, name) for name in (lost, kept)}
            assert len(before[lost]) == 1
            assert len(before[kept]) == 1
            assert len(after[lost]) == 1
            assert after[kept] == before[kept]
            if after[lost] != before[lost]:
                await one.until(lambda it: ended(it, before[lost]), 30)
            told = {key.partition("/")[2].partition("@")[0] for key in one.roots}
            assert told == before[lost] | before[kept] | after[lost] | {"emptied"}
            assert len(one.roots) == len(told)
            assert not ended(one, before[kept])
            assert one.said.count(PART) == 1
            assert "Traceback" not in one.said
        finally:
            await one.kill()


def goes_on(instance, ids):
    """Whether the message of one of these was edited after people heard that a part was emptied."""
    keys, acts = {f"console/{one}" for one in ids}, instance.record
    heard = next((n for n, act in enumerate(acts) if act["key"].startswith("console/emptied")), len(acts))
    return any(act["key"] in keys and act["act"] == "edit" and not ended(instance, ids) for act in acts[heard:])


def ended(instance, ids):
    """Whether the message of one of these says that nobody keeps it up to date."""
    keys = {f"console/{one}" for one in ids}
    return any(act["key"] in keys and "not kept up to date" in act["headline"] for act in instance.record)
