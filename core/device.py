"""What this machine computes on, and why not on something else."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ORDER = ("cuda", "mps", "cpu")


@cache
def available() -> dict[str, str]:
    """{device: ""} for those that are there, {device: reason code} for the others. Imports torch: call it in a worker."""
    import torch

    found = {"cpu": ""}
    found["cuda"] = "" if torch.cuda.is_available() else "no_cuda_build" if not torch.version.cuda else "no_gpu"
    found["mps"] = "" if torch.backends.mps.is_available() else "not_a_mac"
    return found


LARGE = 8e9  # operations of a step from which on a GPU pays: an estimate, not a measurement
ROWS = {"gpt2": 50_257}  # vocabularies that count; the others have some 2,000 tokens at most


def small(config) -> bool:
    """Whether a step of this run is too little work for a GPU: judged by its matrix products, forwards and backwards."""
    width, blocks = getattr(config, "width", 0), getattr(config, "blocks", 0)
    tokens = getattr(config, "batch", 1) * getattr(config, "context", 1)
    weights = 12 * blocks * width**2 + ROWS.get(getattr(config, "tokenizer", ""), 2_000) * width
    return 6 * weights * tokens < LARGE


def resolve(wanted: str, *, small: bool) -> str:
    """The device for `wanted`: "auto" is the CPU for small models (a GPU's start costs more than it saves), else the
    fastest there is. A device that is not there becomes the CPU."""
    known = remembered()
    if wanted == "auto":
        return "cpu" if small else next(name for name in ORDER if known.get(name) == "")
    return wanted if known.get(wanted) == "" else "cpu"


def remembered() -> dict[str, str]:
    """What a worker has found out about this machine (`remember`), without importing torch; the CPU until then."""
    from core import files

    known = {"cpu": "", "cuda": "not_looked_yet", "mps": "not_looked_yet"}
    try:
        found = json.loads((files.home() / "device.json").read_text(encoding="utf-8"))["devices"]
        return known | {name: str(found[name]) for name in known if name in found} | {"cpu": ""}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # none, or damaged
        return known


def remember() -> None:
    """Write down what there is, for processes that do not import torch."""
    from core import files

    facts = {"devices": available(), "machine": machine()}
    files.write_atomic(files.home() / "device.json", json.dumps(facts).encode())


@cache
def machine() -> str:
    """A short key of this computer: processor, cores and torch version. Timings are valid for one key only."""
    name = processor()
    version = importlib.metadata.version("torch") if importlib.util.find_spec("torch") else "none"
    return hashlib.sha256(f"{name}/{cores()}/{version}".encode()).hexdigest()[:8]


@cache
def processor() -> str:
    """The name of the CPU's model."""
    name = platform.processor() or platform.machine()
    try:
        if sys.platform == "darwin":  # platform says "arm" of them all
            told = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(told, capture_output=True, text=True, timeout=5).stdout.strip() or name
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    except (OSError, subprocess.SubprocessError):
        return name  # Windows: platform's name is what there is


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> float:
    """GiB of memory in this machine, 0 where unknown."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (ValueError, OSError, AttributeError):
        return 0.0


@cache
def bfloat16_pays(name: str) -> bool:
    """Whether this device ("cpu", "cuda") multiplies matrices faster in bfloat16 than in float32: measured once, some
    10 ms. "mps" was never measured and stays in float32."""
    import torch

    from core import timing

    def faster():
        return timing.peak_flops(torch.bfloat16, name) > timing.peak_flops(torch.float32, name)

    return name != "mps" and settled(f"bfloat16 on {name}", faster)


def settled(question: str, measure: Callable[[], bool]) -> bool:
    """The answer of this machine, measured the first time it is asked for and kept: a run that is stopped and taken up by
    another process must compute as it began. Processes that ask at the same moment all measure, and all return what the
    first has written. Where nothing can be written each process measures for itself."""
    from core import files
    from core.problem import Problem

    path = files.home() / "settled.json"

    def kept() -> dict[str, dict[str, bool]]:
        """{machine: {question: answer}}: a home may be shared by several."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {m: a for m, a in found.items() if isinstance(a, dict)} if isinstance(found, dict) else {}

    known = kept().get(machine(), {})
    if question not in known:
        mine = {question: bool(measure())}  # before the lock: one question's measurement may ask another question
        with alone(path.with_suffix(".lock")):
            all_machines = kept()
            known = mine | all_machines.get(machine(), {})  # who was sooner is right
            with contextlib.suppress(OSError, Problem):
                files.write_atomic(path, json.dumps(all_machines | {machine(): known}).encode())
    return known[question]


@contextlib.contextmanager
def alone(path: Path, patience: float = 10.0) -> Iterator[None]:
    """Inside, no other process is inside: who comes later waits, `patience` seconds at most. Where the file cannot be made
    nobody waits."""
    from core.locks import try_lock

    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context(open(path, "a", encoding="utf-8"))
            until = time.monotonic() + patience
            while not try_lock(lock) and time.monotonic() < until:
                time.sleep(0.01)
        yield
