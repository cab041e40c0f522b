"""Who trains what, when: a folder of tickets, slots as locked files, and a pool of workers. All through files, so any
number of servers and browsers can share one store."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from core import device, experiment, files, runs, worker
from core.events import Event
from core.problem import Problem
from core.result import Result

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 0.5  # seconds an arm waits for a worker of its own before a busy one takes it along


# --- what people ask for ---------------------------------------------------------------------------------------------


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
        if status.state in ("running", "diverged") or (
            status.state == "done" and status.step >= getattr(config, "steps", 0)
        ):
            continue
        place = _ask_parents(config, session, now, place)
        _ask(run, now, place)
        place += 1
    return ids


def _ask_parents(config, session: str, now: int, place: int = 0) -> int:
    """Queue whom this config starts from, where they are not there. Returns the place in the group that comes next."""
    for parent in lacking(config):
        run = runs.create(parent, runs.exact(parent))
        if session:
            watch(run.id, session)
        _ask(run, now, place)
        place += 1
    return place


def _ask(run: runs.Run, now: int, place: int) -> None:
    """Queue this run, whatever came of it before; one that is being trained has what it needs."""
    status = run.status()
    if status.state == "running":
        return
    runs.wish(run, run.control() | {"want": "run", "until": None, "code": None})
    if status.state == "failed":
        (run.dir / "attempts").unlink(missing_ok=True)
    _ticket(run.id, now, place)


def lacking(config) -> list:
    """This config's parents whose weights are not there (never trained that far, or evicted), theirs before them."""
    out: list = []
    for parent in experiment.of(config).needs(config).values():
        if runs.keeper(parent) is None:
            out += [one for one in (*lacking(parent), parent) if one not in out]
    return out


def lineage(config) -> list:
    """This config's parents, their parents, ..., and last itself."""
    out: list = []
    for parent in experiment.of(config).needs(config).values():
        out += [one for one in lineage(parent) if one not in out]
    return [*out, config]


def _ticket(id: str, when: int, place: int, *, yielded: bool = False) -> None:
    if any(name.split("~")[2] == id for name in runs.waiting()):
        return
    folder = runs.queue_dir()
    folder.mkdir(parents=True, exist_ok=True)
    files.write_atomic(folder / f"{when:020d}~{place:03d}~{id}{'~y' if yielded else ''}", b"", durable=False)


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
    _ticket(id, now, place)


def stop(id: str, session: str = "", *, everybody: bool = False) -> bool:
    """Withdraw this session's interest; the run ends when nobody else wants it. Returns whether it ends."""
    run = runs.Run(id)
    if run.asked_by(session):
        os.utime(run.dir / "wants" / session, (0, 0))  # it watches no more, but the run stays its own (runs.find)
    if run.watchers() and not everybody:
        return False
    control(id, want="stop")
    if not runs.locked(run.dir / "lock"):
        _forget(id)
    return True


def _forget(id: str) -> None:
    """Take the run's ticket out of the queue, unless a worker has it in hand (then the worker will)."""
    for name in runs.waiting():
        if name.split("~")[2] == id and not runs.locked(runs.Run(id).dir / "lock"):
            (runs.queue_dir() / name).unlink(missing_ok=True)


# --- what workers do with the queue ----------------------------------------------------------------------------------

_seen = [0.0, 0.0]  # when the queue folder last changed, when we last looked for sure


def changed() -> bool:
    """Whether there may be work: the queue folder moved, or a second has gone by."""
    try:
        stamp = os.stat(runs.queue_dir()).st_mtime
    except OSError:
        return False
    now = time.monotonic()
    if stamp == _seen[0] and now - _seen[1] < 1.0:
        return False
    _seen[:] = [stamp, now]
    return True


