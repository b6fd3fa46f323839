"""Anything people type: understood, or answered with the nearest thing and an example that works."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.commands.errors import Misunderstood
from bot.core.commands.names import Named, Names
from bot.core.commands.parser import Request, parse
from bot.core.commands.table import ALIASES, COMMANDS, NAMES, Role, Takes, line
from tests.support.command_lines import LINES
from tests.support.named import API, CLAUDE, CODE, ONE, TWO, WEB


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Request("status")),
        ("   ", Request("status")),
        ("status", Request("status")),
        ("/avail status", Request("status")),
        ("STATUS Claude", Request("status", CLAUDE)),
        ("status api", Request("status", API)),
        ("status code", Request("status", CODE)),
        ("status claude.ai", Request("status", WEB)),
        ("status Claude-API", Request("status", API)),
        ("stat claude api", Request("status", API)),
        ("status clau", Request("status", CLAUDE)),
        ("status anthropic", Request("status", CLAUDE)),
        ("cc", Request("status", CODE)),
        ("claude code", Request("status", CODE)),
        ("why claude-api", Request("why", API)),
        ("why 4f7k", Request("why", word="4F7K")),
        ("incident #4F7K", Request("incident", word="4F7K")),
        ("4F7K", Request("incident", word="4F7K")),
        ("4f7k", Request("incident", word="4F7K")),
        ("NPZJ", Request("incident", word="NPZJ")),
        ("maintenance api end", Request("maintenance", API)),
        ("maintenance claude code done", Request("maintenance", CODE)),
        ("maintenance api 2h until the end", Request("maintenance", API, length_s=7200.0, text="until the end")),
        ("incidents", Request("incidents")),
        ("incidents claude", Request("incidents", CLAUDE)),
        ("deliveries", Request("deliveries")),
        ("help", Request("help")),
        ("help why", Request("help", word="why")),
        ("help acknowledge", Request("help", word="ack")),
        ("?", Request("help")),
        ("#4F7K", Request("incident", word="4F7K")),
        ("incident", Request("incident")),
        ("ack", Request("ack")),
        ("acknowledge 4f7k", Request("ack", word="4F7K")),
        ("ack api", Request("ack", API)),
        ("resolve 4f7k all is well", Request("resolve", word="4F7K", text="all is well")),
        ("resolve claude api it works", Request("resolve", API, text="it works")),
        ("silence 2h", Request("silence", length_s=7200)),
        ("silence 4f7k 30m known", Request("silence", word="4F7K", length_s=1800, text="known")),
        ("mute claude code 1h30m the vendor knows", Request("silence", CODE, length_s=5400, text="the vendor knows")),
        ("silence api 2 h later", Request("silence", API, length_s=7200, text="later")),
        ("maintenance claude 1d new gateway", Request("maintenance", CLAUDE, length_s=86_400, text="new gateway")),
        ("report claude code login loops", Request("report", CODE, text="login loops")),
        ("report 4F7K it fails", Request("report", word="4F7K", text="it fails")),
        ("broken cc", Request("report", CODE)),
        ("works api", Request("works", API)),
        ("history api 7d", Request("history", API, given=(("span", "7d"),))),
        ("tips api code", Request("tips", API, given=(("code", "code"),))),
        ("tips api --code", Request("tips", API, given=(("code", "code"),))),
        ("tips \u2014Code api", Request("tips", API, given=(("code", "code"),))),
        ("history 90D", Request("history", given=(("span", "90d"),))),
        ("subscribe", Request("subscribe")),
        (
            "subscribe claude major discrepancies=off to=slack:C01",
            Request("subscribe", CLAUDE, given=(("discrepancies", "off"), ("to", "slack:C01"), ("severity", "major"))),
        ),
        ("doctor please", Request("doctor")),
        ("explain  HTTP 529\n{  }", Request("explain", text="HTTP 529\n{  }")),
    ],
)
def test_understood(text, request_):
    """Commands, their beginnings, and names by id, name, nickname or beginning."""
    assert parse(text, ONE) == request_


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("statsu", "status"),
        ("whi claude", "why"),
        ("deliverys", "deliveries"),
        ("xyzzy", "help"),
        ("explain", "explain"),
        ("report", "report"),
        ("report foo bar", ""),
        ("silence api", "silence"),
        ("silence api 2s", "silence"),
        ("silence api 400d", "silence"),
        ("maintenance 2h", "maintenance"),
        ("subscribe claude discrepancies=maybe", "subscribe"),
        ("un", "unsilence"),
        ("{}", "explain"),
        ("incident ../../etc", "incidents"),
        ("status claude-apu", "claude-api"),
        ("history api 3d", "history"),
        ("subscribe claude minor", "subscribe"),
        ("maintenance end", "maintenance"),
        ("HTTP", "tips"),
        ("help me", "help"),
        ("inc", "incident"),
    ],
)
def test_the_unknown_gets_the_nearest_and_an_example(text, nearest):
    """Whoever mistypes is told what was probably meant."""
    answer = parse(text, ONE)
    assert isinstance(answer, Misunderstood)
    assert answer.nearest == nearest
    assert answer.example


def test_an_ambiguous_name_is_asked_back():
    """ "api" is one thing with one vendor and two with two."""
    answer = parse("status api", TWO)
    assert isinstance(answer, Misunderstood)
    assert "claude-api and openai-api" in answer.why


def test_a_whole_name_goes_before_a_beginning():
    """ "Claude API" is meant where it stands, though "Claude API EU" begins with it."""
    europe = Named("claude", "claude-api-eu", "Claude API EU")
    assert parse("status claude api", Names([API, europe])) == Request("status", API)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.text("statuwhyincdeplvr /-.#4F7K=", max_size=40), LINES))
def test_any_text_has_an_answer(text):
    """No text raises; the answer is bounded and on one line."""
    answer = parse(text, TWO)
    if isinstance(answer, Misunderstood):
        assert len(answer.why) < 300
        assert answer.why.isprintable()
        assert answer.example
    else:
        assert answer.command in COMMANDS
        assert len(answer.word) <= 16
        assert len(answer.text) <= 400 or answer.command == "explain"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_every_example_is_understood(command):
    """The table's own examples parse to their own command."""
    answer = parse(command.example, ONE)
    assert isinstance(answer, Request)
    assert answer.command == command.name


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_platforms_can_register_every_command(command):
    """Discord's rules: lower case, 32 characters, 100 of description, 25 choices, what is required before the rest."""
    arguments = command.arguments
    for named in (command, *arguments):
        assert named.name == named.name.lower()
        assert len(named.name) <= 32
        assert " " not in named.name
    assert len(command.summary) <= 100
    assert all(1 <= len(a.description) <= 100 and len(a.choices) <= 25 for a in arguments)
    assert sum(a.takes in NAMES for a in arguments) <= 1
    assert all(bool(a.choices) == (a.takes is Takes.CHOICE) for a in arguments)
    assert command.usage.startswith(command.name)


