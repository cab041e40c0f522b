"""Which bytes of a safetensors file a few tensors are, and how few requests fetch them: what a header is good for."""

from dataclasses import dataclass
from pathlib import Path

from core import gpt2, weights_file
from core.weights_file import Entry


@dataclass(frozen=True)
class Layout:
    """A file as its header tells it. header: bytes before the first number (8 of length, then the JSON)."""

    entries: dict[str, Entry]
    header: int
    bytes: int


def of_file(path: Path | str) -> Layout:
    """The layout of a file here. Reads its header alone; raises weights_file.header's Problems."""
    entries = weights_file.header(path)
    first = min((e.start for e in entries.values()), default=0)
    return Layout(entries, first, Path(path).stat().st_size)


def of_gpt2() -> Layout:
    """GPT-2 (124M) as it was published: 148 parameters and 12 causal masks, from their shapes and the size of the file.

    What the tensors leave of the file is its header. Their order in it is ours (blocks one after the other)."""
    shapes = dict(gpt2.RELEASE.shape.tensors())
    side = gpt2.RELEASE.shape.context
    shapes |= {f"h.{i}.attn.bias": (1, 1, side, side) for i in range(gpt2.RELEASE.shape.blocks)}
    shapes = dict(sorted(shapes.items(), key=lambda item: place(item[0])))
    sizes = {name: 4 * elements(shape) for name, shape in shapes.items()}
    start = gpt2.RELEASE.bytes - sum(sizes.values())
    entries, at = {}, start
    for name, shape in shapes.items():
        entries[name] = Entry("F32", shape, at, at + sizes[name])
        at += sizes[name]
    return Layout(entries, start, at)


def elements(shape: tuple[int, ...]) -> int:
    out = 1
    for n in shape:
        out *= n
    return out


def group(name: str) -> str:
    """The part of the network a tensor belongs to: h.3, wte, ln_f, ..."""
    words = name.removeprefix("transformer.").split(".")
    return ".".join(words[:2]) if words[0] == "h" else words[0]


def place(name: str) -> tuple[int, int]:
    """Sorts names as the data flows: embeddings, blocks by number, the rest."""
    part = group(name)
    if part.startswith("h."):
        return 1, int(part[2:])
    return (0, 0) if part in ("wte", "wpe") else (2, 0)


def is_mask(name: str) -> bool:
    """A causal mask: stored by some exports, but a constant, not a parameter."""
    return name.endswith((".attn.bias", ".attn.masked_bias"))


def spans(entries: list[Entry]) -> list[tuple[int, int]]:
    """The fewest stretches [start, stop) that hold these tensors and nothing else: one ranged request each."""
    out: list[tuple[int, int]] = []
    for entry in sorted(entries, key=lambda e: e.start):
        if out and out[-1][1] == entry.start:
            out[-1] = (out[-1][0], entry.stop)
        else:
            out.append((entry.start, entry.stop))
    return out
