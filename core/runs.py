"""A run is a folder: its config, an append-only log of events, one snapshot, a lock. Status is read off the files.

runs/<id>/config.json      experiment, version, config, parents, threads; <id>-<steps>: a parent of exactly that length
          events.jsonl     one event a line; only ever appended to
          snapshot.safetensors  the last state, enough to go on bit for bit
          control.json     what people want: run, pause or stop; how many steps
          attempts         how often it was taken up since it last saved; gone after a clean release
          lock             held (flock) by the process that trains it
          wants/<session>  touched by everybody who watches; of another age (1970) once they have stopped it
"""

import contextlib
import gzip
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from core import events, experiment, files
from core.events import Event
from core.locks import held, locked
from core.problem import Problem
from core.queue import Ticket, waiting
from core.result import Result

GALLERY = Path(__file__).resolve().parent / "gallery"
FRESH = 60.0  # seconds after which a watcher who no longer shows up does not count
ENDED = ("done", "stopped", "diverged", "failed")
TAIL = 4096
ENTRIES = {"experiment": str, "version": int, "config": str, "parents": dict, "threads": int}  # of config.json
ENTRIES |= {"want": str, "steps": int, "until": int | None, "code": str}  # of control.json


@dataclass(frozen=True)
class Status:
    """state: absent, queued, running, paused, yielded, done, diverged, stopped, failed, interrupted."""

    state: str
    step: int = 0
    steps: int = 0
    position: int | None = None  # in the queue: 0 is next
    asked: float | None = None  # when it was put there, seconds since 1970
    facts: dict = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether something may change by itself: worth polling."""
        return self.state in ("queued", "running", "yielded", "interrupted")

    @property
    def left(self) -> bool:
        """Whether its process died and nobody has asked for it since: a run of the command line, a log that lost its end."""
        return self.state == "interrupted" and self.position is None

    def reaches(self, steps: int) -> bool:
        """Whether the run has ended with at least so many steps; a diverged or failed one goes no further."""
        return self.state in ("diverged", "failed") or (self.state in ENDED and self.step >= steps)


@dataclass(frozen=True)
class Run:
    """One run, in the store or (read-only) in the gallery that ships with the app."""

    id: str
    source: str = "store"  # or "gallery"

    @property
    def dir(self) -> Path:
        return store() / self.id

    @property
    def log(self) -> Path:
        return self.dir / "events.jsonl"

    def info(self) -> dict:
        """What config.json says, {} where there is none or it is damaged."""
        return _of_kind(read_json(self.dir / "config.json"))

    @property
    def tensors(self) -> Path:
        """The file of its last saved state or, of the gallery's, of the weights that ship."""
        if self.source == "gallery":
            return GALLERY / "weights" / f"{self.id}.safetensors"
        return self.dir / "snapshot.safetensors"

    @property
    def saved(self) -> int | None:
        """The step of that state, None where there is no whole one. Reads the file's header alone, so without torch."""
        return saved_step(self.tensors)

    def config(self):
        """What it was asked to train. Raises Problem: config_damaged(run), and experiment.decode's."""
        encoded = self.info().get("config")
        if not isinstance(encoded, str):
            raise Problem("config_damaged", run=self.id)
        return experiment.decode(encoded)

    def control(self) -> dict:
        """What people want, {} where nobody has said or the file is damaged."""
        return _of_kind(read_json(self.dir / "control.json"))

    def steps(self) -> int:
        """How many steps are wanted by now ("train longer" raises it)."""
        return self.control().get("steps", 0)

    def events(self, offset: int = 0) -> tuple[list, int]:
        """(events of the complete lines after byte `offset`, the new offset). A line still being written waits."""
        if self.source == "gallery":
            return (list(gallery_events(GALLERY / "runs" / f"{self.id}.jsonl.gz")), 1) if offset == 0 else ([], offset)
        try:
            with self.log.open("rb") as log:
                log.seek(offset)
                data = log.read()
        except (FileNotFoundError, IsADirectoryError):
            return [], offset
        end = data.rfind(b"\n") + 1
        return list(events.read_lines(data[:end].decode("utf-8", "replace").split("\n"))), offset + end

    def result(self, until: int | None = None) -> Result:
        return Result(tuple(self.events()[0]), until)

    def snapshot(self) -> tuple[int, dict] | None:
        """(step, tensors) of the last saved state; None where there is none. Raises Problem("snapshot_damaged")."""
        from safetensors import SafetensorError, safe_open

        path = self.tensors
        if self.source == "store" and not path.exists():
            path = Run(self.id, "gallery").tensors
        if not path.exists():
            return None
        try:
            with safe_open(path, "pt") as file:
                return int(file.metadata()["step"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as damage:
            raise Problem("snapshot_damaged", run=self.id, reason=str(damage)[:120]) from damage

    def status(self, tickets: list[Ticket] | None = None) -> Status:
        """Read off the files. tickets: the queue, where the caller has them at hand."""
        if self.source == "gallery":
            last = self.result().finished
            step = last.step if last else 0
            return Status("done" if last is None else last.reason, step, step)
        if not (self.dir / "config.json").exists():
            return Status("absent")
        control = self.control()
        steps = control.get("steps", 0)
        last, step = self._last()
        facts = dict(getattr(last, "facts", {}) or {}) if last is not None and last.kind == "finished" else {}
        if control.get("code"):
            facts["code"] = control["code"]
        make = lambda state, **more: Status(state, step, steps, facts=facts, **more)  # noqa: E731
        if locked(self.dir / "lock"):
            return make("running")
        tickets = waiting() if tickets is None else tickets
        place, mine = next(((i, ticket) for i, ticket in enumerate(tickets) if ticket.run == self.id), (None, None))
        if mine and control.get("want") != "stop":
            state = "interrupted" if (self.dir / "attempts").exists() else "yielded" if mine.yielded else "queued"
            return make(state, position=place, asked=mine.when / 1e9)
        if last is not None and last.kind == "finished" and (last.reason != "done" or last.step >= steps):
            return make(last.reason)
        if control.get("want") == "pause":
            return make("paused")
        if control.get("want") == "stop":
            return make("stopped")
        if last is not None and last.kind == "finished":
            return make(last.reason)
        return make("interrupted" if last is not None else "stopped")

    def is_complete(self) -> bool:
        """Whether it is done as far as anybody asked, and its state is there for those who start from it."""
        last, _ = self._last()
        ended = last is not None and last.kind == "finished" and last.reason == "done" and last.step >= self.steps()
        return ended and self.saved is not None

    def backwards(self) -> Iterator[Event]:
        """The complete events of its log, the last one first. No more of it is read than is asked for."""
        try:
            with self.log.open("rb") as log:
                end, part, cut = log.seek(0, os.SEEK_END), TAIL, b""
                while end:
                    begin = max(0, end - part)
                    log.seek(begin)
                    lines = (log.read(end - begin) + cut).split(b"\n")
                    cut = lines.pop(0) if begin else b""  # its beginning lies before this part
                    yield from events.read_lines(line.decode("utf-8", "replace") for line in reversed(lines))
                    end, part = begin, part * 16  # a table's line may be longer than that
        except (FileNotFoundError, IsADirectoryError):
            return

    def _last(self) -> tuple:
        """(the last complete event of the log or None, the last step that any event names)."""
        found = self.backwards()
        last = next(found, None)
        return last, next((e.step for e in chain([last], found) if hasattr(e, "step")), 0)

    def watchers(self) -> list[str]:
        """Sessions that showed up within the last minute."""
        now, folder = time.time(), self.dir / "wants"
        with contextlib.suppress(OSError):
            return [p.name for p in folder.iterdir() if now - p.stat().st_mtime < FRESH]
        return []

    def asked_by(self, session: str) -> bool:
        """Whether this session has ever asked for the run or watched it."""
        return bool(session) and (self.dir / "wants" / session).exists()


def store() -> Path:
    return files.home() / "runs"


def read_json(path: Path) -> dict:
    """A JSON object from a file, {} where it is missing or damaged (every such file can be made again)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))  # whatever the locale: prompts are in any language
        return data if isinstance(data, dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _of_kind(told: dict) -> dict:
    """Without the entries of another kind than they are written with: one run's damaged file must not stop a worker."""
    return {name: value for name, value in told.items() if isinstance(value, ENTRIES.get(name, object))}


def write_json(path: Path, data: dict, *, durable: bool = True) -> None:
    files.write_atomic(path, json.dumps(data, ensure_ascii=False).encode(), durable=durable)


def saved_step(path: Path) -> int | None:
    """The step that the header of a snapshot states, None where the file is missing, cut short or damaged there."""
    try:
        with path.open("rb") as file:
            size, length = os.fstat(file.fileno()).st_size, int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if 8 + length <= size else {}
        step = int(header.pop("__metadata__")["step"])
        return step if size == 8 + length + max((t["data_offsets"][1] for t in header.values()), default=0) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def wish(run: Run, wants: dict) -> None:
    """Write down what people want of a run."""
    write_json(run.dir / "control.json", wants, durable=False)


def create(config, run: Run | None = None) -> Run:
    """The folder of this config's run, made if needed; its steps raise what is wanted of it. run: the folder, where it is
    not the one that bears the config's own name (`exact`)."""
    run = run or Run(experiment.run_id(config))
    found = experiment.of(config)
    if not _sound(run, found.name):  # there is no such file; or it is damaged, and the folder's name says what it was
        parents = {role: experiment.run_id(parent) for role, parent in found.needs(config).items()}
        info = {"experiment": found.name, "version": found.version, "config": experiment.encode(config)}
        write_json(run.dir / "config.json", info | {"parents": parents, "made": time.time(), "threads": 1})
    steps, control = getattr(config, "steps", 0), run.control()
    if steps > control.get("steps", -1):
        wish(run, {"want": "run"} | control | {"steps": steps})
    return run


def _sound(run: Run, name: str) -> bool:
    """Whether its config.json can be trained from, by the experiment of this name."""
    info = run.info()
    try:
        experiment.decode(info.get("config", ""))
    except Problem:
        return False
    return info.get("experiment") == name and info.get("threads", 1) > 0


def find(config, session: str = "", tickets: list[Ticket] | None = None) -> Run | None:
    """The run of this config: from the store, else from the gallery (whatever the device), else None.

    Where one ships, the store's is in front if it goes as far. A `session` in front of the page also sees it while it waits
    (log or none: whoever pressed Train a moment ago must see that), trains or pauses, and after it has ended early if this
    session asked for it or watched it. All others get the whole one. tickets: as of `Run.status`.
    """
    run = Run(experiment.run_id(config))
    begun, stored = run.log.exists(), ships(config)
    if stored is None:
        return run if begun else None
    status = run.status(tickets)
    if begun and status.step >= getattr(config, "steps", 0):
        return run
    at_work = status.active or status.state == "paused"
    ended = begun and status.state in ("stopped", "failed", "diverged") and run.asked_by(session)
    return run if session and (at_work or ended) else stored


def ships(config) -> Run | None:
    """The run of this config that ships with the app, if one goes as far as it asks. It was trained on a CPU; one that
    tells of the machine does not ship."""
    if experiment.of(config).machine:
        return None
    usual = replace(config, device="cpu") if getattr(config, "device", "cpu") != "cpu" else config
    return gallery(experiment.run_id(usual), getattr(config, "steps", 0))


def weights(config) -> tuple[int, dict] | None:
    """(step, tensors) that another run starts from when it names this one, None where they are not there (`keeper`). Raises
    Problem("snapshot_damaged")."""
    run = keeper(config)
    return run.snapshot() if run else None


def keeper(config) -> Run | None:
    """Who has the weights of this config at exactly its last step: its run, the one of that length alone, or what ships. A
    run that diverged before is as far as it can go, and what it saved last (that depends on the clock) can still be looked
    at; any other length would be another model than the one that is named."""
    id, steps = experiment.run_id(config), getattr(config, "steps", None)
    ships = experiment.run_id(replace(config, device="cpu")) if hasattr(config, "device") else id
    homes = [
        Run(name, source) for source, own in (("store", id), ("gallery", ships)) for name in (own, f"{own}-{steps}")
    ]
    return next((run for run in homes if _has(run, steps)), None)


def _has(run: Run, steps: int | None) -> bool:
    saved = run.saved
    if saved is None or steps is None or saved == steps:
        return saved is not None
    if saved > steps or (run.source == "gallery" and gallery(run.id) is None):
        return False
    status = run.status()
    return status.state == "diverged" and status.step <= steps


def exact(config) -> Run:
    """The run that trains this config to exactly its last step, for those who start from it: its own, or one of that length
    alone where its own goes on to another (it keeps but its last state)."""
    own, steps = Run(experiment.run_id(config)), getattr(config, "steps", None)
    if steps is None or not experiment.of(config).extends(config):
        return own
    alone = Run(f"{own.id}-{steps}")
    if (alone.dir / "config.json").exists():
        return alone
    status, ships = own.status(), gallery(own.id)
    further = max(status.step, status.steps, ships.status().step if ships else 0) > steps
    shorter = status.active and status.steps < steps  # somebody may wait for that
    return alone if further or shorter else own


def complete(config) -> bool:
    """Whether the run of this config has ended and goes as far as the config asks. One that failed counts as ended."""
    run = find(config)
    return run is not None and run.status().reaches(getattr(config, "steps", 0))


def measured(config) -> Run | None:
    """The run that has ended, goes as far as this config asks and was evaluated at just that step: its own, what ships, or
    the one of that length alone (`exact`). None where it failed, or where only longer ones are there, which looked at other
    steps."""
    steps = getattr(config, "steps", None)
    alone = Run(f"{experiment.run_id(config)}-{steps}")
    for run in (find(config), alone if alone.log.exists() else None):
        status = run.status() if run else Status("absent")
        if status.state == "failed" or not status.reaches(steps or 0):
            continue
        result = run.result()
        looks = [points for name, points in result.metrics.items() if name != "train_loss"]
        last = max((max(points) for points in looks), default=0)
        if steps is None or last <= steps or result.up_to(steps).diverged:
            return run
        if all(steps in points for points in looks if max(points) == last):  # what was looked at to the end
            return run
    return None


# --- the gallery: logs that ship with the app ------------------------------------------------------------------------


def gallery(id: str, steps: int = 0) -> Run | None:
    """The stored run of that id, if it goes at least `steps` far."""
    if not (GALLERY / "runs" / f"{id}.jsonl.gz").exists():
        return None
    run = Run(id, "gallery")
    return run if run.status().step >= steps or run.status().state == "diverged" else None


@lru_cache(maxsize=256)
def gallery_events(path: Path) -> tuple:
    with gzip.open(path, "rt", encoding="utf-8") as log:
        return tuple(events.read_lines(log))


# --- storage -----------------------------------------------------------------------------------------------------


def all_runs() -> list[Run]:
    """Every run in the store, newest first."""
    folder, found = str(store()), []
    for name in _names():
        with contextlib.suppress(OSError):  # cleared by somebody else meanwhile
            if os.path.exists(f"{folder}/{name}/config.json"):
                found.append((os.stat(f"{folder}/{name}").st_mtime, name))
    return [Run(name) for _, name in sorted(found, reverse=True)]


def counts() -> dict[str, int]:
    """{experiment: runs in the store}, by their names alone: no folder is opened."""
    return Counter(name.partition("-")[0] for name in _names())


def _names() -> list[str]:
    """Of the folders of the store, but for what a fresh run has set aside: that comes back if it is given up."""
    try:
        return [name for name in os.listdir(store()) if name[0] != "."]
    except OSError:
        return []


def storage() -> int:
    """Bytes under the app's own folder."""
    return files.size(files.home())[0]


def clearable(keep: frozenset[str] = frozenset()) -> list[Run]:
    """Every run that is neither in `keep` nor being trained."""
    tickets = waiting()
    return [run for run in all_runs() if run.id not in keep and not run.status(tickets).active]


def clear(keep: frozenset[str] = frozenset()) -> int:
    """Delete what is clearable. Returns how many runs went."""
    gone = 0
    for run in clearable(keep):
        with held(run.dir / "lock") as mine:
            if mine:  # else a worker has taken it up meanwhile
                for folder in (run.dir, run.dir.with_name(f".{run.id}.old")):
                    shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    return gone


def evict(limit: int, keep: frozenset[str] = frozenset()) -> None:
    """Drop snapshots of ended runs that nobody pinned and no queued run starts from, oldest first, until the runs are under
    `limit` bytes. Logs stay; and a large download beside the runs costs them nothing."""
    over, tickets = files.size(store())[0] - limit, waiting()
    needed = _started_from(tickets)
    for run in reversed(all_runs()):
        if over <= 0:
            return
        if run.id in keep or "-".join(run.id.split("-")[:2]) in needed:  # one of a length alone is named without it
            continue
        with contextlib.suppress(OSError):  # there is none, or another session has just dropped it
            size = run.tensors.stat().st_size
            if run.status(tickets).state in ENDED:
                run.tensors.unlink()
                over -= size


def _started_from(tickets: list[Ticket]) -> set[str]:
    """Ids of the runs that a queued one, or one being trained, starts from."""
    return {id for ticket in tickets for id in Run(ticket.run).info().get("parents", {}).values()}
