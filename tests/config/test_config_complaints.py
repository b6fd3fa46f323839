"""Bad configurations: every complaint at once, with its line, its key and what was expected, and never a value."""

import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.registry import CHANNELS
from bot.config.document import read
from bot.config.load import from_text, load
from bot.config.pydantic_errors import known_keys
from bot.config.schema import Configuration
from bot.errors import ConfigError
from bot.settings import Settings
from probes.registry import PROBES
from tests.support.configuration import OWN, complaints

OF_YOUR_OWN = "your own is a mapping with id, name and components"
A_NAME = "expected a name like claude-api: a-z, 0-9, dot, dash, underscore; at most 63"
A_REFERENCE = "expected ${NAME} or ${NAME?}, the name of a secret in the environment"
NOT_THE_SECRET = "expected ${NAME}, a secret from the environment, not the secret itself"
TAKEN = "expected a name of its own: this one is already used at"
AN_ADDRESS = (
    "expected an address that starts with redis://, rediss://, unix://, redis+sentinel://, rediss+sentinel://,"
    " redis+cluster://, rediss+cluster:// or is ${NAME}"
)
KINDS = ", ".join(sorted(PROBES.keys() - {"control", "github_issues", "hackernews", "statuspage"}))
SITE = "services.claude.components.claude-api.checks.models"


def override(text: str) -> str:
    """A file that changes one check of the catalogue, on line 3."""
    return f"services:\n  - id: claude\n    components: {{claude-api: {{checks: {{models: {text}}}}}}}\n"