def claim(live: list, blocked: dict[str, float]) -> None:
    """Take up what this worker may: any probe; the first waiting run when idle; more arms of the same group later."""
    now = time.monotonic()
    if live and now - getattr(claim, "last", 0.0) < 0.1:
        return
    claim.last = now
    mine = {one.ticket.split("~")[0]: one.slot for one in live if one.ticket and one.slot is not None}
    for name in runs.waiting():
        when, _, id = name.split("~")[:3]
        if blocked.get(id, 0) > now or any(one.run.id == id for one in live):
            continue
        run = runs.Run(id)
        try:
            found = experiment.load(run.info().get("experiment", ""))
            ready = _parents_ready(run, found)
        except Problem:
            _drop_ticket(name)
            continue
        if run.control().get("want") in ("pause", "stop"):
            _drop_ticket(name)
            continue
        if not ready:
            continue
        slot = None
        if found.lane != "express":
            alike = when in mine and time.time_ns() - int(when) > PATIENCE * 1e9
            if (live and not alike) or (alike and now - getattr(claim, "joined", 0.0) < PATIENCE):
                continue
            alone = found.lane == "alone"
            if alike and alone and not mine[when].all_of_them:
                continue  # with one slot of several it would be timed beside others
            slot = mine[when].join() if alike else _slots(all_of_them=alone)
            if slot is None:
                continue
        try:
            taken = worker.take(run, slot=slot, ticket=name)
        except OSError:  # a store that may not be written to: look again later
            taken, blocked[id] = None, now + 5
        if taken is None:
            if slot is not None:
                slot.close()
            continue
        if run.is_complete():  # asked for twice, or its worker died between the end and taking the ticket away
            _drop_ticket(name)
            taken.release()
            continue
        live.append(taken)
        if found.lane != "express":
            claim.joined = now
            return


def _parents_ready(run: runs.Run, found: experiment.Experiment) -> bool:
    """Whether the weights of every parent are there; where one has ended without them the child may start, and fail with a
    reason."""
    if not run.info().get("parents"):
        return True
    for parent in found.needs(run.config()).values():
        if runs.keeper(parent):
            continue
        first = runs.exact(parent)
        state = first.status().state
        if state == "absent" or (state == "stopped" and first.control().get("want") == "run"):
            with contextlib.suppress(Problem, OSError):  # the one it waited for was asked to go further meanwhile
                _ask(runs.create(parent, first), time.time_ns(), 0)
            return False
        if state not in runs.ENDED:
            return False
    return True


WORTH = 0.7  # seconds of work left, below which moving a run to another worker costs more than it saves
PAUSE = 2.0  # seconds between two such offers: whose slot is free may still be importing torch, and takes nothing


def share(live: list) -> None:
    """Of several arms in this worker's hands one goes to a worker that has nothing to do: arms begin together, so that they
    can be compared while they train, and end as early as the cores allow. Not those that are timed: nobody could take one up
    while this worker has the machine to itself."""
    now = time.monotonic()
    if now - getattr(share, "last", 0.0) < 0.1:
        return
    share.last = now
    guests = [one for one in live if one.slot is not None and one.slot.users > 1 and not one.slot.all_of_them]
    if not guests or (slot := _slots(all_of_them=False)) is None:
        return
    slot.close()  # it was free, so another worker is idle
    guest = guests[-1]
    if guest.offer is None or guest.offer.state is None or guest.left() < WORTH:
        return
    live.remove(guest)
    hand_back(guest)
    share.last = now + PAUSE
    claim.joined = now  # or this worker would take it up again at once
    with contextlib.suppress(OSError):
        os.utime(runs.queue_dir())  # idle workers look when the folder has moved


class _Slots:
    """Held slots: locked files, so that all servers on one store together never train more than there are cores. Arms of a
    group in one worker share them; they are free when the last one has let go."""

    def __init__(self, handles: list, *, all_of_them: bool):
        self.handles, self.all_of_them, self.users = handles, all_of_them, 1

    def join(self) -> "_Slots":
        self.users += 1
        return self

    def close(self) -> None:
        self.users -= 1
        if not self.users:
            for handle in self.handles:
                handle.close()


def slot_count() -> int:
    return int(os.environ.get("PLAYGROUND_SLOTS", 0)) or device.cores()


