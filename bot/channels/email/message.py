"""A card as an e-mail: plain text and HTML, one thread an incident. Pure.

A thread is held together by Message-ID, In-Reply-To and References (RFC 5322, 3.6.4) and by its subject, which some
programs go by: answers keep the root's. The same message has the same Message-ID, so that mailboxes know a repeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape

from bot.channels import paging
from bot.core.model.card import Card, Colour

BODY = 20_000
COLOURS = {
    Colour.GREEN: "#2eb886",
    Colour.YELLOW: "#daa038",
    Colour.ORANGE: "#e07b00",
    Colour.RED: "#a30200",
    Colour.BLUE: "#439fe0",
    Colour.GREY: "#999999",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom, and when (Unix seconds)."""

    sender: str
    to: Sequence[str]
    at: float


def letter(card: Card, root: str, subject: str, envelope: Envelope, *, first: bool) -> EmailMessage:
    """The message; `root` is the thread's key, `subject` the root's."""
    message = _headed(root, subject, envelope, "" if first else f"{root} {sorted(paging.news(card).items())}")
    if card.tone is Colour.RED and paging.standing(card) is paging.AlertStatus.FIRING:
        message["Importance"] = "high"
    head = paging.headline(card, 300)
    message.set_content(f"{head}\n\n{paging.body(card, BODY, trail=True)}\n")
    message.add_alternative(_html(card, head), subtype="html")
    return message


def reminder(words: str, root: str, subject: str, envelope: Envelope, name: str) -> EmailMessage:
    """An answer in the thread of `root` that says no more than that it is still open; `name` is its own."""
    message = _headed(root, subject, envelope, name)
    message["Importance"] = "high"
    message.set_content(f"{subject}\n\n{words}\n")
    message.add_alternative(f"<html><body><h3>{escape(subject)}</h3><p>{escape(words)}</p></body></html>", "html")
    return message


def _headed(root: str, subject: str, envelope: Envelope, own: str) -> EmailMessage:
    """A message without words; `own` is what makes an answer that one answer, "" for the root itself."""
    domain = envelope.sender.partition("@")[2]
    thread = f"<groundtruth.{paging.digest(root)[:32]}@{domain}>"
    message = EmailMessage()
    message["From"] = formataddr(("Groundtruth", envelope.sender))
    message["To"] = ", ".join(envelope.to)
    message["Date"] = format_datetime(datetime.fromtimestamp(envelope.at, UTC))
    message["Subject"] = f"Re: {subject}" if own else subject
    message["Message-ID"] = f"<groundtruth.{paging.digest(own)[:32]}@{domain}>" if own else thread
    if own:
        message["In-Reply-To"] = message["References"] = thread
    # Nobody's holiday is to be announced to us (RFC 3834; the second is Exchange's word for it).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _html(card: Card, head: str) -> str:
    rows = "".join(
        f'<tr><td style="padding:2px 12px 2px 0;color:#666;vertical-align:top">{escape(label)}</td>'
        f"<td>{escape(text)}</td></tr>"
        for label, text in paging.details(card).items()
    )
    trail = "".join(f"<li>{escape(row)}</li>" for row in paging.timeline(card))
    links = " · ".join(f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in paging.links(card))
    foot = escape(paging.footer(card))
    return (
        f'<html><body style="font-family:sans-serif"><div style="border-left:4px solid {COLOURS[card.tone]};'
        f'padding-left:12px"><h3>{escape(head)}</h3><table>{rows}</table><ul>{trail}</ul>'
        f'<p style="color:#666">{foot} {links}</p></div></body></html>'
    )
