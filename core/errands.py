"""Errands: slow things done in the background (a download) while pages come and go. Their state is a file, so that a
reload, another browser and another server see the same progress, and a server that died leaves an "interrupted" one.

errands/<name>.json   how far it is, or how it ended
        <name>.lock   held by the process that runs it
        <name>.stop   somebody asked it to stop
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core import files, runs
from core.locks import locked, try_lock
from core.problem import Problem

EVERY = 0.25  # seconds between two notes of progress
Work = Callable[[Callable[[int, int | None], None], Callable[[], bool]], dict | None]


@dataclass(frozen=True)
class Errand:
    """state: none, running, stopping, done, cancelled, failed, interrupted. done, total: in the errand's own unit
    (bytes, documents), total None where nobody knows. code, facts: the Problem that ended it. result: what came."""

    name: str
    state: str = "none"
    done: int = 0
    total: int | None = None
    code: str = ""
    facts: dict = field(default_factory=dict)
    result: dict = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.state in ("running", "stopping")


def start(name: str, work: Work) -> threading.Thread | None:
    """Run work(progress, cancelled) in a thread of this process, unless some process has this errand in hand already.

    progress(done, total) may be called as often as wanted; work looks at cancelled() and ends with
    Problem("download_cancelled"). Returns the thread, None where the errand was running. Raises Problem(read_only).
    """
    folder = _folder(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / f"{name}.lock", "w")  # noqa: SIM115 (held until the thread ends)
    except OSError as error:
        raise files.problem(error, folder) from error
    if not try_lock(lock):
        lock.close()
        return None
    _stop(name).unlink(missing_ok=True)
    _note(Errand(name, "running"))
    thread = threading.Thread(target=_run, args=(name, work, lock), daemon=True, name=f"errand {name}")
    thread.start()
    return thread


def _run(name: str, work: Work, lock) -> None:
    seen, last = Errand(name, "running"), [0.0]

    def progress(done: int, total: int | None = None) -> None:
        nonlocal seen
        seen = Errand(name, "running", int(done), None if total is None else int(total))
        if time.monotonic() - last[0] > EVERY:
            last[0] = time.monotonic()
            _note(seen)

    try:
        result = work(progress, _stop(name).exists) or {}
        end = Errand(name, "done", seen.done, seen.total, result=result)
    except Problem as problem:
        state = "cancelled" if problem.code == "download_cancelled" else "failed"
        end = Errand(name, state, seen.done, seen.total, problem.code, problem.facts)
    except Exception as slip:
        import logging

        logging.getLogger(__name__).exception("errand %s failed", name)
        end = Errand(name, "failed", seen.done, seen.total, "internal", {"error": type(slip).__name__})
    with lock:
        _note(end)
        _stop(name).unlink(missing_ok=True)


def state(name: str) -> Errand:
    """How the errand stands, whoever runs it."""
    noted = runs.read_json(_folder(name) / f"{name}.json")
    if not noted:
        return Errand(name)
    found = Errand(**{k: v for k, v in noted.items() if k in Errand.__dataclass_fields__})
    if found.state != "running":
        return found
    if not locked(_folder(name) / f"{name}.lock"):
        noted = runs.read_json(_folder(name) / f"{name}.json")  # it may have ended between the two looks
        found = Errand(**{k: v for k, v in noted.items() if k in Errand.__dataclass_fields__})
        return found if found.state != "running" else _as(found, "interrupted")
    return _as(found, "stopping") if _stop(name).exists() else found


def cancel(name: str) -> None:
    """Ask the errand to stop at its next look; what it has so far is kept by whoever wrote it."""
    if state(name).active:
        _stop(name).touch()


def forget(name: str) -> None:
    """Drop the note of an errand that has ended."""
    if not state(name).active:
        (_folder(name) / f"{name}.json").unlink(missing_ok=True)


def _as(errand: Errand, state: str) -> Errand:
    return Errand(**(vars(errand) | {"state": state}))


def _folder(name: str):
    assert re.fullmatch(r"[a-z0-9-]+", name), name
    return files.home() / "errands"


def _stop(name: str):
    return _folder(name) / f"{name}.stop"


def _note(errand: Errand) -> None:
    try:
        runs.write_json(_folder(errand.name) / f"{errand.name}.json", vars(errand))
    except (Problem, OSError):
        pass  # a full disk: the errand itself will meet it
