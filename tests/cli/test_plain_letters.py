"""Streams without our signs get plain letters, and never an error."""

import io
import subprocess
import sys

from bot.cli.plain_letters import with_plain_signs


def test_signs_become_plain_letters():
    """State, dashes, blocks and letters with accents; what has no plain form is a question mark."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    with_plain_signs(out)

    out.write("🟠 11–27% · ×3 é ☃ ▁█")
    out.flush()

    assert raw.getvalue() == b"(!!) 11-27% - x3 e ? _#"


def test_a_command_writes_into_any_stream():
    """Help and complaints into a pipe that is not UTF-8, without a traceback."""
    for words in (["--help"], ["ask", "--state-dir", "/nowhere\u2603", "status"]):
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            env={"PYTHONIOENCODING": "ascii:strict"},
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        assert done.returncode in (0, 2)
