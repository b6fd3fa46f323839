"""Good configurations: what they come to, where secrets come from, and that nothing shows them."""

import json
import pickle
from pathlib import Path

import pytest

from bot.config.document import read
from bot.config.load import from_text, load
from bot.config.merge import merge
from bot.errors import ConfigError
from bot.settings import Lag, Settings, StatusPage
from probes.model import Check
from probes.network.control import HOSTS
from probes.secret import Secret, reveal


def check(found: Settings, name: str) -> Check:
    """The check of that id."""
    return {c.id: c for c in found.checks()}[name]


def page_of(found: Settings, service: str) -> StatusPage:
    """The status page of a service that has one."""
    page = found.service(service).page
    assert page is not None
    return page


def keyed(value: str, environ: dict[str, str]) -> Settings:
    """The settings of a Claude whose site check sends this header."""
    site = {"kind": "http", "target": "https://claude.ai/", "options": {"headers": {"x": value}}}
    text = json.dumps({"services": [{"id": "claude", "components": {"claude-ai": {"checks": {"site": site}}}}]})
    return from_text(text, environ=environ)


def test_without_a_file_claude_is_watched(tmp_path, monkeypatch):
    """The defaults: three components, their page, two control hosts, the embedded store, the console."""
    monkeypatch.chdir(tmp_path)
    found = load(None, {})

    assert [c.id for c in found.components()] == ["claude-ai", "claude-api", "claude-code"]
    assert (found.control, found.redis, found.source) == (HOSTS, None, "defaults")
    assert found.state_dir == tmp_path / ".groundtruth"
    assert [(c.name, c.kind) for c in found.channels] == [("console", "console")]
    assert found.detection.false_alarms_per_month == 0.1
    assert [note.partition(",")[0] for note in found.notes] == ["ANTHROPIC_API_KEY is not set"]


@pytest.mark.parametrize("text", ["", "services: [claude]", "services:", "# nothing\n", "services: [{id: claude}]"])
def test_the_smallest_files_are_the_defaults(text):
    """`services: [claude]` is a valid whole, and so is an empty file."""
    assert from_text(text, "f", {}, Path("/")) == from_text("services: [claude]", "f", {}, Path("/"))


def test_everything_to_schedule():
    """Control hosts, pages and the components' checks, each id once, with the intervals of the file."""
    found = from_text("intervals: {checks: 2s, pages: 3s, control: 500ms}", environ={}).checks()

    assert len({c.id for c in found}) == len(found)
    measuring = dict.fromkeys(("http", "edge_hello", "claude_web", "claude_code"), 2.0)
    talk = dict.fromkeys(("hackernews", "github_issues"), 600.0)
    assert {c.kind: c.interval_s for c in found} == {"control": 0.5, "statuspage": 3.0, **measuring, **talk}
    assert [c.target for c in found if c.kind == "control"] == list(HOSTS)


def test_the_page_as_a_check():
    """The page's check belongs to the service, and knows the vendor's ids of our components."""
    found = from_text("", environ={})
    page = check(found, "claude:page")

    assert (page.service, page.component, page.kind) == ("claude", "", "statuspage")
    assert page.target == "https://status.claude.com/api/v2/summary.json"
    assert page.options["fallbacks"][0] == "https://anthropic.statuspage.io/api/v2/summary.json"
    assert page.options["components"]["claude-code"] == "yyzkbfz2thpt"
    assert page_of(found, "claude").usual_lag == Lag(900, 3240)


def test_the_users_file_overrides_the_catalogue():
    """Names, targets, options and intervals change; null and `enabled: false` take away; the rest stays."""
    text = """
    services:
      - id: claude
        name: Our Claude
        page: {url: "https://mirror.example/summary.json", fallbacks: []}
        alternatives: []
        components:
          claude-ai: null
          claude-code: {enabled: false}
          claude-console: {enabled: false}
          claude-cowork: null
          claude-government: null
          claude-api:
            name: The API
            checks:
              hello: null
              models: {interval: 1h30m, options: {redirects: 0, headers: null}}
              alive: {kind: http, target: "https://x.example/", timeout: 2}
    """
    found = from_text(text, environ={})
    (service,) = found.services
    (component,) = service.components
    models, alive = component.checks
    page = page_of(found, "claude")

    assert (service.name, service.nicknames, service.alternatives) == ("Our Claude", ("anthropic",), ())
    assert (page.url, page.fallbacks) == ("https://mirror.example/summary.json", ())
    assert page.page_url == "https://status.claude.com"
    assert (component.name, component.page_id) == ("The API", "k8w3r06qmzrp")
    assert (models.target, models.interval_s) == ("https://api.anthropic.com/v1/models", 5400)
    assert models.options == {"redirects": 0, "expect_status": [401]}
    assert (alive.id, alive.timeout_s, alive.interval_s) == ("claude-api/alive", 2, 30)


