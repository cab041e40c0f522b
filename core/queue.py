"""The queue: a folder of empty files, one a waiting run, that servers add and workers take away. The names say it all, and
sort as the runs shall start: "<when>~<place>~<run id>", with "~y" behind that of a run that let another one go first."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from core import files


class Ticket(NamedTuple):
    """One run in the queue; tickets sort first come first."""

    when: int  # nanoseconds since 1970 at which its group was asked for; the group's tickets share it
    place: int  # in the group
    run: str
    yielded: bool = False  # it was being trained and made room

    @property
    def name(self) -> str:
        return f"{self.when:020d}~{self.place:03d}~{self.run}{'~y' if self.yielded else ''}"

    @property
    def path(self) -> Path:
        return folder() / self.name


def folder() -> Path:
    return files.home() / "queue"


def waiting() -> list[Ticket]:
    """Every ticket, first come first. A run keeps its own while it is trained."""
    try:
        found = [_read(name) for name in os.listdir(folder())]
    except OSError:
        return []
    return sorted(ticket for ticket in found if ticket)


def _read(name: str) -> Ticket | None:
    """What a file's name says; None for one that is no ticket."""
    when, place, run, *mark = [*name.split("~"), "", ""][:4]
    if not (when.isdecimal() and place.isdecimal() and run):
        return None
    ticket = Ticket(int(when), int(place), run, mark == ["y"])
    return ticket if ticket.name == name else None


def add(run: str, when: int, place: int, *, yielded: bool = False) -> None:
    """Put this run into the queue, unless it is there. Raises Problem(disk_full | read_only)."""
    if any(ticket.run == run for ticket in waiting()):
        return
    folder().mkdir(parents=True, exist_ok=True)
    files.write_atomic(Ticket(when, place, run, yielded).path, b"", durable=False)


def withdraw(run: str) -> None:
    """Take the run's ticket out of the queue."""
    for ticket in waiting():
        if ticket.run == run:
            drop(ticket)


def drop(ticket: Ticket | None) -> None:
    """Take this ticket away."""
    if ticket:
        with contextlib.suppress(OSError):  # a store that became read-only keeps its queue
            ticket.path.unlink(missing_ok=True)
