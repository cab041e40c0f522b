"""How much is trained at once: a slot is a locked file."""

import os

from core import device, files
from core.locks import try_lock


class Slots:
    """Held slots: locked files, so that all servers on one store together never train more than there are cores. Arms of a
    group in one worker share them; they are free when the last one has let go."""

    def __init__(self, handles: list, *, all_of_them: bool):
        self.handles, self.all_of_them, self.users = handles, all_of_them, 1

    def join(self) -> "Slots":
        self.users += 1
        return self

    def close(self) -> None:
        self.users -= 1
        if not self.users:
            for handle in self.handles:
                handle.close()


def count() -> int:
    """How many there are: PLAYGROUND_SLOTS where that is a number above 0, else the cores."""
    wanted = os.environ.get("PLAYGROUND_SLOTS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else device.cores()


def take(*, all_of_them: bool) -> Slots | None:
    """One slot, or all of them; None where they are not free."""
    folder = files.home() / "slots"
    held = []
    for number in range(count()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = open(folder / f"{number}.lock", "a")  # noqa: SIM115
        except OSError:  # a store that may not be written to has no slots
            break
        if try_lock(handle):
            held.append(handle)
            if not all_of_them:
                return Slots(held, all_of_them=False)
        else:
            handle.close()
    if all_of_them and len(held) == count():
        return Slots(held, all_of_them=True)
    for handle in held:
        handle.close()
    return None
