"""How time and memory grow with what grows: a run's steps, the runs in the store, a text, a vocabulary. A point is
{"curve", "what": the series, "x", "seconds", "mib": None where memory is not the question}; exponents() says how fast a
series grows."""

import contextlib
import math
import os
import shutil
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable

from core.bench import row

# {curve: (what x counts, the unit of "seconds")}
CURVES = {
    "log": ("steps in the log", "s"),
    "store": ("runs in the store", "s"),
    "sessions": ("attached sessions", "s of the server per s"),
    "corpus": ("MB of text", "s"),
    "vocabulary": ("tokens in the vocabulary", "s"),
}
CONSTANT = {("log", "read what is new"), ("store", "cache hit")}  # must not grow at all; the rest may be linear
MEMORY = "/dev/shm"


def points(*, small: bool = False) -> list[dict]:
    """The curves of what has no page: about a minute on two cores. small: sizes for a test."""
    from core.bench import run_logs, run_stores, texts, vocabularies

    return [p for part in (run_logs, run_stores, texts, vocabularies) for p in part.points(small=small)]


def point(curve: str, what: str, x: float, seconds: float, mib: float | None = None) -> dict:
    assert curve in CURVES, curve
    return {"curve": curve, "what": what, "x": x, "seconds": seconds, "mib": mib}


def series(points: list[dict]) -> dict[tuple[str, str], list[dict]]:
    """{(curve, what): its points, x ascending}, in the order they were taken."""
    found: dict[tuple[str, str], list[dict]] = {}
    for one in points:
        found.setdefault((one["curve"], one["what"]), []).append(one)
    return {name: sorted(line, key=lambda p: p["x"]) for name, line in found.items()}


def exponents(points: list[dict], figure: str = "seconds") -> dict[tuple[str, str], float]:
    """{(curve, what): k} where `figure` ("seconds" or "mib") grows as x^k between the two largest x: 0 is constant, 1 linear,
    2 quadratic. nan where there are no two."""
    out = {}
    for name, line in series(points).items():
        last = [p for p in line if p[figure]][-2:]
        out[name] = math.nan
        if len(last) == 2:
            (x, y), (u, v) = ((p["x"], p[figure]) for p in last)
            out[name] = math.log(v / y) / math.log(u / x)
    return out


def rows(points: list[dict]) -> list[dict]:
    """A row of the table for each series: its seconds at the largest x, and how it grows beside how it may."""
    out, power, memory = [], exponents(points), exponents(points, "mib")
    for (curve, what), line in series(points).items():
        last, most, (unit, per) = line[-1], 0 if (curve, what) in CONSTANT else 1, CURVES[curve]
        bar = f"grows as x^{power[curve, what]:.2f}, at most x^{most}"
        out.append(row(f"{what}, {last['x']:,g} {unit}", float(f"{last['seconds']:.3g}"), per, bar))
        if last["mib"]:
            bar = f"grows as x^{memory[curve, what]:.2f}, at most x^{most}"
            out.append(row("  memory", float(f"{last['mib']:.3g}"), "MiB", bar))
    return out


# --- taking a point -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def private_store(*, in_memory: bool = False):
    """An empty store while the block runs; the learner's own is left alone. in_memory: where there is room, in a file system
    without a disk, so that what is measured is the app and not how fast a disk makes fifty thousand files."""
    before = os.environ.get("PLAYGROUND_HOME")
    shared = in_memory and os.path.isdir(MEMORY) and shutil.disk_usage(MEMORY).free > 2**30
    with tempfile.TemporaryDirectory(dir=MEMORY if shared else None) as folder:
        os.environ["PLAYGROUND_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["PLAYGROUND_HOME"]
            else:
                os.environ["PLAYGROUND_HOME"] = before


def seconds(act: Callable, *, most: int = 9, budget: float = 0.5) -> float:
    """Median seconds of act(): called up to `most` times, no more once `budget` seconds are spent."""
    taken: list[float] = []
    while len(taken) < most and sum(taken) < budget:
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def allocated(act: Callable) -> float:
    """MiB that Python has alive at most while act() runs, beyond what was there before. Slow: for work in Python only."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def resident(act: Callable) -> tuple[float, float | None]:
    """(seconds, MiB that the process holds at most while act() runs; None where the system does not say)."""
    peak = True
    try:
        with open("/proc/self/clear_refs", "w") as reset:
            reset.write("5")  # the peak begins anew
    except OSError:
        peak = False
    began = time.perf_counter()
    act()
    return time.perf_counter() - began, _peak() if peak else None


def _peak() -> float:
    """Linux's VmHWM, MiB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
