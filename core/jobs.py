"""What people ask of runs: train, pause, step, resume, stop, watch. All through files (a run's control.json, a folder of
tickets), so any number of servers and browsers can share one store."""

import contextlib
import os
import time
from collections.abc import Iterable

from core import experiment, queue, runs
from core.locks import locked


def submit(configs: Iterable, session: str = "") -> list[str]:
    """Queue these runs as one group (they move together), parents first; what is finished stays as it is.

    Returns the runs' ids, in order. Raises Problem(disk_full | read_only) when nothing can be written.
    """
    now, ids, place = time.time_ns(), [], 0
    for config in configs:
        run = runs.create(config)
        ids.append(run.id)
        if session:
            watch(run.id, session)
        status = run.status()
        ended = status.state == "diverged" or (status.state == "done" and status.step >= getattr(config, "steps", 0))
        if ended or _goes_on(run, status):
            continue
        place = _ask_parents(config, session, now, place)
        ask(run, now, place)
        place += 1
    return ids


def _ask_parents(config, session: str, now: int, place: int = 0) -> int:
    """Queue whom this config starts from, where they are not there. Returns the place in the group that comes next."""
    for parent in lacking(config):
        run = runs.create(parent, runs.exact(parent))
        if session:
            watch(run.id, session)
        ask(run, now, place)
        place += 1
    return place


def ask(run: runs.Run, now: int, place: int) -> None:
    """Queue this run, whatever came of it before; one that is being trained and is to go on has what it needs."""
    status = run.status()
    if _goes_on(run, status):
        return
    runs.wish(run, run.control() | {"want": "run", "until": None, "code": None})
    if status.state == "failed":
        (run.dir / "attempts").unlink(missing_ok=True)
    queue.add(run.id, now, place)


def _goes_on(run: runs.Run, status: runs.Status) -> bool:
    """Whether it is being trained, and nobody has told it to pause or to stop since: its worker has yet to see that."""
    return status.state == "running" and run.control().get("want") not in ("pause", "stop")


def lacking(config) -> list:
    """This config's parents whose weights are not there (never trained that far, or evicted), theirs before them. Not those
    that diverged: trained again they would come no further."""
    out: list = []
    for parent in experiment.of(config).needs(config).values():
        if runs.keeper(parent) is None and runs.exact(parent).status().state != "diverged":
            out += [one for one in (*lacking(parent), parent) if one not in out]
    return out


def lineage(config) -> list:
    """This config's parents, their parents, ..., and last itself."""
    out: list = []
    for parent in experiment.of(config).needs(config).values():
        out += [one for one in lineage(parent) if one not in out]
    return [*out, config]


def watch(id: str, session: str) -> None:
    """Say that this session still looks at the run."""
    path = runs.Run(id).dir / "wants" / session
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def control(id: str, **wants) -> None:
    run = runs.Run(id)
    runs.wish(run, run.control() | wants)


def pause(id: str) -> None:
    """Stop at the next step, save, and free the slot."""
    control(id, want="pause", until=None)
    _forget(id)


def resume(id: str, session: str = "") -> None:
    """Go on from the snapshot."""
    control(id, want="run", until=None, code=None)
    if session:
        watch(id, session)
    _take_up(id, session)


def single_step(id: str, count: int = 1) -> None:
    """Train `count` more steps, then pause."""
    control(id, want="run", until=runs.Run(id).status().step + count, code=None)
    _take_up(id)


def _take_up(id: str, session: str = "") -> None:
    """Queue a run that waits, and its parents where they have been evicted meanwhile."""
    now, run = time.time_ns(), runs.Run(id)
    place = _ask_parents(run.config(), session, now) if run.info().get("parents") else 0
    queue.add(id, now, place)


def stop(id: str, session: str = "", *, everybody: bool = False) -> bool:
    """Withdraw this session's interest; the run ends when nobody else wants it. Returns whether it ends."""
    run = runs.Run(id)
    if run.asked_by(session):
        os.utime(run.dir / "wants" / session, (0, 0))  # it watches no more, but the run stays its own (runs.find)
    if run.watchers() and not everybody:
        return False
    control(id, want="stop")
    if not locked(run.dir / "lock"):
        _forget(id)
    return True


def _forget(id: str) -> None:
    """Take the run's ticket out of the queue, unless a worker has it in hand (then the worker will)."""
    if not locked(runs.Run(id).dir / "lock"):
        queue.withdraw(id)
