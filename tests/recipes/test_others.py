"""The TypeScript and curl recipes, run by node and bash against the demo vendor."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.demo.vendor import Vendor

HERE = Path(__file__).parent
RECIPES = HERE.parent.parent / "bot" / "recipes"
TSC = HERE / "node_modules" / "typescript" / "bin" / "tsc"
CALLS = 200
KINDS = ["http_500", "overloaded_529", "reset", "nginx_502", "sse_abort"]

# In CI a missing compiler is a failure: nobody would see that the tests were skipped.
node = pytest.mark.skipif(
    shutil.which("node") is None or not (TSC.exists() or os.environ.get("CI")),
    reason="no node, or `npm ci --prefix tests/recipes` was not run",
)
curl = pytest.mark.skipif(shutil.which("bash") is None or shutil.which("curl") is None, reason="no bash or no curl")


@pytest.fixture
async def vendor():
    """Quick, and wrong three times in ten, in five different ways."""
    async with Vendor(seed=7) as made:
        made.set("claude-api", "claude-code", "openai", rate=0.3, kinds=KINDS, latency_ms=0, spread=0)
        yield made


async def run(*command, **environment):
    """What a command says, when it ends well."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=-1, stderr=-1, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment}
    )
    async with asyncio.timeout(50):
        out, errors = await process.communicate()
    assert process.returncode == 0, f"{out.decode()}{errors.decode()}"
    return out.decode()


@pytest.fixture(scope="session")
def scripts(tmp_path_factory):
    """The TypeScript recipes, their types checked strictly and erased."""
    folder = tmp_path_factory.mktemp("recipes")
    checked = subprocess.run(
        ["node", TSC, "-p", HERE, "--outDir", folder], check=False, capture_output=True, text=True, timeout=50
    )
    assert checked.returncode == 0, checked.stdout
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


async def typescript(scripts, vendor, recipe, scenario, calls=CALLS):
    """How the calls came out."""
    urls = (vendor.url("claude-api") + "/v1/messages", vendor.url("openai") + "/v1/chat/completions")
    return json.loads(await run("node", HERE / "drive.mjs", scripts / f"{recipe}.js", scenario, *urls, calls))


@node
async def test_typescript_backoff(scripts, vendor):
    """At least 198 of 200 calls succeed; retry-after of an error is honoured."""
    assert (await typescript(scripts, vendor, "backoff", "backoff"))["good"] >= 198
    vendor.set("claude-api", rate=0)
    vendor.next("claude-api", "edge_429", "http_500")
    told = await typescript(scripts, vendor, "backoff", "waits", 1)
    assert told["slept"][0] == 10_000
    assert told["slept"][1] <= 4
    assert told["good"] == 1


@node
async def test_typescript_fallback(scripts, vendor):
    """At least 199 of 200 calls succeed while both routes fail three times in ten; all while the first one is dead."""
    assert (await typescript(scripts, vendor, "fallback", "fallback"))["good"] >= 199
    vendor.set("claude-api", rate=1)
    vendor.set("openai", rate=0)
    assert (await typescript(scripts, vendor, "fallback", "fallback", 50))["good"] == 50


@node
async def test_typescript_breaker(scripts, vendor):
    """At three in ten nearly all requests go out; while all fail five go; each rest that is over lets one more go."""
    vendor.set("claude-api", rate=0.3, kinds=KINDS[:4])
    told = await typescript(scripts, vendor, "breaker", "breaker")
    assert told["good"] >= 120
    assert told["good"] + told["otherwise"] == CALLS
    assert vendor.log.count("claude-api") == CALLS

    vendor.set("claude-api", rate=1)
    told = await typescript(scripts, vendor, "breaker", "breaker")
    assert (told["otherwise"], vendor.log.count("claude-api") - CALLS) == (CALLS, 5)
    vendor.set("claude-api", rate=0)
    vendor.next("claude-api", *["http_500"] * 7)
    assert (await typescript(scripts, vendor, "breaker", "rests", 10))["good"] == 3


@node
async def test_typescript_cache(scripts, vendor):
    """Once each question was answered all calls are, at three failures in ten and at ten in ten."""
    vendor.next("claude-api", *["ok"] * 20)
    assert (await typescript(scripts, vendor, "cache", "cache", CALLS + 20))["good"] == CALLS + 20
    vendor.set("claude-api", rate=1)
    vendor.next("claude-api", *["ok"] * 20)
    assert (await typescript(scripts, vendor, "cache", "cache"))["good"] == CALLS


