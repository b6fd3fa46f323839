"""Failures that a client sees through a gateway while the April story plays, with Groundtruth and without.

`make gateways` runs it: LiteLLM and Envoy come from PyPI into .venv-gateways, HAProxy is Debian's.
The vendor plays 13 April 2026; a second home of the same API works all the time. The gateways run with the files of
deploy/gateways, asking each 10 s of the story, and without retries; one half of them does not know of Groundtruth.
"""

import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import yaml

from bot.app import Terminal, running
from bot.config.load import from_text
from bot.demo.clock import StoryClock
from bot.demo.scenario import QUIET
from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy" / "gateways"
VENV = Path(os.environ.get("GATEWAYS") or ROOT / ".venv-gateways") / "bin"
SPEED = 16.0
"""Seconds of the story to the second."""
BEGINS, ENDS = "15:27", "16:23"
"""The part that is played: the outage is 15:31 to 16:19."""
A_SECOND = 3.0
ASK_S = 10.0 / SPEED
UP_S = 120.0
NATIVE = {"model": "claude-sonnet-4-6", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
CHAT = {"model": "chat", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
MASTER = f"sk-{secrets.token_hex(32)}"
"""LiteLLM starts only with a long one."""
KEYS = {"x-api-key": "k", "anthropic-version": "2023-06-01", "authorization": f"Bearer {MASTER}"}


def free(count: int) -> list[int]:
    """Ports that nobody has."""
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in found]
    for one in found:
        one.close()
    return ports


def envoy(port: int, web: int, homes: Mapping[str, str], *, ours: bool) -> str:
    """The shipped file with these ports; without us it has no health checks."""
    tree = yaml.safe_load((FILES / "envoy" / "envoy.yaml").read_text())["static_resources"]
    tree["listeners"][0]["address"]["socket_address"]["port_value"] = port
    for cluster in tree["clusters"]:
        if cluster["name"] not in homes:
            continue
        endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        endpoint["address"]["socket_address"]["port_value"] = _port(homes[cluster["name"]])
        endpoint["health_check_config"]["address"]["socket_address"]["port_value"] = web
        for name in ("interval", "no_traffic_interval", "no_traffic_healthy_interval"):
            cluster["health_checks"][0][name] = f"{ASK_S:.3f}s"
        if not ours:
            del cluster["health_checks"], endpoint["health_check_config"]
    return yaml.safe_dump({"static_resources": tree})


def haproxy(port: int, agent: int, homes: Mapping[str, str], *, ours: bool) -> str:
    """The shipped file with these ports; without us it has no agent checks."""
    text = (FILES / "haproxy" / "haproxy.cfg").read_text()
    ports = {"10000": port, "9777": agent, "9001": _port(homes["claude-api"]), "9002": _port(homes["spare-api"])}
    text = re.sub(r"\b(10000|9777|9001|9002)\b", lambda found: str(ports[found[0]]), text)
    text = text.replace("agent-inter 5s", f"agent-inter {ASK_S * 1_000:.0f}ms")
    return text if ours else re.sub(r" agent-check.*", "", text)


def litellm(homes: Mapping[str, str], *, ours: bool) -> str:
    """The shipped file with these addresses, without retries; without us it has no callback.

    With `order` LiteLLM tries the second itself where the first fails; weights show what the callback does alone.
    """
    tree = yaml.safe_load((FILES / "litellm" / "config.yaml").read_text())
    for order, (one, (name, address)) in enumerate(zip(tree["model_list"], homes.items(), strict=True), 1):
        told: dict[str, object] = {"model": "anthropic/claude-sonnet-4-6", "api_key": "k", "api_base": address}
        told["weight"] = 1_000 if order == 1 else 1
        one["litellm_params"], one["model_info"] = told, {"groundtruth": name}
    tree["router_settings"] = {"num_retries": 0}
    if not ours:
        del tree["litellm_settings"]["callbacks"]
    return yaml.safe_dump(tree)


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


async def started(stack: AsyncExitStack, *command: object, log: Path, env: Mapping[str, str] | None = None) -> None:
    """A process that ends with the stack."""
    out = stack.enter_context(log.open("wb"))
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=out, stderr=out, env={**os.environ, **(env or {})}, cwd=log.parent,
        start_new_session=True,
    )  # fmt: skip

    async def ended() -> None:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    stack.push_async_callback(ended)


async def opened(stack: AsyncExitStack, folder: Path, ports: list[int], homes: Mapping[str, str]) -> dict[str, str]:
    """Every gateway with us and without: the address of each by "name with" and "name without"."""
    web, agent, *own = ports
    found: dict[str, str] = {}
    for number, ours in enumerate((True, False)):
        place = folder / ("with" if ours else "without")
        place.mkdir()
        e, h, llm = own[number * 3 : number * 3 + 3]
        (place / "envoy.yaml").write_text(envoy(e, web, homes, ours=ours))
        (place / "haproxy.cfg").write_text(haproxy(h, agent, homes, ours=ours))
        (place / "litellm.yaml").write_text(litellm(homes, ours=ours))
        shutil.copy(FILES / "litellm" / "groundtruth_callback.py", place)
        await started(
            stack, VENV / "envoy", "-c", place / "envoy.yaml", "--use-dynamic-base-id", "--concurrency", 1,
            log=place / "envoy.log",
        )  # fmt: skip
        await started(stack, "haproxy", "-db", "-f", place / "haproxy.cfg", log=place / "haproxy.log")
        told = {"GROUNDTRUTH_URL": f"http://127.0.0.1:{web}", "GROUNDTRUTH_EVERY_S": str(ASK_S)}
        told |= {"LITELLM_MASTER_KEY": MASTER, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": str(place)}
        await started(
            stack, VENV / "litellm", "--config", place / "litellm.yaml", "--host", "127.0.0.1", "--port", llm,
            log=place / "litellm.log", env=told,
        )  # fmt: skip
        said = place.name
        found |= {f"Envoy {said}": f"http://127.0.0.1:{e}/v1/messages"}
        found |= {f"HAProxy {said}": f"http://127.0.0.1:{h}/v1/messages"}
        found |= {f"LiteLLM {said}": f"http://127.0.0.1:{llm}/v1/chat/completions"}
    return found


async def answering(address: str) -> None:
    """Wait until a call goes through."""
    ends = time.monotonic() + UP_S
    async with httpx.AsyncClient(headers=KEYS, timeout=10) as http:
        while time.monotonic() < ends:
            try:
                if (await http.post(address, json=_asked(address))).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.5)
    raise SystemExit(f"{address} did not answer within {UP_S:.0f} s")


