"""E-mail: the contract, threads, and what is told of a mail server that fails."""

import logging
import ssl
import traceback
from dataclasses import replace

import pytest
import trustme

from bot.channels.email.channel import Email
from bot.channels.email.options import read
from bot.channels.paging import digest
from bot.core.model.card import Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from tests.fakes.mail import PASSWORD, USER, mailing
from tests.support.contract import CARD, HOSTILE, ChannelContract
from tests.support.email import plain
from tests.support.outlets import NOW

OVER = replace(CARD, tone=Colour.GREEN, closed=True, headline="🟢 Claude API: resolved")
TAKEN = replace(CARD, facts=replace(CARD.facts, acknowledged=True))


def options(port, **changes):
    given = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "bot@example.com",
        "to": ["a@example.com"],
    }
    return read("mail", given | changes)


def channel_on(fake, store, **changes):
    return Email("mail", options(fake.port, **changes), store.notes, lambda: NOW)


@pytest.fixture
async def fake():
    async with mailing() as it:
        yield it


@pytest.fixture
async def channel(fake, store):
    async with channel_on(fake, store) as it:
        yield it


class TestEmail(ChannelContract):
    """Looked at in the mailbox: a root is a message that answers none."""

    @pytest.fixture
    async def channel(self, fake, store):
        self.box = fake
        async with channel_on(fake, store) as it:
            yield it

    def thread(self, key):
        head = f"<groundtruth.{digest(key)[:32]}@example.com>"
        return [m for m in self.box.box if head in (m["Message-ID"], m["In-Reply-To"])]

    def roots(self, key):
        return sum(m["In-Reply-To"] is None for m in self.thread(key))

    def trail(self, key):
        return [r.partition("changed: ")[2] for r in plain(self.thread(key)[-1]).splitlines() if "changed: " in r]

    def headline(self, key):
        return plain(self.thread(key)[-1]).splitlines()[0]

    async def test_the_trail_keeps_its_order_and_takes_each_line_once(self, channel):
        """A mail a line would be too many: a message brings the newest lines."""
        lines = tuple(TimelineEntry(NOW + n, "changed", f"line {n}") for n in (1, 2, 3))
        where = await channel.post("", replace(CARD, trail=lines), "k1")
        await channel.follow(where, TimelineEntry(NOW, "changed", "line 4"), "k1#4")
        assert self.trail("k1") == ["line 1", "line 2", "line 3"]
        assert len(self.box.arrived) == 1


async def test_one_thread(fake, channel):
    """Answers refer to the first message and keep its subject; fresher figures send nothing."""
    where = await channel.post("", CARD, "k1")
    where = await channel.edit(where, replace(CARD, headline=CARD.headline.replace("18", "23")))
    await channel.edit(where, OVER)
    first, last = fake.box
    assert last["In-Reply-To"] == last["References"] == first["Message-ID"]
    assert first["Subject"] == CARD.headline
    assert last["Subject"] == f"Re: {CARD.headline}"
    assert plain(last).startswith(OVER.headline)
    assert first["Auto-Submitted"] == "auto-generated"


async def test_a_reminder_is_a_mail_in_the_thread(fake, store, channel):
    """Once, through a restart; other lines are none, and who has taken it is left alone."""
    where = await channel.post("", CARD, "k1")
    call = TimelineEntry(NOW, "reminded", "still open, nobody acknowledged for 10 min")
    await channel.follow(where, call, "k1#4")
    async with channel_on(fake, store) as other:
        await other.follow(where, call, "k1#4")
        await other.follow(where, TimelineEntry(NOW, "escalated", "step 1 of on-call, to pagerduty"), "k1#5")
        await other.edit(where, TAKEN)
        await other.follow(where, call, "k1#6")
    first, rung, taken = fake.arrived
    assert rung["In-Reply-To"] == rung["References"] == first["Message-ID"]
    assert len({m["Message-ID"] for m in fake.arrived}) == 3
    assert rung["Subject"] == taken["Subject"] == f"Re: {CARD.headline}"
    assert rung["Importance"] == "high"
    assert plain(rung).split() == f"{CARD.headline} {call.text}".split()


