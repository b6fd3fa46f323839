"""How Slack reaches us: sockets that die, requests that are forged, tokens that are wrong."""

import asyncio

import pytest

from bot.channels.slack.options import read
from bot.channels.slack.receiver import PATH, Http, Pace, Socket
from bot.errors import UserError
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.support.slack import app_on, options, reached

BRISK = Pace(ping_s=0.05, look_s=0.02, stale_s=0.4)


async def talks(fake, clerk):
    """Whether a command is answered now."""
    reply = await fake.person("U1").types("status")
    await fake.workspace.until(lambda: reply.answers)
    return reply.acked.ok


async def until(true, within_s=10.0):
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110  (a clock is waited for)
            await asyncio.sleep(0.01)


async def test_a_socket_that_is_asked_to_refresh_comes_back(fake, store, clerk):
    """Slack closes every connection after a while, and says so before."""
    async with app_on(fake, store, clerk) as app:
        await reached(fake, app)
        for close in (True, True, False):
            before = fake.sockets.greeted
            await fake.sockets.disconnect("refresh_requested" if close else "warning", close=close)
            await fake.workspace.until(lambda before=before: fake.sockets.greeted > before and fake.sockets.open)
            assert await talks(fake, clerk)
        assert isinstance(app.intake, Socket)
        assert app.intake.rebuilt == 0


async def test_a_socket_that_is_cut_comes_back(fake, store, clerk):
    async with app_on(fake, store, clerk, BRISK) as app:
        await reached(fake, app)
        fake.sockets.cut()
        await fake.workspace.until(lambda: fake.sockets.greeted >= 2 and fake.sockets.open)
        assert await talks(fake, clerk)


async def test_a_socket_that_only_looks_alive_is_rebuilt(fake, store, clerk):
    """It is open, and nothing passes: the age of the last pong tells, and readiness with it."""
    async with app_on(fake, store, clerk, Pace(ping_s=5.0, look_s=0.02, stale_s=0.4)) as app:
        await reached(fake, app)
        intake = app.intake
        assert isinstance(intake, Socket)
        await until(lambda: intake.rebuilt >= 1)
        assert fake.sockets.handed_out >= 2


async def test_health_follows_the_pongs(fake, store, clerk):
    async with app_on(fake, store, clerk, BRISK) as app:
        await until(lambda: app.health()[0])
        assert "last pong" in app.health()[1]
        fake.sockets.frozen = True
        await until(lambda: not app.health()[0])
        fake.sockets.frozen = False
        await until(lambda: app.health()[0])
        assert await talks(fake, clerk)


async def test_an_address_that_never_works_is_not_asked_for_ever(fake, store, clerk):
    """The SDK repeats the same dead address; a new handler asks for another one."""
    fake.sockets.refuse = 503
    async with app_on(fake, store, clerk, BRISK) as app:
        await until(lambda: fake.sockets.handed_out >= 4)
        assert not app.health()[0]
        fake.sockets.refuse = 0
        await until(lambda: app.health()[0])
        assert await talks(fake, clerk)


async def test_forged_old_and_unsigned_requests_are_refused(fake, store, clerk):
    """By signature and by age; when no signature was ever right, health says what to look at."""
    async with app_on(fake, store, clerk, mode="http", listen="127.0.0.1:0") as app:
        await reached(fake, app)
        ann = fake.person("U1")
        fake.deliveries.secret = "0" * 32
        assert (await ann.types("ack 4F7K")).acked.status == 401
        assert "Signing Secret" in app.health()[1]
        assert not app.health()[0]
        fake.deliveries.secret = SIGNING_SECRET
        fake.deliveries.skew_s = -400.0
        assert (await ann.types("ack 4F7K")).acked.status == 401
        fake.deliveries.skew_s = 0.0
        url = fake.deliveries.http[0]
        async with fake.deliveries.session.post(url, data=b"command=/avail&text=ack") as response:
            assert response.status == 401
        async with fake.deliveries.session.get(url) as response:
            assert response.status == 405
        async with fake.deliveries.session.post(url.replace(PATH, "/x"), data=b"") as response:
            assert response.status == 404
        assert clerk.lines == []
        assert await talks(fake, clerk)
        assert app.health()[0]