def test_another_kind_replaces_the_whole_check():
    """The old kind's target and options would mean nothing to the new one."""
    base, _ = read(b"{kind: http, target: x, options: {a: 1}, timeout: 3}", "base")
    over, _ = read(b"{kind: dns, target: y}", "over")
    same, _ = read(b"{kind: http, target: y}", "same")

    assert merge(over, base).plain() == {"kind": "dns", "target": "y"}
    assert merge(same, base).plain() == {"kind": "http", "target": "y", "options": {"a": 1}, "timeout": 3}


def test_a_service_without_its_page():
    """Without a page there is no page check, and no ids to compare."""
    found = from_text("services: [{id: claude, page: null}]\ncommunity: false", environ={})

    assert found.service("claude").page is None
    assert {c.kind for c in found.checks()} == {"control", "http", "edge_hello", "claude_web", "claude_code"}


def test_a_service_of_ones_own():
    """The same keys as in the catalogue; a page for people is the page's host."""
    text = """
    services:
      - id: gateway
        name: Gateway
        page: {url: "https://status.example/api/v2/summary.json"}
        components:
          gateway: {name: AI gateway, checks: {up: {kind: http, target: "https://gw.example/"}}}
        alternatives: [{name: Straight to Claude}]
    """
    found = from_text(text, environ={})

    assert found.component("gateway").checks[0].id == "gateway/up"
    assert page_of(found, "gateway").page_url == "https://status.example"
    assert found.service("gateway").alternatives[0].name == "Straight to Claude"
    with pytest.raises(KeyError):
        found.service("claude")


def test_the_file_is_found(tmp_path, monkeypatch):
    """The named one, else the environment's, else the one here."""
    monkeypatch.chdir(tmp_path)
    for name in ("groundtruth", "environment", "named"):
        (tmp_path / f"{name}.yaml").write_text(f"vantage: {{name: {name}}}")

    assert load(None, {}).vantage == "groundtruth"
    assert load(None, {"GROUNDTRUTH_CONFIG": "environment.yaml"}).vantage == "environment"
    assert load("named.yaml", {"GROUNDTRUTH_CONFIG": "environment.yaml"}).vantage == "named"


def test_paths_start_at_the_file(tmp_path):
    """A relative state directory lies beside the configuration, wherever one starts from."""
    file = tmp_path / "g.yaml"
    file.write_text("state_dir: state\nnetwork: {ca_file: ca.pem}")
    (tmp_path / "ca.pem").write_text("")
    found = load(str(file), {})

    assert found.state_dir == tmp_path / "state"
    assert found.transport.ca_file == str(tmp_path / "ca.pem")


def test_the_vantage():
    """The environment's word, then the file's, then the host's name as an id."""
    text = "vantage: {name: office}"

    assert from_text(text, environ={"GROUNDTRUTH_VANTAGE": "eu-1"}).vantage == "eu-1"
    assert from_text(text, environ={}).vantage == "office"
    assert from_text("", environ={}).vantage


def test_proxies_come_from_the_environment():
    """The customary variables in either case; they are not in the repr, for they may hold passwords."""
    environ = {"HTTPS_PROXY": "http://u:hunter2@p:3128", "all_proxy": "http://every:1", "NO_PROXY": "a.example, .b"}
    found = from_text("", environ=environ).transport

    assert found.proxies == {"https": "http://u:hunter2@p:3128", "http": "http://every:1"}
    assert found.no_proxy == ("a.example", ".b")
    assert "hunter2" not in repr(found)


def test_a_secret_from_the_environment():
    """The option keeps the name; the value is among the secrets."""
    found = keyed("Bearer ${A}", {"A": "hunter2"})

    assert check(found, "claude-ai/site").options == {"headers": {"x": "Bearer ${A}"}}
    assert found.secrets == {"A": Secret("hunter2")}


def test_a_secret_from_a_file(tmp_path):
    """NAME_FILE names a file; its last line break is not the secret's."""
    file = tmp_path / "secret"
    file.write_text("hunter2\n")

    assert keyed("${A}", {"A_FILE": str(file)}).secrets["A"].reveal() == "hunter2"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 70_000, b"two\nlines", "ü".encode()])
def test_files_that_hold_no_usable_secret(tmp_path, content):
    """Empty, binary or endless files, and what cannot stand in a header, are complaints without the content."""
    file = tmp_path / "secret"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="expected") as caught:
        keyed("${A}", {"A_FILE": str(file)})
    assert "two" not in str(caught.value)


def test_both_ways_at_once():
    """NAME and NAME_FILE together leave open which is meant."""
    with pytest.raises(ConfigError, match=r"expected A or A_FILE in the environment, not both"):
        keyed("${A}", {"A": "hunter2", "A_FILE": "/x"})