def test_what_was_filled_in_makes_the_line():
    """A form by argument name says the same as the line one would type."""
    filled = {"what": "claude-api", "duration": "2h", "reason": "known", "nonsense": "x"}
    assert line(COMMANDS["silence"], filled) == "silence claude-api 2h known"
    assert line(COMMANDS["subscribe"], {"discrepancies": "off", "what": ""}) == "subscribe discrepancies=off"


def test_no_alias_hides_a_command():
    """Every other word means one command and is none itself."""
    assert not ALIASES.keys() & COMMANDS.keys()
    assert len(ALIASES) == sum(len(command.aliases) for command in COMMANDS.values())


@pytest.mark.parametrize("role", Role)
def test_roles_grow(role):
    """Each may what those before it may, and no more."""
    may = [needed for needed in Role if role.may(needed)]
    assert may == list(Role)[: list(Role).index(role) + 1]


def test_a_huge_text_is_read_only_so_far():
    """A megabyte costs no more than a line."""
    assert isinstance(parse("status " + "x" * 10**6, ONE), Misunderstood)


@pytest.mark.parametrize(
    ("line", "command", "about"),
    [
        ("is claude down?", "status", "claude"),
        ("Is the API working right now?", "status", "claude-api"),
        ("is claude code still slow for anyone else?", "status", "claude-code"),
        ("what\u2019s wrong with claude?", "status", "claude"),
        ("how is claude doing", "status", "claude"),
        ("why is the api failing?", "why", "claude-api"),
        ("what can I do about claude code?", "tips", "claude-code"),
        ("hey, is claude down please?", "status", "claude"),
        ("claude code is down", "status", "claude-code"),
        ("please silence claude-api for 2 hours", "silence", "claude-api"),
        ("stop alerts about the api for 2h", "silence", "claude-api"),
        ("can you tell me when claude code is back?", "notify", "claude-code"),
        ("claude code doesn't work for me", "report", "claude-code"),
        ("claude code is broken for me", "report", "claude-code"),
        ("the api works for me again", "works", "claude-api"),
        ("what should we use instead of claude api?", "alternatives", "claude-api"),
        ("should I wait for claude api?", "should-i", "claude-api"),
        ("should we switch away from claude code", "should-i", "claude-code"),
        ("how long will claude api last?", "should-i", "claude-api"),
        ("uptime of claude api", "history", "claude-api"),
        ("we have seen odd things with claude code lately", "status", "claude-code"),
    ],
)
def test_questions_as_people_type_them(line, command, about):
    """They are asked of what they name."""
    answer = parse(line, ONE)
    assert isinstance(answer, Request)
    assert answer.target is not None
    assert (answer.command, answer.target.id) == (command, about)


