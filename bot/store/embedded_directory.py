"""The embedded server's directory: private, with one socket, and locks that keep two of anything out.

store/appendonlydir/   what the server keeps
store/valkey.sock      its socket, or a link to it where the path is too long for one or the configuration names another
store/owner.lock       locked by the Groundtruth process that runs here; its number is inside
store/server.lock      locked through a descriptor the server inherits, hence as long as one is alive
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from bot.errors import UserError

KEPT = "appendonlydir"
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

    def make_socket_path(self, given: Path | None = None) -> Path:
        """Where the next server shall listen, with no stale socket in the way; `given` is in a folder that is there.

        Raises:
            UserError: when the path is too long and no private place for a short one can be had, or nothing can be
                made at the given one.
        """
        path = given or self._link
        if given is not None:
            _reachable(given)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(given)
        elif len(os.fsencode(path)) > SOCKET_PATH_BYTES:
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
        """Where a running server listens.

        Raises:
            UserError: when the directory is another user's.
        """
        try:
            link = self._link.lstat()
        except PermissionError as error:
            raise _foreign(self.root.parent) from error
        except OSError:
            return self._link
        if link.st_uid != os.getuid():
            raise _foreign(self.root.parent)
        return self._link.readlink() if stat.S_ISLNK(link.st_mode) else self._link


def _reachable(socket: Path) -> None:
    """Raises UserError where no socket can be made there; what stands there and is none stays."""
    if len(os.fsencode(socket)) > SOCKET_PATH_BYTES:
        raise UserError(f"the path {socket} is too long for a socket: choose a shorter socket.path")
    if not os.access(socket.parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UserError(f"cannot make a socket in {socket.parent}: make that folder, writable for this user")
    if socket.exists() and not socket.is_socket():
        raise UserError(f"{socket} is in the way of the socket: remove it, or choose another socket.path")


def kept(state_dir: Path) -> bool:
    """Whether an embedded store has kept anything in a directory."""
    return (StoreDirectory(state_dir).root / KEPT).is_dir()


def copied(state_dir: Path, to: Path) -> None:
    """Copy what the embedded store of a directory kept into another state directory.

    Raises:
        UserError: when it cannot be read or copied.
    """
    there = StoreDirectory(to)
    there.prepare()
    try:
        shutil.copytree(StoreDirectory(state_dir).root / KEPT, there.root / KEPT)
    except (OSError, shutil.Error) as error:
        raise UserError(f"what was kept in {state_dir} cannot be read: {error}") from error


def _foreign(state_dir: Path) -> UserError:
    try:
        uid = state_dir.stat().st_uid
        owner = pwd.getpwuid(uid).pw_name
    except (OSError, KeyError):
        owner = "another user"
    return UserError(f"{state_dir} belongs to {owner}: ask as that user (sudo -u {owner} groundtruth ask)")


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