def test_an_optional_secret():
    """With `${NAME?}` a check is there if its secret is, and else left out with a note."""
    without, with_it = keyed("${A?}", {}), keyed("${A?}", {"A": "hunter2"})

    assert "claude-ai/site" not in {c.id for c in without.checks()}
    assert "A is not set, so off: claude-ai/site" in without.notes
    assert check(with_it, "claude-ai/site").options == {"headers": {"x": "${A}"}}
    assert with_it.secrets["A"].reveal() == "hunter2"


def test_what_is_off_needs_no_secret():
    """A check that is disabled asks for nothing."""
    text = (
        "services: [{id: claude, components: {claude-ai: {checks:"
        " {site: {enabled: false, options: {headers: {x: '${A}'}}}}}}}]"
    )

    assert from_text(text, environ={}).secrets == {}


STORES = {
    "embedded": ("", {"REDIS_PASSWORD": "p"}, None),
    "no password": ("redis: redis://h:1/2", {}, "redis://h:1/2"),
    "password": ("redis: redis://h:1/2", {"REDIS_PASSWORD": "p/w@d"}, "redis://:p%2Fw%40d@h:1/2"),
    "user": ("redis: rediss://u@h", {"REDIS_PASSWORD": "p"}, "rediss://u:p@h"),
    "socket": ("redis: unix:///run/r.sock", {"REDIS_PASSWORD": "p"}, "unix://:p@/run/r.sock"),
    "sentinel": ("redis: redis+sentinel://a:1,b:2/m", {"REDIS_PASSWORD": "p"}, "redis+sentinel://:p@a:1,b:2/m"),
    "the whole address": ("redis: ${R}", {"R": "redis://:q@h", "REDIS_PASSWORD": "p"}, "redis://:q@h"),
    "not set": ("redis: ${R?}", {}, None),
}


@pytest.mark.parametrize(("text", "environ", "expected"), STORES.values(), ids=STORES.keys())
def test_the_store(text, environ, expected):
    """The address with its password, which comes from the environment only."""
    assert reveal(from_text(text, environ=environ).redis) == expected


def test_an_address_of_the_environment_is_checked():
    """`${NAME}` must hold a store's address; the complaint does not repeat it."""
    with pytest.raises(ConfigError, match="expected R to hold the store's address") as caught:
        from_text("redis: ${R}", environ={"R": "http://hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_secret_shows_itself_to_nobody():
    """str, repr, format, JSON and pickle; within other values too."""
    secret = Secret("hunter2")
    shown = (
        f"{secret} {secret!r} {secret:>20} {[secret]} {from_text('redis: ${R}', environ={'R': 'redis://:hunter2@h'})}"
    )

    assert "hunter2" not in shown
    assert "********" in shown
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert reveal(secret) == "hunter2"
    assert (reveal(3), secret == Secret("hunter2"), secret == "hunter2") == (3, True, False)


def test_settings_do_not_change():
    """Frozen values: a room cannot change what another has been given."""
    found = from_text("", environ={})

    with pytest.raises(AttributeError):
        found.vantage = "x"  # type: ignore[misc]  # that it cannot be set is the point
    with pytest.raises(TypeError):
        found.checks()[-1].options["x"] = 1  # type: ignore[index]  # neither can this


def test_public_posts_are_looked_for_by_name():
    """By the names of the catalogue, one search a place and service; the issues of a repository are a component's."""
    found = from_text("services: [claude]\ncommunity: {interval: 20m, github: 'https://gh.example/search'}", environ={})
    stories, issues = check(found, "claude:hackernews"), check(found, "claude:github_issues")

    assert (stories.service, stories.component, stories.interval_s) == ("claude", "", 1200.0)
    assert stories.options["query"] == "claude"
    assert stories.options["words"]["claude-code"] == ["Claude Code", "cc", "claude-cli"]
    assert stories.options["words"][""] == ["Claude", "anthropic"]
    assert issues.target == "https://gh.example/search"
    assert issues.options == {"repository": "anthropics/claude-code", "components": ["claude-code"]}


def test_one_line_turns_public_posts_off():
    """And a service of one's own is never searched for: its name is nobody's business."""
    own = "{id: gw, name: Our gateway, components: {gw: {name: GW, checks: {a: {kind: http, target: 'https://x.example/'}}}}}"
    for text in ("community: false", f"services: [{own}]"):
        assert {c.kind for c in from_text(text, environ={}).checks()}.isdisjoint({"hackernews", "github_issues"})


def test_people_open_no_incidents_unless_they_may():
    """One setting."""
    assert not from_text("", environ={}).reports_open_incidents
    assert from_text("reports: {open_incidents: true}", environ={}).reports_open_incidents
