"""A worker process: imports torch once, then trains whatever runs the queue holds, a step of each in turn.

Started as `python -m core.worker`; its standard input is a pipe whose end says that the server has gone: then it saves
at the next step and leaves. Everything it knows it reads from, and says through, the run folders.
"""

import contextlib
import os
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from core import device, events, experiment, files, network, runs, workers
from core.events import Finished, Note
from core.locks import try_lock
from core.problem import Problem
from core.queue import Ticket

CODE = Path(__file__).resolve().parent
FLUSH, CONTROL, SAVE = 0.08, 0.1, 3.0  # seconds between writes of the log, looks at control.json, snapshots
IDLE, TRIES = 0.03, 3
NO_ROOM = ("disk_full", "read_only")


class Live:
    """A run being trained by this process: its lock, its generator, and what it has not yet written."""

    def __init__(self, run: runs.Run, lock, slot: object = None, ticket: Ticket | None = None):
        self.run, self.lock, self.slot, self.ticket = run, lock, slot, ticket
        self.buffer: list[str] = []
        self.log = self.generator = self.offer = None
        self.flushed = self.looked = self.saved = time.monotonic()
        self.step = 0
        self.whole = False  # whether the model is as the last offer says
        self.until: int | None = None  # the step after which to pause

    def open(self) -> None:
        """Take up the run where its snapshot is. Raises Problem: parent_missing, crashed_repeatedly, and the run's own."""
        run, attempts = self.run, self.run.dir / "attempts"
        self.step = run.saved or 0  # where it fails before it has begun, this is how far it came
        crashed = attempts.exists()  # whoever had it last did not get to say goodbye
        tries = _count(attempts) + 1
        if tries > TRIES + 1:
            raise Problem("crashed_repeatedly", times=tries - 1)
        files.write_atomic(attempts, str(tries).encode(), durable=False)
        for left in run.dir.glob(".snapshot.*.part"):  # of a process that was killed while it saved
            left.unlink(missing_ok=True)
        self.log = open(run.log, "ab", buffering=0)  # noqa: SIM115
        if self.log.tell() and not _ends_with_newline(run.log):
            files.append(self.log, b"\n")  # a crash cut the last line: it is lost, the next one is not
        self.threads = run.info().get("threads", 1)
        self.until = run.control().get("until")
        config = run.config()
        self.inputs = parent_weights(experiment.of(config), config)  # kept: a parent may go on while this one trains
        resume = None
        try:  # a snapshot whose log is gone would leave a curve without its beginning: then start again
            saved = run.log.stat().st_size and (run.dir / "snapshot.safetensors").exists()
            resume = run.snapshot() if saved else None
            if resume and not _reaches(run, resume[0]):  # its end is gone: going on would leave a gap in the curve
                self.note(0, "log_cut", {})
                resume = None
        except Problem as damage:
            self.note(0, damage.code, damage.facts)
        if crashed and run.log.stat().st_size:
            self.note(resume[0] if resume else 0, "resumed", {"step": resume[0] if resume else 0})
        self.start(resume)

    def start(self, resume) -> None:
        config = self.run.config()
        found = experiment.of(config)
        self.target = self.run.steps()
        if hasattr(config, "steps"):
            config = replace(config, steps=self.target)
        self.generator = found.run(config, self.inputs, resume)
        self.step = resume[0] if resume else 0
        self.began, self.first = time.monotonic(), self.step

    def left(self) -> float:
        """Seconds this run still needs at the pace since it was taken up; 0 where that is unknown."""
        done = self.step - self.first
        return (time.monotonic() - self.began) / done * (self.target - self.step) if done else 0.0

    def note(self, step: int, code: str, facts: dict) -> None:
        self.buffer.append(events.to_json(Note(step, code, facts)))

    def advance(self) -> str | None:
        """One step. Returns None to go on, or why it was let go: done, diverged, failed, paused, stopped."""
        self.whole = False  # from here to the next offer the model is between two steps
        if _torch_threads() != self.threads:
            _torch_threads(self.threads)
        for event in self.generator:
            if event.kind == "snapshot":
                self.step = event.step
                return self.between(event)
            if event.kind == "finished" and event.reason == "done" and self.run.steps() > event.step:
                self.start(self.run.snapshot())  # somebody asked for more meanwhile: the same run goes on
                return None
            self.buffer.append(events.to_json(event))
            if self.offer is None or time.monotonic() - self.flushed > FLUSH:
                self.flush()  # an evaluation may take seconds: what it has found is shown meanwhile, the first at once
            if event.kind == "finished":
                self.flush()
                return event.reason
        self.buffer.append(events.to_json(Finished(self.step, "done")))
        self.flush()
        return "done"

    def between(self, offer) -> str | None:
        """Between two steps: write, save, and see what people want."""
        now = time.monotonic()
        last = offer.step >= self.target
        wants = self.wants() if now - self.looked > CONTROL or last else {}
        let_go = self.reason(wants, offer.step)
        if last or let_go or now - self.saved > SAVE:
            self.save(offer)
        elif now - self.flushed > FLUSH:
            self.flush()
        if let_go:  # saving takes its time: somebody may have asked it to go on
            wants = self.wants()
            let_go = self.reason(wants, offer.step)
        if let_go == "stopped":
            self.buffer.append(events.to_json(Finished(offer.step, "stopped")))
            self.flush()
        elif let_go == "paused" and wants.get("want") != "pause":
            runs.wish(self.run, wants | {"want": "pause", "until": None})
        self.offer, self.whole = offer, True
        return let_go

    def reason(self, wants: dict, step: int) -> str | None:
        """Why to let go of it now, None to go on."""
        asked = {"pause": "paused", "stop": "stopped"}.get(wants.get("want"))
        enough = self.until is not None and step >= self.until  # at every step: a fast run makes many between two looks
        return asked or ("paused" if enough else None)

    def wants(self) -> dict:
        """What people want by now."""
        self.looked = time.monotonic()
        wants = self.run.control()
        self.until = wants.get("until")
        return wants

    def save(self, offer) -> None:
        """The state first, then the line that says it is there."""
        if offer.state is None:
            return self.flush()
        from safetensors.torch import save

        tensors, seen = {}, {}
        for name, tensor in offer.state().items():
            # tied weights share memory, which safetensors refuses: copy the second
            tensor = tensor.detach().cpu().contiguous()
            shared = tensor.untyped_storage().data_ptr() in seen
            tensors[name] = tensor.clone() if shared else tensor
            seen[tensor.untyped_storage().data_ptr()] = name
        self.flush()
        files.to_disk(self.log.fileno())  # or a power cut may keep the snapshot and lose the curve before it
        files.write_atomic(self.run.dir / "snapshot.safetensors", save(tensors, metadata={"step": str(offer.step)}))
        self.buffer.append(events.to_json(offer))
        self.flush()
        self.saved = time.monotonic()
        _forget_tries(self.run)

    def flush(self) -> None:
        if self.buffer:
            files.append(self.log, "".join(line + "\n" for line in self.buffer).encode())
            self.buffer.clear()
        self.flushed = time.monotonic()

    def release(self, *, clean: bool = True) -> None:
        """Let go of the run. clean: it is saved or ended, so the next one to take it up need not mention a crash."""
        if self.generator is not None:
            self.generator.close()
        if self.log is not None:
            self.log.close()
        if clean:
            with contextlib.suppress(OSError):  # a store that became read-only
                (self.run.dir / "attempts").unlink(missing_ok=True)
        self.lock.close()
        if self.slot is not None:
            self.slot.close()


