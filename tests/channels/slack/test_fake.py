"""Our Slack does what Slack is documented to do, so that passing against it means something."""

import asyncio

import pytest
from aiohttp import ClientSession, web

from tests.fakes.slack.people import USES
from tests.fakes.slack.sockets import MOST
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture
async def session():
    async with ClientSession() as it:
        yield it


async def called(fake, session, method, headers=None, **how):
    async with session.post(f"{fake.url}{method}", headers=AUTH if headers is None else headers, **how) as response:
        return await response.json()


async def test_arguments_come_as_json_form_and_query(fake, session):
    given = {"channel": "C1", "text": "hello"}
    for how in ({"json": given}, {"data": {**given, "blocks": "[]"}}, {"params": given}):
        assert (await called(fake, session, "chat.postMessage", **how))["ok"]
    form = {**given, "token": BOT_TOKEN}
    assert (await called(fake, session, "chat.postMessage", headers={}, data=form))["ok"]
    assert [m.text for m in fake.workspace.messages] == ["hello"] * 4


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C1"}, "no_text"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ("chat.update", {"channel": "C1", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("conversations.info", {"channel": "C1"}, "missing_scope"),
        ("chat.scheduleMessage", {}, "unknown_method"),
    ],
)
async def test_errors_have_slacks_own_codes(fake, session, method, args, code):
    assert (await called(fake, session, method, json=args))["error"] == code


async def test_too_much_is_refused(fake, session):
    posted = await called(fake, session, "chat.postMessage", json={"channel": "C1", "text": "x"})
    long = {"channel": "C1", "ts": posted["ts"], "text": "x" * 4_001}
    assert (await called(fake, session, "chat.update", json=long))["error"] == "msg_too_long"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}
    heavy = {"channel": "C1", "text": "x", "blocks": [section] * 5}
    assert (await called(fake, session, "chat.postMessage", json=heavy))["error"] == "msg_blocks_too_long"
    three = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}
    over = {"channel": "C1", "text": "x", "blocks": [three]}
    assert (await called(fake, session, "chat.postMessage", json=over))["error"] == "invalid_blocks"


async def test_a_trigger_opens_one_form_within_three_seconds(fake, session):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    ann = fake.person("U1")
    for age, code in ((0.0, None), (4.0, "expired_trigger_id")):
        trigger = ann._trigger()
        fake.workspace.triggers[trigger] -= age
        said = await called(fake, session, "views.open", json={"trigger_id": trigger, "view": view})
        assert said.get("error") == code
    again = await called(fake, session, "views.open", json={"trigger_id": trigger, "view": view})
    assert again["error"] == "exchanged_trigger_id"


async def test_an_answer_can_be_given_five_times(fake, session):
    url, answers = fake.answering.url("C1")
    codes = []
    for _ in range(USES + 1):
        async with session.post(url, json={"text": "x"}) as response:
            codes.append(response.status)
    assert codes == [200] * USES + [404]
    assert len(answers) == USES


async def test_events_are_tried_four_times_and_say_so(fake, session):
    """At once, later, later; with number and reason; commands once only."""
    heard = []

    async def slow(request):
        heard.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500)

    runner = web.ServerRunner(web.Server(slow))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.deliveries.http = (f"http://127.0.0.1:{runner.addresses[0][1]}/",)
        event = await fake.person("U1").opens_home()
        assert heard == [(None, None), *((str(n), "http_error") for n in (1, 2, 3))]
        assert (event.acked.ok, event.acked.tries) == (False, 4)
        command = await fake.person("U1").types("status")
        assert (command.acked.ok, command.acked.tries) == (False, 1)
    finally:
        await runner.cleanup()


async def test_each_envelope_goes_to_one_of_the_sockets_and_wants_an_ack_in_time(fake, session):
    said = await called(fake, session, "apps.connections.open", headers={"Authorization": f"Bearer {APP_TOKEN}"})
    sockets = [await session.ws_connect(said["url"]) for _ in range(3)]
    for socket in sockets:
        assert (await socket.receive_json())["type"] == "hello"
    got: list[str] = []

    async def listen(name, socket):
        async for message in socket:
            envelope = message.json()
            got.append(name)
            if name != "mute":
                await socket.send_json({"envelope_id": envelope["envelope_id"]})

    listening = [asyncio.create_task(listen(n, s)) for n, s in zip(("one", "mute", "two"), sockets, strict=True)]
    acks = [await fake.sockets.send("interactive", {}, 0.2) for _ in range(6)]
    assert sorted(got) == ["mute", "mute", "one", "one", "two", "two"]
    assert sum(ack is None for ack in acks) == 2
    for task, socket in zip(listening, sockets, strict=True):
        task.cancel()
        await socket.close()


async def test_an_app_has_ten_sockets(fake, session):
    url = fake.sockets.ticket()
    sockets = [await session.ws_connect(url) for _ in range(MOST + 1)]
    hellos = [await socket.receive_json() for socket in sockets]
    assert [one["type"] for one in hellos] == ["hello"] * MOST + ["disconnect"]
    assert hellos[-1]["reason"] == "too_many_websockets"
    for socket in sockets:
        await socket.close()
