"""The image: linted, built from the real Containerfile without a daemon, and started as its own user."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from parts import DEPLOY, ROOT, TOOLS, FailedError, SkippedError, needed, run

CONTAINERFILE = DEPLOY / "docker" / "Containerfile"
KEPT = ROOT / ".check-image"
"""The base system and the layers, kept for the next time; `make clean` removes it."""
SUITE, BASE, NAME = "trixie", "docker.io/library/debian:trixie-slim", "localhost/groundtruth:check"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PATIENCE_S = 60.0


def lint() -> list[str]:
    """Hadolint's word. Raises FailedError."""
    run(TOOLS / "hadolint", CONTAINERFILE)
    return ["hadolint has no complaint"]


def check() -> list[str]:
    """Sizes and times. Raises FailedError, or SkippedError where it cannot be built here."""
    needed("buildah", "debootstrap")
    if os.getuid() != 0:
        raise SkippedError("debootstrap and buildah's chroot need root")
    _base()
    built = _build()
    return [built, *_started()]


def buildah(*words: str | Path) -> str:
    places = ("--root", KEPT / "storage", "--runroot", KEPT / "run", "--storage-driver", "vfs")
    return run("buildah", *places, *words)


def _base() -> None:
    """A base image of the name that the Containerfile gives, from Debian's packages; once."""
    if BASE in buildah("images", "--format", "{{.Name}}:{{.Tag}}"):
        return
    KEPT.mkdir(exist_ok=True)
    system = KEPT / "base"
    shutil.rmtree(system, ignore_errors=True)
    run("debootstrap", "--variant=minbase", SUITE, system)
    run("chroot", system, "apt-get", "clean")
    for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/lib/apt/lists"):
        shutil.rmtree(system / folder, ignore_errors=True)  # as in Debian's slim images
    (system / "var/lib/apt/lists").mkdir()
    container = buildah("from", "scratch").strip()
    buildah("add", "--quiet", container, system, "/")
    buildah("commit", "--quiet", container, BASE)
    buildah("rm", container)
    shutil.rmtree(system)


def _build() -> str:
    began = time.monotonic()
    mirror = ["--volume", f"{CERTIFICATES}:/run/ca.crt:ro", "--build-arg", "PIP_CERT=/run/ca.crt"]
    buildah(
        *(
            "build",
            "--isolation",
            "chroot",
            "--pull-never",
            "--network",
            "host",
            "--layers=false",
            "--format",
            "docker",
        ),
        *(*(mirror if CERTIFICATES.exists() else []), "--ignorefile", ROOT / ".dockerignore"),
        *("--file", CONTAINERFILE, "--tag", NAME, ROOT),
    )
    took = time.monotonic() - began
    config = json.loads(buildah("inspect", "--type", "image", NAME))["Docker"]["config"]
    wanted = {"User": "65532:65532", "StopSignal": "SIGTERM", "Cmd": ["run"]}
    for key, value in wanted.items():
        if config.get(key) != value:
            raise FailedError(f"the image's {key} is {config.get(key)!r}, expected {value!r}")
    if "Healthcheck" not in config or "org.opencontainers.image.licenses" not in config["Labels"]:
        raise FailedError("the image has no health check or no labels")
    return f"built in {took:.0f} s"


def _started() -> list[str]:
    container = buildah("from", "--pull-never", NAME).strip()
    try:
        system = Path(buildah("mount", container).strip())
        sizes = {what: _megabytes(system / where) for what, where in (("all", "."), ("ours", "opt/groundtruth"))}
        _unwritable(container)
        up, down = _life(container)
    finally:
        buildah("rm", container)
    return [
        f"{sizes['all']} MB unpacked, of which {sizes['ours']} MB are Groundtruth and its dependencies",
        "the base is made by debootstrap: the published slim image could not be pulled here",
        f"/livez answers {up:.1f} s after the start as user 65532, and the health check agrees",
        f"stopped {down:.1f} s after SIGTERM with exit code 0",
        "its user can write to nothing but /var/lib/groundtruth, /tmp and /var/tmp: the root may be read-only",
    ]


def _megabytes(folder: Path) -> int:
    return int(run("du", "-sm", "--one-file-system", folder).split()[0])


def inside(container: str, *words: str, mounts: Sequence[str] = ()) -> list[str]:
    """The command that runs `words` in a container as the image's user; mounts are HOST:PLACE:ro."""
    places = ("--root", str(KEPT / "storage"), "--runroot", str(KEPT / "run"), "--storage-driver", "vfs")
    volumes = [word for mount in mounts for word in ("--volume", mount)]
    how = ("run", "--isolation", "chroot", "--network", "host", "--user", "65532:65532", *volumes, container, "--")
    return ["buildah", *places, *how, *words]


def _unwritable(container: str) -> None:
    """A read-only root is tried in the only way that a chroot has: nothing else is writable for the user."""
    found = run(
        *inside(container, "sh", "-c", "find / -xdev -type d -writable -not -path '/proc/*' 2>/dev/null; true")
    ).split()
    known = ("/var/lib/groundtruth", "/tmp", "/var/tmp", "/run/lock", "/dev")
    other = [path for path in found if not path.startswith(known)]
    if other:
        raise FailedError(f"the image's user can write to {', '.join(other[:5])}")


def _life(container: str) -> tuple[float, float]:
    """Seconds from the start to the first answer, and from SIGTERM to the end."""
    began = time.monotonic()
    program = ("/usr/bin/tini", "-s", "--", "groundtruth", "run")
    words = inside(container, "sh", "-c", f"echo $$ > /tmp/pid; exec {' '.join(program)}")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        while not _alive():
            if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                process.kill()
                raise FailedError(f"it does not start: {(process.communicate()[1] or '')[-800:]}")
            time.sleep(0.05)
        up = time.monotonic() - began
        run(*inside(container, "/usr/bin/python3", "-I", "/usr/local/lib/groundtruth/healthcheck.py"))
        pid = int(run(*inside(container, "cat", "/tmp/pid")))
        ended = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        code = process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
    if code:
        raise FailedError(f"it ended with {code} after SIGTERM")
    return up, time.monotonic() - ended


def _alive() -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open("http://127.0.0.1:8081/livez", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
