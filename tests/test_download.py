"""Downloads as they go wrong: a real server on this machine cuts, lies, sleeps, and answers in ranges."""

import errno
import hashlib
import os
import random
import shutil
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from core import download
from core.problem import Problem
from tests.web import web

BODY = random.Random(1).randbytes(300_000)
HASH = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def net():
    with web() as here:
        here.pages["/a.bin"] = BODY
        yield here


def refusal(*args, **how) -> Problem:
    with pytest.raises(Problem) as caught:
        download.fetch(*args, **how)
    return caught.value


def test_a_file_arrives_whole_and_its_progress_is_told(net, tmp_path):
    seen = []
    path = download.fetch(
        net.address + "/a.bin",
        tmp_path / "new" / "a.bin",
        size=len(BODY),
        sha256=HASH,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert path.read_bytes() == BODY
    assert [p.name for p in path.parent.iterdir()] == ["a.bin"]
    assert seen[-1] == (len(BODY), len(BODY)) and seen == sorted(seen)


def test_a_moved_file_is_followed_with_its_range(net, tmp_path):
    net.moved["/old"] = "/a.bin"
    assert download.ranged(net.address + "/old", 10, 20) == BODY[10:20]
    assert download.fetch(net.address + "/old", tmp_path / "a").read_bytes() == BODY


def test_a_cut_connection_is_taken_up_where_it_broke(net, tmp_path):
    net.cut["/a.bin"] = [100_000, 50_000]
    path = download.fetch(net.address + "/a.bin", tmp_path / "a.bin", sha256=HASH)
    assert path.read_bytes() == BODY
    assert [wanted for _, wanted in net.asked] == ["", "bytes=100000-", "bytes=150000-"]


def test_after_too_many_cuts_the_part_stays_for_the_next_try(net, tmp_path):
    net.cut["/a.bin"] = [50_000] * download.TRIES
    problem = refusal(net.address + "/a.bin", tmp_path / "a.bin")
    assert problem.code == "download_cut" and problem.facts["bytes"] == download.kept(tmp_path / "a.bin") == 150_000
    assert problem.facts["total"] == len(BODY) and not (tmp_path / "a.bin").exists()
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin").read_bytes() == BODY
    assert net.asked[-1] == ("/a.bin", "bytes=150000-")


def test_a_file_that_changed_in_between_is_taken_from_its_beginning(net, tmp_path):
    net.cut["/a.bin"] = [50_000] * download.TRIES
    refusal(net.address + "/a.bin", tmp_path / "a.bin")
    net.pages["/a.bin"] = other = BODY[::-1]
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin").read_bytes() == other


def test_a_part_of_another_address_is_not_continued(net, tmp_path):
    net.pages["/b.bin"] = other = BODY[::-1]
    net.cut["/a.bin"] = [50_000] * download.TRIES
    refusal(net.address + "/a.bin", tmp_path / "x")
    assert download.fetch(net.address + "/b.bin", tmp_path / "x").read_bytes() == other


def test_a_server_without_ranges_starts_over(net, tmp_path):
    net.no_ranges.add("/a.bin")
    net.cut["/a.bin"] = [100_000]
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin").read_bytes() == BODY


def test_a_part_longer_than_the_file_starts_over(net, tmp_path):
    net.cut["/a.bin"] = [50_000] * download.TRIES
    refusal(net.address + "/a.bin", tmp_path / "a.bin")
    with open(tmp_path / "a.bin.part", "ab") as part:
        part.write(bytes(len(BODY)))
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin", sha256=HASH).read_bytes() == BODY


@pytest.mark.parametrize(
    "how, expected",
    [({"sha256": "0" * 64}, "0" * 64), ({"size": len(BODY) - 1}, len(BODY) - 1), ({"size": 10**6}, 10**6)],
)
def test_a_wrong_file_is_refused_and_the_old_one_stays(net, tmp_path, how, expected):
    (tmp_path / "a.bin").write_bytes(b"what was here before")
    problem = refusal(net.address + "/a.bin", tmp_path / "a.bin", **how)
    assert problem.code == "download_wrong" and problem.facts["expected"] == expected
    assert (tmp_path / "a.bin").read_bytes() == b"what was here before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("status", [404, 403, 429, 500, 503])
def test_a_refusal_names_its_status(net, tmp_path, status):
    net.status["/a.bin"] = status
    problem = refusal(net.address + "/a.bin", tmp_path / "a.bin")
    assert (problem.code, problem.facts["status"]) == ("download_refused", status)
    assert not list(tmp_path.iterdir())


def test_a_silent_server_is_left_in_time_and_continued_later(net, tmp_path):
    net.silence["/a.bin"] = 30
    started = time.monotonic()
    problem = refusal(net.address + "/a.bin", tmp_path / "a.bin", timeout=0.5)
    assert problem.code == "download_slow" and time.monotonic() - started < 5
    assert download.kept(tmp_path / "a.bin") == len(BODY) // 2
    net.silence.clear()
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin", sha256=HASH).read_bytes() == BODY
    assert net.asked[-1] == ("/a.bin", f"bytes={len(BODY) // 2}-")


def test_nobody_there_is_said_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    started = time.monotonic()
    problem = refusal(f"http://127.0.0.1:{port}/a.bin", tmp_path / "a.bin")
    assert problem.code == "download_unreachable" and time.monotonic() - started < 3


def test_cancel_keeps_what_came_and_resume_takes_only_the_rest(net, tmp_path):
    net.drip["/a.bin"] = 0.005
    problem = refusal(
        net.address + "/a.bin", tmp_path / "a.bin", cancelled=lambda: download.kept(tmp_path / "a.bin") > 20_000
    )
    have = download.kept(tmp_path / "a.bin")
    assert problem.code == "download_cancelled" and 20_000 < have < len(BODY)
    net.drip.clear()
    assert download.fetch(net.address + "/a.bin", tmp_path / "a.bin", sha256=HASH).read_bytes() == BODY
    assert net.asked[-1] == ("/a.bin", f"bytes={have}-")


def test_forget_deletes_what_was_left(net, tmp_path):
    net.cut["/a.bin"] = [1000] * download.TRIES
    refusal(net.address + "/a.bin", tmp_path / "a.bin")
    download.forget(tmp_path / "a.bin")
    assert not list(tmp_path.iterdir())


def test_the_same_file_is_not_fetched_twice_at_once(net, tmp_path):
    net.drip["/a.bin"] = 0.01
    stop = threading.Event()

    def first():
        with pytest.raises(Problem):
            download.fetch(net.address + "/a.bin", tmp_path / "a.bin", cancelled=stop.is_set)

    thread = threading.Thread(target=first)
    thread.start()
    while not download.kept(tmp_path / "a.bin"):
        time.sleep(0.01)
    assert refusal(net.address + "/a.bin", tmp_path / "a.bin").code == "download_busy"
    stop.set()
    thread.join()


def test_a_full_disk_is_said_before_anything_is_taken(net, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    problem = refusal(net.address + "/a.bin", tmp_path / "a.bin")
    assert problem.code == "no_room" and problem.facts["needed"] == len(BODY)


def test_a_disk_that_fills_up_meanwhile_is_said(net, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    assert refusal(net.address + "/a.bin", tmp_path / "a.bin").code == "disk_full"


# --- parts of a file --------------------------------------------------------------------------------------------


def test_a_range_is_exactly_the_bytes_asked_for(net):
    assert download.ranged(net.address + "/a.bin", 0, 8) == BODY[:8]
    assert download.ranged(net.address + "/a.bin", 1234, 250_000) == BODY[1234:250_000]


def test_a_span_is_fetched_and_resumed_inside_its_file(net, tmp_path):
    net.cut["/a.bin"] = [10_000]
    path = download.fetch(net.address + "/a.bin", tmp_path / "s", span=(50_000, 90_000))
    assert path.read_bytes() == BODY[50_000:90_000]
    assert [wanted for _, wanted in net.asked] == ["bytes=50000-89999", "bytes=60000-89999"]


def test_a_server_without_ranges_never_sends_half_a_gigabyte_for_eight_bytes(net, tmp_path):
    net.no_ranges.add("/a.bin")
    with pytest.raises(Problem) as caught:
        download.ranged(net.address + "/a.bin", 0, 8)
    assert caught.value.code == "download_no_ranges"
    assert refusal(net.address + "/a.bin", tmp_path / "s", span=(0, 8)).code == "download_no_ranges"


def test_a_cut_range_is_a_problem(net):
    net.cut["/a.bin"] = [5]
    with pytest.raises(Problem) as caught:
        download.ranged(net.address + "/a.bin", 0, 100)
    assert caught.value.code == "download_cut"
