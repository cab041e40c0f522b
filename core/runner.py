"""Runs of the command line: trained in this process or by a pool, and read as they come."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from core import dispatch, experiment, files, jobs, queue, runs, worker
from core.events import Event, Finished
from core.locks import locked
from core.result import Result


def begin(config, *, fresh: bool = False) -> tuple[runs.Run, Iterator[Event]]:
    """(the run that answers for this config, its events up to its last step): read where it is finished and was evaluated
    there, followed where somebody trains it, else trained here, parents first. Where whom it follows dies, it goes on in that
    one's place, and steps since its last snapshot come again. fresh: trained anew; the old run stays until the new one has
    ended."""
    if not fresh and (done := runs.measured(config)):
        return done, _up_to(done.events()[0], getattr(config, "steps", None))
    run = runs.Run(experiment.run_id(config)) if fresh else runs.exact(config)
    return run, _trained(config, run, fresh)


def run_here(config, *, fresh: bool = False) -> Iterator[Event]:
    """The events alone (`begin`)."""
    return begin(config, fresh=fresh)[1]


def _trained(config, run: runs.Run, fresh: bool) -> Iterator[Event]:
    """Train or follow this run; what a fresh one replaces is set aside until that is whole, and back if it is given up."""
    provide(config)
    aside, replaces = run.dir.with_name(f".{run.id}.old"), False
    try:
        if fresh and run.dir.exists() and not locked(run.dir / "lock"):
            replaces = True
            half = aside.exists() and run.status().state not in WHOLE  # one like this was killed
            _move(run.dir, None if half else aside)
        runs.create(config, run)
        jobs.control(run.id, want="run", until=None)
        yield from _train_or_follow(run)
    finally:
        if run.status().state in WHOLE:
            _remove(aside)  # also what one that was killed had set aside
        elif replaces and aside.exists() and not locked(run.dir / "lock"):  # else somebody has taken it up meanwhile
            _move(run.dir, None)
            os.replace(aside, run.dir)


WHOLE = ("done", "diverged")


def _move(folder: Path, place: Path | None) -> None:
    """Put a run's folder into this place (None: away), at once, so that nobody finds half of it."""
    gone = folder.with_name(f".{folder.name}.gone")
    for old in (gone, place):
        if old is not None:
            _remove(old)
    try:
        if folder.exists():
            os.replace(folder, place or gone)
    except OSError as error:
        raise files.problem(error, folder) from error
    _remove(gone)


def _up_to(events: list[Event], steps: int | None) -> Iterator[Event]:
    """Those up to that step (None: all), as if the run had ended there."""
    last = events[-1] if events else None
    yield from (e for e in events if steps is None or getattr(e, "step", 0) <= steps)
    if steps is not None and last is not None and last.kind == "finished" and last.step > steps:
        yield Finished(steps, "done")


def provide(config) -> None:
    """Train what this config starts from, here, where it is not there; `runs.keeper` knows it then."""
    for parent in jobs.lacking(config):
        run = runs.create(parent, runs.exact(parent))
        jobs.control(run.id, want="run", until=None)
        for _ in _train_or_follow(run):
            pass


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _train_or_follow(run: runs.Run) -> Iterator[Event]:
    """Train in this process and yield what is logged; where another process has the lock, read over its shoulder."""
    offset, let_go = 0, None
    live = _take(run)
    try:
        while let_go is None:
            if live:
                with between_steps():
                    let_go = worker.step(live)
            else:
                time.sleep(0.1)
                status = run.status()
                if status.left:  # whoever trained it has died
                    live = _take(run)
                elif not status.active:
                    let_go = "ended"
            fresh, offset = run.events(offset)
            yield from fresh
    finally:
        if live:
            if let_go is None:
                dispatch.hand_back(live)
            else:
                queue.withdraw(run.id)  # of somebody who asked for it meanwhile, or before there was a worker
                live.release()
                dispatch.ask_again(live, let_go)


STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stoppable() -> None:
    """From here on a `kill`, or a terminal that is closed, stops this process as Ctrl-C does: saved, and with a word."""
    for number in STOPS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextlib.contextmanager
def between_steps() -> Iterator[None]:
    """Ctrl-C inside is raised at the end: in the middle of a step there would be nothing that can be saved. The second one is
    raised at once. So is a `kill`, where it means the same (`stoppable`)."""
    heard = [number for number in STOPS if signal.getsignal(number) is signal.default_int_handler]
    asked = []

    def later(*_):
        if asked:
            raise KeyboardInterrupt
        asked.append(True)

    try:
        for number in heard:  # others are ignored, as of a job in the background, or somebody else's
            signal.signal(number, later)
    except ValueError:  # not the main thread: Ctrl-C does not come here
        yield
        return
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.default_int_handler)
    if asked:
        raise KeyboardInterrupt


def _take(run: runs.Run) -> worker.Live | None:
    """This run for this process, None where another one trains it. Whoever looks at its status has the lock for a moment:
    then it is tried again, for a second, unless it is `running` at every look."""
    end, running = time.monotonic() + 1.0, 0
    while (live := worker.take(run)) is None and running < 3 and time.monotonic() < end:
        running = running + 1 if run.status().state == "running" else 0
        time.sleep(0.02)
    return live


def result(config) -> Result:
    """The finished run's Result, trained here if need be."""
    run, following = begin(config)
    for _ in following:
        pass
    return run.result(getattr(config, "steps", None))


def results(configs: list, poll: float = 0.1, *, together: bool = False) -> Iterator[tuple[object, Result]]:
    """(config, Result) of each, as they finish, trained by the workers of a pool that is running: here, in the store,
    whatever the gallery holds. together: as one group, as the arms of a page (a worker that takes a group trains a step
    of each in turn); else one by one, which keeps a worker's caches warm when there are hundreds."""
    for group in [configs] if together else [[config] for config in configs]:
        jobs.submit(group)
    left = [(experiment.run_id(config), config) for config in configs]
    while left:
        queued = {ticket.run for ticket in queue.waiting()}  # a ticket stays until its run is let go
        for id, config in [one for one in left if one[0] not in queued]:
            run = runs.Run(id)
            status, wanted = run.status(), run.control().get("want")
            # Between its ticket and its lock a run looks stopped for a moment: only who was asked to stop has stopped.
            if status.reaches(getattr(config, "steps", 0)) or (not status.active and wanted in ("stop", "pause")):
                left.remove((id, config))
                yield config, run.result(getattr(config, "steps", None))
            elif (
                status.left or status.state == "absent"
            ):  # somebody else trained it and has died, or has cleared it away
                jobs.submit([config])
        time.sleep(poll)
