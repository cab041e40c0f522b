"""What a worker does with the queue: which run it takes up, shares, makes room for, and lets go."""

import contextlib
import os
import time

from core import estimates, experiment, jobs, queue, runs, slots, worker
from core.locks import locked
from core.problem import Problem

PATIENCE = 0.5  # seconds an arm waits for a worker of its own before a busy one takes it along
BEGAN = time.time_ns()  # when this process did
_seen = [0.0, 0.0]  # when the queue folder last changed, when we last looked for sure


def changed() -> bool:
    """Whether there may be work: the queue folder moved, or a second has gone by."""
    try:
        stamp = os.stat(queue.folder()).st_mtime
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
    mine = {one.ticket.when: one.slot for one in live if one.ticket and one.slot is not None}
    reserved = False  # a timed run waits until all slots are free: who takes one that falls free would keep it waiting
    for ticket in queue.waiting():
        when, id = ticket.when, ticket.run
        if blocked.get(id, 0) > now or any(one.run.id == id for one in live):
            continue
        run = runs.Run(id)
        info = run.info()
        if _anothers(run, info):
            continue
        if run.control().get("want") in ("pause", "stop"):
            queue.drop(ticket)
            continue
        try:
            found = experiment.load(info.get("experiment", ""))
            if info.get("version", found.version) < found.version:  # this engine does not know how it was to be trained
                if ticket.when < BEGAN:  # and whoever asked for it has gone
                    runs.wish(run, run.control() | {"want": "stop"})
                    queue.drop(ticket)
                continue
            ready = not info.get("parents") or _parents_ready(run, found)
        except OSError:  # a store that cannot be read just now
            continue
        except Problem:
            queue.drop(ticket)
            continue
        if not ready:
            continue
        slot = None
        if found.lane != "express":
            alike = when in mine and time.time_ns() - when > PATIENCE * 1e9
            if (live and not alike) or (alike and now - getattr(claim, "joined", 0.0) < PATIENCE):
                continue
            alone = found.lane == "alone"
            if alike and alone and not mine[when].all_of_them:
                continue  # with one slot of several it would be timed beside others
            if reserved and not alike:
                continue
            slot = mine[when].join() if alike else slots.take(all_of_them=alone)
            if slot is None:
                reserved = alone and not locked(run.dir / "lock")
                continue
        try:
            taken = worker.take(run, slot=slot, ticket=ticket)
        except OSError:  # a store that may not be written to: look again later
            taken, blocked[id] = None, now + 5
        if taken is None:
            if slot is not None:
                slot.close()
            continue
        if run.is_complete():  # asked for twice, or its worker died between the end and taking the ticket away
            queue.drop(ticket)
            taken.release()
            continue
        live.append(taken)
        if found.lane != "express":
            claim.joined = now
            return


def _anothers(run: runs.Run, info: dict) -> bool:
    """Whether it is for a worker of another checkout or another person to train: of an experiment that came later than this
    engine, of a later version, or not ours to read."""
    if not info:
        try:
            open(run.dir / "config.json").close()
            return False
        except OSError as error:
            return isinstance(error, PermissionError)
    name = info.get("experiment", "")
    if name not in experiment.names():
        return bool(name)
    return info.get("version", 0) > experiment.load(name).version


def _parents_ready(run: runs.Run, found: experiment.Experiment) -> bool:
    """Whether the weights of every parent are there; where one has ended without them the child may start, and fail with a
    reason. A parent that nobody trains for it any more (whoever did has stopped or died), or whose weights were dropped while
    it waited, is asked for again."""
    for parent in found.needs(run.config()).values():
        if runs.keeper(parent):
            continue
        first = runs.exact(parent)
        status = first.status()
        state = status.state
        left = status.left or (state == "stopped" and first.control().get("want") == "run")
        if state == "absent" or left or (state == "done" and _had_weights(first)):
            with contextlib.suppress(Problem, OSError):  # the one it waited for was asked to go further meanwhile
                jobs.ask(runs.create(parent, first), time.time_ns(), 0)
            return False
        if state not in runs.ENDED:
            return False
    return True


def _had_weights(run: runs.Run) -> bool:
    """Whether its last state was saved once: training it again brings it back."""
    return any(event.kind == "snapshot" and event.step >= run.steps() for event in run.events()[0])


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
    if not guests or (slot := slots.take(all_of_them=False)) is None:
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
        os.utime(queue.folder())  # idle workers look when the folder has moved


def make_room(live: list) -> None:
    """A run nobody watches goes to the end of the queue when a watched one waits for a slot."""
    now = time.monotonic()
    if not live or now - getattr(make_room, "last", 0.0) < 2.0:
        return
    make_room.last = now
    held = {one.run.id for one in live}
    others = [runs.Run(ticket.run) for ticket in queue.waiting()]
    waits = [r for r in others if r.id not in held and r.watchers() and not locked(r.dir / "lock")]
    if any(one.run.watchers() for one in live) or any(_starts_from(run, held) for run in waits):
        return
    if not any(_could_start(run) for run in waits):
        return
    for one in list(live):
        live.remove(one)
        queue.drop(one.ticket)  # while the lock is held, or another worker takes it up by the old ticket
        with contextlib.suppress(Problem, OSError):
            queue.add(one.run.id, time.time_ns(), 0, yielded=True)
        hand_back(one)


def _starts_from(run: runs.Run, held: set[str]) -> bool:
    """Whether this run waits for one of those: who watches it watches them."""
    try:
        return any(runs.exact(one).id in held for one in jobs.lineage(run.config())[:-1])
    except Problem:
        return False


def _could_start(run: runs.Run) -> bool:
    """Whether this run waits for nothing but a slot."""
    info = run.info()
    try:
        if _anothers(run, info):
            return False
        found = experiment.load(info.get("experiment", ""))
        return found.lane != "express" and (not info.get("parents") or _parents_ready(run, found))
    except Problem:
        return False


def drop(one, let_go: str, blocked: dict[str, float]) -> None:
    """A run this worker is finished with: its ticket goes, unless it only waits for room on the disk."""
    if let_go == "blocked":
        blocked[one.run.id] = time.monotonic() + 5
    if let_go != "blocked" or one.run.control().get("want") == "pause":
        queue.drop(one.ticket)  # before the lock falls, or another worker takes up what has just ended
    one.release(clean=let_go != "blocked")
    if let_go == "done":
        estimates.remember(one.run)
    ask_again(one, let_go)


def ask_again(one, let_go: str) -> None:
    """A ticket for a run that somebody resumed, or asked for anew or with more steps, while it was let go."""
    goes_on = let_go in ("paused", "stopped") or (let_go == "done" and one.run.steps() > one.target)
    if goes_on and one.run.control().get("want") == "run":
        with contextlib.suppress(Problem, OSError):
            queue.add(one.run.id, time.time_ns(), 0)


def hand_back(one) -> None:
    """Save and let go, the ticket stays: another worker goes on from here."""
    try:
        if one.generator is not None and one.offer is not None and one.whole:
            one.save(one.offer)
    except (Problem, OSError):
        pass  # the last snapshot still stands
    one.release()
