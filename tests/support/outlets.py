"""What every outlet on HTTP must do when its platform fails: the right `DeliveryError`, and no secret in anything.

Subclass it with `kind`, `world` and `options`; the channel is opened as in production, from its settings.
"""

import contextlib
import io
import logging
import ssl
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from email.utils import formatdate
from typing import Any, Protocol

import pytest
import trustme

from bot.channels.channel import Channel
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.core.answers.answer import Answer
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from bot.store.store import Store
from tests.fakes import web
from tests.fakes.outlet import Fault, World, serving
from tests.support.contract import CARD

NOW = 1_776_094_260.0


class Mute:
    """A desk that nobody asks."""

    async def ask(self, text: str, asker: Any, now: float) -> Answer:
        raise NotImplementedError

    async def complete(self, text: str, asker: Any) -> Sequence[tuple[str, str]]:
        raise NotImplementedError


class Opens(Protocol):
    """Opens a channel of the class's kind on an address; not yet entered."""

    def __call__(self, url: str, **changes: Any) -> Channel: ...


class Outlet(ABC):
    """The fixtures: `fake`, the platform on loopback, and `channel`, opened on it."""

    kind: str
    world: type[World]
    secrets: tuple[str, ...] = ()
    own_answer = True
    """Whether the platform answers in a form that can be told from somebody else's."""
    fake_world: Any
    """What stands at the platform, for those who look."""

    @abstractmethod
    def options(self, url: str) -> dict[str, Any]:
        """The options of a channel on that address."""

    @pytest.fixture
    def opens(self, store: Store, tmp_path) -> Opens:
        def opened(url: str, **changes: Any) -> Channel:
            out = io.StringIO()
            outside = ChannelContext(tmp_path, out, "plain", lambda: NOW, Mute(), store.notes, store.leases, "me")
            return CHANNELS[self.kind].opened(self.kind, self.options(url) | changes, outside)

        return opened

    @pytest.fixture
    async def fake(self) -> AsyncIterator[World]:
        async with serving(self.world) as world:
            self.fake_world = world
            yield world

    @pytest.fixture
    async def channel(self, fake, opens) -> AsyncIterator[Channel]:
        async with opens(fake.url) as channel:
            yield channel


async def failing(channel: Channel, key: str = "k1", headline: str = CARD.headline) -> DeliveryError:
    """The error of a post that fails."""
    with pytest.raises(DeliveryError) as caught:
        await channel.post("", replace(CARD, headline=headline), key)
    return caught.value


