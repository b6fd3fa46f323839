"""The page in the configuration: off by default, and what is complained of."""

import pytest

from bot.config.load import from_text
from bot.errors import ConfigError
from bot.settings import Agents

BASE = "services: [claude, {id: gateway, name: Gateway, components: {gw: {name: Gateway}}}]\n"
TOKEN = {"PAGE_TOKEN": "0123456789abcdef-page"}


def settings(text, environ=None, folder=None):
    return from_text(BASE + text, "groundtruth.yaml", environ or {}, folder)


def complaint(text, environ=None, folder=None):
    with pytest.raises(ConfigError) as found:
        settings(text, environ, folder)
    return str(found.value)


def test_off_by_default():
    assert settings("").web is None


def test_services_of_ones_own_are_public_only_where_listed():
    """The catalogue's are, always."""
    hidden = settings("web: {listen: '127.0.0.1:8080'}\n").web
    assert "claude" in hidden.public
    assert "gateway" not in hidden.public
    assert "gateway" in settings("web: {listen: '127.0.0.1:8080', public: [gateway]}\n").web.public


def test_a_collector_is_sent_nothing_unless_it_is_named():
    """An address, how often, headers out of the environment; what is no address is complained of."""
    assert settings("web: {listen: 'h:1'}\n").web.otlp is None
    given = "web: {listen: 'h:1', otlp: {url: 'http://c:4318/v1/metrics', headers: {X-Key: '${PAGE_TOKEN}'}}}\n"
    otlp = settings(given, TOKEN).web.otlp
    assert (otlp.url.reveal(), otlp.interval_s) == ("http://c:4318/v1/metrics", 60.0)
    assert [(name, value.reveal()) for name, value in otlp.headers] == [("X-Key", TOKEN["PAGE_TOKEN"])]
    assert settings("web: {listen: 'h:1', otlp: {url: '${X?}'}}\n").web.otlp is None
    assert "expected an address such as http://collector:4318" in complaint("web: {listen: 'h:1', otlp: {url: c}}\n")
    assert "expected GONE or GONE_FILE" in complaint(
        "web: {listen: 'h:1', otlp: {url: 'http://c/', headers: {X-Key: '${GONE}'}}}\n"
    )


def test_agents_are_let_in_by_a_token_alone():
    """Off unless it is named; without a token nobody could ask; sites are named one by one."""
    assert settings("web: {listen: 'h:1'}\n").web.agents is None
    given = "web: {listen: 'h:1', mcp: {origins: ['https://a.example/']}, tokens: {t: {token: '${PAGE_TOKEN}'}}}\n"
    assert settings(given, TOKEN).web.agents == Agents(reports=False, origins=("https://a.example",))
    assert "web.mcp: expected web.tokens too" in complaint("web: {listen: 'h:1', mcp: {}}\n")
    assert "address of one site" in complaint(given.replace("https://a.example/", "*"), TOKEN)


def test_tokens_come_from_the_environment():
    """With their role; one that is optional and not set is left out."""
    given = "web: {listen: 'h:1', tokens: {ci: {token: '${PAGE_TOKEN}', role: responder}, x: {token: '${X?}'}}}\n"
    (token,) = settings(given, TOKEN).web.tokens
    assert (token.name, token.role, token.secret.reveal()) == ("ci", "responder", TOKEN["PAGE_TOKEN"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{listen: somewhere}", "web.listen: expected host:port"),
        ("{listen: 'h:1', public: [gatewy]}", "did you mean gateway"),
        ("{listen: 'h:1', tokens: {ci: {token: plain}}}", "expected ${NAME}"),
        ("{listen: 'h:1', tokens: {ci: {token: '${MISSING}'}}}", "expected MISSING or MISSING_FILE"),
        ("{listen: 'h:1', tokens: {ci: {token: '${SHORT}'}}}", "expected 16 or more printable ASCII characters"),
        ("{listen: 'h:1', tokens: {a: {token: '${PAGE_TOKEN}'}, b: {token: '${PAGE_TOKEN}'}}}", "a has the same"),
        ("{listen: 'h:1', proxy: {header: X-User, networks: [nowhere]}}", "expected an address or network"),
        ("{listen: 'h:1', frames: ['https://a.example/path']}", "expected the address of a site without a path"),
        ("{listen: 'h:1', logo: missing.png}", "expected a file of at most 256 KiB"),
        ("{listen: 'h:1', logo: logo.exe}", "expected a file that ends in .svg"),
        ("{listen: 'h:1', ports: 2}", "web.ports"),
    ],
)
def test_complaints_name_line_key_and_what_was_expected(given, expected, tmp_path):
    said = complaint(f"web: {given}\n", TOKEN | {"SHORT": "short"}, tmp_path)
    assert said.startswith("groundtruth.yaml:2: web")
    assert expected in said
    assert "0123456789abcdef" not in said


def test_the_page_and_readiness_need_ports_of_their_own():
    said = complaint("web: {listen: '127.0.0.1:8080'}\nhealth: {listen: '127.0.0.1:8080'}\n")
    assert "expected another port than health.listen has" in said


def test_gateways_and_flags():
    """A port of its own for the agent check; preferred components exist."""
    given = "web: {listen: 'h:1', agent_check: 'h:2', prefer: {chat: [claude-api, gw]}}\n"
    web = settings(given).web
    assert (web.agent_check, web.prefer) == ("h:2", (("chat", ("claude-api", "gw")),))
    assert "web.agent_check: expected another port than web.listen" in complaint(given.replace("h:2", "h:1"))
    assert "unknown component; did you mean claude-api?" in complaint(given.replace("claude-api", "claude-apu"))