BAD = {
    "unknown service": (
        "services: [claud]",
        [
            f"f:1: services.claud: unknown service; did you mean claude? ({OF_YOUR_OWN})",
        ],
    ),
    "no list of services": ("services: claude", ["f:1: services: expected a list, such as [claude]"]),
    "an empty list": ("services: []", ["f:1: services: expected at least 1 entries"]),
    "an address without its scheme": (
        OWN.replace("https://x", "x"),
        ["f:8: services.own.components.gw.checks.a.target: expected an http:// or https:// address"],
    ),
    "a component taken away that is not there": (
        "services:\n- id: claude\n  components:\n    claude-cod: null",
        ["f:4: services.claude.components.claude-cod: unknown component; did you mean claude-code?"],
    ),
    "a check taken away that is not there": (
        override("{interval: 5m}, modelz: null"),
        ["f:3: services.claude.components.claude-api.checks.modelz: unknown check; did you mean models?"],
    ),
    "a service that is a number": (
        "services:\n- 3",
        ["f:2: services[0]: expected a service of the catalogue, or a mapping with an id"],
    ),
    "unknown key at the top": ("\nservises: [claude]", ["f:2: servises: unknown key; did you mean services?"]),
    "unknown key deep inside": (
        override("{intervall: 3}"),
        [f"f:3: {SITE}.intervall: unknown key; did you mean interval?"],
    ),
    "unknown key unlike any": (
        "vantage: {zzz: 1}",
        ["f:1: vantage.zzz: unknown key; expected one of: name"],
    ),
    "a service without a name": (
        "services:\n- id: own\n  components:\n    gw: {name: Gateway}",
        ["f:2: services.own.name: required, but missing"],
    ),
    "a bad id": (
        OWN.replace("gw:", "My Gw:"),
        [f"f:5: services.own.components.My Gw: {A_NAME}"],
    ),
    "a name that is a number": (
        OWN.replace("name: Gateway", "name: 5"),
        ["f:6: services.own.components.gw.name: expected text (in quotes if it looks like a number)"],
    ),
    "bad durations": (
        override("{interval: soon, timeout: -1}"),
        [
            f"f:3: {SITE}.interval: expected a duration such as 30s, 5m or 2h, or a number of seconds",
            f"f:3: {SITE}.timeout: expected at least 0.05",
        ],
    ),
    "a duration that is true": (
        override("{interval: on}"),
        [f"f:3: {SITE}.interval: expected a duration such as 30s, 5m or 2h, or a number of seconds"],
    ),
    "an endless interval": (
        override("{interval: .inf}"),
        [f"f:3: {SITE}.interval: expected a duration such as 30s, 5m or 2h, or a number of seconds"],
    ),
    "unknown kind": (
        override("{kind: htp, target: x}"),
        [f"f:3: {SITE}.kind: unknown kind of check; did you mean http?"],
    ),
    "a kind that has its own section": (
        override("{kind: control, target: x}"),
        [f"f:3: {SITE}.kind: unknown kind of check; expected one of: {KINDS}"],
    ),
    "a kind that is a mapping": (
        override("{kind: {a: b}, target: x, options: {q: 1}}"),
        [f"f:3: {SITE}.kind: expected text (in quotes if it looks like a number)"],
    ),
    "unknown option": (
        override("{options: {expect_statuss: 200}}"),
        [f"f:3: {SITE}.options.expect_statuss: unknown option of http; did you mean expect_status?"],
    ),
    "an option of the wrong type": (
        override("{options: {redirects: many}}"),
        [f"f:3: {SITE}.options.redirects: expected a whole number"],
    ),
    "a target that is no address": (
        override("{target: 'https://'}"),
        [f"f:3: {SITE}.target: expected an http:// or https:// address"],
    ),
    "a password in a target": (
        override("{target: 'https://u:hunter2@x/'}"),
        [f"f:3: {SITE}.target: expected an address without user or password; send secrets in a header, as ${{NAME}}"],
    ),
    "a secret in a target": (
        override("{target: 'https://x/?k=${A}'}"),
        [f"f:3: {SITE}.target: expected no secret here: targets are shown; send it in a header"],
    ),
    "a secret in the file": (
        override("{options: {headers: {Authorization: hunter2}}}"),
        [f"f:3: {SITE}.options.headers.Authorization: {NOT_THE_SECRET}"],
    ),
    "a key under a harmless name": (
        override("{options: {headers: {x-who: sk-ant-hunter2}}}"),
        [f"f:3: {SITE}.options.headers.x-who: {NOT_THE_SECRET}"],
    ),
    "a missing secret": (
        override("{options: {headers: {x-api-key: '${A}'}}}"),
        [f"f:3: {SITE}.options.headers.x-api-key: expected A or A_FILE in the environment"],
    ),
    "a malformed reference": (
        override("{options: {headers: {x-api-key: '${A-B}'}}}"),
        [
            f"f:3: {SITE}.options.headers.x-api-key: {A_REFERENCE}",
            f"f:3: {SITE}.options.headers.x-api-key: {NOT_THE_SECRET}",
        ],
    ),
    "unknown dialect": (
        "services:\n- id: claude\n  page: {dialect: atlasian}",
        ["f:3: services.claude.page.dialect: unknown dialect; did you mean atlassian?"],
    ),
    "unknown kind of channel": (
        "channels:\n  c: {kind: consol}",
        ["f:2: channels.c.kind: unknown kind of channel; did you mean console?"],
    ),
    "two services of one id": (
        "services: [claude,\n claude]",
        ["f:2: services.claude: given twice, first on line 1"],
    ),
    "a nickname that is taken": (
        OWN.replace("name: Gateway", "name: CLAUDE API").replace("services:", "services:\n  - claude"),
        [f"f:7: services.own.components.gw.name: {TAKEN} catalogue/claude.yaml:34"],
    ),
    "one control host twice": (
        "control: [http://a.example/1, http://a.example/2]",
        ["f:1: control: expected addresses of at least two unrelated hosts"],
    ),
    "a password in the store's address": (
        "redis: redis://:hunter2@h",
        ["f:1: redis: expected no password here: set REDIS_PASSWORD or REDIS_PASSWORD_FILE, or write ${REDIS_URL}"],
    ),
    "a password in the query of the store's address": (
        "redis: unix:///s?password=hunter2",
        ["f:1: redis: expected no password here: set REDIS_PASSWORD or REDIS_PASSWORD_FILE, or write ${REDIS_URL}"],
    ),
    "a budget of nothing": (
        "detection: {false_alarms_per_month: 0}",
        ["f:1: detection.false_alarms_per_month: expected more than 0"],
    ),
    "a path with a null": ('state_dir: "a\\0b"', ["f:1: state_dir: expected text without control characters"]),
    "certificates that are not there": (
        "network: {ca_file: /nowhere/ca.pem}",
        ["f:1: network.ca_file: expected a file of certificates"],
    ),
    "a key twice": ("redis: redis://a\n\nredis: redis://b", ["f:3: redis: given twice, first on line 1"]),
    "no YAML": ("services: [claude", ["f:1: expected YAML: expected ',' or ']', but got '<stream end>'"]),
    "a tab": ("vantage:\n\tname: x", ["f:2: expected YAML: found character '\\t' that cannot start any token"]),
    "two documents": ("services: [claude]\n---\na: 1", ["f:2: expected YAML: but found another document"]),
    "a list": ("[claude]", ["f:1: expected keys and values, such as services: [claude]"]),
    "a tag": (
        "state_dir: !!python/object/apply:os.system [id]",
        ["f:1: state_dir: expected text (in quotes if it looks like a number)"],
    ),
    "a scalar's tag": (
        "state_dir: !!binary aGk=",
        ["f:1: state_dir: expected plain text, a number, true or false (no YAML tags)"],
    ),
    "a list as a key": ("? [a]\n: b", ["f:1: expected a name as the key"]),
    "a number too long": ("redis: " + "9" * 5000, ["f:1: redis: expected a value that YAML can read"]),
    "everything at once": (
        "servises: 1\nredis: http://x\nintervals: {checks: 0}\nchannels: {c: {kind: x, token: hunter2}}",
        [
            "f:1: servises: unknown key; did you mean services?",
            f"f:2: redis: {AN_ADDRESS}",
            "f:3: intervals.checks: expected at least 0.1",
            f"f:4: channels.c.kind: unknown kind of channel; expected one of: {', '.join(sorted(CHANNELS))}",
            f"f:4: channels.c.token: {NOT_THE_SECRET}",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD.keys())
def test_every_complaint_at_once(text, expected):
    """Each row of the table: all complaints, in the order of the lines, and no secret in them."""
    found = complaints(text)

    assert found == expected
    assert "hunter2" not in "\n".join(found)


BOMBS = {
    "levels in brackets": "[" * 50_000,
    "levels by indentation": "\n".join(" " * n + "a:" for n in range(500)),
    "aliases of aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
    "an alias of itself": "&a {services: *a}",
    "many values": "a: [" + "1," * 400_000 + "]",
    "many keys": "\n".join(f"k{n}: {n}" for n in range(30_000)),
    "aliases of a service": "services:\n- &a {id: a, x: [" + "1," * 600 + "]}\n" + "- *a\n" * 1_000,
    "larger than 16 MiB": "#" * (16 << 20) + "\n#",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_one_complaint(text):
    """Depth, size and alias expansion are bounded; the answer names the bound."""
    (complaint,) = complaints(text)

    assert "expected at most" in complaint


def test_many_services_are_no_bomb():
    """What a file may hold grows with its services."""
    text = "services:\n" + "- {id: a, b: [" + "1," * 300 + "]}\n"
    root, wrong = read((text + text.removeprefix("services:\n") * 80).encode(), "f")
    assert wrong == []
    assert len(root.at(("services",)).value) == 81


def test_complaints_are_bounded():
    """A file full of mistakes is answered with as many as a person reads, and the number of the others."""
    found = complaints("\n".join(f"key{n}: 1" for n in range(250)))

    assert len(found) == 101
    assert found[-1] == "... and 150 more"


def test_bytes_that_are_no_text(tmp_path):
    """The line of the first byte that is not UTF-8 is named."""
    file = tmp_path / "g.yaml"
    file.write_bytes(b"services:\n- cl\xffude\n")

    with pytest.raises(ConfigError) as caught:
        load(str(file), {})

    assert caught.value.complaints == [f"{file}:2: expected UTF-8 text"]


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_a_file_that_cannot_be_read(tmp_path, what):
    """A named file must be there; that it is not is a complaint, not the defaults."""
    file = tmp_path if what == "folder" else tmp_path / "none.yaml"

    with pytest.raises(ConfigError, match="expected a configuration file that can be read"):
        load(None, {"GROUNDTRUTH_CONFIG": str(file)})


ENVIRONMENT = {
    "vantage": ({"GROUNDTRUTH_VANTAGE": "Büro 1"}, "environment: GROUNDTRUTH_VANTAGE: expected a-z, 0-9"),
    "proxy": ({"https_proxy": "socks5://u:hunter2@h"}, "environment: https_proxy: expected the http:// or https://"),
    "certificates": ({"SSL_CERT_FILE": "/nowhere"}, "environment: SSL_CERT_FILE: expected a file of certificates"),
    "password twice": (
        {"REDIS_PASSWORD": "hunter2", "REDIS_PASSWORD_FILE": "/x"},
        "environment: REDIS_PASSWORD: expected REDIS_PASSWORD or REDIS_PASSWORD_FILE in the environment, not both",
    ),
    "no such file": (
        {"REDIS_PASSWORD_FILE": "/nowhere"},
        "environment: REDIS_PASSWORD: expected REDIS_PASSWORD_FILE to name a file of text that can be read",
    ),
}


def test_one_bot_in_two_channels():
    """By what the names stand for, not by the names; a token that is not set is another complaint."""
    text = """channels:
  one: {kind: discord, token: "${A}"}
  two: {kind: discord, token: "${B}"}
  off: {kind: discord, token: "${A}", enabled: false}
  three: {kind: slack, token: "${A}"}
  four: {kind: slack, token: "${C}"}
"""
    expected = (
        "f:3: channels.two.token: expected another bot's: channels.one has this one, and can list all of its channels"
    )
    said = complaints(text, {"A": "secret-1", "B": "secret-1"})
    assert [one for one in said if "another bot" in one] == [expected]
    assert any("channels.four.token: expected C or C_FILE" in one for one in said)
    assert not any("another bot" in one for one in complaints(text, {"A": "secret-1", "B": "secret-2"}))


@pytest.mark.parametrize(("environ", "expected"), ENVIRONMENT.values(), ids=ENVIRONMENT.keys())
def test_the_environment_is_checked_too(environ, expected):
    """What the environment says badly is a complaint without its value."""
    (complaint,) = complaints("redis: redis://h", environ)

    assert complaint.startswith(expected)
    assert "hunter2" not in complaint


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["claude", "http", "${A}", "${A?}", "${", "30s", "https://x.example/", "redis://h", "~", "console"]
    ),
)
KEYS = st.one_of(
    st.sampled_from(
        sorted(
            {*known_keys(()), *known_keys(("services", 0)), *known_keys(("services", 0, "components", "x"))}
            | {*known_keys(("services", 0, "components", "x", "checks", "y")), "headers", "claude-ai", "site", "url"}
        )
    ),
    st.text(max_size=8),
)


def grown(inner):
    """Trees one level deeper."""
    return st.one_of(inner, st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4))


