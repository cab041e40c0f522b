"""Background errands: progress anybody can read, cancel from anywhere, and an honest word after a crash."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core import download, errands
from core.problem import Problem
from tests.web import web

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_errand_tells_how_far_it_is_and_what_it_brought():
    go = threading.Event()

    def work(progress, cancelled):
        progress(3, 10)
        go.wait(10)
        progress(10, 10)
        return {"documents": 10}

    assert errands.state("books").state == "none"
    thread = errands.start("books", work)
    until(lambda: errands.state("books").done == 3)
    assert errands.state("books").active and errands.start("books", work) is None
    go.set()
    thread.join()
    end = errands.state("books")
    assert (end.state, end.done, end.total, end.result) == ("done", 10, 10, {"documents": 10})
    errands.forget("books")
    assert errands.state("books").state == "none"


def test_a_problem_ends_it_with_its_code_and_a_slip_with_its_kind():
    def refuse(progress, cancelled):
        raise Problem("download_refused", address="x", status=404)

    errands.start("a", refuse).join()
    assert (errands.state("a").state, errands.state("a").code) == ("failed", "download_refused")
    assert errands.state("a").facts["status"] == 404
    errands.start("b", lambda progress, cancelled: 1 / 0).join()
    assert errands.state("b").facts == {"error": "ZeroDivisionError"}


def test_a_download_is_cancelled_and_taken_up_again(home):
    with web() as net:
        net.pages["/x"] = body = bytes(range(256)) * 400
        net.drip["/x"] = 0.01

        def work(progress, cancelled):
            download.fetch(net.address + "/x", home / "x", progress=progress, cancelled=cancelled)

        thread = errands.start("x", work)
        until(lambda: errands.state("x").done > 5000)
        errands.cancel("x")
        assert errands.state("x").state in ("stopping", "cancelled")
        thread.join()
        assert errands.state("x").state == "cancelled" and errands.state("x").total == len(body)
        net.drip.clear()
        errands.start("x", work).join()
        assert errands.state("x").state == "done" and (home / "x").read_bytes() == body
        assert net.asked[-1][1].startswith("bytes=")


def test_another_process_sees_it_stops_it_and_its_death_is_an_interruption(home):
    code = (
        "import time; from core import errands\n"
        "def work(progress, cancelled):\n"
        "    while not cancelled(): progress(7, 9); time.sleep(.05)\n"
        "    return {}\n"
        "errands.start('far', work).join()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ)
    try:
        until(lambda: errands.state("far").done == 7)
        assert errands.state("far").active
        assert errands.start("far", lambda p, c: None) is None
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert errands.state("far").state == "interrupted"
        child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ)
        until(lambda: errands.state("far").state == "running")
        errands.cancel("far")
        assert child.wait(10) == 0 and errands.state("far").state == "done"
    finally:
        child.kill()
        child.wait()