def _asked(address: str) -> Mapping[str, object]:
    return CHAT if address.endswith("/completions") else NATIVE


async def called(address: str, seconds: float) -> tuple[int, int]:
    """(calls, failed) by a client that calls so often, one call after the other."""
    began, calls, failed = time.monotonic(), 0, 0
    async with httpx.AsyncClient(headers=KEYS, timeout=5) as http:
        while time.monotonic() - began < seconds:
            try:
                failed += (await http.post(address, json=_asked(address))).status_code != 200
            except httpx.HTTPError:
                failed += 1
            calls += 1
            await asyncio.sleep(max(0.0, began + calls / A_SECOND - time.monotonic()))
    return calls, failed


async def by_flags(web: int, homes: Mapping[str, str], seconds: float) -> tuple[int, int]:
    """(calls, failed) of an app that asks OpenFeature's provider."""
    listed = [f"{name}={address}" for name, address in homes.items()]
    command = [
        VENV / "python",
        Path(__file__).with_name("gateway_app.py"),
        f"http://127.0.0.1:{web}",
        seconds,
        A_SECOND,
    ]
    process = await asyncio.create_subprocess_exec(*map(str, command), *listed, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    calls, failed = map(int, out.split())
    return calls, failed


def watching(vendor: Vendor, spare: Vendor, folder: Path, web: int, agent: int) -> Settings:
    """The demo's configuration, with the second home and everything that gateways ask."""
    wanted = vendor.configuration(interval_s=30.0, timeout_s=2.0)
    check = {"kind": "http", "target": spare.url("claude-api") + "/api/hello", "interval": 30}
    home = {
        "id": "spare",
        "name": "Spare",
        "components": {"spare-api": {"name": "Spare API", "checks": {"hello": check}}},
    }
    wanted["services"] = [*wanted["services"], home]
    wanted |= {"state_dir": str(folder / "state"), "vantage": {"name": "demo"}}
    wanted["web"] = {
        "listen": f"127.0.0.1:{web}", "agent_check": f"127.0.0.1:{agent}", "public": ["spare"],
        "prefer": {"chat": ["claude-api", "spare-api"]}, "requests_per_minute": 1_000_000,
    }  # fmt: skip
    return from_text(yaml.safe_dump(wanted), "the bench's configuration", {})


async def play(folder: Path) -> dict[str, tuple[int, int]]:
    """(calls, failed) of each client."""
    whole = load("april-13")
    story = replace(whole, begins=whole.time(BEGINS), ends=whole.time(ENDS), speed=SPEED)
    clock, ports = StoryClock(story), free(8)
    async with AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(Vendor(story, seed=13, speed=1.0, clock=clock))
        spare = await stack.enter_async_context(Vendor(QUIET, seed=13, clock=clock))
        homes = {"claude-api": vendor.url("claude-api"), "spare-api": spare.url("claude-api")}
        addresses = await opened(stack, folder, ports, homes)
        addresses["an app without"] = homes["claude-api"] + "/v1/messages"
        await asyncio.gather(*map(answering, addresses.values()))
        settings = watching(vendor, spare, folder, ports[0], ports[1])
        quiet = stack.enter_context((folder / "said").open("w"))
        await stack.enter_async_context(running(settings, Terminal(quiet, "plain", clock, story.speed)))
        clock.start()
        counting = [called(address, story.seconds) for address in addresses.values()]
        *counted, flagged = await asyncio.gather(*counting, by_flags(ports[0], homes, story.seconds))
        began, outage = story.begins, whole.time("15:31")
        early = [sum(began < one.at < outage and one.path == "/v1/messages" for one in home.log.entries)
                 for home in (vendor, spare)]  # fmt: skip
        print(f"before the outage {early[0]} of {sum(early)} calls went to the preferred home\n")
        return dict(zip(addresses, counted, strict=True)) | {"an app with": flagged}


def main() -> None:
    """Print the table."""
    if shutil.which("haproxy") is None or not (VENV / "envoy").exists():
        raise SystemExit("haproxy or .venv-gateways is missing: apt-get install haproxy, then make gateways")
    folder = Path(tempfile.mkdtemp(prefix="gateways-"))
    try:
        found = asyncio.run(play(folder))
    finally:
        if "KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
    print("| through | calls | failed without | failed with | of it |\n| --- | --- | --- | --- | --- |")
    worst = 0.0
    for name, said in (
        ("LiteLLM", "LiteLLM"), ("Envoy", "Envoy"), ("HAProxy", "HAProxy"), ("an app", "an app by OFREP flags"),
    ):  # fmt: skip
        calls, without = found[f"{name} without"]
        _, ours = found[f"{name} with"]
        worst = max(worst, ours / max(1, without))
        print(f"| {said} | {calls} | {without} | {ours} | {ours / max(1, without):.0%} |")
    sys.exit(worst >= 0.2)


if __name__ == "__main__":
    main()