class OutletFaults(Outlet):
    """Promises of every outlet."""

    lines = True
    """Whether lines of a trail are sent by themselves; else the newest stand in the message."""

    async def test_a_limit_is_waited_out_by_the_whole_channel(self, fake, channel):
        """429: as long as it says, in seconds or as a date; a minute where it does not."""
        date = formatdate(NOW + 30, usegmt=True)
        waits = {"7": 7.0, date: 30.0, "": 60.0, "soon": 60.0, "99999": 3600.0, "1e9": 60.0, "nan": 60.0}
        for given, wait in waits.items():
            fake.faults = [Fault(429, "slow down", {"retry-after": given} if given else {})]
            error = await failing(channel)
            assert (error.retry_after, error.everywhere, error.permanent) == (wait, True, False), given
        assert channel.health()[0] is False
        await channel.post("", CARD, "k1")
        assert channel.health()[0] is True

    async def test_its_own_failure_may_have_been_heard(self, fake, channel):
        """5xx: tried again, after the time it names if it names one."""
        for status, given, wait in ((500, "", None), (502, "", None), (503, "9", 9.0), (408, "", None)):
            fake.faults = [Fault(status, "<html>", {"retry-after": given} if given else {})]
            error = await failing(channel)
            assert (error.ambiguous, error.permanent, error.retry_after) == (True, False, wait), status
            assert not error.everywhere

    async def test_two_deliveries_that_fail_are_the_outlets_trouble(self, fake, channel):
        """One message that it chokes on does not stop the others; when all choke, none is given up."""
        fake.always = Fault(500)
        assert [(await failing(channel, key)).everywhere for key in ("k1", "k1", "k2", "k1")] == [
            False,
            False,
            True,
            True,
        ]
        fake.always = None
        await channel.post("", CARD, "k2")
        fake.faults = [Fault(500)]
        assert not (await failing(channel, "k1")).everywhere

    async def test_silence_and_hanging_up_leave_it_open(self, fake, opens):
        """No answer, or half of one: it may stand there."""
        async with opens(fake.url, answer_s=0.3) as channel:
            for fault in (Fault(silent=True), Fault(cut=True), Fault(done=True, cut=True)):
                fake.faults = [fault]
                error = await failing(channel)
                assert (error.ambiguous, error.permanent) == (True, False), fault
                assert not error.everywhere

    async def test_an_answer_that_drips_or_never_ends_is_bounded(self, opens):
        """Slow-loris ends with our patience; a flood is cut off."""
        dripping = web.drip(web.head(200, {"content-type": "application/json"}, 10_000), b" ")
        async with web.serve(dripping) as site, opens(site.url(""), answer_s=0.3) as channel:
            assert (await failing(channel)).ambiguous
        async with web.serve(web.endless) as site, opens(site.url(""), answer_s=5) as channel:
            # Taken or not, it ends, and the next one is sent as ever.
            with contextlib.suppress(DeliveryError):
                await channel.post("", CARD, "k1")

    async def test_no_http_at_all(self, opens):
        """Another protocol on that port."""
        garbage = web.cut_off(b"\x00\x01SSH-2.0-nothing\r\n\r\n")
        async with web.serve(garbage) as site, opens(site.url("")) as channel:
            error = await failing(channel)
            assert (error.ambiguous, error.permanent) == (True, False)

    async def test_a_strangers_yes_is_no_yes(self, fake, channel):
        """A proxy's login page with status 200 is not taken for the outlet."""
        fake.faults = [Fault(200, "<html>Welcome to the hotel</html>", {"content-type": "text/html"})]
        if self.own_answer:
            error = await failing(channel)
            assert (error.everywhere, error.permanent) == (True, False)
        else:
            await channel.post("", CARD, "k1")

    async def test_a_redirect_is_not_followed(self, fake, channel):
        """It would carry our key to whoever is named."""
        async with serving(self.world) as other:
            fake.faults = [Fault(307, "", {"location": other.url + "/v2/enqueue"})]
            error = await failing(channel)
            assert (error.everywhere, error.permanent) == (True, True)
            assert not other.requests

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    async def test_a_wrong_key_or_address_stops_the_channel(self, fake, channel, status):
        """Nothing would get through; the deliveries are kept until a person has mended it."""
        fake.faults = [Fault(status, "no")]
        error = await failing(channel)
        assert (error.everywhere, error.permanent) == (True, True)
        assert str(status) in str(error)
        assert channel.health() == (False, str(error))

    @pytest.mark.parametrize("status", [400, 413, 422])
    async def test_a_refused_form_is_that_messages_trouble(self, fake, channel, status):
        """Trying the same again is useless, the next message may do."""
        fake.faults = [Fault(status, "too rich")]
        error = await failing(channel)
        assert (error.everywhere, error.permanent) == (False, True)
        await channel.post("", CARD, "k2")

    async def test_nobody_there(self, fake, opens):
        """A closed port: the whole channel waits some seconds, and nothing stands there twice."""
        async with serving(self.world) as gone:
            url = gone.url
        async with opens(url) as channel:
            error = await failing(channel)
        assert (error.everywhere, error.permanent, error.ambiguous) == (True, False, False)
        assert error.retry_after
        assert "refused" in str(error)

    async def test_a_name_that_nobody_knows(self, opens):
        """No address for it (RFC 6761 keeps .invalid free): the whole channel waits, and it is said."""
        async with opens("https://nowhere.invalid") as channel:
            error = await failing(channel)
        assert (error.everywhere, error.permanent, error.ambiguous) == (True, False, False)
        assert "its name is not known" in str(error)

    async def test_certificates(self, fake, opens, tmp_path):
        """An unknown one is refused and said; named in `ca_file` it is good. No TLS at all is refused too."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        async with serving(self.world, tls) as secure:
            async with opens(secure.url) as channel:
                error = await failing(channel)
            assert "certificate" in str(error)
            assert (error.everywhere, error.ambiguous) == (True, False)
            assert not secure.requests
            async with opens(secure.url, ca_file=str(tmp_path / "ca.pem")) as channel:
                await channel.post("", CARD, "k2")
            assert secure.requests
        async with opens(fake.url.replace("http:", "https:")) as channel:
            assert "TLS" in str(await failing(channel, "k3"))

    async def test_no_secret_in_errors_or_logs(self, fake, opens, caplog):
        """Even where the platform repeats the whole request, or the connection breaks with it on the line."""
        caplog.set_level(logging.DEBUG)
        said = []
        async with opens(fake.url, answer_s=0.3) as channel:
            for fault in (*(Fault(s, " ".join(self.secrets)) for s in (400, 401, 429, 500)), Fault(cut=True)):
                fake.faults = [fault]
                error = await failing(channel)
                said += [*traceback.format_exception(error), channel.health()[1]]
            await channel.post("", CARD, "k1")
        async with opens("http://127.0.0.1:1") as channel:
            said += traceback.format_exception(await failing(channel, "k2"))
        everything = "\n".join(said) + caplog.text
        assert not [secret for secret in self.secrets if secret in everything]

    async def test_lines_fail_as_posts_do(self, fake, channel):
        """A line that is not taken is tried again, and then stands once; where a platform has no lines none is sent."""
        where = await channel.post("", CARD, "k1")
        before, entry = len(fake.requests), TimelineEntry(NOW, "changed", "line 1")
        if self.lines:
            fake.faults = [Fault(500)]
            with pytest.raises(DeliveryError) as caught:
                await channel.follow(where, entry, "k1#1")
            assert caught.value.ambiguous
        await channel.follow(where, entry, "k1#1")
        await channel.follow(where, entry, "k1#1")
        assert len(fake.requests) == before + (2 if self.lines else 0)
