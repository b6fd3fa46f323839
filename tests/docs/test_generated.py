"""What the pages have from the program is what the program has: `make docs` writes it anew."""

import re
from textwrap import dedent

import pytest

from bot.channels.registry import CHANNELS
from bot.config.load import load
from bot.core.commands.table import COMMANDS
from probes.dialects.registry import DIALECTS
from probes.registry import PROBES
from tests.docs.configuration import undescribed
from tests.docs.generated import PARTS, written
from tests.docs.pages import DOCS, README, ROOT, pages, replaced
from tests.docs.transcripts import CONSOLE, refreshed

YAML = re.compile(r"^ *```yaml\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
    "DISCORD_TOKEN": "token",
    "PAGERDUTY_ROUTING_KEY": "0123456789abcdef0123456789abcdef",
    "PAGERDUTY_WEBHOOK_SECRET": "secret",
    "WEBHOOK_SECRET": "0123456789abcdef",
    "GATEWAY_KEY": "key",
    "ANTHROPIC_API_KEY": "key",
    "OPENAI_API_KEY": "key",
    "HEARTBEAT_URL": "https://example.com/beat",
    "SMTP_PASSWORD": "password",
}
IDS = {path: str(path.relative_to(ROOT)) for path in pages()}


@pytest.mark.parametrize("name", PARTS)
def test_the_parts_from_the_code_are_current(name):
    """Commands, keys, kinds."""
    page = (DOCS / name).read_text()
    assert written(DOCS / name, page) == page, "run make docs"


@pytest.mark.parametrize("path", [path for path in pages() if CONSOLE.search(path.read_text())], ids=IDS.get)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_transcripts_are_what_is_printed(path):
    """Each command, run again."""
    page = path.read_text()
    assert refreshed(page) == page, "run make docs"


@pytest.mark.parametrize("name", ["README.md", "configuration.md", "channels.md", "routing.md", "operations.md"])
def test_configurations_in_the_pages_are_right(name, tmp_path):
    """Every block of YAML that is a whole configuration loads, with a secret for each it names."""
    page = (README if name == "README.md" else DOCS / name).read_text()
    for number, block in enumerate(YAML.findall(page)):
        text = dedent(block)
        if "services:" not in text:
            text = f"services: [claude]\n{text}"
        file = tmp_path / f"{number}.yaml"
        file.write_text(text)
        load(str(file), SECRETS)


def test_every_key_says_what_it_is():
    """To editors and in the reference."""
    assert undescribed() == []


@pytest.mark.parametrize(
    ("page", "names"),
    [("commands.md", COMMANDS), ("channels.md", CHANNELS), ("configuration.md", PROBES), ("detection.md", DIALECTS)],
    ids=["commands", "channels", "probe kinds", "dialects"],
)
def test_every_name_is_in_its_page(page, names):
    """A new one is described before it is merged."""
    text = (DOCS / page).read_text()
    assert [name for name in names if f"`{name}" not in text and f"kind: {name}" not in text] == []


def test_a_part_without_a_place_is_an_error():
    """A lost marker would let the page grow old unseen."""
    assert replaced("a <!-- x --> old <!-- /x --> b", "x", "new") == "a <!-- x -->\n\nnew\n\n<!-- /x --> b"
    with pytest.raises(ValueError, match="no <!-- y -->"):
        replaced("<!-- x --><!-- /x -->", "y", "new")
