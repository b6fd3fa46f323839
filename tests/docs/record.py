"""`python -m tests.docs.record`: run the program and keep what it prints, for pages and pictures.

`demo.txt` is the outage of 13 April 2026 (a minute). `ask.txt` is a `groundtruth run` that watches the demo's vendor
while one request in four fails, and what the desk answers meanwhile. `routes.txt` is the example of on-call.yaml.
`accuracy.txt` is all of `groundtruth accuracy`, which takes minutes: `python -m tests.docs.record accuracy`.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bot.demo.vendor import Vendor
from tests.docs.pages import ROOT
from tests.docs.transcripts import FOLDER, RECORDED
from tests.support.instance import Instance

ASKED = ("", "why claude-api", "ack --as Ann", "incidents")
SECRETS = {
    "PAGERDUTY_ROUTING_KEY": "0123456789abcdef0123456789abcdef",
    "WEBHOOK_SECRET": "0123456789abcdef",
    "NTFY_TOPIC": "example",
    "SMTP_PASSWORD": "example",
}


async def _printed(*arguments: str, **environ: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "COLUMNS": "120", **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    lines = out.decode().replace(str(ROOT), FOLDER).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _keep(name: str, *said: tuple[str, str]) -> None:
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / name).write_text("\n\n".join(f"$ groundtruth {command}\n{text}" for command, text in said) + "\n")


async def demo() -> None:
    """The outage of 13 April 2026."""
    _keep("demo.txt", ("demo --plain", await _printed("demo", "--plain")))


async def ask() -> None:
    """Questions to a process that watches an outage."""
    with tempfile.TemporaryDirectory() as made:
        async with Vendor(seed=3) as vendor:
            instance = Instance(Path(made), vendor, interval_s=2.0)
            await instance.start()
            await asyncio.sleep(20)
            vendor.set("claude-api", rate=0.3, kinds="http_500")
            await instance.until(lambda it: it.roots, 120)
            await asyncio.sleep(45)
            said = []
            for line in ASKED:
                command = f"ask {line}".strip()
                said.append((command, await _printed("--config", str(instance.file), *command.split())))
            await instance.stop(10)
    _keep("ask.txt", *said)


async def routes() -> None:
    """Who would hear, by the example."""
    file = "deploy/examples/on-call.yaml"
    line = "claude-api major_outage at 03:00"
    said = await _printed("--config", file, "routes", "test", line, **SECRETS)
    _keep("routes.txt", (f'--config {file} routes test "{line}"', said))


async def accuracy() -> None:
    """Every rate, interval and rule."""
    (RECORDED / "accuracy.txt").write_text(
        f"$ groundtruth accuracy --markdown\n{await _printed('accuracy', '--markdown')}\n"
    )


async def main() -> None:
    """All of them, or the one that takes minutes."""
    if sys.argv[1:] == ["accuracy"]:
        await accuracy()
        return
    await asyncio.gather(demo(), routes())
    await ask()


if __name__ == "__main__":
    asyncio.run(main())
