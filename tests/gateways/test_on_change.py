"""The script for gateways that cannot ask by themselves."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.filled import fill
from tests.support.site import page, with_page

SCRIPT = Path(__file__).parents[2] / "deploy" / "gateways" / "on-change.sh"


@pytest.mark.parametrize(("component", "word"), [("claude-api", "avoid"), ("claude-web", "use"), ("claude-code", "")])
async def test_the_command_is_run_once_for_what_is_known(store, component, word):
    await fill(store)
    async with page(store, with_page()) as http:
        env = {"PATH": os.environ["PATH"], "GROUNDTRUTH_URL": str(http.base_url), "GROUNDTRUTH_EVERY": "0.02"}
        process = await asyncio.create_subprocess_exec("sh", SCRIPT, component, "echo", stdout=-1, env=env)
        try:
            await asyncio.sleep(0.4)
        finally:
            process.terminate()
        out, _ = await process.communicate()
    assert out.decode().split() == ([word] if word else [])
