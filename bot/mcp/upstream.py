"""The server of a Groundtruth that runs elsewhere, for agents that start programs: each call goes to its endpoint."""

import logging
from importlib.metadata import version
from typing import Any

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel.server import Server

from bot.errors import UserError
from bot.mcp.server import INSTRUCTIONS, Context
from bot.mcp.stdio import served

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0


async def forwarded(url: str, token: str) -> int:
    """Serve until the input ends; 0. Raises UserError where nobody answers there, or the token is not known."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(headers=headers, timeout=TIMEOUT_S) as http:
        await _tried(http, url)
        async with Client(streamable_http_client(url, http_client=http)) as client:
            await served(upstream_server(client))
    return 0


async def _tried(http: httpx2.AsyncClient, url: str) -> None:
    """One request whose refusal says what is wrong: the library's own is a stack of exceptions."""
    body = {"jsonrpc": "2.0", "id": 0, "method": "ping"}
    accepted = {"Accept": "application/json, text/event-stream"}
    try:
        answer = await http.post(url, json=body, headers=accepted)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise UserError(f"{url} does not answer: {error or type(error).__name__}") from None
    match answer.status_code:
        case 200:
            return
        case 401 | 403:
            raise UserError(f"{url} refuses the token (HTTP {answer.status_code}): give one of its web.tokens")
        case 404:
            raise UserError(f"{url} is not there: that Groundtruth needs web: with mcp:")
        case status:
            raise UserError(f"{url} answers HTTP {status}")


def upstream_server(client: Client) -> Server[Any]:
    """The same tools, resources and prompts as the other side has."""

    async def tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return await client.list_tools()

    async def call(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await client.call_tool(params.name, params.arguments or {})

    async def resources(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        return await client.list_resources()

    async def templates(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        return await client.list_resource_templates()

    async def read(_: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return await client.read_resource(params.uri)

    async def prompts(_: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        return await client.list_prompts()

    async def prompt(_: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        return await client.get_prompt(params.name, params.arguments or {})

    return Server(
        "groundtruth",
        version=version("groundtruth"),
        title="Groundtruth",
        instructions=INSTRUCTIONS,
        on_list_tools=tools,
        on_call_tool=call,
        on_list_resources=resources,
        on_list_resource_templates=templates,
        on_read_resource=read,
        on_list_prompts=prompts,
        on_get_prompt=prompt,
    )