def test_a_question_about_nothing_we_know_says_so():
    """A name that is none gets the sentence that every command gives; an error word is explained."""
    answer = parse("is gopher down?", ONE)
    assert isinstance(answer, Misunderstood)
    assert "'gopher'" in answer.why
    assert parse("what does overloaded_error mean?", ONE) == Request("explain", text="overloaded_error")
    assert parse("what is silenced?", ONE) == Request("silences")


@pytest.mark.parametrize(
    ("line", "seconds", "text"),
    [
        ("silence api for 2 hours", 7200, ""),
        ("silence api 90 minutes known", 5400, "known"),
        ("silence api for 1 day vendor knows", 86_400, "vendor knows"),
        ("silence api 2h30min", 9000, ""),
    ],
)
def test_lengths_as_people_write_them(line, seconds, text):
    """With or without "for", in letters or words."""
    answer = parse(line, ONE)
    assert isinstance(answer, Request)
    assert (answer.target and answer.target.id, answer.length_s, answer.text) == ("claude-api", seconds, text)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("is anything down?", Request("status")),
        ("what's broken right now?", Request("status")),
        ("is it us or them?", Request("why")),
        ("what happened last night?", Request("incidents")),
        ("I'm on it", Request("ack")),
        ("I'll take it", Request("ack")),
        ("release it", Request("release")),
        ("tell me when it's over", Request("notify")),
        ("unack 4F7K", Request("release", word="4F7K")),
    ],
)
def test_sentences_about_the_only_open_incident(line, request_):
    """What is not named is what is open."""
    assert parse(line, ONE) == request_


TRACE = """Traceback (most recent call last):
  File "app.py", line 3, in <module>
anthropic.InternalServerError: Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error'}}"""


@pytest.mark.parametrize(
    "text",
    [TRACE, "529", '{"type": "error", "error": {"type": "overloaded_error"}}', "I get overloaded_error all the time"],
)
def test_a_pasted_error_is_explained(text):
    """With or without a word before it, in its own lines."""
    assert parse(text, ONE) == Request("explain", text=text)


def test_a_command_is_read_before_a_sentence():
    """ "report … works" is a report, whatever its words say."""
    assert parse("report claude code it works now and then", ONE) == Request(
        "report", CODE, text="it works now and then"
    )


@pytest.mark.parametrize(
    ("line", "which"), [("announce end", ""), ("announce N6DW end", "N6DW"), ("announce end N6DW", "N6DW")]
)
def test_an_announcement_ends_by_its_id_or_all_of_them(line, which):
    assert parse(line, ONE) == Request("announce", text=which)


def test_a_sentence_that_ends_in_end_still_needs_a_duration():
    assert isinstance(parse("announce the upgrade will soon end", ONE), Misunderstood)
    assert isinstance(parse("maintenance end", ONE), Misunderstood)
