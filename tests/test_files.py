import errno
import os

import pytest

from core import files
from core.problem import Problem


def test_home_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "here"))
    assert files.home() == tmp_path / "here"
    monkeypatch.delenv("PLAYGROUND_HOME")
    assert files.home().name == files.NAME


def test_written_whole_and_no_leftovers(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    files.write_atomic(path, b"one")
    files.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["a.txt"]


@pytest.mark.parametrize(
    "number, code", [(errno.ENOSPC, "disk_full"), (errno.EROFS, "read_only"), (errno.EACCES, "read_only")]
)
def test_a_failed_write_keeps_the_old_file(monkeypatch, tmp_path, number, code):
    path = tmp_path / "a.txt"
    files.write_atomic(path, b"old")

    def refuse(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Problem) as caught:
        files.write_atomic(path, b"new")
    assert caught.value.code == code and caught.value.facts == {"path": str(path)}
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.txt"]


def test_a_file_where_the_folder_should_be_is_no_place_to_write(tmp_path):
    (tmp_path / "home").write_text("a file")
    for path in (tmp_path / "home" / "a.txt", tmp_path / "home" / "deeper" / "a.txt"):
        with pytest.raises(Problem) as caught:
            files.write_atomic(path, b"new")
        assert caught.value.code == "read_only"


def test_other_errors_pass_through(tmp_path):
    with pytest.raises(OSError):
        files.write_atomic(tmp_path, b"a folder is in the way")
    assert os.listdir(tmp_path) == []


def test_where_fsync_stops_at_the_drive_it_is_asked_for_more(monkeypatch, tmp_path):
    import fcntl

    asked = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)  # as on macOS
    monkeypatch.setattr(fcntl, "fcntl", lambda handle, what: asked.append(what))
    monkeypatch.setattr(os, "fsync", lambda handle: asked.append("fsync"))
    files.write_atomic(tmp_path / "a.txt", b"one")
    assert asked == [51]

    def cannot(handle, what):
        raise OSError(errno.ENOTSUP, "a drive that cannot")

    monkeypatch.setattr(fcntl, "fcntl", cannot)
    files.write_atomic(tmp_path / "a.txt", b"two")
    assert asked == [51, "fsync"]


def test_a_write_that_is_interrupted_leaves_nothing(monkeypatch, tmp_path):
    def interrupt(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "to_disk", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_atomic(tmp_path / "a.txt", b"new")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_who_shares_a_folder_can_read_what_another_wrote(tmp_path):
    """As they can read what `open` makes: by the umask."""
    files.write_atomic(tmp_path / "a.json", b"{}")
    (tmp_path / "b.json").write_text("{}")
    assert os.stat(tmp_path / "a.json").st_mode == os.stat(tmp_path / "b.json").st_mode
