"""The embedded server's directory: private, with one socket, and locks that keep two of anything out.

store/appendonlydir/   what the server keeps
store/valkey.sock      its socket, or a link to it where the path is too long for one
store/owner.lock       locked by the Groundtruth process that runs here; its number is inside
store/server.lock      locked through a descriptor the server inherits, hence as long as one is alive
"""

import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from bot.errors import UserError

SOCKET_PATH_BYTES = 100
"""Linux takes 107 bytes, macOS 103; a little less, for the server's own use."""


class StoreDirectory:
    """Paths below a state directory. Nothing is made before `prepare`."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir.absolute() / "store"
        self._link = self.root / "valkey.sock"

    def prepare(self) -> None:
        """Make the directory, for our own eyes only.

        Raises:
            UserError: when it cannot be made, or is somebody else's.
        """
        _private(self.root)

    def claim(self) -> int:
        """Lock the directory for this process; the descriptor to close at the end.

        Raises:
            UserError: when another process has it.
        """
        lock = _open(self.root / "owner.lock")
        if not _locked(lock):
            owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(lock)
            raise UserError(
                f"Groundtruth already runs on {self.root} as process {owner}: stop it, or choose another state_dir"
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return lock

    def server_lock(self) -> int | None:
        """A locked descriptor for a server to inherit; None while an earlier server is still alive."""
        lock = _open(self.root / "server.lock")
        if _locked(lock):
            return lock
        os.close(lock)
        return None

    def make_socket_path(self) -> Path:
        """Where the next server shall listen, with no stale socket in the way.

        Raises:
            UserError: when the path is too long and no private place for a short one can be had.
        """
        path = self._link
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
            digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
            path = Path(tempfile.gettempdir()) / f"groundtruth-{os.getuid()}-{digest}" / "valkey.sock"
            if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
                raise UserError(f"the path {self.root} is too long for a socket: choose a shorter state_dir")
            _private(path.parent)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(path)
        path.unlink(missing_ok=True)
        return path

    def socket_path(self) -> Path:
        """Where a running server listens."""
        return self._link.readlink() if self._link.is_symlink() else self._link


def _private(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = path.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
            raise UserError(f"{path} must be a directory of your own: remove it, or choose another state_dir")
        path.chmod(0o700)
    except OSError as error:
        raise UserError(f"cannot use {path}: {error.strerror}") from error


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UserError(f"cannot use {path}: {error.strerror}") from error


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
