"""The worker processes of one server."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from core import files, queue, slots

ROOT = Path(__file__).resolve().parent.parent
CHANGED = 75  # what a worker ends with that makes room for one with the code as it is now: no death
LOOK, MINUTE, MOST = 0.3, 60.0, 20  # seconds between looks; no more than MOST new workers in a MINUTE


class Pool:
    """`size` worker processes, started again when they die. They end with this process, however it ends."""

    def __init__(self, size: int | None = None, command: list[str] | None = None):
        self.size = size or slots.count()
        self.command = command or [sys.executable, "-m", "core.worker"]
        self.workers: list[subprocess.Popen] = []
        self.closing = threading.Event()

    def start(self) -> "Pool":
        files.home().mkdir(parents=True, exist_ok=True)
        queue.folder().mkdir(parents=True, exist_ok=True)
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
                if process.returncode != CHANGED:
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