TREES = grown(grown(grown(grown(LEAVES))))
LINE = re.compile(r"(f|catalogue/[a-z-]+\.yaml):\d+: |environment: |\.\.\. and \d+ more")


def hold(text: str) -> None:
    """A text is a configuration or a list of complaints, each with its line; never a traceback."""
    try:
        assert isinstance(from_text(text, "f", {"A": "hunter2"}), Settings)
    except ConfigError as error:
        for complaint in error.complaints:
            assert LINE.match(complaint)
            assert "hunter2" not in complaint
            assert complaint.isprintable()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.text(alphabet="ab:- \n\t[]{},&*!|>'\"#%@`?~1.<", max_size=120)))
def test_arbitrary_text_is_never_a_traceback(text):
    """Whatever stands in the file."""
    hold(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=5), st.booleans())
def test_arbitrary_trees_are_never_a_traceback(tree, as_json):
    """Well-formed YAML of the right words in the wrong places."""
    hold(json.dumps(tree) if as_json else yaml.safe_dump(tree, allow_unicode=True))


def test_every_key_of_the_schema_can_be_suggested():
    """The walk that finds the keys of a place follows the models to their leaves."""
    assert known_keys(()) == tuple(Configuration.model_fields)
    assert "usual_lag" in known_keys(("services", 0, "page"))
    assert "p90" in known_keys(("services", 0, "page", "usual_lag"))
    assert "target" in known_keys(("services", 0, "components", "x", "checks", "y"))
    given = ("name", "components", "note", "url", "service", "via", "similarity")
    assert known_keys(("services", 0, "alternatives", 0)) == given
    assert known_keys(("nowhere", "at", "all")) == ()