def parent_weights(found, config) -> dict[str, dict]:
    """{role: tensors} of the runs this one starts from or reads. Raises Problem("parent_missing") where a parent's weights
    are not there at exactly the step that this Config names: stopped or failed half-way, or gone on since."""
    out = {}
    for role, parent in found.needs(config).items():
        saved = runs.weights(parent)
        if saved is None:
            raise Problem("parent_missing", role=role, run=experiment.run_id(parent))
        out[role] = {name: tensor for name, tensor in saved[1].items() if "/" not in name}
    return out


def take(run: runs.Run, *, slot=None, ticket=None) -> Live | None:
    """This run for this process, or None if another one has it."""
    try:
        lock = open(run.dir / "lock", "a")  # noqa: SIM115
    except FileNotFoundError:  # it has just been cleared
        return None
    if not try_lock(lock):
        lock.close()
        return None
    return Live(run, lock, slot, ticket)


def step(live: Live) -> str | None:
    """`advance` with every failure turned into the run's own end: other runs never notice."""
    try:
        if live.generator is None:
            live.open()
        return live.advance()
    except Problem as problem:
        return _fail(live, problem.code, problem.facts)
    except Exception as slip:  # a bug in an experiment: kept beside the run, said in one line
        known = files.problem(slip, live.run.dir) if isinstance(slip, OSError) else None
        if isinstance(known, Problem):
            return _fail(live, known.code, known.facts)
        _leave_traceback(live.run)
        return _fail(live, "internal", {"error": f"{type(slip).__name__}: {slip}"[:200]})


