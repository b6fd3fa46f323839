"""Our own SMTP server: a mailbox that knows repeats by their Message-ID, with STARTTLS and a login if wanted."""

import asyncio
import base64
import contextlib
import email.policy
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage

USER, PASSWORD = "groundtruth", "p4ssw0rd-of-the-mail"


class Mail:
    """What has arrived. `replies` are answers to give instead, by command; None hangs up, "" says nothing."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.tls = tls
        self.port = 0
        self.arrived: list[EmailMessage] = []
        self.replies: dict[str, str | None] = {}

    @property
    def box(self) -> list[EmailMessage]:
        return list({m["Message-ID"]: m for m in self.arrived}.values())

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        known = secure = False
        while line := (await reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb in self.replies:
                if not await self._instead(self.replies[verb], writer):
                    return
                continue
            if verb == "EHLO":
                offers = ["mail.example", "AUTH PLAIN"] + (["STARTTLS"] if self.tls and not secure else [])
                marks = ["-"] * (len(offers) - 1) + [" "]
                said = "\r\n".join(f"250{mark}{offer}" for mark, offer in zip(marks, offers, strict=True))
            elif verb == "STARTTLS":
                writer.write(b"220 go ahead\r\n")
                assert self.tls is not None
                await writer.start_tls(self.tls)
                secure = True
                continue
            elif verb == "AUTH":
                known = base64.b64decode(line.split()[2]).decode().split("\0")[1:] == [USER, PASSWORD]
                said = "235 welcome" if known else f"535 no such user or password {PASSWORD}"
            elif verb == "DATA":
                said = await self._take(reader, writer)
                if not said:
                    return
            elif verb == "QUIT":
                return
            else:
                said = "250 ok" if known or self.tls is None else "530 log in first"
            writer.write(f"{said}\r\n".encode())

    async def _instead(self, reply: str | None, writer: asyncio.StreamWriter) -> bool:
        """Answer as the test wants; False to hang up."""
        if reply == "":
            await asyncio.Event().wait()
        writer.write(f"{reply}\r\n".encode() if reply else b"")
        return reply is not None

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Receive one message; the answer, "" to hang up with the message kept."""
        writer.write(b"354 go on\r\n")
        content = await reader.readuntil(b"\r\n.\r\n")
        parsed = email.message_from_bytes(content[:-3], policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        said = self.replies.get(".", "250 queued")
        if said is None or said.startswith("250"):
            self.arrived.append(parsed)
        return said or ""


@contextlib.asynccontextmanager
async def mailing(tls: ssl.SSLContext | None = None) -> AsyncIterator[Mail]:
    """Serve until the block ends."""
    mail = Mail(tls)
    tasks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await mail.converse(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        waiting = list(tasks)
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
