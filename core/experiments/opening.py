"""Opening weights, timed: the header alone, one row, everything; and PyTorch's own refusal of a pickle that calls."""

import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

ROWS, TIMES = 50_257, 3  # rows of the matrix; each time is the best of so many


@dataclass(frozen=True)
class Config:
    """width: of a matrix of 50,257 rows, so 2 x `width` x 0.1 MB. calls: what the dishonest pickle calls."""

    experiment: ClassVar[str] = "opening"
    width: int = knob(256, low=8, high=512)
    calls: str = knob("print", choices=("print", "system", "eval"))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, seconds: header_seconds, row_seconds, safetensors_seconds, torch_seconds (torch.load, weights
    only); bytes; refused (1 where torch.load refuses the pickle); tied_refused (1 where safetensors' own save refuses
    one tensor under two names). Table "said": what each refusal says."""
    import torch
    from safetensors.torch import save_file

    from core import pickle_scan, weights_file

    yield Started(0)
    functions = {"print": ("builtins", "print"), "system": ("os", "system"), "eval": ("builtins", "eval")}
    said = {"case": [], "text": []}
    with tempfile.TemporaryDirectory() as folder:
        safe, old = Path(folder) / "model.safetensors", Path(folder) / "model.pt"
        tensors = {"wte.weight": torch.zeros(ROWS, config.width)}
        save_file(tensors, safe)
        torch.save(tensors, old)
        entries = weights_file.header(safe)
        whole = entries["wte.weight"]
        size = 4 * config.width
        row = weights_file.Entry(whole.dtype, (1, config.width), whole.start + size * 1000, whole.start + size * 1001)
        numbers = {
            "bytes": float(safe.stat().st_size),
            "header_seconds": best(lambda: weights_file.header(safe)),
            "row_seconds": best(lambda: weights_file.read(safe, {"row": row})),
            "safetensors_seconds": best(lambda: weights_file.read(safe, entries)),
            "torch_seconds": best(lambda: torch.load(old, weights_only=True)),
        }
        evil = io.BytesIO(pickle_scan.calling(*functions[config.calls], "1", 2))
        numbers["refused"] = refusal("pickle", lambda: torch.load(evil, weights_only=True), said)
        w = torch.zeros(2, 2)
        twice = Path(folder) / "tied.safetensors"
        numbers["tied_refused"] = refusal("tied", lambda: save_file({"wte": w, "lm_head": w}, twice), said)
    for name, value in numbers.items():
        yield Metric(0, name, value)
    yield Table(0, "said", said)
    yield Finished(0, "done")


def best(work) -> float:
    """The shortest of TIMES times, seconds: what else the machine does only ever adds."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def refusal(case: str, work, said: dict) -> float:
    """1.0 where `work` raises, and its first line that says why; 0.0 where it goes through."""
    try:
        work()
    except Exception as error:  # the two libraries raise types of their own
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        shown = next((line for line in lines if " GLOBAL " in line), lines[0] if lines else "")
        said["case"].append(case)
        said["text"].append(f"{type(error).__name__}: {shown.split(' Please ')[0][:300]}")
        return 1.0
    return 0.0


EXPERIMENT = Experiment("opening", 1, Config, run, lane="alone", machine=True)
