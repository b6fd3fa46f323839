"""The fake's gateway: sessions over websockets that can be resumed, invalidated, dropped, deafened and fed garbage."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)


@dataclass
class Session:
    """One identified session: its events so far, and the socket that reads them (None while it is away)."""

    id: str
    events: list[dict[str, Any]] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    valid: bool = True


class Gateway:
    """All sessions of the one bot. `acks` off makes zombies; `refuses` closes every socket with that code.

    `beats` are the times of the heartbeats, as `time.monotonic` tells them; `came` the paths of the connections;
    `ready_comes` off leaves an IDENTIFY unanswered, `guild_comes` off GUILD_CREATE out, as Discord's own outages do.
    """

    def __init__(self, world: World, url: Callable[[], str], dumps: Callable[[], dict[str, Any]]) -> None:
        self.world = world
        self.heartbeat_ms = 41_250
        self.acks = True
        self.refuses = 0
        self.hello = ""  # what comes instead of HELLO, if anything
        self.ready_comes = self.guild_comes = True
        self.came: list[str] = []
        self.sessions: dict[str, Session] = {}
        self.identifies = self.resumes = self.heartbeats = self.connections = 0
        self.intents = 0
        self.beats: list[float] = []
        self.changed = asyncio.Condition()
        self._url = url
        self.guild = dumps
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def live(self) -> list[Session]:
        """Sessions that are listened to now."""
        return [s for s in self.sessions.values() if s.valid and s.socket is not None and not s.socket.closed]

    async def until(self, condition: Callable[[], Any], within_s: float = 10.0) -> None:
        """Wait for something to be true of the gateway; TimeoutError if it never is."""
        async with asyncio.timeout(within_s), self.changed:
            await self.changed.wait_for(condition)

    async def dispatch(self, event: str, data: dict[str, Any]) -> int:
        """Send an event to every session (one that is away gets it when it resumes); how many hear it now."""
        live = len(self.live)
        for session in list(self.sessions.values()):
            if session.valid:
                await self._event(session, event, data)
        return live

    async def raw(self, text: str) -> None:
        """Send any text at all to every socket."""
        for session in self.live:
            assert session.socket is not None
            await session.socket.send_str(text)

    async def ask_to_reconnect(self) -> None:
        """RECONNECT: the client should come back and resume."""
        await self.raw(json.dumps({"op": RECONNECT, "d": None}))

    async def invalidate(self, *, resumable: bool = False) -> None:
        """INVALID_SESSION for everybody."""
        for session in self.live:
            session.valid = resumable
            assert session.socket is not None
            await session.socket.send_str(json.dumps({"op": INVALID, "d": resumable}))

    async def drop(self, code: int = 4000) -> None:
        """Close every socket."""
        for socket in list(self._sockets):
            self._sockets.discard(socket)
            await socket.close(code=code)

    async def cut(self) -> None:
        """Every connection ends without a word."""
        for socket in list(self._sockets):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.connections += 1
        self.came.append(request.path)
        if self.refuses:
            await socket.close(code=self.refuses)
            return socket
        self._sockets.add(socket)
        with contextlib.suppress(ConnectionError):
            greeting = {"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat_ms}}
            await socket.send_str(self.hello or json.dumps(greeting))
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                await self._heard(socket, json.loads(message.data))
                await self._tell()
        theirs = socket in self._sockets
        self._sockets.discard(socket)
        for session in self.sessions.values():
            if session.socket is socket:
                session.socket = None
                # A session ends when the client closes it with one of these, not when we drop it.
                session.valid = session.valid and not (theirs and socket.close_code in (1000, 1001))
        await self._tell()
        return socket

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def _heard(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        match said.get("op"):
            case 1:
                self.heartbeats += 1
                self.beats.append(time.monotonic())
                if self.acks:
                    await socket.send_json({"op": ACK})
            case 2:
                await self._identify(socket, said["d"])
            case 6:
                await self._resume(socket, said["d"])
            case 3 | 4 | 8:
                pass
            case _:
                await socket.close(code=4001)

    async def _identify(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        self.identifies += 1
        self.intents = said["intents"]
        if said["token"] != self.world.token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif said["intents"] & PRIVILEGED:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
        elif self.ready_comes:
            session = Session(self.world.id(), socket=socket)
            self.sessions[session.id] = session
            await self._event(session, "READY", self._ready(session))
            if self.world.in_guild and self.guild_comes:
                await self._event(session, "GUILD_CREATE", self.guild())

    async def _resume(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        session = self.sessions.get(said["session_id"])
        if said["token"] != self.world.token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif session is None or not session.valid:
            await socket.send_json({"op": INVALID, "d": False})
        else:
            self.resumes += 1
            session.socket = socket
            for event in session.events:
                if event["s"] > (said["seq"] or 0):
                    await socket.send_json(event)
            await self._event(session, "RESUMED", {"_trace": []})

    def _ready(self, session: Session) -> dict[str, Any]:
        bot = self.world.bot
        return {
            "v": 10,
            "user": {"id": bot.id, "username": bot.name, "discriminator": "0", "avatar": None, "bot": True},
            "guilds": [{"id": self.world.guild, "unavailable": True}] if self.world.in_guild else [],
            "session_id": session.id,
            "resume_gateway_url": f"{self._url()}/resumed",
            "application": {"id": self.world.application, "flags": self.world.flags},
        }

    async def _event(self, session: Session, event: str, data: dict[str, Any]) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(payload)
        if session.socket is not None and not session.socket.closed:
            with contextlib.suppress(ConnectionError):
                await session.socket.send_json(payload)
