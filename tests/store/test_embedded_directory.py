import stat
import tempfile
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.store import embedded_binary
from bot.store.connect import open_store
from bot.store.embedded_binary import find_binary
from bot.store.embedded_directory import StoreDirectory


async def test_a_path_too_long_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket goes to a private place with a short name, and the second process finds it."""
    with tempfile.TemporaryDirectory(prefix="gt") as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        deep = tmp_path / ("d" * 90)
        async with open_store(None, deep) as store, open_store(None, deep, start=False) as asking:
            path = StoreDirectory(deep).socket_path()
            assert path.is_relative_to(short)
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            assert (await store.info()).memory_bytes > 0
            assert await asking.ping() > 0
        async with open_store(None, deep):
            pass
        monkeypatch.setattr(tempfile, "tempdir", str(deep))
        with pytest.raises(UserError, match="too long for a socket"):
            async with open_store(None, deep):
                pass


async def test_no_server_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, and without one on PATH, one clear sentence; with one on PATH, that one."""
    monkeypatch.setattr(embedded_binary, "PACKAGE", "no-such-package")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="install the Python package"):
        find_binary()
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho 'Bad directive: appendonly'; exit 1\n")
    program.chmod(0o755)
    assert find_binary() == program
    with pytest.raises(UserError, match="cannot start: Bad directive"):
        async with open_store(None, tmp_path):
            pass


async def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the directory should be is said in one sentence, as is a link somebody else may have put there."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot use"):
        StoreDirectory(tmp_path / "file").prepare()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="directory of your own"):
        StoreDirectory(tmp_path).prepare()
