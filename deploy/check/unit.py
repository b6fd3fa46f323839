"""The systemd units: verified and scored; and what the unit asks for is done with the real program.

systemd itself is not started: a datagram socket takes its place for `Type=notify` and the watchdog, prctl(2) for
MemoryDenyWriteExecute, another user of a group for `ask`.
"""

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from parts import DEPLOY, PROGRAM, FailedError, accepted, needed, run

FOLDER = DEPLOY / "systemd"
WORST = 1.5
"""The highest exposure level that systemd-analyze may give, of 10."""
GROUP, STRANGER = 64_001, 64_002
MDWE = 65
"""PR_SET_MDWE: what MemoryDenyWriteExecute does, since Linux 6.3."""


def check() -> list[str]:
    """What was found. Raises FailedError."""
    needed("systemd-analyze")
    said = []
    with tempfile.TemporaryDirectory() as folder:
        said += [_scored(unit, Path(folder)) for unit in sorted(FOLDER.glob("*.service"))]
        accepted((FOLDER / "groundtruth.yaml").read_text(), ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), Path(folder))
        said.append(_run(Path(folder)))
    return said


def _scored(unit: Path, folder: Path) -> str:
    """Its syntax and its score. Verifying needs the program at its place: a copy names one that is there."""
    copy = folder / unit.name.replace("@.", "@x.")
    copy.write_text(unit.read_text().replace("/opt/groundtruth/bin/groundtruth", "/bin/true"))
    run("systemd-analyze", "verify", "--recursive-errors=no", copy)
    table = run("systemd-analyze", "security", "--offline=true", unit)
    score = float(re.findall(r"exposure level for \S+: ([\d.]+)", table)[0])
    if score > WORST:
        raise FailedError(f"{unit.name}: exposure {score}, expected {WORST} at most")
    return f"{unit.name}: systemd-analyze verify has no complaint, exposure {score} of 10"


def _run(folder: Path) -> str:
    """The program under a manager's socket, with its watchdog, without writable code, asked by a group's member."""
    runtime = folder / "run"
    runtime.mkdir()
    configuration = folder / "unit.yaml"
    configuration.write_text(f'services: [claude]\nsocket: {{path: "{runtime}/store.sock", mode: "0660"}}\n')
    if os.getuid() == 0:
        for path, mode in ((folder, 0o711), (runtime, 0o2750), (configuration, 0o644)):
            path.chmod(mode)
        os.chown(runtime, -1, GROUP)
    address = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(60)
        environ = {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "400000", "STATE_DIRECTORY": str(folder / "state")}
        began = time.monotonic()
        with _process(configuration, environ) as process:
            if not (first := manager.recv(4096).decode()).startswith("READY=1\n"):
                raise FailedError(f"the first message is {first!r}, expected READY=1")
            ready = time.monotonic() - began
            if [manager.recv(4096) for _ in range(3)] != [b"WATCHDOG=1"] * 3:
                raise FailedError("the watchdog is not fed")
            asked = _asked(configuration)
            os.kill(process.pid, signal.SIGSTOP)
            _silent(manager)
            os.kill(process.pid, signal.SIGCONT)
            process.terminate()
            while not manager.recv(4096).startswith(b"STOPPING=1"):
                pass
            if code := process.wait(20):
                raise FailedError(f"it ended with {code} after SIGTERM")
    return f"READY=1 after {ready:.1f} s, watchdog fed and silent while it hangs, STOPPING=1, exit code 0; {asked}"


@contextlib.contextmanager
def _process(configuration: Path, environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Groundtruth, which cannot make memory that is writable and executable where the kernel can refuse it."""
    command = [str(PROGRAM), "--config", str(configuration), "run", "--plain"]
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_denied,  # noqa: PLW1509  (no threads here)
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()


def _denied() -> None:
    ctypes.CDLL(None).prctl(MDWE, 1, 0, 0, 0)


def _silent(manager: socket.socket) -> None:
    """A process that hangs sends nothing: what lies in the queue is read, then nothing comes for a whole period."""
    manager.settimeout(0.8)
    with contextlib.suppress(TimeoutError):
        for _ in range(50):
            manager.recv(4096)
        raise FailedError("the watchdog is fed although the process hangs")
    manager.settimeout(60)


def _asked(configuration: Path) -> str:
    """`ask` as a member of the group, and as somebody else."""
    if os.getuid() != 0:
        return "`ask` by others was not tried: that needs root"
    for who, group, code, word in (("a member", GROUP, 0, ""), ("a stranger", STRANGER, 2, "you may not ask")):
        command = [str(PROGRAM.parent / "python"), "-c", ASK, str(configuration), str(group)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != code or word not in done.stderr:
            raise FailedError(f"{who} of the group asks: {done.returncode}, {done.stderr[-600:]}")
    return "a member of the socket's group asks, a stranger is refused"


ASK = f"""
import os, sys
from bot.cli.main import main
ask = ["--config", sys.argv[1], "ask"]
main(ask)  # everything is imported now: the interpreter itself may be closed to others
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid({STRANGER})
sys.exit(main(ask))
"""
