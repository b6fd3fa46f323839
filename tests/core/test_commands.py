"""Anything people type: understood, or answered with the nearest thing and an example that works."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.commands import COMMANDS, Misunderstood, Request, UnclearNameError, find_component, parse
from bot.core.names import Named, Names

CLAUDE = Named("claude", "", "Claude", ("anthropic",))
WEB = Named("claude", "claude-web", "claude.ai", ("web", "chat"))
API = Named("claude", "claude-api", "Claude API", ())
CODE = Named("claude", "claude-code", "Claude Code", ("cc",))
OPENAI = Named("openai", "", "OpenAI", ())
GPT = Named("openai", "openai-api", "OpenAI API", ("gpt",))
ONE = Names([CLAUDE, WEB, API, CODE])
TWO = Names([CLAUDE, WEB, API, CODE, OPENAI, GPT])


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
        ("incidents", Request("incidents")),
        ("incidents claude", Request("incidents", CLAUDE)),
        ("deliveries", Request("deliveries")),
        ("help", Request("help")),
        ("help why", Request("help", word="why")),
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
        ("why", "why"),
        ("incident", "incident"),
        ("incident ../../etc", "incidents"),
        ("status claude-apu", "claude-api"),
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
@given(st.one_of(st.text(max_size=300), st.text("statuwhyincdeplvr /-.#4F7K", max_size=40)))
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


def test_every_example_is_understood():
    """The table's own examples parse to their own command."""
    for command in COMMANDS.values():
        answer = parse(command.example, ONE)
        assert isinstance(answer, Request)
        assert answer.command == command.name


def test_a_huge_text_is_read_only_so_far():
    """A megabyte costs no more than a line."""
    assert isinstance(parse("status " + "x" * 10**6, ONE), Misunderstood)


class Part:
    """A component as settings have it."""

    def __init__(self, name: str) -> None:
        self.id, self.service, self.name, self.nicknames = name, "claude", name.title(), ()


def test_find_component_finds_one_or_says_why_not():
    """The command line's own lookup: one, or a sentence."""
    parts = [Part("claude-api"), Part("claude-code")]
    assert find_component("code", parts) is parts[1]
    with pytest.raises(UnclearNameError, match="did you mean claude-code"):
        find_component("claude-cide", parts)
    with pytest.raises(UnclearNameError, match="could be claude-api and claude-code"):
        find_component("claude", parts)
