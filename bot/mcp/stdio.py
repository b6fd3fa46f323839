"""A server on standard input and output, one JSON-RPC message a line, until the input ends."""

from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server


async def served(server: Server[Any]) -> None:
    """Serve one agent; which era it speaks its first message says."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