def _fail(live: Live, code: str, facts: dict) -> str:
    if code in NO_ROOM:
        return _wait_for_room(live, code)
    live.buffer.append(events.to_json(Finished(live.step, "failed", {"code": code, **facts})))
    try:
        if live.log is None:
            live.log = open(live.run.log, "ab", buffering=0)  # noqa: SIM115
        live.flush()
        return "failed"
    except Problem as problem:
        return _wait_for_room(live, problem.code)
    except OSError:
        return _wait_for_room(live, code)


def _wait_for_room(live: Live, code: str) -> str:
    """The disk is full or read-only: keep what is there; the run waits, paused, for somebody to make room."""
    live.buffer.clear()
    _forget_tries(live.run)  # to have no room is no crash
    try:
        runs.wish(live.run, live.run.control() | {"want": "pause", "code": code})
    except (Problem, OSError):
        pass  # not even that: the page says what status() finds, an interrupted run
    return "blocked"


def _forget_tries(run: runs.Run) -> None:
    """The next one to take it up is no further try: it got on, or was kept from it by no fault of its own."""
    attempts = run.dir / "attempts"
    with contextlib.suppress(OSError):
        if attempts.exists():
            attempts.write_text("0", encoding="utf-8")


def _leave_traceback(run: runs.Run) -> None:
    try:
        (run.dir / "traceback.txt").write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
    except OSError:
        traceback.print_exc()


def _torch_threads(count: int | None = None) -> int:
    import torch

    if count is not None:
        torch.set_num_threads(count)
    return torch.get_num_threads()


def _reaches(run: runs.Run, step: int) -> bool:
    """Whether its log tells of something measured or saved at this step or later."""
    return not step or any(e.step >= step for e in run.backwards() if e.kind not in ("started", "note", "finished"))


def _count(path) -> int:
    """The number in this file; 0 where there is none, or a crash left it empty."""
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0


def _ends_with_newline(path) -> bool:
    with open(path, "rb") as log:
        log.seek(-1, os.SEEK_END)
        return log.read(1) == b"\n"


# --- the process ---------------------------------------------------------------------------------------------------


def remember() -> None:
    """Write down what this machine computes on, for the page."""
    try:
        device.remember()
    except (Problem, OSError) as trouble:  # a full or read-only disk: the page goes on with what it knew
        print(f"devices not written down: {trouble}", file=sys.stderr)


def warm_up() -> None:
    """Train small models for two steps, unwritten: imports, texts, counts, floors and the maths library are then ready,
    so that whoever presses Train sees the first point at once."""
    try:
        for name in ("model5", "model1"):
            found = experiment.load(name)
            for _ in found.run(found.Config(steps=2), {}):
                pass
    except (Problem, OSError) as trouble:  # a store that cannot be written: the run somebody asks for will say so
        print(f"worker not warmed up: {trouble}", file=sys.stderr)


def code() -> dict[str, float]:
    """{file of the engine: when it was changed}."""
    out = {}
    for pattern in ("*.py", "*/*.py"):
        for file in CODE.glob(pattern):
            with contextlib.suppress(OSError):  # an editor puts another one in its place
                out[str(file)] = file.stat().st_mtime
    return out


def step_back() -> None:
    """The page and the browser come first: they need little, and at once. Linux shares a desktop's cores between sessions
    before it looks at nice, and a worker is a session of its own: there its session has to step back as well."""
    if hasattr(os, "nice"):
        os.nice(10)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as group:
        group.write("10")


def _until_closed(pipe: int) -> None:
    """Not sys.stdin.read(): that holds a lock, which this process could not end without."""
    with contextlib.suppress(OSError):
        while os.read(pipe, 4096):
            pass


def main() -> None:
    """Work until standard input ends."""
    known = code()
    step_back()
    network.stay_offline()
    gone = threading.Event()
    threading.Thread(target=lambda: (_until_closed(sys.stdin.fileno()), gone.set()), daemon=True).start()
    import torch

    torch.set_num_threads(1)
    remember()
    warm_up()
    from core import dispatch

    looked = 0.0
    live: list[Live] = []
    blocked: dict[str, float] = {}
    while not gone.is_set():
        if not live and time.monotonic() - looked > 1.0:
            looked = time.monotonic()
            if code() != known:  # an update, or somebody who writes an experiment: the server starts another one
                sys.exit(workers.CHANGED)
        if not live and not dispatch.changed():
            gone.wait(IDLE)
            continue
        dispatch.claim(live, blocked)
        if not live:
            gone.wait(IDLE)
        for one in list(live):
            let_go = step(one)
            if let_go:
                live.remove(one)
                dispatch.drop(one, let_go, blocked)
        dispatch.make_room(live)
        dispatch.share(live)
    for one in live:
        dispatch.hand_back(one)


if __name__ == "__main__":
    main()
