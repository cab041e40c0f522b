"""A file of weights as a pickle, instruction by instruction (read, not run), beside the same numbers as safetensors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

CALLS = {  # payload: (module, function, argument); harmless on purpose, and nothing here would run them
    "print": ("builtins", "print", "this ran while the file was loading"),
    "system": ("os", "system", "echo this ran while the file was loading"),
    "eval": ("builtins", "eval", "1 + 1"),
}


@dataclass(frozen=True)
class Config:
    """payload: none (an honest file, as torch.save writes it) | print | system | eval. protocol: of the dishonest one.
    tensors: how many an honest one holds. format: pickle | safetensors."""

    experiment: ClassVar[str] = "pickle_steps"
    payload: str = knob("print", choices=("none", *CALLS))
    protocol: int = knob(4, choices=(2, 4))
    tensors: int = knob(1, low=1, high=6)
    format: str = knob("pickle", choices=("pickle", "safetensors"))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: imports, calls, strangers (functions named that no file of weights needs), bytes. Table "steps":
    place, opcode, argument, name, role; of a safetensors file its three parts."""
    from core import pickle_scan, weights_file

    yield Started(0)
    if config.format == "safetensors":
        data = weights_file.to_bytes({f"w{i}": ("F32", (2, 2), bytes(16)) for i in range(config.tensors)})
        length = int.from_bytes(data[:8], "little")
        parts = ((0, "LENGTH", f"{length}"), (8, "HEADER", data[8 : 8 + length].decode().strip()))
        found = [pickle_scan.Step(place, name, text, "", "data") for place, name, text in parts]
        found += [
            pickle_scan.Step(8 + length + 16 * i, "NUMBERS", f"w{i}: 16 bytes", "", "data")
            for i in range(config.tensors)
        ]
    else:
        data = honest(config.tensors) if config.payload == "none" else calling(config)
        found = pickle_scan.steps(data)
    columns = ("place", "opcode", "argument", "name", "role")
    yield Table(0, "steps", {c: [getattr(step, c) for step in found] for c in columns})
    yield Metric(0, "imports", float(sum(step.role == "import" for step in found)))
    yield Metric(0, "calls", float(sum(step.role == "call" for step in found)))
    yield Metric(0, "strangers", float(len(pickle_scan.strangers(found))))
    yield Metric(0, "bytes", float(len(data)))
    yield Finished(0, "done")


def calling(config: Config) -> bytes:
    """The pickle of this payload."""
    from core import pickle_scan

    return pickle_scan.calling(*CALLS[config.payload], config.protocol)


def honest(tensors: int) -> bytes:
    """The pickle inside a file of torch.save({"w0": tensor, ...}), tensors of 2 x 2: it calls, too."""
    body = b"\x80\x02}("  # PROTO 2, an empty dict, MARK
    for i in range(tensors):
        body += _text(f"w{i}") + b"ctorch._utils\n_rebuild_tensor_v2\n(("  # GLOBAL, MARK, MARK
        body += _text("storage") + b"ctorch\nFloatStorage\n" + _text(str(i)) + _text("cpu") + b"K\x04t"
        body += b"QK\x00K\x02K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)RtR"  # offset, size, stride, hooks
    return body + b"u."


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + len(raw).to_bytes(4, "little") + raw


EXPERIMENT = Experiment("pickle_steps", 1, Config, run, lane="inline")
