"""How long a status line takes that is cached: `.venv/bin/python -m tests.bench.statusline`."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALLS = 60
COMMANDS = {
    "true": ["/bin/true"],
    "groundtruth-line": ["sh", str(ROOT / "deploy/claude-code/bin/groundtruth-line")],
    "groundtruth statusline": [sys.executable, "-m", "bot", "statusline"],
    "python -c pass": [sys.executable, "-c", "pass"],
}
BODY = "groundtruth-line 1\nstate partial_outage\nline 🟠 Claude ~18% failing\nname Claude\nwrong yes\n"


def measured(command: list[str], file: Path) -> tuple[list[float], float]:
    """Milliseconds of each call, sorted, and of a core for one."""
    before, took = resource.getrusage(resource.RUSAGE_CHILDREN), []
    for _ in range(CALLS):
        file.write_text(f"{int(time.time())}\n{BODY}")
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
        took.append((time.perf_counter() - began) * 1_000)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return sorted(took), used / CALLS * 1_000


def main() -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        file = Path(folder, ".cache", "groundtruth", "line-claude-api")
        file.parent.mkdir(parents=True)
        print(f"load {os.getloadavg()[0]:.0f}, {CALLS} calls each")
        for name, command in COMMANDS.items():
            took, used = measured(command, file)
            ends = f"best {took[0]:.1f}, median {statistics.median(took):.1f}, p90 {took[CALLS * 9 // 10]:.1f} ms"
            print(f"{name:24} {ends}, {used:.1f} ms of a core")


if __name__ == "__main__":
    main()
