"""Where no page is configured, nothing of it is loaded."""

import subprocess
import sys

LOADED = "import sys, bot.app, bot.cli.run; print([m for m in sys.modules if m.startswith(('jinja2', 'bot.web.'))])"
COSTLY = ("jinja2", "bot.web.serving", "bot.web.site", "bot.web.pages", "bot.web.templates")


def test_a_start_without_the_page_imports_nothing_of_it():
    """Neither templates nor server: what is off costs no time and no memory."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=50)
    assert not [name for name in COSTLY if f"'{name}" in done.stdout], done.stdout
