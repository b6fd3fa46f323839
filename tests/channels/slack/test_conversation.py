"""People speak to the bot in their own words, and fill in forms that ask what a press alone cannot say."""

from tests.support.slack import answered, asked

ERROR = "anthropic.InternalServerError: Error code: 529 &lt;overloaded_error&gt;"


async def test_a_mention_is_answered_in_its_thread(fake, app, clerk):
    """By the same rules as a command; a repeat is answered once, and what a bot says never."""
    ann = fake.person("U1")
    said = await ann.says("<@U0BOT> is claude down?")
    await fake.workspace.until(lambda: fake.workspace.messages)
    (answer,) = fake.workspace.messages
    assert answer.said["thread_ts"] == said.payload["event"]["ts"]
    assert (await asked(fake, clerk, "is claude down?")).here == "slack:C1"
    await ann.again(said)
    await ann.happens({"type": "message", "bot_id": "B1", "text": "is claude down?", "channel": "C1", "ts": "1.1"})
    await ann.types("help")
    await asked(fake, clerk, "help")
    assert clerk.lines == ["is claude down?", "help"]


async def test_a_direct_message_is_answered_there(fake, app, clerk):
    """Without a thread; a pasted error arrives as it was printed."""
    fake.workspace.room("D5")
    await fake.person("U5").says(ERROR, "D5", directly=True)
    await fake.workspace.until(lambda: fake.workspace.standing("D5"))
    assert clerk.lines == [ERROR.replace("&lt;", "<").replace("&gt;", ">")]
    assert clerk.asked[0][1].direct == "slack:U5"
    assert not fake.workspace.standing("D5")[0].said.get("thread_ts")


async def test_a_message_in_the_agent_surface_is_answered_in_its_thread(fake, app, clerk):
    """There every talk is a thread of the direct messages."""
    fake.workspace.room("D5")
    fake.workspace.heard.add("5.1")
    said = {"type": "message", "channel_type": "im", "user": "U5", "text": "is claude down?", "channel": "D5"}
    await fake.person("U5").happens({**said, "ts": "5.2", "thread_ts": "5.1"})
    await fake.workspace.until(lambda: fake.workspace.messages)
    assert clerk.lines == ["is claude down?"]
    assert fake.workspace.messages[0].said["thread_ts"] == "5.1"


async def test_an_error_in_a_message_is_explained_by_a_shortcut(fake, app, clerk):
    """Privately, whoever wrote it."""
    (answer,) = await answered(fake, await fake.person("U1").shortcuts("explain_error", ERROR))
    assert answer.said["response_type"] == "ephemeral"
    assert clerk.lines[0].startswith("explain anthropic.InternalServerError")


async def test_explain_without_words_is_a_form(fake, app, clerk):
    """Lines stay lines."""
    ann = fake.person("U1")
    reply = await ann.types("explain")
    await fake.workspace.until(lambda: fake.workspace.modals)
    await ann.submits(fake.workspace.modals[0], {"words": {"v": {"value": "HTTP 529\n{}"}}})
    await answered(fake, reply)
    assert clerk.lines == ["explain HTTP 529\n{}"]


async def test_an_incident_of_several_components_opens_a_form(fake, app, clerk):
    """All of them are chosen until somebody says otherwise, and what one sees goes with it."""
    ann = fake.person("U1")
    reply = await ann.types("report 4F7K")
    await fake.workspace.until(lambda: fake.workspace.modals)
    view = fake.workspace.modals[0]
    boxes = view["blocks"][0]["element"]
    assert boxes["initial_options"] == boxes["options"]
    values = {"which": {"v": {"selected_options": boxes["options"]}}, "words": {"v": {"value": "login\nloops"}}}
    await ann.submits(view, values)
    await answered(fake, reply)
    assert clerk.lines[-1] == "report 4F7K components=claude-api,claude-code login loops"


async def test_many_names_are_looked_up_while_one_types(fake, app, clerk):
    """Slack waits three seconds for them."""
    clerk.choices = [(f"Part {n}", f"part-{n}") for n in range(40)]
    ann = fake.person("U1")
    await ann.types("report")
    await fake.workspace.until(lambda: fake.workspace.modals)
    menu = fake.workspace.modals[0]["blocks"][0]["element"]
    assert menu["type"] == "external_select"
    reply = await ann.looks_up(fake.workspace.modals[0], menu["action_id"], "par")
    assert reply.acked.ok
    assert reply.acked.after_s < 3
    assert reply.acked.body["options"][0]["value"] == "part-0"
