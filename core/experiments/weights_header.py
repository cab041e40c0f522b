"""What a file of weights says about itself in its first bytes, which bytes a few tensors are, and what bad files are."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Please log in to see this file."
FETCHES = ("header", "norms", "positions", "embedding", "block", "all")
PART = 100_000  # bytes that had arrived of the file that was cut


@dataclass(frozen=True)
class Config:
    """source: a house model, or GPT-2 by its published layout. fetch: which tensors are wanted. block: of `block`.
    arrived: what came under the file's name: whole | cut | html | pointer | pickle | long (an absurd header)."""

    experiment: ClassVar[str] = "weights_header"
    source: str = knob("house", choices=("house", "house-model1", "gpt2"))
    fetch: str = knob("norms", choices=FETCHES)
    block: int = knob(0, low=0, high=11)
    arrived: str = knob("whole", choices=("whole", "cut", "html", "pointer", "pickle", "long"))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: bytes, header (bytes), tensors, elements (all the header counts), parameters (without masks),
    masks, stated (what the card says), fetched (bytes), requests. Table "tensors": name, part, dtype, shape, start,
    bytes, wanted, mask; table "spans": start, stop. A bad file: one Note, and "opened" 0."""
    from core import byte_map, gpt2, pretrained

    yield Started(0, {"source": config.source})
    if config.source == "gpt2":
        layout, stated = byte_map.of_gpt2(), 124_439_808  # the paper's 117M was a miscount; the card says 124M
        assert stated == sum(map(byte_map.elements, gpt2.RELEASE.shape.tensors().values()))
    else:
        layout = byte_map.of_file(pretrained.find(config.source).path)
        stated = pretrained.card(config.source)["parameters"]
    if config.arrived != "whole":
        problem = refused(config)
        yield Note(0, problem.code, problem.facts)
        yield Metric(0, "opened", 0.0)
        yield Metric(0, "bytes", float(layout.bytes))
        yield Finished(0, "done")
        return
    wanted = {name: entry for name, entry in layout.entries.items() if asked(name, config)}
    columns = {c: [] for c in ("name", "part", "dtype", "shape", "start", "bytes", "wanted", "mask")}
    for name, e in layout.entries.items():
        row = (name, byte_map.group(name), e.dtype, " × ".join(map(str, e.shape)), e.start, e.stop - e.start)
        for column, value in zip(columns, (*row, name in wanted, byte_map.is_mask(name)), strict=True):
            columns[column].append(value)
    yield Table(0, "tensors", columns)
    spans = byte_map.spans(list(wanted.values()))
    yield Table(0, "spans", {"start": [a for a, _ in spans], "stop": [b for _, b in spans]})
    sizes = {name: byte_map.elements(e.shape) for name, e in layout.entries.items()}
    masks = sum(n for name, n in sizes.items() if byte_map.is_mask(name))
    numbers = {
        "opened": 1,
        "bytes": layout.bytes,
        "header": layout.header,
        "tensors": len(sizes),
        "elements": sum(sizes.values()),
        "parameters": sum(sizes.values()) - masks,
        "masks": sum(map(byte_map.is_mask, sizes)),
        "stated": stated,
        "fetched": sum(b - a for a, b in spans),
        "requests": len(spans),
    }
    for name, value in numbers.items():
        yield Metric(0, name, float(value))
    yield Finished(0, "done")


def asked(name: str, config: Config) -> bool:
    """Whether the learner wants this tensor."""
    from core import byte_map

    part = byte_map.group(name)
    return {
        "header": False,
        "norms": ".ln_" in name or name.startswith("ln_"),
        "positions": part == "wpe",
        "embedding": part in ("wte", "embedding"),
        "block": part == f"h.{config.block}",
        "all": True,
    }[config.fetch]


def refused(config: Config) -> Problem:
    """Why the reader refuses what arrived under the name of model.safetensors. The file is written, and opened."""
    from core import gpt2, pretrained, weights_file

    if config.source == "gpt2" and config.arrived == "cut":  # its header had arrived, and tells the whole length
        return Problem("weights_truncated", path="model.safetensors", bytes=PART, expected=gpt2.RELEASE.bytes)
    whole = pretrained.find("house" if config.source == "gpt2" else config.source).path
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        if config.arrived == "cut":
            with open(whole, "rb") as file:
                path.write_bytes(file.read(PART))
        elif config.arrived == "html":
            path.write_bytes(PAGE)
        elif config.arrived == "pointer":
            sha, size = gpt2.RELEASE.sha256, gpt2.RELEASE.bytes
            path.write_bytes(weights_file.POINTER + b"v1\n" + f"oid sha256:{sha}\nsize {size}\n".encode())
        elif config.arrived == "pickle":
            path.write_bytes(b"\x80\x02}.")
        else:
            path.write_bytes((2**62).to_bytes(8, "little") + b'{"wte": ' + bytes(100))
        try:
            weights_file.header(path)
        except Problem as problem:
            facts = problem.facts | {"path": path.name}  # where it lay is nobody's business
            return Problem(problem.code, **facts)
    raise AssertionError(config.arrived)


EXPERIMENT = Experiment("weights_header", 1, Config, run, lane="inline")