def _slots(*, all_of_them: bool) -> _Slots | None:
    folder = files.home() / "slots"
    held = []
    for number in range(slot_count()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = open(folder / f"{number}.lock", "a")  # noqa: SIM115
        except OSError:  # a store that may not be written to has no slots
            break
        if runs.try_lock(handle):
            held.append(handle)
            if not all_of_them:
                return _Slots(held, all_of_them=False)
        else:
            handle.close()
    if all_of_them and len(held) == slot_count():
        return _Slots(held, all_of_them=True)
    for handle in held:
        handle.close()
    return None


def drop(one, let_go: str, blocked: dict[str, float]) -> None:
    """A run this worker is finished with: its ticket goes, unless it only waits for room on the disk."""
    if let_go == "blocked":
        blocked[one.run.id] = time.monotonic() + 5
    if let_go != "blocked" or one.run.control().get("want") == "pause":
        _drop_ticket(one.ticket)  # before the lock falls, or another worker takes up what has just ended
    one.release(clean=let_go != "blocked")
    if let_go == "done":
        _remember_rate(one)
    goes_on = let_go == "paused" or (let_go == "done" and one.run.steps() > one.target)
    if goes_on and one.run.control().get("want") == "run":
        with contextlib.suppress(Problem, OSError):
            _ticket(one.run.id, time.time_ns(), 0)  # somebody resumed it, or asked for more steps, while it ended


def _drop_ticket(name: str | None) -> None:
    if name:
        with contextlib.suppress(OSError):  # a store that became read-only keeps its queue
            (runs.queue_dir() / name).unlink(missing_ok=True)


def hand_back(one) -> None:
    """Save and let go, the ticket stays: another worker goes on from here."""
    try:
        if one.generator is not None and one.offer is not None:
            one.save(one.offer)
    except (Problem, OSError):
        pass  # the last snapshot still stands
    one.release()


def make_room(live: list) -> None:
    """A run nobody watches goes to the end of the queue when a watched one waits for a slot."""
    now = time.monotonic()
    if not live or now - getattr(make_room, "last", 0.0) < 2.0:
        return
    make_room.last = now
    held = {one.run.id for one in live}
    others = [runs.Run(name.split("~")[2]) for name in runs.waiting()]
    waits = [r for r in others if r.id not in held and r.watchers() and not runs.locked(r.dir / "lock")]
    if not waits or any(one.run.watchers() for one in live):
        return
    for one in list(live):
        live.remove(one)
        _drop_ticket(one.ticket)  # while the lock is held, or another worker takes it up by the old ticket
        with contextlib.suppress(Problem, OSError):
            _ticket(one.run.id, time.time_ns(), 0, yielded=True)
        hand_back(one)


# --- how long it will take ---------------------------------------------------------------------------------------------

SHAPE = ("corpus", "tokenizer", "vocabulary", "width", "blocks", "heads", "context", "batch")  # how much is multiplied
SHAPE += ("inputs", "positions", "loss", "objective", "offset", "graded", "head_at", "head")  # and for what
SHAPE += (
    "optimizer",
    "update",
    "precision",
    "attention",
    "checkpoint",
    "accumulate",
    "padded",
    "compiled",
)  # in which way
SHAPE += ("device", "threads", "processes", "what", "options")  # on what


def _shape(config) -> str:
    """What the time of a step depends on."""
    parent = [f"parent=({_shape(experiment.decode(config.parent))})"] if getattr(config, "parent", "") else []
    own = [f"{name}={getattr(config, name)}" for name in SHAPE if hasattr(config, name)]
    return "/".join([config.experiment, *own, *parent])


def _remember_rate(one) -> None:
    result = one.run.result()
    if result.seconds:
        step, seconds = list(result.seconds.items())[-1]
        path = files.home() / "rates.json"
        with contextlib.suppress(Problem, OSError):
            runs.write_json(path, runs.read_json(path) | {_shape(one.run.config()): seconds / max(1, step)})


def estimate(config, like: Iterable = ()) -> float | None:
    """Seconds this run will train on this machine: from runs of the same shape here, else by the clock of its stored run,
    or of a stored one of the same shape among `like`."""
    steps = getattr(config, "steps", 0)
    rate = runs.read_json(files.home() / "rates.json").get(_shape(config))
    if rate:
        return rate * steps
    for known in (config, *(one for one in like if _shape(one) == _shape(config))):
        on_cpu = getattr(config, "device", "cpu") == "cpu"  # as what ships was trained
        for run in (runs.Run(experiment.run_id(known)), runs.ships(known) if on_cpu else None):
            if run and (seconds := run.result().seconds):
                step, spent = list(seconds.items())[-1]
                return spent / max(1, step) * steps
    return None


# --- the pool ------------------------------------------------------------------------------------------------------------


LOOK, MINUTE, MOST = 0.3, 60.0, 20  # seconds between looks; no more than MOST new workers in a MINUTE


class Pool:
    """`size` worker processes, started again when they die. They end with this process, however it ends."""

    def __init__(self, size: int | None = None, command: list[str] | None = None):
        self.size = size or slot_count()
        self.command = command or [sys.executable, "-m", "core.worker"]
        self.workers: list[subprocess.Popen] = []
        self.closing = threading.Event()

    def start(self) -> "Pool":
        files.home().mkdir(parents=True, exist_ok=True)
        runs.queue_dir().mkdir(parents=True, exist_ok=True)
        self.workers = [self._spawn() for _ in range(self.size)]
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _spawn(self) -> subprocess.Popen:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(self.command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, start_new_session=True)

    def _watch(self) -> None:
        deaths: list[float] = []  # of the workers that were replaced, within the last MINUTE
        while not self.closing.wait(LOOK):
            for i, process in enumerate(self.workers):
                deaths = [t for t in deaths if time.monotonic() - t < MINUTE]
                if process.poll() is None or len(deaths) >= MOST or self.closing.is_set():
                    continue  # alive; or something is wrong with the machine: do not burn it
                deaths.append(time.monotonic())
                with contextlib.suppress(OSError):  # no room for another process: look again
                    self.workers[i] = self._spawn()
                    process.stdin.close()

    def close(self) -> None:
        """Let the workers save and leave."""
        self.closing.set()
        for process in self.workers:
            process.stdin.close()
        for process in self.workers:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


# --- for the command line ------------------------------------------------------------------------------------------------


def run_here(config, *, fresh: bool = False) -> Iterator[Event]:
    """The events of this run: read where it is finished, followed where somebody trains it, else trained here, parents
    first. fresh: trained anew; the old run stays until the new one has ended."""
    if not fresh and runs.complete(config):
        yield from runs.find(config).events()[0]
        return
    provide(config)
    run = runs.Run(experiment.run_id(config))
    aside = run.dir.with_name(f".{run.id}.old")
    if fresh and run.dir.exists() and not runs.locked(run.dir / "lock"):
        _remove(aside)
        os.replace(run.dir, aside)
    try:
        run = runs.create(config)
        control(run.id, want="run", until=None)
        yield from _train_or_follow(run)
    finally:
        if aside.exists():
            if run.status().state not in runs.ENDED:
                _remove(run.dir)
                os.replace(aside, run.dir)
            _remove(aside)


def provide(config) -> None:
    """Train what this config starts from, here, where it is not there; `runs.keeper` knows it then."""
    for parent in lacking(config):
        run = runs.create(parent, runs.exact(parent))
        control(run.id, want="run", until=None)
        for _ in _train_or_follow(run):
            pass


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _train_or_follow(run: runs.Run) -> Iterator[Event]:
    """Train in this process and yield what is logged; where another process has the lock, read over its shoulder."""
    offset, let_go = 0, None
    live = worker.take(run)
    try:
        while let_go is None:
            if live:
                let_go = worker.step(live)
            else:
                time.sleep(0.1)
                let_go = None if run.status().active else "ended"
            fresh, offset = run.events(offset)
            yield from fresh
    finally:
        if live:
            if let_go is None:
                hand_back(live)
            else:
                live.release()


def result(config) -> Result:
    """The finished run's Result, trained here if need be."""
    for _ in run_here(config):
        pass
    return runs.find(config).result(getattr(config, "steps", None))


def results(configs: list, poll: float = 0.1, *, together: bool = False) -> Iterator[tuple[object, Result]]:
    """(config, Result) of each, as they finish, trained by the workers of a pool that is running: here, in the store,
    whatever the gallery holds. together: as one group, as the arms of a page (a worker that takes a group trains a step
    of each in turn); else one by one, which keeps a worker's caches warm when there are hundreds."""
    for group in [configs] if together else [[config] for config in configs]:
        submit(group)
    left = [(experiment.run_id(config), config) for config in configs]
    while left:
        queued = {name.split("~")[2] for name in runs.waiting()}  # a ticket stays until its run is let go
        for id, config in [one for one in left if one[0] not in queued]:
            run = runs.Run(id)
            status, wanted = run.status(), run.control().get("want")
            # Between its ticket and its lock a run looks stopped for a moment: only who was asked to stop has stopped.
            if status.reaches(getattr(config, "steps", 0)) or (not status.active and wanted in ("stop", "pause")):
                left.remove((id, config))
                yield config, run.result(getattr(config, "steps", None))
        time.sleep(poll)
