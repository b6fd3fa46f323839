"""A crash leaves no picture of the memory, which holds every secret."""

import subprocess
import sys


def test_core_dumps_are_off_for_us_and_our_children():
    """The limit is inherited."""
    program = (
        "import resource, subprocess, sys; from bot.cli.core_dumps import forbid_core_dumps; forbid_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True);"
        "subprocess.run([sys.executable, '-c', 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])'])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.split() == ["0", "0"]