async def test_a_repeat_has_the_same_id(fake, channel):
    """Taken, but we were not told: mailboxes show it once."""
    fake.replies = {".": None}
    with pytest.raises(DeliveryError) as caught:
        await channel.post("", CARD, "k1")
    assert caught.value.ambiguous
    fake.replies = {}
    await channel.post("", CARD, "k1")
    assert (len(fake.arrived), len(fake.box)) == (2, 1)


async def test_html_is_escaped(fake, channel):
    """What vendors write stands there as letters."""
    await channel.post("", replace(CARD, headline=HOSTILE, lines=((HOSTILE, HOSTILE),)), "k1")
    html = fake.box[0].get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("verb", "reply", "expected"),
    [
        ("MAIL", "421 too busy", (False, True, False)),
        ("RCPT", "450 later", (False, False, False)),
        ("RCPT", "550 nobody", (True, False, False)),
        ("DATA", "554 spam", (True, False, False)),
        (".", "451 later", (False, True, False)),
        (".", "552 too big", (True, False, False)),
        ("DATA", None, (False, False, True)),
        ("DATA", "", (False, False, True)),
        ("DATA", "what?", (False, False, True)),
    ],
)
async def test_refusals(fake, store, verb, reply, expected):
    """4xx later, 5xx never, no answer: it may have arrived."""
    fake.replies = {verb: reply}
    async with channel_on(fake, store, answer_s=0.3) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.post("", CARD, "k1")
        error = caught.value
        assert (error.permanent, error.everywhere, error.ambiguous) == expected
        assert channel.health() == (False, str(error))
        fake.replies = {}
        await channel.post("", CARD, "k1")
        assert channel.health()[0]


async def test_nobody_there(store):
    """The whole channel waits."""
    async with mailing() as gone:
        port = gone.port
    async with Email("mail", options(port), store.notes, lambda: NOW) as channel:
        with pytest.raises(DeliveryError, match="reached") as caught:
            await channel.post("", CARD, "k1")
    assert (caught.value.everywhere, caught.value.ambiguous) == (True, False)


async def test_tls_and_login(store, tmp_path, caplog):
    """STARTTLS with a certificate we know, then the login; a wrong password is nobody's secret."""
    caplog.set_level(logging.DEBUG)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    safe = {"security": "starttls", "user": USER, "ca_file": str(tmp_path / "ca.pem")}
    said = []
    async with mailing(tls) as fake:
        async with channel_on(fake, store, **safe, password=PASSWORD) as channel:
            await channel.post("", CARD, "k1")
        assert len(fake.box) == 1
        for wrong, words in (({"password": "other"}, "password"), ({"ca_file": ""}, "certificate")):
            async with channel_on(fake, store, **(safe | {"password": PASSWORD} | wrong)) as channel:
                with pytest.raises(DeliveryError, match=words) as caught:
                    await channel.post("", CARD, "k2")
            assert caught.value.everywhere
            said += traceback.format_exception(caught.value)
    async with mailing() as fake, channel_on(fake, store, security="starttls") as channel:
        with pytest.raises(DeliveryError, match="STARTTLS"):
            await channel.post("", CARD, "k2")
        assert not fake.arrived
    assert PASSWORD not in "".join(said) + caplog.text


@pytest.mark.parametrize(
    "wrong", [{"to": []}, {"to": ["a@b\r\nBcc: c@d"]}, {"sender": "bot"}, {"user": "u"}, {"host": "a b"}]
)
def test_wrong_options(wrong):
    """Nothing that could become a header, and no password in the open."""
    with pytest.raises(UserError, match=r"channels\.mail\."):
        options(25, **wrong)


async def test_a_vendor_s_words_add_no_header(fake, channel):
    """Line breaks in a name that somebody else chose make no recipient, no header and no second body."""
    evil = "Claude\r\nBcc: victim@example.com\r\nContent-Type: text/html\r\n\r\n<script>"
    await channel.post("", replace(CARD, headline=evil), evil)
    [mail] = fake.box
    assert mail["Bcc"] is None
    assert mail.get_all("Content-Type") == [mail["Content-Type"]]
    assert "victim" not in str(mail["To"])
    assert all("\n" not in str(value).replace("\n ", " ") for value in mail.values())
