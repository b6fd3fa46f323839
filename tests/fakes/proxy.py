"""What a proxy of our own does: `async with serve(tunnel) as proxy:`, with `serve` of `tests.fakes.web`."""

import asyncio

from tests.fakes.web import Asked, Wire, head


async def tunnel(asked: Asked, wire: Wire) -> None:
    """CONNECT, then bytes both ways."""
    host, port = asked.target.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    await wire.send(head(200))
    back = asyncio.create_task(_pump(reader, wire.writer))
    try:
        await _pump(wire.reader, writer)
    finally:
        writer.transport.abort()
        back.cancel()
        await asyncio.wait([back])


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
