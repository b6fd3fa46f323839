"""E-mail by SMTP: one message when an incident opens, one in the same thread for each change and each reminder.

What a mail server has taken cannot be replaced, so fresher figures alone are not sent. A repeat has the same
Message-ID; most mailboxes show it once.
"""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, KeyValues
from bot.channels.email.message import Envelope, letter, reminder
from bot.channels.email.options import Options, read
from bot.channels.http_channel import CALLS, NotificationLog
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from bot.http.certificates import trusted
from bot.http.client import FailureTracker

log = logging.getLogger(__name__)

AWAY_S = 30.0
BUSY_S = 60.0
SUBJECT = 200


class Email(NotificationLog):
    """A channel that mails one list of recipients."""

    idempotent = False
    refresh_s = 300.0

    def __init__(self, name: str, options: Options, memory: KeyValues, now: Callable[[], float]) -> None:
        super().__init__(name, memory)
        self._options = options
        self._now = now
        self._wrong = ""
        self._unheard = FailureTracker()
        self._tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        self._tls = trusted(self.name, self._options.ca_file)
        # A mail server is often one's own, and its authority known to the machine.
        self._tls.load_default_certs()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close: no connection outlives a message."""

    def health(self) -> tuple[bool, str]:
        """Whether the last message was taken, in a sentence."""
        return not self._wrong, self._wrong or "the mail server takes messages"

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  one place
        """Send the message that begins the thread."""
        return await self.edit({"key": paging.identity(key, 255)}, card)

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Send what has changed, as an answer to the first message."""
        key, news = str(where["key"]), paging.news(card)
        known = dict(await self._told(key))
        subject = known.pop("subject", "") or paging.headline(card, SUBJECT)
        if known != news:
            envelope = Envelope(self._options.sender, self._options.to, self._now())
            await self._send(letter(card, key, subject, envelope, first=not known), about=key)
            await self._tell(key, {**news, "subject": subject})
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """A mail where somebody is called who has not taken it; for other lines it would be one too many."""
        root = str(where["key"])
        known = await self._told(root)
        if entry.event in CALLS and known.get("state") == paging.AlertStatus.FIRING:
            envelope = Envelope(self._options.sender, self._options.to, self._now())
            mail = reminder(paging.line(entry, SUBJECT), root, known["subject"], envelope, key)
            await self._once(key, lambda: self._send(mail, about=key))

    async def _send(self, message: EmailMessage, about: str) -> None:
        try:
            await asyncio.to_thread(self._deliver, message)
        except DeliveryError as error:
            self._wrong = str(error)
            if error.ambiguous and self._unheard.several(about):
                # Where several come to nothing it is the server's trouble, and none of them is given up for it.
                error.everywhere, error.retry_after = True, AWAY_S
            raise
        self._wrong = ""
        self._unheard.clear()

    def _deliver(self, message: EmailMessage) -> None:
        """Raises DeliveryError; runs in a thread of its own."""
        try:
            with self._connected() as server:
                try:
                    refused = server.send_message(message)
                except (OSError, smtplib.SMTPException) as error:
                    # `from None`: the cause repeats what the server said, and that may repeat ours.
                    raise _unsent(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise _unreached(error) from None
        if refused:
            log.warning(
                "%s: the mail server refuses %d of %d recipients", self.name, len(refused), len(self._options.to)
            )

    def _connected(self) -> smtplib.SMTP:
        options = self._options
        if options.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                options.host, options.port, timeout=options.answer_s, context=self._tls
            )
        else:
            server = smtplib.SMTP(options.host, options.port, timeout=options.answer_s)
        try:
            if options.security == "starttls":
                server.starttls(context=self._tls)
            # Before the message, so that what fails here is known to have sent nothing.
            server.ehlo_or_helo_if_needed()
            if options.user:
                server.login(options.user, options.password.reveal())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def _unreached(error: OSError | smtplib.SMTPException) -> DeliveryError:
    """Nothing was sent yet: it is the whole channel's trouble."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        why = f"the mail server refuses user or password ({error.smtp_code})"
        return DeliveryError(why, permanent=error.smtp_code >= 500, everywhere=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        why = "the mail server offers no STARTTLS or no login: check port and security"
        return DeliveryError(why, permanent=True, everywhere=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = "the mail server's certificate is not trusted (ca_file names one of your own)"
    elif isinstance(error, ssl.SSLError):
        why = "the mail server does not speak TLS as we do"
    else:
        why = f"the mail server cannot be reached ({type(error).__name__})"
    return DeliveryError(why, retry_after=AWAY_S, everywhere=True)


def _unsent(error: OSError | smtplib.SMTPException) -> DeliveryError:
    """The server has answered, or has not, while the message was on its way."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        why = f"the mail server refuses every recipient ({codes[0]})"
        return DeliveryError(why, permanent=min(codes) >= 500, retry_after=BUSY_S)
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        if code < 0:
            return DeliveryError("the mail server gives a broken answer", ambiguous=True)
        busy = code < 500
        why = f"the mail server answers {code}"
        return DeliveryError(why, permanent=not busy, retry_after=BUSY_S if busy else None, everywhere=busy)
    heard = "no answer in time" if isinstance(error, TimeoutError) else f"a broken answer ({type(error).__name__})"
    return DeliveryError(f"the mail server gives {heard}", ambiguous=True)


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Email:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    return Email(name, read(name, options), outside.memory, outside.now)
