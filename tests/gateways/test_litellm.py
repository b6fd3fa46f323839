"""What the callback of LiteLLM decides, without LiteLLM; `make gateways` runs it inside the real proxy."""

import asyncio
import importlib
import sys
import time
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from probes.model import State
from tests.support.filled import fill
from tests.support.site import page, with_page

sys.path.insert(0, str(Path(__file__).parents[2] / "deploy" / "gateways" / "litellm"))
callback: Any = importlib.import_module("groundtruth_callback")


def deployment(component: str = "") -> dict[str, Any]:
    return {"model_name": "chat", "model_info": {"id": "1", **({"groundtruth": component} if component else {})}}


FAILING, WELL, UNNAMED = deployment("claude-api"), deployment("claude-web"), deployment()


@given(st.lists(st.sampled_from("abcd")), st.dictionaries(st.sampled_from("abcd"), st.sampled_from(State)))
def test_never_all_go_and_only_trouble_does(named, states):
    listed = [deployment(one) for one in named]
    left = callback.usable(listed, states)
    assert bool(left) == bool(listed)
    assert all(one in listed for one in left)
    for one in listed:
        if states.get(callback.component(one), State.UNKNOWN) in {State.OPERATIONAL, State.DEGRADED, State.UNKNOWN}:
            assert one in left


async def test_what_is_stale_changes_nothing():
    """Nothing read, an answer that calls itself stale, one that is too old."""
    rule = callback.Groundtruth("")
    down = [{"id": "claude-api", "state": "major_outage"}]
    assert await rule.async_filter_deployments("chat", [FAILING, WELL], None) == [FAILING, WELL]
    rule.take({"stale": True, "components": down}, time.monotonic())
    assert await rule.async_filter_deployments("chat", [FAILING, WELL], None) == [FAILING, WELL]
    rule.take({"stale": False, "components": down}, time.monotonic() - 61)
    assert await rule.async_filter_deployments("chat", [FAILING, WELL], None) == [FAILING, WELL]
    rule.take({"stale": False, "components": down}, time.monotonic())
    assert await rule.async_filter_deployments("chat", [FAILING, WELL, UNNAMED], None) == [WELL, UNNAMED]
    assert await rule.async_filter_deployments("chat", [FAILING], None) == [FAILING]


async def test_the_states_come_from_the_page(store):
    """No request waits for them."""
    await fill(store)
    async with page(store, with_page()) as http:
        rule = callback.Groundtruth(str(http.base_url), every_s=0.01)
        assert await rule.async_filter_deployments("chat", [FAILING, WELL], None) == [FAILING, WELL]
        for _ in range(200):
            if await rule.async_filter_deployments("chat", [FAILING, WELL], None) == [WELL]:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("the states were not read")
        rule._reading.cancel()
