"""`groundtruth mcp` as agents start it: the store of a configuration, or a Groundtruth elsewhere."""

import asyncio
import json
import sys

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from bot.settings import Agents
from bot.store.codec import DEED
from tests.support.filled import fill
from tests.support.site import NOW, page, with_page

HERE = ("-m", "bot", "mcp")


def started(*options: str, **environ: str) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=[*HERE, *options], env=environ)


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_a_store_is_asked_in_both_eras(redis_url, store, tmp_path, era) -> None:
    await fill(store)
    config = tmp_path / "groundtruth.yaml"
    config.write_text(f"services: [claude]\nredis: {redis_url}\nstate_dir: {tmp_path}\n")
    async with Client(
        stdio_client(started("--config", str(config), "--reports", "--as", "builder")), mode=era
    ) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        incident = await client.call_tool("incident", {"incident": "4F7K"})
        await client.call_tool("report", {"component": "claude-api"})
    (deed,) = DEED.load_all(await store.audit.latest(9))

    assert "report" in names
    assert incident.structured_content["data"]["incident"]["id"] == "4F7K"
    assert (deed.by.platform, deed.by.name) == ("agent", "builder")


async def test_a_groundtruth_elsewhere_is_asked(store) -> None:
    await fill(store)
    async with page(store, with_page(agents=Agents()), now=lambda: NOW) as http:
        url = str(http.base_url)
        server = started("--url", url, GROUNDTRUTH_TOKEN="viewer-token-0123456789")
        async with Client(stdio_client(server)) as client:
            should = await client.call_tool("should_i", {"component": "claude-api"})
            read = await client.read_resource("groundtruth://status/claude-api")
        refused = await asyncio.create_subprocess_exec(
            sys.executable, *HERE, "--url", url, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, told = await refused.communicate()

    assert should.structured_content["data"]["verdict"] == "retry"
    assert '"services"' in str(read.contents[0])
    assert refused.returncode == 2
    assert told.decode().strip() == f"{url.rstrip('/')}/mcp refuses the token (HTTP 401): give one of its web.tokens"


async def test_plain_lines(redis_url, store, tmp_path) -> None:
    """Bad JSON and unknown methods are answered with an error; then it goes on, and ends with its input."""
    config = tmp_path / "groundtruth.yaml"
    config.write_text(f"services: [claude]\nredis: {redis_url}\nstate_dir: {tmp_path}\n")
    old = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": old},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "no/such"},
        {"jsonrpc": "2.0", "id": 3, "method": "ping"},
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *HERE, "--config", str(config), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in lines[:3]) + b"{nonsense\n\xff\n")
    process.stdin.write(json.dumps(lines[3]).encode() + b"\n")
    answers = {}
    async with asyncio.timeout(40):
        while 3 not in answers:
            said = json.loads(await process.stdout.readline())
            answers[said.get("id")] = said
    process.stdin.close()
    code = await process.wait()

    assert answers[1]["result"]["protocolVersion"] == "2025-11-25"
    assert answers[2]["error"]["code"] == -32601
    assert answers[3]["result"] == {}
    assert code == 0