async def bash(vendor, recipe, calls=CALLS, *more, **environment):
    """How often each exit code of a shell recipe came."""
    command = more or (vendor.url("claude-api") + "/v1/messages", "-H", "x-api-key: k", "-d", asked("PROMPT"))
    said = await run("bash", HERE / "drive.sh", RECIPES / "curl" / f"{recipe}.sh", calls, *command, **environment)
    return {code: int(count) for code, count in (line.split() for line in said.splitlines())}


def asked(prompt, model="claude-haiku-4-5"):
    """The body of a question."""
    return json.dumps({"model": model, "max_tokens": 4, "messages": [{"role": "user", "content": prompt}]})


@curl
async def test_curl_backoff(vendor):
    """At least 198 of 200 calls succeed; a refusal is not repeated; told to wait for too long it gives up."""
    told = await bash(vendor, "backoff", FIRST_MS="2")
    assert told["0"] >= 198
    assert sum(told.values()) == CALLS
    before = vendor.log.count("claude-api")
    vendor.set("claude-api", rate=1, kinds="forbidden_403")
    assert await bash(vendor, "backoff", 3, FIRST_MS="2") == {"22": 3}
    vendor.set("claude-api", kinds="cloudflare_522")
    assert await bash(vendor, "backoff", 2, FIRST_MS="2") == {"28": 2}
    assert vendor.log.count("claude-api") - before == 5


@curl
async def test_curl_fallback(vendor, tmp_path):
    """All of 100 calls succeed while both routes fail three times in ten, and while the first one is dead."""
    routes: list[Path] = []
    for host, path in (
        ("claude-api", "/v1/messages"),
        ("claude-api", "/v1/messages"),
        ("openai", "/v1/chat/completions"),
    ):
        file = tmp_path / f"{len(routes)}.curl"
        body = tmp_path / "body.json"
        body.write_text(asked("Hi"))
        file.write_text(f'url = "{vendor.url(host)}{path}"\nheader = "x-api-key: k"\ndata = "@{body}"\n')
        routes.append(file)
    assert await bash(vendor, "fallback", 100, *routes, FIRST_MS="2") == {"0": 100}
    vendor.set("claude-api", rate=1)
    vendor.set("openai", rate=0)
    assert await bash(vendor, "fallback", 20, *routes, FIRST_MS="2") == {"0": 20}


@curl
async def test_curl_breaker(vendor, tmp_path):
    """At three in ten requests go out; while all fail five go, in whichever process; after the rest one more."""
    environment = {"BREAKER": str(tmp_path / "breaker"), "REST_S": "600"}
    told = await bash(vendor, "breaker", 100, **environment)
    assert told["0"] >= 60
    assert sum(told.values()) == 100

    vendor.set("claude-api", rate=1)
    (tmp_path / "breaker").unlink()
    before = vendor.log.count("claude-api")
    assert await bash(vendor, "breaker", 100, **environment) == {"22": 5, "75": 95}
    assert await bash(vendor, "breaker", 5, **environment) == {"75": 5}
    assert vendor.log.count("claude-api") - before == 5
    (tmp_path / "breaker").write_text("5 0\n")
    assert await bash(vendor, "breaker", 10, **environment) == {"22": 1, "75": 9}
    vendor.set("claude-api", rate=0)
    (tmp_path / "breaker").write_text("6 0\n")
    assert await bash(vendor, "breaker", 10, **environment) == {"0": 10}


@curl
async def test_curl_cache(vendor, tmp_path):
    """Once each question was answered all calls are, at any rate of failures; fresh ones cost no request."""
    environment = {"ANSWERS": str(tmp_path / "answers")}
    vendor.set("claude-api", rate=0)
    assert await bash(vendor, "cache", 40, **environment) == {"0": 40}
    assert vendor.log.count("claude-api") == 20
    vendor.set("claude-api", rate=0.3)
    assert await bash(vendor, "cache", 100, FRESH_S="-1", **environment) == {"0": 100}
    vendor.set("claude-api", rate=1)
    assert await bash(vendor, "cache", 40, FRESH_S="-1", **environment) == {"0": 40}
    assert await bash(vendor, "cache", 2, FRESH_S="-1", OLDEST_S="-1", **environment) == {"22": 2}
