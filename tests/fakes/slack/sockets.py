"""Socket Mode: tickets, sockets, hello, pings, envelopes to ONE of several sockets, disconnect and refresh."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.workspace import APP_ID, Workspace

MOST = 10
"""Connections of one app."""


@dataclass
class Sockets:
    """The open connections of our app."""

    workspace: Workspace
    url: str = ""
    handed_out: int = 0
    """Answers to apps.connections.open."""
    greeted: int = 0
    frozen: bool = False
    """The connections stay open and nothing passes, not even pings."""
    refuse: int = 0
    """Handshakes answered with this status, if any."""
    open: list[web.WebSocketResponse] = field(default_factory=list)
    _turn: "itertools.count[int]" = field(default_factory=itertools.count)
    _acks: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    def ticket(self) -> str:
        """A new address to connect to."""
        self.handed_out += 1
        return f"{self.url}?ticket={self.handed_out}&app_id={APP_ID}"

    async def connected(self, request: web.Request) -> web.StreamResponse:
        """One connection, from handshake to end."""
        if self.refuse:
            return web.Response(status=self.refuse)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.open) >= MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self.open.append(socket)
        info = {"type": "hello", "num_connections": len(self.open), "connection_info": {"app_id": APP_ID}}
        await socket.send_json(info | {"debug_info": {"host": "fake", "approximate_connection_time": 3_600}})
        self.greeted += 1
        await self.workspace.told()
        try:
            async for message in socket:
                await self._heard(socket, message)
        finally:
            self.open.remove(socket)
            await self.workspace.told()
        return socket

    async def _heard(self, socket: web.WebSocketResponse, message: Any) -> None:
        if self.frozen:
            return
        if message.type is WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            said = json.loads(message.data)
            ack = self._acks.pop(said["envelope_id"], None)
            if ack is not None and not ack.done():
                ack.set_result(said)

    async def send(self, kind: str, payload: dict[str, Any], within_s: float, **more: Any) -> dict[str, Any] | None:
        """One envelope to one socket, in turn; its ack's payload, None when none came in time."""
        waiting = [socket for socket in self.open if not socket.closed]
        if not waiting:
            return None
        envelope = f"e{next(self._turn)}"
        ack = self._acks[envelope] = asyncio.get_running_loop().create_future()
        said = {"type": kind, "envelope_id": envelope, "accepts_response_payload": kind != "events_api"}
        if not self.frozen:
            socket = waiting[next(self._turn) // 2 % len(waiting)]
            await socket.send_json({**said, "payload": payload, **more})
        try:
            async with asyncio.timeout(within_s):
                return dict((await ack).get("payload") or {})
        except TimeoutError:
            self._acks.pop(envelope, None)
            return None

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Ask every client to come back on a new address."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})
            if close:
                await socket.close()

    def cut(self) -> None:
        """Every connection is gone without a word."""
        for socket in self.open:
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