async def test_another_workspaces_request_is_refused(fake, store, clerk):
    """Signed by the same app, installed elsewhere: it is not this token's."""
    async with app_on(fake, store, clerk) as app:
        await reached(fake, app)
        await fake.person("U1").types("ack 4F7K", team_id="TOTHER")
        assert await talks(fake, clerk)
        assert clerk.lines == ["status"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": ""}, "channels.slack.token: it is empty; expected the Bot User OAuth Token (xoxb-…)"),
        ({"token": "xoxp-1"}, "channels.slack.token: this is not the Bot User OAuth Token (xoxb-…)"),
        ({"app_token": ""}, "channels.slack.app_token: it is empty; expected the app-level token (xapp-…)"),
        ({"app_token": BOT_TOKEN}, "channels.slack.app_token: this is not the app-level token (xapp-…)"),
        ({"mode": "http", "signing_secret": ""}, "channels.slack.signing_secret: it is empty; expected the Signing"),
        ({"mode": "http", "signing_secret": "abc"}, "channels.slack.signing_secret: this is not the Signing Secret"),
        ({"mode": "carrier pigeon"}, "channels.slack.mode: "),
        ({"listen": "3000"}, "channels.slack.listen: expected host:port"),
        ({"channels": ["#general"]}, "channels.slack.channels.0: expected channel ids such as C0123ABCD"),
        ({"roles": {"admin": ["ann"]}}, "channels.slack.roles.admin.0: expected ids of users (U…) or user groups"),
        ({"api_url": "slack.com"}, "channels.slack.api_url: expected an address such as https://slack.com/api/"),
        ({"colour": "red"}, "channels.slack.colour: "),
    ],
)
def test_wrong_options_are_refused_with_the_sentence_that_mends_them(changes, sentence):
    with pytest.raises(UserError) as error:
        options("http://127.0.0.1:1/api/", **changes)
    assert str(error.value).startswith(sentence)
    assert BOT_TOKEN not in str(error.value)


def test_all_complaints_come_at_once():
    with pytest.raises(UserError) as error:
        read("team", {})
    assert str(error.value).count("channels.team.") == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": "xoxb-wrong"}, "channels.slack.token: Slack does not know this token"),
        ({"app_token": "xapp-wrong"}, "channels.slack.app_token: Slack does not know this app-level token"),
    ],
)
async def test_a_wrong_token_is_refused_at_start(fake, store, clerk, changes, sentence):
    """Slack itself says so, before anything runs."""
    with pytest.raises(UserError, match="Slack does not know") as error:
        async with app_on(fake, store, clerk, **changes):
            pass
    assert str(error.value).startswith(sentence)
    assert "wrong" not in str(error.value)


async def test_slack_away_is_no_reason_not_to_start(fake, store, clerk):
    """Its other channels must go out; this one says what is wrong."""
    fake.faults.add("*", times=10**6, status=503)
    async with app_on(fake, store, clerk, BRISK) as app:
        assert not app.health()[0]
        fake.faults.clear()
        await until(lambda: app.health()[0])
        assert await talks(fake, clerk)


async def test_a_place_to_listen_that_is_taken_is_said(fake, store, clerk):
    async with app_on(fake, store, clerk, mode="http", listen="127.0.0.1:0") as app:
        assert isinstance(app.intake, Http)
        taken = f"127.0.0.1:{app.intake.port}"
        with pytest.raises(UserError, match="cannot listen at"):
            async with app_on(fake, store, clerk, mode="http", listen=taken):
                pass


def test_secrets_do_not_show():
    assert APP_TOKEN not in repr(options("http://127.0.0.1:1/api/"))
    assert BOT_TOKEN not in str(options("http://127.0.0.1:1/api/").model_dump())


async def test_strangers_neither_end_it_nor_fill_its_log(fake, store, clerk, caplog):
    """Four hundred connections at once, and garbage that is no UTF-8: people are answered meanwhile."""
    async with app_on(fake, store, clerk, mode="http", listen="127.0.0.1:0") as app:
        await reached(fake, app)
        assert isinstance(app.intake, Http)
        crowd = [await asyncio.open_connection("127.0.0.1", app.intake.port) for _ in range(400)]
        for _, writer in crowd[-50:]:
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\xff\xfe\xfd\xfc")
        reply = await fake.person("U1").types("status")
        await fake.workspace.until(lambda: reply.answers)
        for _, writer in crowd:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in crowd), return_exceptions=True)
    assert len(caplog.records) <= 3
    assert "Traceback" not in caplog.text
