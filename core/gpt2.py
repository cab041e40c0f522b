"""GPT-2: the names and shapes of its tensors, the file it was published in, and any file laid out like that one."""

import re
from dataclasses import dataclass
from pathlib import Path

from core import weights_file
from core.problem import Problem
from core.weights_file import Entry

HEAD = 64  # channels of an attention head in every GPT-2
BLOCK = {  # of a block's tensors, in multiples of the width; matrices as GPT-2 stores them: (in, out)
    "ln_1.weight": (1,),
    "ln_1.bias": (1,),
    "attn.c_attn.weight": (1, 3),
    "attn.c_attn.bias": (3,),
    "attn.c_proj.weight": (1, 1),
    "attn.c_proj.bias": (1,),
    "ln_2.weight": (1,),
    "ln_2.bias": (1,),
    "mlp.c_fc.weight": (1, 4),
    "mlp.c_fc.bias": (4,),
    "mlp.c_proj.weight": (4, 1),
    "mlp.c_proj.bias": (1,),
}


@dataclass(frozen=True)
class Shape:
    """The size of a GPT-2."""

    vocabulary: int
    width: int
    context: int
    blocks: int

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """{name: shape} of all its parameters: 148 for GPT-2 (124M). The head is the embedding and has no own name."""
        d = self.width
        out = {"wte.weight": (self.vocabulary, d), "wpe.weight": (self.context, d)}
        for i in range(self.blocks):
            out |= {f"h.{i}.{name}": tuple(n * d for n in parts) for name, parts in BLOCK.items()}
        return out | {"ln_f.weight": (d,), "ln_f.bias": (d,)}

    def parts(self) -> dict[str, tuple[str, ...]]:
        """What can be had without the rest: {part: names}."""
        norms = tuple(name for name in self.tensors() if ".ln_" in name or name.startswith("ln_"))
        return {"embedding": ("wte.weight",), "positions": ("wpe.weight",), "norms": norms}


@dataclass(frozen=True)
class Release:
    """A published file: one commit of one repository, so its bytes never change."""

    address: str
    bytes: int
    sha256: str
    shape: Shape


RELEASE = Release(
    "https://huggingface.co/openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e/model.safetensors",
    548_105_171,
    "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
    Shape(vocabulary=50257, width=768, context=1024, blocks=12),
)


@dataclass(frozen=True)
class Weights:
    """A file whose header was read and checked. Names come without `transformer.`, masks are left out."""

    path: Path
    shape: Shape
    heads: int
    entries: dict[str, Entry]

    def read(self, names: tuple[str, ...] | None = None) -> dict:
        """{name: float32 numpy array} of these tensors (all by default), as the file has them."""
        return weights_file.read(self.path, {name: self.entries[name] for name in names or self.entries})


def open_file(path: Path | str, *, shape: Shape | None = None, heads: int | None = None) -> Weights:
    """A file of GPT-2's layout and any size, or of exactly this `shape`. Reads the header alone.

    Raises the Problems of weights_file.header; weights_key(path, name, has) where a tensor is missing or belongs to no
    GPT-2; weights_shape(path, name, found, expected).
    """
    path = Path(path)
    entries = plain(weights_file.header(path))
    shape = shape or measured(entries, path)
    check(entries, shape, tuple(shape.tensors()), path)
    for name in entries:
        if name not in shape.tensors() and name != "lm_head.weight":
            raise Problem("weights_key_strange", path=str(path), name=name)
    return Weights(path, shape, heads or max(1, shape.width // HEAD), entries)


def plain(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The parameters under their short names: some exports write `transformer.` first, and causal masks are no
    parameters."""
    short = {name.removeprefix("transformer."): entry for name, entry in entries.items()}
    return {name: entry for name, entry in short.items() if not name.endswith((".attn.bias", ".attn.masked_bias"))}


def measured(entries: dict[str, Entry], path: Path) -> Shape:
    """The size that a file's own tensors tell."""
    for name in ("wte.weight", "wpe.weight"):
        _has(entries, name, path)
        if len(entries[name].shape) != 2:
            raise Problem(
                "weights_shape", path=str(path), name=name, found=_text(entries[name].shape), expected="N × d"
            )
    blocks = [int(found[1]) for name in entries if (found := re.match(r"h\.(\d+)\.", name))]
    (vocabulary, width), (context, _) = entries["wte.weight"].shape, entries["wpe.weight"].shape
    return Shape(vocabulary, width, context, max(blocks, default=-1) + 1)


def check(entries: dict[str, Entry], shape: Shape, names: tuple[str, ...], path: Path | str) -> None:
    """Raises Problem(weights_key | weights_shape) unless all `names` are there in the sizes of `shape`."""
    expected = shape.tensors()
    for name in names:
        _has(entries, name, path)
        if entries[name].shape != expected[name]:
            found, wanted = _text(entries[name].shape), _text(expected[name])
            raise Problem("weights_shape", path=str(path), name=name, found=found, expected=wanted)


def _has(entries: dict[str, Entry], name: str, path: Path | str) -> None:
    if name not in entries:
        raise Problem("weights_key", path=str(path), name=name, has=next(iter(entries), "–"))


def _text(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "1"
